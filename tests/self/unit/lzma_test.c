// SPDX-License-Identifier: BSD-2-Clause
/* The decoder of the packed image: right on what pack.py packs, and harmless on anything else. */
#include "tests/self/unit/unit.h"

#include <stdlib.h>

#include "firmware/boot/packed/lzma.h"

enum {
	TAIL = 16, /* the end mark, which is not read, and what the range coder has ahead */
	NOISE = 500,
};

struct bytes {
	uint8_t *at;
	uint32_t size;
};

/* In memory of exactly its size, so that the sanitizer sees every byte beyond. */
static struct bytes read_file(const char *path)
{
	FILE *const file = fopen(path, "rb");
	struct bytes bytes = { NULL, 0 };
	int c;

	while (file && (c = getc(file)) != EOF) {
		bytes.at = realloc(bytes.at, bytes.size + 1);
		bytes.at[bytes.size++] = (uint8_t)c;
	}
	if (file)
		fclose(file);
	return bytes;
}

static struct bytes text, packed;

static void begin(void)
{
	if (text.at)
		return;
	text = read_file(UNIT_TEXT);
	packed = read_file(UNIT_PACKED);
}

/* Does a stream unpack to the text? */
static bool is_text(const uint8_t *stream, uint32_t size)
{
	uint8_t *const out = malloc(text.size);
	const bool same = lzma_unpack(out, text.size, stream, size) && memcmp(out, text.at, text.size) == 0;

	free(out);
	return same;
}

UNIT_TEST(what_was_packed_comes_back)
{
	begin();
	unit_true(text.size > 4096 && packed.size > 1024 && packed.size < text.size / 2);
	unit_true(is_text(packed.at, packed.size));
}

UNIT_TEST(damage_anywhere_is_seen)
{
	begin();
	for (uint32_t i = 1; i + TAIL < packed.size; i++) {
		packed.at[i] ^= (uint8_t)(1 << i % 8);
		unit_true(!is_text(packed.at, packed.size));
		packed.at[i] ^= (uint8_t)(1 << i % 8);
	}
}

UNIT_TEST(a_stream_that_is_cut_short_is_seen)
{
	begin();
	for (uint32_t size = 1; size + TAIL < packed.size; size += 7) {
		uint8_t *const cut = malloc(size);

		memcpy(cut, packed.at, size);
		unit_true(!is_text(cut, size));
		free(cut);
	}
}

UNIT_TEST(noise_is_harmless)
{
	uint8_t *const noise = malloc(NOISE);
	uint32_t random = 1, texts = 0;

	begin();
	for (uint32_t round = 0; round < 1000; round++) {
		for (uint32_t i = 0; i < NOISE; i++) {
			random = random * 1664525 + 1013904223;
			noise[i] = (uint8_t)(random >> 24);
		}
		texts += is_text(noise, NOISE);
	}
	unit_equal(texts, 0);
	free(noise);
}
