#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# The host port under ASan and UBSan: the healthy reference device passes every check in every Version and schedule, and with every layout of message signalled
# interrupts, and with hardly any room in its virtqueues.
# It is taken for one that has them exactly when it is, although RING_RESET, Version 3 and 0x0c0 are used twice.
set -u

program=$(CDPATH='' cd -- "$(dirname -- "$0")/../.." && pwd)/build/host/touchstone
passed=0 failed=0

# healthy LAYOUT WORDS
healthy() {
	case $1 in none) found='message signalled interrupts' devices=0 ;; *) found="message signalled interrupts ${1%%-*}\$" devices=4 ;; esac
	words="touchstone.ref=only touchstone.ref-msi=$1 $2"
	# shellcheck disable=SC2086 # the words are arguments
	if output=$("$program" $words 2>&1) && echo "$output" | grep -q '^# end run=[1-9].* fail=0 warn=0 .* error=0 ' &&
		[ "$(echo "$output" | grep -c "$found")" = $devices ]; then
		passed=$((passed + 1))
		echo "ok $words: $(echo "$output" | grep '^# end')"
	else
		failed=$((failed + 1))
		echo "not ok $words"
		echo "$output" | grep -A40 -E '^# (fail|warn)|^not ok|ERROR|runtime error|fatal' | head -60
	fi
}

for schedule in prompt lazy mixed; do
	for version in 1 2 3; do
		healthy none "touchstone.ref-version=$version touchstone.ref-schedule=$schedule"
	done
	for layout in draft3 f40 f40-fixed f40-patch f40-fixed-patch dragonball f44; do
		healthy "$layout" "touchstone.ref-schedule=$schedule touchstone.skip=*wrap*"
	done
done
# Devices with hardly any room: the driver gets along, or a check is skipped.
for size in 1 2 4 8; do
	healthy none "touchstone.ref-version=1 touchstone.ref-queue-size=$size"
	healthy f40 "touchstone.ref-queue-size=$size"
done
# A CPU that takes no interrupt, so that nobody can tell whether one was on its way: it is said, and nothing passes for it.
output=$(TOUCHSTONE_DEAF_CPU=1 "$program" touchstone.ref=only touchstone.ref-msi=f44 touchstone.only=refblk0.msi.line-is-silent 2>&1)
if echo "$output" | grep -q '^# warning: CPU 1 took no interrupt of ours' &&
	echo "$output" | grep -q '^ok 1 refblk0.msi.line-is-silent # SKIP CPU 1 took no interrupt of ours'; then
	passed=$((passed + 1))
	echo "ok a CPU that takes no interrupt"
else
	failed=$((failed + 1))
	echo "not ok a CPU that takes no interrupt"
	echo "$output" | tail -20
fi
echo "$passed passed, $failed failed"
[ $failed = 0 ]
