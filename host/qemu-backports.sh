#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# Gets a second, newer QEMU from the distribution's backports without installing it, and prints the path of a wrapper
# that runs it, for `./run.sh --qemu "$(host/qemu-backports.sh)"`.
#
#     host/qemu-backports.sh [x86_64|aarch64|riscv64]
#
# Mirror and key come from this machine's own apt configuration. Everything is kept under
# ${XDG_CACHE_HOME:-~/.cache}/touchstone, outside of the checkout, so that a second clone finds it; to get a newer
# version or to remove it, delete that directory. Once the wrapper exists, the script does not use the network.
#
# Exit: 0 the path is on stdout, 2 this machine has no backports or apt fails, 75 no network.
set -eu

# shellcheck disable=SC2034 # for apt.sh
me=qemu-backports.sh
# shellcheck source=host/apt.sh
. "$(dirname -- "$0")/apt.sh"

arch=${1:-x86_64}
case $arch in
x86_64) wanted='qemu-system-x86' ;;
aarch64) wanted='qemu-system-arm' ;;
riscv64) wanted='qemu-system-riscv opensbi' ;;
*) fail 2 "$arch: not x86_64, aarch64 or riscv64" ;;
esac
package=${wanted%% *}
final=$cache/qemu-$codename-backports
[ "$arch" = x86_64 ] || final=$final-$arch
wrapper=$final/qemu-system-$arch
if [ -x "$wrapper" ]; then
    echo "$wrapper"
    exit 0
fi

mkdir -p "$cache"
work=$(mktemp -d "$cache/qemu.XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM
mkdir -p "$work/debs" "$work/tree/root"
own_apt "$work" deb "$codename-backports"

echo "qemu-backports.sh: fetching QEMU from $codename-backports" >&2
apt-get update -q --error-on=any >"$log" 2>&1 ||
    fail $NO_NETWORK "cannot reach $codename-backports: $(grep -m 1 '^[EW]:' "$log")"
# shellcheck disable=SC2086 # the packages are words
apt-get install -s -q --no-install-recommends -t "$codename-backports" $wanted >"$log" 2>&1 ||
    fail 2 "apt finds no way to get $wanted from $codename-backports: $(grep -m 1 '^E:' "$log")"
packages=$(sed -n 's/^Inst \([^ ]*\) \(\[[^]]*\] \)\{0,1\}(\([^ ]*\) .*/\1=\3/p' "$log")
newer=$(echo "$packages" | grep "^$package=") ||
    fail 2 "$codename-backports has no QEMU newer than the one installed here"
# If this QEMU were installed, the machine's other emulators would need the same version. It is not installed, so leave
# them out.
packages=$(echo "$packages" | grep -v -E '^qemu-system-(arm|mips|misc|ppc|riscv|s390x|sparc|x86|xen)=' || true)
packages="$packages $newer"
# shellcheck disable=SC2086 # the packages are words
(cd "$work/debs" && apt-get download -q $packages) >"$log" 2>&1 ||
    fail $NO_NETWORK "the download failed: $(grep -m 1 '^E:' "$log")"

for deb in "$work"/debs/*.deb; do
    dpkg -x "$deb" "$work/tree/root"
done
{
    echo '#!/bin/sh'
    echo "program=qemu-system-$arch"
    cat <<'END'
# Runs the QEMU that host/qemu-backports.sh unpacked beside this file.
root=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)/root
libraries=$root/usr/lib/$(uname -m)-linux-gnu
export LD_LIBRARY_PATH="$libraries:$libraries/qemu${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}"
export QEMU_MODULE_DIR="$libraries/qemu"
exec "$root/usr/bin/$program" -L "$root/usr/share/qemu" -L "$root/usr/share/seabios" \
    -L /usr/share/qemu -L /usr/share/seabios "$@"
END
} >"$work/tree/${wrapper##*/}"
chmod +x "$work/tree/${wrapper##*/}"
"$work/tree/${wrapper##*/}" --version >"$log" 2>&1 || fail 2 "the unpacked QEMU does not run: $(cat "$log")"
mv -T "$work/tree" "$final" 2>/dev/null || [ -x "$wrapper" ] || fail 2 "cannot write $final"
echo "$wrapper"
