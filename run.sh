#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# Builds Touchstone if need be, boots it under a VMM (QEMU's microvm by default), shows its report and judges it.
# ./run.sh --help tells the options; docs/report.md the report and the exit codes.
set -eu

top=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)

# Only what this call will use: another VMM needs no QEMU, a given image needs no compiler.
need=judge
[ -n "${TOUCHSTONE_IMAGE:-}" ] || need="$need build"
case " $* " in *" --cmd"* | *" --qemu"*) ;; *) need="$need qemu" ;; esac
# shellcheck disable=SC2086 # the steps are words
"$top/host/need.sh" $need

case " $* " in
*" --help "* | *" -h "*) ;;
*)
    # make takes a tenth of a second to find out that nothing changed; find takes a hundredth, and folders tell of removals.
    sources="Makefile firmware drivers model tests/conformance linker"
    # shellcheck disable=SC2086 # the sources are words
    if [ -z "${TOUCHSTONE_IMAGE:-}" ] && [ "$(cd "$top" && find $sources -newer build/x86_64/touchstone.elf -print -quit 2>&1)" ]; then
        log=$(make -s -j "$(nproc)" -C "$top" ARCH=x86_64 BUILD=build build/x86_64/touchstone.elf 2>&1) || {
            printf '%s\nrun.sh: the image cannot be built\n' "$log" >&2
            exit 2
        }
    fi
    ;;
esac

exec /usr/bin/python3 -E -s -X pycache_prefix="$top/build/pycache" "$top/host/run.py" \
    "${TOUCHSTONE_IMAGE:-$top/build/x86_64/touchstone.elf}" "$@"
