/* SPDX-License-Identifier: BSD-2-Clause */
/* Small seeded generator (xorshift64*): the same seed gives the same run, on every port. */
#ifndef FIRMWARE_LIB_RANDOM_H
#define FIRMWARE_LIB_RANDOM_H

#include <stddef.h>
#include <stdint.h>

struct random {
	uint64_t state;
};

/* Any seed is good, 0 too. `stream` makes different sequences of one seed, e.g. a hash of a check's name. */
void random_seed(struct random *random, uint64_t seed, uint64_t stream);
uint64_t random_next(struct random *random);
/* Evenly in [0, bound); bound > 0. */
uint32_t random_below(struct random *random, uint32_t bound);
void random_fill(struct random *random, void *buffer, size_t size);
/* A hash of a string, for `stream`. */
uint64_t random_hash(const char *string);

#endif
