// SPDX-License-Identifier: BSD-2-Clause
/*
 * LZMA, after the description in Igor Pavlov's LZMA SDK (lzma-specification.txt).
 *
 * A stream of bits, each decoded with the probability that it is 0 in its context; the probability learns from the
 * bit. The bits say: a byte, or a match, which repeats `length` bytes from `distance` bytes ago, or the same with one
 * of the last four distances. `state` remembers the kinds of the last few. With position bits, a context also depends
 * on the lowest bits of where in the output it is: good for instructions that are words.
 */
#include "firmware/boot/packed/lzma.h"

#define PROBABILITY_BITS 11
#define PROBABILITY_HALF (1u << PROBABILITY_BITS >> 1)
#define LEARNING_SHIFT	 5
#define RANGE_MIN	 (1u << 24)

enum {
	STATES = 12,
	STATE_AFTER_MATCH = 7, /* from here on: the last thing was a match */
	LENGTH_MIN = 2,
	LENGTH_LOW = 8,	 /* lengths with a tree of 3 bits */
	LENGTH_MID = 16, /* and, after those, with another one */
	DISTANCES = 4,	 /* that are remembered */
	DISTANCE_CONTEXTS = 4,
	SLOT_BITS = 6,
	SLOT_FIRST_TREE = 4, /* smaller slots are distances */
	SLOT_FIRST_DIRECT = 14,
	ALIGN_BITS = 4,
	POSITIONS = 1 << LZMA_POSITION_BITS,
	LITERAL_POSITIONS = 1 << LZMA_LITERAL_POSITION_BITS,
	LITERAL_BYTES = 1 << LZMA_LITERAL_CONTEXT_BITS,
};

typedef uint16_t probability;

struct length_model {
	probability beyond_low, beyond_mid, low[POSITIONS][LENGTH_LOW], mid[POSITIONS][LENGTH_LOW], high[256];
};

static struct model {
	probability is_match[STATES][POSITIONS], is_repeat[STATES], is_not_last[STATES], is_not_second[STATES],
		is_fourth[STATES];
	probability is_long_repeat[STATES][POSITIONS];
	struct length_model match_length, repeat_length;
	probability slot[DISTANCE_CONTEXTS][1 << SLOT_BITS];
	probability distance[128 - SLOT_FIRST_DIRECT + 1], align[1 << ALIGN_BITS];
	probability literal[LITERAL_POSITIONS][LITERAL_BYTES][3 << 8];
} model;

static const uint8_t *input, *input_end;
static uint32_t range, code;

static uint32_t next_byte(void)
{
	return input < input_end ? *input++ : 0;
}

static void normalize(void)
{
	if (range < RANGE_MIN) {
		range <<= 8;
		code = code << 8 | next_byte();
	}
}

static uint32_t bit(probability *zero)
{
	const uint32_t bound = (range >> PROBABILITY_BITS) * *zero;
	const uint32_t value = code >= bound;

	if (value) {
		range -= bound;
		code -= bound;
		*zero = (probability)(*zero - (*zero >> LEARNING_SHIFT));
	} else {
		range = bound;
		*zero = (probability)(*zero + (((1u << PROBABILITY_BITS) - *zero) >> LEARNING_SHIFT));
	}
	normalize();
	return value;
}

/* Bits without a context, the highest first. */
static uint32_t direct_bits(uint32_t count)
{
	uint32_t value = 0;

	while (count--) {
		range >>= 1;
		value = value << 1 | (code >= range);
		if (code >= range)
			code -= range;
		normalize();
	}
	return value;
}

/* The highest bit first. The context of a bit is the bits before it. */
static uint32_t tree(probability *nodes, uint32_t bits)
{
	uint32_t node = 1;

	for (uint32_t i = 0; i < bits; i++)
		node = node << 1 | bit(&nodes[node]);
	return node - (1u << bits);
}

/* The lowest bit first. */
static uint32_t reverse_tree(probability *nodes, uint32_t bits)
{
	uint32_t node = 1, value = 0;

	for (uint32_t i = 0; i < bits; i++) {
		const uint32_t b = bit(&nodes[node]);

		node = node << 1 | b;
		value |= b << i;
	}
	return value;
}

/* After a match, the byte that would have continued it is a context, too, for as long as it agrees. */
static uint8_t literal(probability *nodes, bool after_match, uint32_t expected)
{
	uint32_t node = 1;

	while (after_match && node < 0x100) {
		const uint32_t guess = expected >> 7 & 1;

		node = node << 1 | bit(&nodes[((1 + guess) << 8) + node]);
		expected <<= 1;
		after_match = (node & 1) == guess;
	}
	while (node < 0x100)
		node = node << 1 | bit(&nodes[node]);
	return (uint8_t)node;
}

static uint32_t length(struct length_model *m, uint32_t position)
{
	if (!bit(&m->beyond_low))
		return LENGTH_MIN + tree(m->low[position], 3);
	if (!bit(&m->beyond_mid))
		return LENGTH_MIN + LENGTH_LOW + tree(m->mid[position], 3);
	return LENGTH_MIN + LENGTH_MID + tree(m->high, 8);
}

/* Minus 1. The slot tells the number of bits and the two highest of them. */
static uint32_t distance(uint32_t match_length)
{
	const uint32_t nearness = match_length - LENGTH_MIN;
	const uint32_t context = nearness < DISTANCE_CONTEXTS ? nearness : DISTANCE_CONTEXTS - 1;
	const uint32_t slot = tree(model.slot[context], SLOT_BITS);

	if (slot < SLOT_FIRST_TREE)
		return slot;

	const uint32_t bits = (slot >> 1) - 1;
	const uint32_t base = (2 | (slot & 1)) << bits;

	if (slot < SLOT_FIRST_DIRECT)
		return base + reverse_tree(&model.distance[base - slot], bits);
	return base + (direct_bits(bits - ALIGN_BITS) << ALIGN_BITS) + reverse_tree(model.align, ALIGN_BITS);
}

/* Puts `newest` first; the one that was at `oldest` is forgotten. */
static void remember(uint32_t last[DISTANCES], uint32_t newest, uint32_t oldest)
{
	for (; oldest; oldest--)
		last[oldest] = last[oldest - 1];
	last[0] = newest;
}

static void repeat_earlier(uint32_t last[DISTANCES], uint32_t state)
{
	const uint32_t which = bit(&model.is_not_second[state]) ? 2 + bit(&model.is_fourth[state]) : 1;

	remember(last, last[which], which);
}

static void start(const uint8_t *from, uint32_t from_size)
{
	probability *const all = (probability *)&model;

	for (uint32_t i = 0; i < sizeof(model) / sizeof(*all); i++)
		all[i] = PROBABILITY_HALF;
	input = from + 1; /* the first byte is always 0 */
	input_end = from + from_size;
	range = 0xffffffff;
	code = 0;
	for (uint32_t i = 0; i < sizeof(code); i++)
		code = code << 8 | next_byte();
}

bool lzma_unpack(uint8_t *to, uint32_t size, const uint8_t *from, uint32_t from_size)
{
	uint32_t last[DISTANCES] = { 0 }, state = 0, done = 0;

	start(from, from_size);
	while (done < size) {
		const bool after_match = state >= STATE_AFTER_MATCH;
		const uint32_t position = done % POSITIONS;
		uint32_t count;

		if (!bit(&model.is_match[state][position])) {
			const uint32_t before = done ? to[done - 1] : 0;

			to[done] = literal(
				model.literal[done % LITERAL_POSITIONS][before >> (8 - LZMA_LITERAL_CONTEXT_BITS)],
				after_match, after_match ? to[done - last[0] - 1] : 0);
			done++;
			state = state < 4 ? 0 : state < 10 ? state - 3 : state - 6;
			continue;
		}
		if (!bit(&model.is_repeat[state])) {
			count = length(&model.match_length, position);
			remember(last, distance(count), DISTANCES - 1);
			state = after_match ? 10 : 7;
		} else if (bit(&model.is_not_last[state])) {
			repeat_earlier(last, state);
			count = length(&model.repeat_length, position);
			state = after_match ? 11 : 8;
		} else if (bit(&model.is_long_repeat[state][position])) {
			count = length(&model.repeat_length, position);
			state = after_match ? 11 : 8;
		} else {
			count = 1;
			state = after_match ? 11 : 9;
		}
		if (last[0] >= done || count > size - done)
			return false;
		for (; count; count--, done++)
			to[done] = to[done - last[0] - 1];
	}
	return true;
}
