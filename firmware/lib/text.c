// SPDX-License-Identifier: BSD-2-Clause
/* Functions that no C library has. string.c has those that every C library has, so the host port leaves string.c
 * out. */
#include "firmware/lib/string.h"

bool string_copy(char *to, size_t size, const char *from)
{
	size_t i;

	for (i = 0; from[i]; i++) {
		if (i + 1 >= size) {
			to[i] = 0;
			return false;
		}
		to[i] = from[i];
	}
	to[i] = 0;
	return true;
}

bool glob_match(const char *pattern, size_t pattern_length, const char *text, size_t length)
{
	size_t p = 0, t = 0, star = SIZE_MAX, resume = 0;

	while (t < length) {
		if (p < pattern_length && pattern[p] == '*') {
			star = p++;
			resume = t;
		} else if (p < pattern_length && (pattern[p] == '?' || pattern[p] == text[t])) {
			p++;
			t++;
		} else if (star != SIZE_MAX) { /* let the last star match one byte more */
			p = star + 1;
			t = ++resume;
		} else {
			return false;
		}
	}
	while (p < pattern_length && pattern[p] == '*')
		p++;
	return p == pattern_length;
}

static int digit_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return 16;
}

bool parse_number(const char **cursor, uint64_t *value)
{
	const char *at = *cursor;
	unsigned base = 10;
	uint64_t result = 0;
	bool any = false;

	if (at[0] == '0' && (at[1] == 'x' || at[1] == 'X') && digit_value(at[2]) < 16) {
		base = 16;
		at += 2;
	}
	for (int digit; (digit = digit_value(*at)) < (int)base; at++) {
		if (result > (UINT64_MAX - (unsigned)digit) / base)
			return false;
		result = result * base + (unsigned)digit;
		any = true;
	}
	if (!any)
		return false;
	*cursor = at;
	*value = result;
	return true;
}
