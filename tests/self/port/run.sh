#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# run.sh [ARCH [PART OF A NAME]]: tests the port's contracts (firmware/arch/*.h) on every machine of an architecture
# (x86_64) that QEMU can make, with every way to enter the image and to end the machine: see machines/ARCH.sh. Prints
# one line for each machine, and the whole output of a machine on which something is wrong. QEMU=... names another QEMU.
set -u

top=$(CDPATH='' cd -- "$(dirname -- "$0")/../../.." && pwd)
arch=${1:-x86_64} part=${2-}
qemu=${QEMU:-qemu-system-$arch}
passed=0 failed=0

cd "$top" || exit 1
output=$(mktemp) damaged=$(mktemp)
trap 'rm -f "$output" "$damaged"' EXIT
if ! make -s -j"$(nproc)" -f tests/self/port/Makefile ARCH="$arch" port; then
	echo "0 passed, 1 failed"
	exit 1
fi

# start OPTIONS...: runs QEMU to its end.
start() {
	timeout 180 "$qemu" "$@" -nodefaults -no-user-config -display none -serial stdio -no-reboot \
		>"$output" 2>&1 </dev/null
	status=$?
}

wanted() { # NAME
	case $1 in *"$part"*) ;; *) return 1 ;; esac
}

good() { # NAME
	passed=$((passed + 1))
	echo "ok $1: $(grep '^# clock\|^# fatal' "$output" | head -n 1)"
}

bad() { # NAME EXPECTED
	failed=$((failed + 1))
	echo "not ok $1 (status $status, expected $2)"
	sed 's/^/    /' "$output"
}

# boot NAME STATUS WANT OPTIONS...: the output must be complete, report no failure, and have a line that matches WANT.
boot() {
	wanted "$1" || return 0
	name=$1 expected=$2 want=$3
	shift 3
	start "$@"
	if [ $status -eq "$expected" ] && grep -q '^# end run=[0-9]* fail=0' "$output" &&
		grep -q -- "$want" "$output"; then
		good "$name"
	else
		bad "$name" "$expected and a line with '$want'"
	fi
}

# hang NAME WANT OPTIONS...: the image must print WANT and nothing else, and stop; QEMU does not end.
hang() {
	wanted "$1" || return 0
	name=$1 want=$2
	shift 2
	"$qemu" "$@" -nodefaults -no-user-config -display none -serial stdio -no-reboot >"$output" 2>/dev/null </dev/null &
	child=$! status=127 tries=0
	until grep -q . "$output" && [ "$(tail -c 1 "$output" | wc -l)" = 1 ] || [ $tries = 600 ]; do
		tries=$((tries + 1))
		sleep 0.1
	done
	kill $child
	wait $child 2>/dev/null
	if [ "$(tr -d '\r\n' <"$output")" = "$want" ]; then
		good "$name"
	else
		bad "$name" "only '$want'"
	fi
}

. "tests/self/port/machines/$arch.sh"

echo "$passed passed, $failed failed"
[ $failed = 0 ]
