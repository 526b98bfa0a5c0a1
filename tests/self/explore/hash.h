/* SPDX-License-Identifier: BSD-2-Clause */
/* Hashes of 64 bits. The search takes two states with the same hash for the same state. With a million states the odds
 * that any two collide are one in tens of millions. */
#ifndef TESTS_SELF_EXPLORE_HASH_H
#define TESTS_SELF_EXPLORE_HASH_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

static inline uint64_t hash_word(uint64_t hash, uint64_t word)
{
	hash = (hash ^ word) * 0x9e3779b97f4a7c15u;
	return hash ^ hash >> 29;
}

/* Four independent sums, which a CPU computes in parallel. */
static inline uint64_t hash_bytes(uint64_t hash, const void *from, size_t size)
{
	const uint8_t *bytes = from;
	uint64_t lane[4] = { hash, hash + 1, hash + 2, hash + 3 };

	for (; size >= 32; size -= 32, bytes += 32)
		for (unsigned i = 0; i < 4; i++) {
			uint64_t word;

			memcpy(&word, bytes + 8 * i, 8);
			lane[i] = hash_word(lane[i], word);
		}
	for (; size; size--)
		lane[0] = hash_word(lane[0], *bytes++);
	return hash_word(hash_word(hash_word(lane[0], lane[1]), lane[2]), lane[3]);
}

#endif
