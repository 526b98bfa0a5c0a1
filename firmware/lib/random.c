// SPDX-License-Identifier: BSD-2-Clause
#include "firmware/lib/random.h"

#include "firmware/lib/string.h"

/* SplitMix64's finalizer: spreads close seeds far apart. */
static uint64_t mix(uint64_t value)
{
	value += 0x9e3779b97f4a7c15u;
	value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9u;
	value = (value ^ (value >> 27)) * 0x94d049bb133111ebu;
	return value ^ (value >> 31);
}

void random_seed(struct random *random, uint64_t seed, uint64_t stream)
{
	random->state = mix(mix(seed) ^ stream);
	if (!random->state) /* the one state that xorshift never leaves */
		random->state = 1;
}

uint64_t random_next(struct random *random)
{
	random->state ^= random->state >> 12;
	random->state ^= random->state << 25;
	random->state ^= random->state >> 27;
	return random->state * 0x2545f4914f6cdd1du;
}

uint32_t random_below(struct random *random, uint32_t bound)
{
	return (uint32_t)(((random_next(random) >> 32) * bound) >> 32);
}

void random_fill(struct random *random, void *buffer, size_t size)
{
	unsigned char *at = buffer;

	/* Speed matters: checks of disks fill megabytes. */
	for (; (uintptr_t)at % sizeof(uint64_t) == 0 && size >= sizeof(uint64_t); size -= sizeof(uint64_t)) {
		*(uint64_t *)(void *)at = random_next(random);
		at += sizeof(uint64_t);
	}
	while (size) {
		uint64_t value = random_next(random);
		size_t part = size < sizeof(value) ? size : sizeof(value);
		memcpy(at, &value, part);
		at += part;
		size -= part;
	}
}

uint64_t random_hash(const char *string)
{
	uint64_t hash = 0xcbf29ce484222325u; /* FNV-1a */

	for (; *string; string++)
		hash = (hash ^ (unsigned char)*string) * 0x100000001b3u;
	return hash;
}
