# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
# Shared by the scripts in tools/: where things are, how to speak, what Debian offers. Sourced, not run.

# A failing command inside $(...) ends the script too.
shopt -s inherit_errexit

# shellcheck disable=SC2034 # used by who sources this
SARA_TOP=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
SARA_CACHE=${SARA_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/sara}

# note SENTENCE...: progress for humans, on stderr so that stdout stays the result.
note() {
	printf '%s: %s\n' "${0##*/}" "$*" >&2
}

# die SENTENCE...: what is wrong and what to do about it.
die() {
	printf '%s: error: %s\n' "${0##*/}" "$*" >&2
	exit 1
}

# need COMMAND GROUP: the command, or the sentence that installs it.
need() {
	command -v "$1" >/dev/null || die "'$1' is not installed: run tools/setup --only $2"
}

# cache_lock: one script at a time fills the cache; held until the (sub)shell that took it ends.
cache_lock() {
	mkdir -p "$SARA_CACHE"
	exec 8>"$SARA_CACHE/.lock"
	flock 8
}

# apt_fetch PACKAGE: downloads the package's current .deb into the cache (once per version) and prints its path.
# The cache holds one version of each package.
apt_fetch() {
	local package=$1 version arch file dir=$SARA_CACHE/deb old
	version=$(LC_ALL=C apt-cache policy "$package" | sed -n 's/^  Candidate: //p')
	if [ -z "$version" ] || [ "$version" = '(none)' ]; then
		die "apt knows no package '$package': run apt-get update, and see that Debian 12 with its security" \
			"updates is in /etc/apt/sources.list"
	fi
	arch=$(LC_ALL=C apt-cache show --no-all-versions "$package" | sed -n 's/^Architecture: //p')
	file=$dir/${package}_${version//:/%3a}_$arch.deb
	if [ ! -s "$file" ]; then
		mkdir -p "$dir"
		note "downloading $package $version"
		for old in "$dir/${package}_"*.deb; do
			rm -f "$old"
		done
		# Not as root's own file: apt's download user may not enter the home directory, which is only a warning.
		(cd "$dir" && apt-get -qq download "$package=$version" 2>&1 | grep -v '^W: Download is performed unsandboxed') >&2 ||
			true
		[ -s "$file" ] || die "downloading $package failed: is the Debian mirror reachable? (apt-get update)"
	fi
	printf '%s\n' "$file"
}

# linux_tools: prints the directory with the few files of the kernel's own sources that tools/ needs (checkpatch.pl,
# kernel-doc, the netlink code generator), unpacked from Debian's linux-source package.
linux_tools() {
	local package=linux-source-6.12 deb version dir
	cache_lock
	deb=$(apt_fetch "$package")
	version=${deb##*/"${package}"_}
	dir=$SARA_CACHE/$package/${version%_*}
	if [ ! -e "$dir/.complete" ]; then
		note "unpacking checkpatch.pl, kernel-doc and ynl from $package (10 s)"
		rm -rf "${SARA_CACHE:?}/$package"
		mkdir -p "$dir"
		dpkg-deb --fsys-tarfile "$deb" | tar -xO "./usr/src/$package.tar.xz" |
			tar -xJ -C "$dir" --strip-components=1 --wildcards \
				"$package/tools/net/ynl/*.py" \
				"$package/Documentation/netlink/*.yaml" \
				"$package/scripts/checkpatch.pl" "$package/scripts/spelling.txt" \
				"$package/scripts/const_structs.checkpatch" "$package/scripts/kernel-doc"
		touch "$dir/.complete"
	fi
	printf '%s\n' "$dir"
}
