#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# The host port under ASan and UBSan: the healthy reference device passes every check in every Version and schedule,
# with every layout of message signalled interrupts, and with very small virtqueues. The driver recognises messages
# exactly if the device has them, although RING_RESET, Version 3 and 0x0c0 have two meanings.
# host.sh --one LAYOUT WORDS: one of these runs alone.
set -u

top=$(CDPATH='' cd -- "$(dirname -- "$0")/../.." && pwd)
program=$top/build/host/touchstone

runs() {
	for schedule in prompt lazy mixed; do
		for version in 1 2 3; do
			echo "none touchstone.ref-version=$version touchstone.ref-schedule=$schedule"
		done
		for layout in draft3 f40 f40-fixed f40-patch f40-fixed-patch dragonball f44; do
			echo "$layout touchstone.ref-schedule=$schedule touchstone.skip=*wrap*"
		done
	done
	# Devices with hardly any room: the driver gets along, or a check is skipped.
	for size in 1 2 4 8; do
		echo "none touchstone.ref-version=1 touchstone.ref-queue-size=$size"
		echo "f40 touchstone.ref-queue-size=$size"
	done
}

# healthy LAYOUT WORDS
healthy() {
	case $1 in none) found='message signalled interrupts' devices=0 ;; *) found="message signalled interrupts ${1%%-*}\$" devices=4 ;; esac
	words="touchstone.ref=only touchstone.ref-msi=$1 $2"
	# shellcheck disable=SC2086 # the words are arguments
	if output=$("$program" $words 2>&1) && echo "$output" | grep -q '^# end run=[1-9].* fail=0 warn=0 .* error=0 ' &&
		[ "$(echo "$output" | grep -c "$found")" = $devices ]; then
		echo "ok $words: $(echo "$output" | grep '^# end')"
	else
		echo "not ok $words"
		echo "$output" | grep -A40 -E '^# (fail|warn)|^not ok|ERROR|runtime error|fatal' | head -60 | sed 's/^/    /'
	fi
}

if [ "${1-}" = --one ]; then
	# The lines of two runs must not get between each other.
	said=$(healthy "${2%% *}" "${2#* }")
	printf '%s\n' "$said"
	exit
fi
. "$top/tests/self/result.sh"
said=$(runs | xargs -d '\n' -n 1 -P "$(nproc)" "$0" --one)
printf '%s\n' "$said"
passed=$(printf '%s\n' "$said" | grep -c '^ok ')
failed=$(($(runs | wc -l) - passed))
# A CPU takes no interrupt, so that nobody can know whether one was on its way: a warning says so, and checks that need
# to know are skipped.
deaf() {
	TOUCHSTONE_DEAF_CPU=1 "$program" touchstone.ref=only touchstone.ref-msi=f44 touchstone.only=refblk0.msi.line-is-silent "$@" 2>&1
}
output=$(deaf)
echo "$output" | grep -q '^# warning: CPU 1 took no interrupt of ours' &&
	echo "$output" | grep -q '^ok 1 refblk0.msi.line-is-silent # SKIP CPU 1 took no interrupt of ours'
result $? "a CPU that takes no interrupt"
deaf touchstone.defect=msi-lost | grep -q '^not ok 1 refblk0.msi.line-is-silent # ERROR the machine stood still: CPU 1 took no interrupt of ours'
result $? "a lost message beside a CPU that takes no interrupt"
results
