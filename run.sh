#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# Builds Touchstone if need be, boots it under a VMM (QEMU's microvm by default), shows its report and judges it.
# ./run.sh --help tells the options; docs/report.md the report and the exit codes.
set -eu

top=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)

# Which VMM: an unknown one is host/run.py's to refuse.
vmm=qemu-microvm before=''
for word; do
    [ "$before" != --vmm ] || vmm=$word
    case $word in --vmm=*) vmm=${word#--vmm=} ;; esac
    before=$word
done
case " $* " in *" --cmd"*) vmm=command ;; esac
while :; do
    case $vmm in
    */*) vmm=command ;;
    *-*) vmm=${vmm%%-*}_${vmm#*-} ;;
    *) break ;;
    esac
done
[ -r "$top/host/vmm/$vmm.py" ] || vmm=command

# A release has the images and not what they are made of.
[ -e "$top/Makefile" ] && build=yes || build=''
[ -z "${TOUCHSTONE_IMAGE:-}" ] || build=''

# What it boots and needs, as its file says; but only what this call will use: a given image needs no compiler.
need=judge
while read -r name _ value; do
    value=${value#\"} value=${value%\"}
    case $name in
    IMAGE) image=$value ;;
    NEED) steps=$value ;;
    esac
done <"$top/host/vmm/$vmm.py"
for step in $steps; do
    case "$step ${build:-given} $* " in
    build*" given "* | efi" given "* | qemu*" --qemu"*) ;;
    *) need="$need $step" ;;
    esac
done
# shellcheck disable=SC2086 # the steps are words
"$top/host/need.sh" $need

case " $* " in
*" --help "* | *" -h "*) ;;
*)
    # make takes a tenth of a second to find out that nothing changed; find takes a hundredth, and folders tell of removals.
    sources="Makefile firmware drivers model tests/checks tests/framework tests/guest linker"
    # shellcheck disable=SC2086 # the sources are words
    if [ "$build" ] && [ "$(cd "$top" && find $sources -newer "build/$image" -print -quit 2>&1)" ]; then
        log=$(make -s -j "$(nproc)" -C "$top" "ARCH=${image%%/*}" BUILD=build "build/$image" 2>&1) || {
            printf '%s\nrun.sh: the image cannot be built\n' "$log" >&2
            exit 2
        }
    fi
    ;;
esac

exec /usr/bin/python3 -E -s -X pycache_prefix="$top/build/pycache" "$top/host/run.py" \
    "${TOUCHSTONE_IMAGE:-$top/build/$image}" "$@"
