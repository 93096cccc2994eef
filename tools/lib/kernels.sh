# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
# Debian's stock kernels: which there are, and their image and modules unpacked in the cache; and user-mode Linux, built
# there from Debian's sources, which runs at this machine's own speed even where KVM is missing: `uml`, for what has to be
# fast, and `debug`, for what an emulated machine with KASAN and lockdep is too slow. Sourced after common.sh.

# The series that SARA is built for and tested on.
# shellcheck disable=SC2034 # used by who sources this
SARA_KERNELS=(6.1 6.12)

# kernel_is_uml SERIES
kernel_is_uml() {
	[ "$1" = uml ] || [ "$1" = debug ]
}

# kernel_release SERIES: the exact release that Debian ships now, e.g. 6.1.0-40-amd64. Never hard-coded: the ABI
# number moves with each security update.
kernel_release() {
	local meta release memo=$SARA_CACHE/release-$1
	# Asking apt takes a second: once for each change of its lists.
	if [ -s "$memo" ] && [ "$memo" -nt /var/lib/apt/lists ]; then
		cat "$memo"
		return
	fi
	case $1 in
	uml | debug)
		cat "$(kernel_dir "$1")/build/include/config/kernel.release"
		return
		;;
	6.1) meta=linux-image-amd64 ;;
	6.12) meta=linux-image-6.12-amd64 ;;
	*) die "unknown kernel '$1': known are ${SARA_KERNELS[*]} uml debug" ;;
	esac
	release=$(LC_ALL=C apt-cache depends "$meta" 2>/dev/null | sed -n 's/^ *Depends: linux-image-\([0-9]\)/\1/p' | head -n 1)
	case $release in
	"$1".*)
		mkdir -p "$SARA_CACHE"
		echo "$release" >"$memo.$$"
		mv "$memo.$$" "$memo"
		printf '%s\n' "$release"
		;;
	*) die "apt's $meta is not a kernel $1 (but '${release:-unknown}'): run apt-get update; this needs Debian 12" \
		"with its security updates" ;;
	esac
}

# kernel_dir SERIES: the directory of that release in the cache, fetched when needed: vmlinux (or vmlinuz), config,
# lib/modules/<release>, and headers/. Nothing is installed on this machine: the 6.12 headers' package would pull a
# whole kernel into /boot, and what is installed could be older than the image.
kernel_dir() {
	local release dir old
	if kernel_is_uml "$1"; then
		kernel_uml_dir "$1"
		return
	fi
	release=$(kernel_release "$1")
	dir=$SARA_CACHE/kernel/$release
	if [ ! -e "$dir/.complete" ]; then
		cache_lock
		if [ ! -e "$dir/.complete" ]; then
			for old in "$SARA_CACHE/kernel/$1".*; do
				rm -rf "$old"
			done
			mkdir -p "$dir"
			kernel_unpack "$release" "$dir"
			kernel_unpack_headers "$release" "$dir"
			touch "$dir/.complete"
		fi
	fi
	printf '%s\n' "$dir"
}

# kernel_headers SERIES: the directory to build modules against (make -C).
kernel_headers() {
	if kernel_is_uml "$1"; then
		printf '%s/build\n' "$(kernel_dir "$1")"
		return
	fi
	printf '%s/headers/usr/src/linux-headers-%s\n' "$(kernel_dir "$1")" "$(kernel_release "$1")"
}

# kernel_make_arguments SERIES: what make needs besides to build a module for it, a word a line.
kernel_make_arguments() {
	! kernel_is_uml "$1" || echo ARCH=um
	# Where UBSAN cannot be everywhere, a module may still ask for it.
	[ "$1" != debug ] || echo UBSAN_SANITIZE=y
}

# kernel_uml_dir SERIES: prints the directory of that user-mode Linux: linux (the program that it is), build, lib/modules.
# Built once for each version of Debian's source and of tests/vm/uml.{config,patch} and debug.config; others are removed.
kernel_uml_dir() {
	local package=linux-source-6.1 patch=$SARA_TOP/tests/vm/uml.patch configs=("$SARA_TOP/tests/vm/uml.config")
	local deb version source dir log release
	[ "$1" != debug ] || configs+=("$SARA_TOP/tests/vm/debug.config")
	deb=$(cache_lock; apt_fetch "$package")
	version=${deb##*/"${package}"_}
	source=$SARA_CACHE/uml/source-${version%_*}-$(sha256sum <"$patch" | cut -c1-12)
	dir=$SARA_CACHE/uml/$1-${version%_*}-$(cat "${configs[@]}" "$patch" | sha256sum | cut -c1-12)
	# Locks of their own: while this builds others may use the rest of the cache.
	if [ ! -e "$dir/.complete" ]; then
		exec 8>"$SARA_CACHE/.lock-uml-$1"
		flock 8
	fi
	if [ ! -e "$dir/.complete" ]; then
		need flex uml
		need bison uml
		need patch uml
		note "building the kernel '$1', user-mode Linux from $package (5 to 10 minutes, 2 GB, once)"
		rm -rf "$SARA_CACHE/uml/$1"-*
		(
			exec 7>"$SARA_CACHE/.lock-uml-source"
			flock 7
			[ -e "$source/.complete" ] || kernel_uml_source "$deb" "$patch" "$source"
		)
		mkdir -p "$dir/build"
		# Part of its release: modules for one are no modules for the other.
		echo "-$1" >"$dir/build/localversion"
		log=$SARA_CACHE/uml/$1.log
		if ! kernel_uml_build "$source" "$dir/build" "${configs[@]}" >"$log" 2>&1; then
			tail -n 20 "$log" >&2
			die "the kernel '$1' did not build: see $log"
		fi
		release=$(cat "$dir/build/include/config/kernel.release")
		# All is built in; modprobe is told so.
		mkdir -p "$dir/lib/modules/$release"
		cp "$dir"/build/modules.{builtin,builtin.modinfo,order} "$dir/lib/modules/$release/"
		depmod -b "$dir" "$release"
		ln -f "$dir/build/linux" "$dir/linux"
		touch "$dir/.complete"
	fi
	printf '%s\n' "$dir"
}

# kernel_uml_source DEB PATCH DIR: unpacked and patched there; others are removed.
kernel_uml_source() {
	rm -rf "$SARA_CACHE"/uml/source-*
	mkdir -p "$3"
	dpkg-deb --fsys-tarfile "$1" | tar -xO ./usr/src/linux-source-6.1.tar.xz | tar -xJ -C "$3" --strip-components=1
	patch -s -p1 -d "$3" <"$2"
	touch "$3/.complete"
}

# kernel_uml_build SOURCE BUILD CONFIG...: with what each CONFIG adds to the architecture's own defaults.
kernel_uml_build() {
	local source=$1 build=$2 line
	local make=(make -C "$source" "O=$build" ARCH=um)
	shift 2
	"${make[@]}" defconfig
	"$source/scripts/kconfig/merge_config.sh" -m -O "$build" "$build/.config" "$@"
	"${make[@]}" olddefconfig
	# Kconfig drops silently what depends on something that is not there.
	while IFS= read -r line; do
		if [[ $line == CONFIG_* ]] && ! grep -qxF -- "$line" "$build/.config"; then
			echo "the configuration has no $line"
			return 1
		fi
	done < <(cat "$@")
	nice "${make[@]}" "-j$(nproc)" linux modules
}

# kernel_unpack RELEASE DIR: image and modules.
kernel_unpack() {
	local release=$1 dir=$2 deb
	deb=$(apt_fetch "linux-image-$release")
	note "unpacking kernel $release"
	dpkg-deb -x "$deb" "$dir"
	mv "$dir/boot/vmlinuz-$release" "$dir/vmlinuz"
	mv "$dir/boot/config-$release" "$dir/config"
	mkdir -p "$dir/lib"
	[ -d "$dir/lib/modules" ] || mv "$dir/usr/lib/modules" "$dir/lib/modules"
	rm -rf "${dir:?}/boot" "${dir:?}/usr" "$deb"
	depmod -b "$dir" "$release"
	kernel_unpack_image "$dir"
}

# kernel_unpack_headers RELEASE DIR: the headers and the parts they depend on, moved from / to DIR/headers.
kernel_unpack_headers() {
	local release=$1 dir=$2/headers package deb
	mkdir -p "$dir"
	for package in "linux-headers-$release" $(LC_ALL=C apt-cache depends "linux-headers-$release" |
		sed -n 's/^ *Depends: \(linux-headers-.*-common\|linux-kbuild-.*\)$/\1/p'); do
		deb=$(apt_fetch "$package")
		dpkg-deb -x "$deb" "$dir"
		rm -f "$deb"
	done
	# The one absolute path in them.
	sed -i "s|^include /usr/src/|include $dir/usr/src/|" "$dir/usr/src/linux-headers-$release/Makefile"
	# Links lead from usr/src to usr/lib; older packages unpack to lib.
	if [ -d "$dir/lib" ]; then
		mkdir -p "$dir/usr/lib"
		mv "$dir/lib/"* "$dir/usr/lib/"
		rmdir "$dir/lib"
	fi
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
