# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
# Debian's stock kernels: which there are, and their image and modules unpacked in the cache. Sourced after common.sh.

# The series that SARA is built for and tested on.
# shellcheck disable=SC2034 # used by who sources this
SARA_KERNELS=(6.1 6.12)

# kernel_release SERIES: the exact release that Debian ships now, e.g. 6.1.0-40-amd64. Never hard-coded: the ABI
# number moves with each security update.
kernel_release() {
	local meta release
	case $1 in
	6.1) meta=linux-image-amd64 ;;
	6.12) meta=linux-image-6.12-amd64 ;;
	*) die "unknown kernel '$1': known are ${SARA_KERNELS[*]}" ;;
	esac
	release=$(LC_ALL=C apt-cache depends "$meta" 2>/dev/null | sed -n 's/^ *Depends: linux-image-\([0-9]\)/\1/p' | head -n 1)
	case $release in
	"$1".*) printf '%s\n' "$release" ;;
	*) die "apt's $meta is not a kernel $1 (but '${release:-unknown}'): run apt-get update; this needs Debian 12" \
		"with its security updates" ;;
	esac
}

# kernel_headers SERIES: the build directory of that release.
kernel_headers() {
	local release dir
	release=$(kernel_release "$1")
	dir=/usr/src/linux-headers-$release
	[ -e "$dir/Makefile" ] || die "the headers of kernel $release are not installed: run tools/setup --only build"
	printf '%s\n' "$dir"
}

# kernel_dir SERIES: a directory with vmlinux (or vmlinuz), config and lib/modules/<release>, fetched when needed.
# Nothing is installed on this machine.
kernel_dir() {
	local release dir deb old
	release=$(kernel_release "$1")
	dir=$SARA_CACHE/kernel/$release
	cache_lock
	if [ ! -e "$dir/.complete" ]; then
		deb=$(apt_fetch "linux-image-$release")
		note "unpacking kernel $release"
		for old in "$SARA_CACHE/kernel/$1".*; do
			rm -rf "$old"
		done
		mkdir -p "$dir"
		dpkg-deb -x "$deb" "$dir"
		mv "$dir/boot/vmlinuz-$release" "$dir/vmlinuz"
		mv "$dir/boot/config-$release" "$dir/config"
		mkdir -p "$dir/lib"
		[ -d "$dir/lib/modules" ] || mv "$dir/usr/lib/modules" "$dir/lib/modules"
		rm -rf "${dir:?}/boot" "${dir:?}/usr"
		depmod -b "$dir" "$release"
		kernel_unpack_image "$dir"
		rm -f "$deb"
		touch "$dir/.complete"
	fi
	printf '%s\n' "$dir"
}

# kernel_unpack_image DIR: DIR/vmlinuz -> DIR/vmlinux. QEMU starts the ELF image by its PVH entry; that spares the guest
# its own decompression, which takes seconds without KVM. Where this fails the vmlinuz will do.
kernel_unpack_image() {
	local magic command offset
	while read -r magic command; do
		# shellcheck disable=SC2013 # numbers, no words with spaces
		for offset in $(LC_ALL=C grep -aboP "$magic" "$1/vmlinuz" | cut -d: -f1); do
			# Trailing bytes make the decompressor complain at the end: what counts is a whole ELF file.
			tail -c +"$((offset + 1))" "$1/vmlinuz" | $command >"$1/vmlinux" 2>/dev/null || true
			if readelf -h "$1/vmlinux" >/dev/null 2>&1 && readelf -n "$1/vmlinux" 2>/dev/null | grep -q Xen; then
				return 0
			fi
		done
	done <<'END'
\xfd7zXZ\x00 xz -dcq --single-stream
\x28\xb5\x2f\xfd zstd -dcq
\x1f\x8b\x08 gzip -dcq
END
	rm -f "$1/vmlinux"
}
