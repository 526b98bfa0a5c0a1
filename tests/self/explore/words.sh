#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# words.sh EXPLORE: tests the arguments of the explorer, and that it can fail.
set -u

explore=$1
passed=0 failed=0

# asks STATUS PATTERN WORDS...
asks() {
	want=$1 pattern=$2
	shift 2
	output=$("$explore" "$@" 2>&1)
	status=$?
	if [ "$status" = "$want" ] && echo "$output" | grep -q -- "$pattern"; then
		passed=$((passed + 1))
		echo "ok explore $*"
	else
		failed=$((failed + 1))
		echo "not ok explore $*: exit status $status, not $want, or no \"$pattern\" in"
		echo "$output" | tail -20
	fi
}

asks 0 '^2 passed, 0 failed$' change.draft3-unstaged capacity.config_torn
asks 0 '=> a message that nobody composed' change.draft3-unstaged:a1d2
asks 0 '=> as it should be' change.draft3:a1d2
asks 0 'none with up to 0 preemptions' --bound 0 wire.edge-config
asks 0 '^wire.edge-config ' --list
# The counter-example needs one preemption.
asks 1 'THERE SHOULD BE ONE' --bound 0 wire.line_drops_on_any_ack
asks 1 '^0 passed, 0 failed$' no.such.scenario
asks 2 'no scenario of that name' no.such.scenario:a1
asks 2 'a schedule is letters of' change.draft3:a1z1
asks 2 'step 2 of the schedule cannot be' change.draft3:a1j1
echo "$passed passed, $failed failed"
[ $failed = 0 ]
