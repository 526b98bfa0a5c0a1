// SPDX-License-Identifier: BSD-2-Clause
#include "firmware/lib/string.h"

/*
 * In every loop below: keeps the compiler from seeing in it the very function that it implements, and from calling itself.
 */
static inline void not_a_library_call(void)
{
	__asm__ volatile("");
}

void *memcpy(void *restrict to, const void *restrict from, size_t size)
{
	unsigned char *out = to;
	const unsigned char *in = from;

	while (size--) {
		*out++ = *in++;
		not_a_library_call();
	}
	return to;
}

void *memmove(void *to, const void *from, size_t size)
{
	unsigned char *out = to;
	const unsigned char *in = from;

	if ((uintptr_t)out - (uintptr_t)in >= size)
		return memcpy(to, from, size);
	while (size--) {
		out[size] = in[size];
		not_a_library_call();
	}
	return to;
}

void *memset(void *to, int byte, size_t size)
{
	const uint64_t word = 0x0101010101010101u * (unsigned char)byte;
	unsigned char *out = to;

	for (; size && (uintptr_t)out % sizeof(word); size--) {
		*out++ = (unsigned char)byte;
		not_a_library_call();
	}
	/* Rings are cleared and buffers poisoned before each check: eight bytes at a time. */
	for (; size >= sizeof(word); size -= sizeof(word), out += sizeof(word)) {
		*(uint64_t *)(void *)out = word;
		not_a_library_call();
	}
	for (; size; size--) {
		*out++ = (unsigned char)byte;
		not_a_library_call();
	}
	return to;
}

int memcmp(const void *left, const void *right, size_t size)
{
	const unsigned char *a = left, *b = right;

	for (; size--; a++, b++)
		if (*a != *b)
			return *a - *b;
	return 0;
}

size_t strlen(const char *string)
{
	size_t length = 0;

	while (string[length])
		length++;
	return length;
}

int strcmp(const char *left, const char *right)
{
	while (*left && *left == *right)
		left++, right++;
	return (unsigned char)*left - (unsigned char)*right;
}

int strncmp(const char *left, const char *right, size_t size)
{
	for (; size--; left++, right++)
		if (*left != *right || !*left)
			return (unsigned char)*left - (unsigned char)*right;
	return 0;
}

char *strchr(const char *string, int byte)
{
	for (;; string++) {
		if (*string == (char)byte)
			return (char *)(uintptr_t)string;
		if (!*string)
			return NULL;
	}
}

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
		} else if (star != SIZE_MAX) { /* let the last star take one byte more */
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
