#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# Builds the distribution's QEMU with one more device, virtio-mmio-msi (virtio_mmio_msi.c beside this file), and prints
# the folder that has it: a qemu-system-... for each target.
#
#     host/qemu/build.sh [TARGET...]      default x86_64-softmmu; also meant for aarch64-softmmu and riscv64-softmmu
#
# The source package comes from this machine's own mirror, and apt checks its signature and checksums. Everything is kept
# under ${XDG_CACHE_HOME:-~/.cache}/touchstone/qemu-msi-*: source, build, and a finished QEMU for each version of the
# device. The first time takes minutes for each target, after a change of the device seconds; what is finished is found
# without compiler and network. To get a newer source package, or to be rid of it all, delete that folder.
#
# Exit: 0 the path is on stdout, 2 something is missing or does not compile (what, is on stderr), 75 no network.
set -eu

# shellcheck disable=SC2034 # for apt.sh
me=build.sh
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
# shellcheck source=host/apt.sh
. "$here/../apt.sh"

[ $# -gt 0 ] || set -- x86_64-softmmu
for target; do
    case $target in
    *[!a-z0-9_-]* | -*) fail 2 "$target: not a target" ;;
    *-softmmu) ;;
    *) fail 2 "$target: not a target (x86_64-softmmu is one)" ;;
    esac
done

home=$cache/qemu-msi-$codename
device=$here/virtio_mmio_msi.c registers=$here/../../drivers/spec/msi.h
finished=$home/$(cat "$here/build.sh" "$device" "$registers" | sha256sum | cut -c 1-16)

# Is there a QEMU of this device for every target?
complete() {
    for target; do
        [ -x "$finished/qemu-system-${target%-softmmu}" ] || return 1
    done
}
hand_over() {
    touch -c "$finished"
    echo "$finished"
    exit 0
}
complete "$@" && hand_over

# The steps that find their result there do nothing.
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

# A build for each target: a list of targets in one build saves a third, and builds everything again when it changes.
mkdir -p "$finished/bin"
for target; do
    build=$home/build-$target program=qemu-system-${target%-softmmu} log=$home/log-$target
    options="--target-list=$target --without-default-features --enable-tcg --enable-kvm --enable-system --enable-slirp --enable-fdt=system
        --disable-user --disable-tools --disable-guest-agent --disable-docs --disable-werror --disable-install-blobs --disable-debug-info"
    if [ "$(cat "$build/configured" 2>/dev/null)" != "$options" ]; then
        echo "$me: building QEMU for $target: two to four minutes on two idle cores" >&2
        rm -rf "$build"
        mkdir "$build"
        # With the distribution's own tools, whatever else comes first in this shell.
        # shellcheck disable=SC2086 # the options are words
        (cd "$build" && PATH=/usr/sbin:/usr/bin:/sbin:/bin ../source/configure $options) >"$log" 2>&1 ||
            fail 2 "QEMU cannot be configured: $(grep -m 1 -i error "$log"); all of it is in $log"
        echo "$options" >"$build/configured"
    fi
    ninja -C "$build" "$program" >"$log" 2>&1 || fail 2 "QEMU does not compile: $(grep -m 1 error: "$log"); all of it is in $log"

    # The source package has no firmware: the installed QEMU's is used.
    cp "$build/$program" "$finished/bin/$program"
    cat >"$finished/$program.new" <<'END'
#!/bin/sh
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
exec "$here/bin/$(basename -- "$0")" -L /usr/share/qemu -L /usr/share/seabios "$@"
END
    chmod +x "$finished/$program.new"
    mv "$finished/$program.new" "$finished/$program"
done

# Those of other versions of the device: another checkout may use the recent ones.
ls -1dt "$home"/????????????????/ | tail -n +9 | while read -r old; do
    rm -rf "$old"
done
hand_over
