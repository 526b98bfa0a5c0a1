#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# The host port under ASan and UBSan: the healthy reference device passes every check in every Version and schedule.
set -u

program=$(CDPATH='' cd -- "$(dirname -- "$0")/../.." && pwd)/build/host/touchstone
passed=0 failed=0

for version in 1 2 3; do
	for schedule in prompt lazy mixed; do
		words="touchstone.ref=only touchstone.ref-version=$version touchstone.ref-schedule=$schedule"
		# shellcheck disable=SC2086 # the words are arguments
		if output=$("$program" $words 2>&1) && echo "$output" | grep -q '^# end run=[1-9].* fail=0 warn=0 .* error=0 '; then
			passed=$((passed + 1))
			echo "ok $words: $(echo "$output" | grep '^# end')"
		else
			failed=$((failed + 1))
			echo "not ok $words"
			echo "$output" | grep -A40 -E '^# (fail|warn)|^not ok|ERROR|runtime error|fatal' | head -60
		fi
	done
done
echo "$passed passed, $failed failed"
[ $failed = 0 ]
