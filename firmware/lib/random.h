/* SPDX-License-Identifier: BSD-2-Clause */
/* A small seeded generator (xorshift64*): the same seed gives the same run on every port. */
#ifndef FIRMWARE_LIB_RANDOM_H
#define FIRMWARE_LIB_RANDOM_H

#include <stddef.h>
#include <stdint.h>

struct random {
	uint64_t state;
};

/* Any seed will do, even 0. Different values of `stream`, for example hashes of check names, make different
 * sequences of one seed. */
void random_seed(struct random *random, uint64_t seed, uint64_t stream);
uint64_t random_next(struct random *random);
/* Returns a number uniformly in [0, bound); bound > 0. */
uint32_t random_below(struct random *random, uint32_t bound);
void random_fill(struct random *random, void *buffer, size_t size);
/* Hashes a string, for `stream`. */
uint64_t random_hash(const char *string);

#endif
