// SPDX-License-Identifier: BSD-2-Clause
#include "firmware/lib/string.h"

/*
 * Called in every loop below. It keeps the compiler from recognizing the loop as the very function that the loop
 * implements, which would then call itself.
 */
static inline void not_a_library_call(void)
{
	__asm__ volatile("");
}

void *memcpy(void *restrict to, const void *restrict from, size_t size)
{
	unsigned char *out = to;
	const unsigned char *in = from;

	if (((uintptr_t)out | (uintptr_t)in) % sizeof(uint64_t) == 0)
		for (; size >= sizeof(uint64_t); size -= sizeof(uint64_t)) {
			*(uint64_t *)(void *)out = *(const uint64_t *)(const void *)in;
			out += sizeof(uint64_t);
			in += sizeof(uint64_t);
			not_a_library_call();
		}
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
	/* Speed matters: rings are cleared and buffers filled before each check. So write eight bytes at a time. */
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

	if (((uintptr_t)a | (uintptr_t)b) % sizeof(uint64_t) == 0)
		while (size >= sizeof(uint64_t) &&
		       *(const uint64_t *)(const void *)a == *(const uint64_t *)(const void *)b) {
			a += sizeof(uint64_t);
			b += sizeof(uint64_t);
			size -= sizeof(uint64_t);
		}
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
