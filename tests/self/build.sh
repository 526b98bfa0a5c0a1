#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# build.sh COMPILER: the image compiles with another compiler without a warning, is small, and gives the same verdicts.
set -u

top=$(CDPATH='' cd -- "$(dirname -- "$0")/../.." && pwd)
compiler=$1
build=build/$compiler
image=$build/x86_64/touchstone.elf
limit=131072
passed=0 failed=0

result() { # STATUS WHAT
	if [ "$1" = 0 ]; then
		passed=$((passed + 1))
		echo "ok $2"
	else
		failed=$((failed + 1))
		echo "not ok $2"
	fi
}

cd "$top" || exit 1
make -s -j"$(nproc)" CC="$compiler" BUILD="$build"
result $? "the image compiles with $compiler"
size=$(stat -c %s "$image" 2>/dev/null || echo $limit)
if [ "$compiler" = gcc ]; then # whose image is the one that is shipped
	[ "$size" -lt $limit ]
	result $? "the image has $size bytes, fewer than $limit"
	cmp "$image" build/x86_64/touchstone.elf
	result $? "two builds give the same bytes"
fi
TOUCHSTONE_IMAGE="$top/$image" ./run.sh
result $? "the image of $compiler gives the expected verdicts"
echo "$passed passed, $failed failed"
[ $failed = 0 ]
