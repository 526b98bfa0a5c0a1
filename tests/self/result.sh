# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=sh
# What the tests that are shell scripts say. To be sourced.
passed=0 failed=0

# result STATUS WHAT: a test's line.
result() {
	if [ "$1" = 0 ]; then
		passed=$((passed + 1))
		echo "ok $2"
	else
		failed=$((failed + 1))
		echo "not ok $2"
	fi
}

# The last line; fails if something did.
results() {
	echo "$passed passed, $failed failed"
	[ $failed = 0 ]
}
