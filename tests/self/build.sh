#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# build.sh COMPILER [VMM]: the image of a VMM (qemu-microvm by default) compiles with another compiler without a warning
# and gives the same verdicts. The images of gcc, which are released, are small and have the same bytes each time.
set -u

top=$(CDPATH='' cd -- "$(dirname -- "$0")/../.." && pwd)
compiler=$1
vmm=${2:-qemu-microvm}
build=build/$compiler
limit=1048576
. "$top/tests/self/result.sh"

cd "$top" || exit 1
name=$(sed -n 's/^ *IMAGE = "\(.*\)"$/\1/p' "host/vmm/$(echo "$vmm" | tr - _).py")
arch=${name%%/*}
image=$build/$name
make -s -j"$(nproc)" ARCH="$arch" CC="$compiler" BUILD="$build"
result $? "the $arch image compiles with $compiler"
if [ "$compiler" = gcc ]; then # whose images are those that are shipped
	make -s -j"$(nproc)" ARCH="$arch"
	for one in $(make -s ARCH="$arch" BUILD="$build" list-images); do
		size=$(stat -c %s "$one" 2>/dev/null || echo $limit)
		[ "$size" -lt $limit ]
		result $? "$one has $size bytes, fewer than $limit"
		cmp "$one" "build/$arch/${one##*/}"
		result $? "two builds of it give the same bytes"
	done
fi
if [ "$compiler" != gcc ]; then # gcc's run in all that follows
	TOUCHSTONE_IMAGE="$top/$image" ./run.sh --vmm "$vmm" --thorough
	result $? "the $arch image of $compiler gives the expected verdicts"
fi
results
