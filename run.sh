#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# Builds Touchstone if need be, boots it under a VMM (QEMU's microvm by default), shows its report and judges it.
# ./run.sh --help lists the options; docs/report.md describes the report and the exit codes.
set -eu

top=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
"$top/host/need.sh" judge
exec /usr/bin/python3 -E -s -X pycache_prefix="$top/build/pycache" "$top/host/__main__.py" "$@"
