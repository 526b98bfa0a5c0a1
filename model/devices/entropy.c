/* SPDX-License-Identifier: BSD-2-Clause */
/* The entropy device: 5.4. It has one queue, no configuration space and no features of its type. */
#include "drivers/spec/device.h"
#include "model/bits.h"
#include "model/chain.h"
#include "model/defects/broken.h"
#include "model/devices/backend.h"
#include "model/oddities/odd.h"

enum { REQUEST_MAX = 1 << 20 }; /* 5.4.6.2: the device may use less than the whole buffer */

static uint16_t queues(const struct model *m, const uint32_t *features)
{
	(void)features;
	return broken(m, rng_two_queues) ? 2 : 1;
}

/* Only with a defect: keeps nothing from one buffer, or from one notification, to the next. */
static void forget(struct model *m, uint16_t index)
{
	if (m->queue[index].kicked || !broken(m, rng_batch_repeats))
		m->own[0] = 0;
}

/* Only with a defect: gives the bytes of the first block again, from the bytes that the device keeps. */
static void repeat(struct model *m, uint8_t *bytes, uint32_t length)
{
	uint8_t *kept = (uint8_t *)m->own + sizeof(m->own[0]);
	const bool first = !m->own[0];

	m->own[0] = 1;
	for (uint32_t i = 0; i < length; i++) {
		if (first)
			kept[i] = bytes[i];
		bytes[i] = kept[i];
	}
}

/* Only with a defect: bytes that are not random. */
static bool fill_plainly(const struct model *m, uint8_t *bytes, uint32_t length)
{
	if (!broken(m, rng_constant) && !broken(m, rng_repeats))
		return false;
	for (uint32_t i = 0; i < length; i++)
		bytes[i] = broken(m, rng_constant) ? 0x5a : (uint8_t)(0x9d * i + 0x35);
	return true;
}

static void random_bytes(struct model *m, uint8_t *bytes, uint32_t length)
{
	if (fill_plainly(m, bytes, length))
		return;
	for (uint32_t i = 0; i < length; i += 8)
		model_to_le(bytes + i, (unsigned)model_min(8, length - i), m->host.random(m->host.context));
	if (broken(m, rng_first_byte_constant) && length)
		bytes[0] = 0;
	if (broken(m, rng_last_byte_constant) && length)
		bytes[length - 1] = 0;
	if (broken(m, rng_block_repeats) || broken(m, rng_batch_repeats))
		repeat(m, bytes, length);
}

static uint32_t serve(struct model *m, uint16_t index)
{
	uint32_t length = (uint32_t)model_min(m->chain.writable, REQUEST_MAX);
	uint32_t end;
	uint8_t bytes[64];

	if (broken(m, rng_block_repeats) || broken(m, rng_batch_repeats))
		forget(m, index);
	if (odd(m, rng_byte_at_a_time) && length)
		length = 1;
	if (odd(m, rng_random_amount) && length)
		length = 1 + (uint32_t)(m->host.random(m->host.context) % length);
	end = length;
	if (broken(m, rng_empty) || broken(m, rng_not_written))
		return broken(m, rng_empty) ? 0 : length;
	if (broken(m, rng_first_descriptor_only) && length)
		end = (uint32_t)model_min(length, m->chain.segment[m->chain.readable_count].length);
	for (uint32_t done = 0; done < end;) {
		uint32_t piece = (uint32_t)model_min(sizeof bytes, end - done);

		random_bytes(m, bytes, piece);
		if (!model_chain_write(m, done, bytes, piece))
			return 0;
		done += piece;
	}
	if (broken(m, rng_overruns) && length) {
		const struct model_segment *last = &m->chain.segment[m->chain.count - 1];
		m->host.write(m->host.context, last->address + last->length, bytes, 8);
	}
	return length;
}

static const struct model_shown shown[] = {
	MODEL_SHOWN(offers_foreign_bit, 19, true),
};

const struct model_backend model_entropy = {
	.device_id = VIRTIO_ID_ENTROPY,
	.shown = MODEL_LIST(shown),
	.concurrent = true,
	.queues = queues,
	.serve = serve,
};
