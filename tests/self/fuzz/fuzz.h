/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the fuzzing harnesses share. A harness is a file NAME_fuzz.c with LLVMFuzzerTestOneInput(), which libFuzzer
 * calls with inputs that it makes from the seeds of seeds.py. The sanitizers find invalid accesses and undefined
 * behaviour; holds() states what must hold besides.
 */
#ifndef TESTS_SELF_FUZZ_FUZZ_H
#define TESTS_SELF_FUZZ_FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The input as a stream, which gives zeros after its end. */
struct input {
	const uint8_t *at, *end;
};

static inline size_t input_left(const struct input *input)
{
	return (size_t)(input->end - input->at);
}

static inline uint8_t input_u8(struct input *input)
{
	return input_left(input) ? *input->at++ : 0;
}

static inline uint16_t input_u16(struct input *input)
{
	const uint8_t low = input_u8(input);

	return (uint16_t)(low | input_u8(input) << 8);
}

static inline uint32_t input_u32(struct input *input)
{
	const uint32_t low = input_u16(input);

	return low | (uint32_t)input_u16(input) << 16;
}

static inline uint64_t input_u64(struct input *input)
{
	const uint64_t low = input_u32(input);

	return low | (uint64_t)input_u32(input) << 32;
}

/* The next `size` bytes, or as many as are left; *got is their number. */
static inline const uint8_t *input_bytes(struct input *input, size_t size, size_t *got)
{
	const uint8_t *bytes = input->at;

	*got = size < input_left(input) ? size : input_left(input);
	input->at += *got;
	return bytes;
}

/* Reports a finding unless CONDITION holds. */
#define holds(CONDITION)                                                                               \
	do {                                                                                           \
		if (!(CONDITION)) {                                                                    \
			fprintf(stderr, "%s:%d: does not hold: %s\n", __FILE__, __LINE__, #CONDITION); \
			abort();                                                                       \
		}                                                                                      \
	} while (0)

#endif
