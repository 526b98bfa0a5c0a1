# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=sh
# The output of tests that are shell scripts. To be sourced.
passed=0 failed=0

# result STATUS WHAT: prints a test's line.
result() {
	if [ "$1" = 0 ]; then
		passed=$((passed + 1))
		echo "ok $2"
	else
		failed=$((failed + 1))
		echo "not ok $2"
	fi
}

# Prints the last line; fails if a test failed.
results() {
	echo "$passed passed, $failed failed"
	[ $failed = 0 ]
}
