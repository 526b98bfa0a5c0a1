/* SPDX-License-Identifier: BSD-2-Clause */
/* Sets of feature bits (2.2), 0 to 127, and what the specification says of each bit. */
#ifndef DRIVERS_FEATURES_H
#define DRIVERS_FEATURES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "drivers/spec/features.h"

enum { FEATURE_BITS = 128, FEATURE_WORDS = 4 };

struct features {
	uint32_t word[FEATURE_WORDS]; /* word n holds bits 32n to 32n + 31 */
};

#define NO_FEATURES ((struct features){ { 0 } })

static inline bool features_has(const struct features *features, unsigned bit)
{
	return bit < FEATURE_BITS && (features->word[bit / 32] >> (bit % 32) & 1);
}

static inline struct features features_with(struct features features, unsigned bit)
{
	features.word[bit / 32] |= 1u << (bit % 32);
	return features;
}

static inline struct features features_without(struct features features, unsigned bit)
{
	features.word[bit / 32] &= ~(1u << (bit % 32));
	return features;
}

static inline struct features features_and(struct features left, struct features right)
{
	for (unsigned i = 0; i < FEATURE_WORDS; i++)
		left.word[i] &= right.word[i];
	return left;
}

static inline bool features_equal(const struct features *left, const struct features *right)
{
	for (unsigned i = 0; i < FEATURE_WORDS; i++)
		if (left->word[i] != right->word[i])
			return false;
	return true;
}

/* features with one bit, or two */
#define FEATURE(BIT)	     features_with(NO_FEATURES, (BIT))
#define FEATURES(ONE, OTHER) features_with(FEATURE(ONE), (OTHER))

/* The name of a bit without its prefix ("EVENT_IDX", "MRG_RXBUF"), NULL if the specification (1.4) gives it no meaning
 * for this device type. */
const char *feature_name(uint32_t device_id, unsigned bit);

/* Why an MMIO device on the given layout must not offer the bit (2.2.2, 4.2.5, 6.2), NULL if it may. */
const char *feature_forbidden(uint32_t device_id, unsigned bit, bool legacy);

/* Do we know the device type's own bits? Without, only transport and ring bits are judged. */
bool feature_type_known(uint32_t device_id);

/* "feature needs other": 5.1.3.1, 5.2.3 and so on. alternative: another bit that serves as well, or other itself. */
struct feature_dependency {
	uint32_t device_id;
	uint8_t feature, needs, alternative;
};
extern const struct feature_dependency feature_dependencies[];
extern const size_t feature_dependency_count;

/* Adds what the set needs, transitively, as far as `offered` has it; then removes what still lacks something it needs.
 * The result is a valid subset. */
struct features features_close(uint32_t device_id, struct features wanted, struct features offered);

#endif
