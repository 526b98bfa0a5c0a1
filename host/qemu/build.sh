#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# Builds the distribution's QEMU with one more device, virtio-mmio-msi (virtio_mmio_msi.c beside this file), and prints
# the folder that has it: qemu-system-ARCH of each ARCH.
#
#     host/qemu/build.sh [ARCH...]        x86_64 (the default), aarch64, riscv64
#
# The source package comes from this machine's own mirror, and apt checks its signature and checksums. Everything is
# kept under ${XDG_CACHE_HOME:-~/.cache}/touchstone/qemu-msi-*: source, build, and a finished QEMU for each version of
# the device. The first time takes minutes, each further ARCH half as long, and a build after a change of the device
# seconds. A finished build is found without compiler and network. To get a newer source package, or to remove
# everything, delete that folder.
#
# Exit: 0 the path is on stdout, 2 something is missing or does not compile (what, is on stderr), 75 no network.
set -eu

# shellcheck disable=SC2034 # for apt.sh
me=build.sh
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
# shellcheck source=host/apt.sh
. "$here/../apt.sh"

architectures='x86_64 aarch64 riscv64'

# The machines on which we use it, and the devices of QEMU that they need. Nothing else is compiled.
machines() {
    case $1 in
    x86_64) echo MICROVM Q35 ISA_DEBUG ;;
    aarch64) echo ARM_VIRT ARM_GICV3_TCG ARM_V7M ;;
    riscv64) echo RISCV_VIRT ARM_COMPATIBLE_SEMIHOSTING ;;
    *) fail 2 "$1: not one of $architectures" ;;
    esac
    echo VIRTIO_BLK VIRTIO_NET VIRTIO_RNG VIRTIO_SERIAL
}

[ $# -gt 0 ] || set -- x86_64
for arch; do
    machines "$arch" >/dev/null
done

home=$cache/qemu-msi-$codename
device=$here/virtio_mmio_msi.c registers=$here/../../drivers/spec/msi.h
finished=$home/$(cat "$here/build.sh" "$device" "$registers" | sha256sum | cut -c 1-16)

# Does every wanted architecture have a QEMU with this version of the device?
complete() {
    for arch; do
        [ -x "$finished/qemu-system-$arch" ] || return 1
    done
}
hand_over() {
    touch -c "$finished"
    echo "$finished"
    exit 0
}
complete "$@" && hand_over

# A step whose result exists already does nothing.
mkdir -p "$home"
exec 9>"$home/lock"
flock -w 3600 9 || fail 2 'another build has not ended for an hour'
complete "$@" && hand_over
"$here/../need.sh" qemu-source >&2 || exit 2

if [ ! -d "$home/source" ]; then
    work=$(mktemp -d "$home/source.XXXXXX")
    trap 'rm -rf "$work"' EXIT
    trap 'exit 130' INT TERM
    echo "$me: fetching the source of QEMU: some 35 MB, 300 MB unpacked" >&2
    own_apt "$work" deb-src
    apt-get update -q --error-on=any >"$log" 2>&1 ||
        fail $NO_NETWORK "cannot reach the source packages of $codename: $(grep -m 1 '^[EW]:' "$log")"
    (cd "$work" && apt-get source -q --only-source qemu) >"$log" 2>&1 ||
        fail $NO_NETWORK "the source package of QEMU cannot be had: $(grep -m 1 -E '^E:|error:' "$log")"
    mv "$work"/qemu-*/ "$work/unpacked"
    echo "specific_ss.add(when: 'CONFIG_VIRTIO', if_true: files('virtio_mmio_msi.c'))" >>"$work/unpacked/hw/virtio/meson.build"
    mv "$work/unpacked" "$home/source"
    rm -rf "$work"
fi

put() {
    cmp -s "$1" "$home/source/hw/virtio/$2" || cp "$1" "$home/source/hw/virtio/$2"
}
put "$device" virtio_mmio_msi.c
put "$registers" virtio_mmio_msi_spec.h

# One build for all architectures, because they share most of it. What no wanted program needs is not compiled.
build=$home/build log=$home/log
options="--without-default-features --without-default-devices --enable-tcg --enable-kvm --enable-system --enable-slirp --enable-fdt=system
    --disable-user --disable-tools --disable-guest-agent --disable-docs --disable-werror --disable-install-blobs --disable-debug-info"
list='' wanted=''
for arch in $architectures; do
    list=$list,$arch-softmmu
    wanted="$wanted
$arch: $(machines "$arch")"
    options="$options --with-devices-$arch=touchstone"
done
options="--target-list=${list#,} $options"
programs=''
for arch; do
    programs="$programs qemu-system-$arch"
done

# What `ninja -t commands` says of the first C file in library $1, without its output.
compiler_of() {
    # shellcheck disable=SC2086 # the programs are words
    ninja -C "$build" -t commands $programs | sed -n "/ -I$1\\.fa\\.p .*\\.c\$/{s/ -MD .*//p;q;}"
}

# Each file of QEMU begins with osdep.h, which takes a quarter of the time. These are compiled copies of that header:
# the compiler takes the one that was made with the options of the file it compiles, and reads the header itself if
# there is none.
precompile() {
    header=$home/source/include/qemu/osdep.h
    mkdir -p "$header.gch"
    ninja -C "$build" config-poison.h >"$log" 2>&1 || return 0
    for library in libcommon "$@"; do
        [ ! -e "$header.gch/$library" ] || continue
        compiler=$(compiler_of "$library")
        [ -z "$compiler" ] || (cd "$build" && eval "$compiler -x c-header -o '$header.gch/$library' '$header'") >"$log" 2>&1 ||
            rm -f "$header.gch/$library"
    done
}

if [ "$(cat "$build/configured" 2>/dev/null)" != "$options$wanted" ]; then
    echo "$me: building QEMU: two to four minutes on two idle cores" >&2
    rm -rf "$build" "$home/source/include/qemu/osdep.h.gch"
    mkdir "$build"
    for arch in $architectures; do
        mkdir -p "$home/source/configs/devices/$arch-softmmu"
        # shellcheck disable=SC2046 # the devices are words
        printf 'CONFIG_%s=y\n' $(machines "$arch") >"$home/source/configs/devices/$arch-softmmu/touchstone.mak"
    done
    # Uses the distribution's own tools, whatever comes first in this shell's PATH.
    # shellcheck disable=SC2086 # the options are words
    (cd "$build" && PATH=/usr/sbin:/usr/bin:/sbin:/bin ../source/configure $options) >"$log" 2>&1 ||
        fail 2 "QEMU cannot be configured: $(grep -m 1 -i error "$log"); all of it is in $log"
    echo "$options$wanted" >"$build/configured"
fi
# shellcheck disable=SC2046 # the libraries are words
precompile $(printf 'libqemu-%s-softmmu ' "$@")
# shellcheck disable=SC2086 # the programs are words
ninja -C "$build" $programs >"$log" 2>&1 || fail 2 "QEMU does not compile: $(grep -m 1 error: "$log"); all of it is in $log"

# The source package has no firmware, so the wrapper uses the installed QEMU's.
mkdir -p "$finished/bin"
for program in $programs; do
    cp "$build/$program" "$finished/bin/$program"
    cat >"$finished/$program.new" <<'END'
#!/bin/sh
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
exec "$here/bin/$(basename -- "$0")" -L /usr/share/qemu -L /usr/share/seabios "$@"
END
    chmod +x "$finished/$program.new"
    mv "$finished/$program.new" "$finished/$program"
done

# Removes QEMUs of other versions of the device, except recent ones, which another checkout may use.
ls -1dt "$home"/????????????????/ | tail -n +9 | while read -r old; do
    rm -rf "$old"
done
hand_over
