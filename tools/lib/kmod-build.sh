#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Builds sara.ko for one kernel, away from the sources: the tree that kbuild sees is a farm of symbolic links.
set -euo pipefail

usage() {
	cat <<'END'
Usage: tools/lib/kmod-build.sh [--kdir DIR] --out DIR [-- MAKE-ARGUMENT...]
Builds the kernel module against the kernel build directory DIR (default: the running kernel's) in
OUT/<kernel release>/; OUT/<kernel release>/sara.ko is the result.
Further arguments go to make: W=1, C=2, V=1 ...
END
}

kdir='' out=''
while [ $# -gt 0 ]; do
	case $1 in
	--kdir) kdir=${2-}; shift 2 ;;
	--out) out=${2-}; shift 2 ;;
	--help | -h) usage; exit 0 ;;
	--) shift; break ;;
	*) usage >&2; exit 2 ;;
	esac
done
[ -n "$out" ] || { usage >&2; exit 2; }

kdir=${kdir:-/lib/modules/$(uname -r)/build}
if [ ! -e "$kdir/Makefile" ]; then
	echo "kmod: no kernel build directory at $kdir: install the headers of this kernel (Debian's: tools/setup" \
		"--only build), or name another with --kdir DIR (cmake -DKDIR=DIR)" >&2
	exit 1
fi
# Not what make kernelrelease says: Debian's 6.1 answers with the upstream version there.
release=$(sed -n 's/^#define UTS_RELEASE "\(.*\)"/\1/p' "$kdir/include/generated/utsrelease.h")
top=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
mkdir -p "$out"
work=$(cd "$out" && pwd)/$release
mkdir -p "$work"

# One build per directory at a time: tests and lint may both ask for it.
exec 9>"$work/.lock"
flock 9

cd "$top"
find Kbuild kmod include/uapi -type f \( -name '*.[ch]' -o -name Kbuild -o -name Makefile \) -print0 |
	while IFS= read -r -d '' file; do
		[ "$work/$file" -ef "$file" ] && continue
		mkdir -p "$work/$(dirname "$file")"
		ln -sfn "$top/$file" "$work/$file"
	done
# What has left the sources must leave here too, else an old header would still be found.
find "$work" -xtype l -delete

make -C "$kdir" M="$work" -j"$(nproc)" "$@" modules 9>&-
ln -sfn kmod/sara.ko "$work/sara.ko"
