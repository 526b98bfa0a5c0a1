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

static inline struct features features_or(struct features left, struct features right)
{
	for (unsigned i = 0; i < FEATURE_WORDS; i++)
		left.word[i] |= right.word[i];
	return left;
}

static inline bool features_equal(const struct features *left, const struct features *right)
{
	for (unsigned i = 0; i < FEATURE_WORDS; i++)
		if (left->word[i] != right->word[i])
			return false;
	return true;
}

/* A set of one bit, or of two. */
#define FEATURE(BIT)	     features_with(NO_FEATURES, (BIT))
#define FEATURES(ONE, OTHER) features_with(FEATURE(ONE), (OTHER))

struct device_type;

/* Where the specification (1.4) defines a bit. */
enum feature_layout { FEATURE_ANY, FEATURE_LEGACY, FEATURE_MODERN };

struct feature_bit {
	uint8_t bit, layout;
	const char *name; /* without its prefix: "EVENT_IDX", "MRG_RXBUF" */
};
/* FEATURE_BIT(NET, MTU, ANY) is VIRTIO_NET_F_MTU. */
#define FEATURE_BIT(TYPE, NAME, LAYOUT)                           \
	{                                                         \
		VIRTIO_##TYPE##_F_##NAME, FEATURE_##LAYOUT, #NAME \
	}

/* "Feature X requires Y" (5.1.3.1, 5.2.3 and so on): `needs` is Y, and `alternative` is another bit that serves as
 * well, or Y again. */
struct feature_dependency {
	uint8_t feature, needs, alternative;
};
#define FEATURE_NEEDS(TYPE, NAME, OTHER) FEATURE_NEEDS_EITHER(TYPE, NAME, OTHER, OTHER)
#define FEATURE_NEEDS_EITHER(TYPE, NAME, OTHER, ELSE)                                         \
	{                                                                                     \
		VIRTIO_##TYPE##_F_##NAME, VIRTIO_##TYPE##_F_##OTHER, VIRTIO_##TYPE##_F_##ELSE \
	}

/* The name of a bit; NULL if the specification gives it no meaning for this device type. */
const char *feature_name(const struct device_type *type, unsigned bit);

/* Does the bit belong to the legacy interface? A driver on the modern layout does not accept such a bit. */
bool feature_is_legacy(const struct device_type *type, unsigned bit);

/* Why virtio 1.4 forbids an MMIO device on the given layout to offer the bit, by its name (4.2.5, 6.1, 6.2); NULL if it
 * does not. */
const char *feature_forbidden(unsigned bit, bool legacy);

/* Why virtio 1.4 gives the bit no meaning; NULL if it does, or forbids it. A device of a later version may offer it
 * (2.2.2). */
const char *feature_unknown(const struct device_type *type, unsigned bit, bool legacy);

/* Makes a set valid: adds, transitively, the offered bits that its bits need, and removes each bit that needs one that
 * is not offered. The result is a subset of `offered`. */
struct features features_close(const struct device_type *type, struct features wanted, struct features offered);

#endif
