/* SPDX-License-Identifier: BSD-2-Clause */
/* The entropy device: 5.4. One queue, no configuration space, no features of its own. */
#include "model/internal.h"

enum { REQUEST_MAX = 1 << 20 }; /* 5.4.6.2: the device may use less than the whole buffer */

static void nothing(struct model *m)
{
	(void)m;
}

static uint16_t queues(const struct model *m, const uint32_t *features)
{
	(void)m;
	(void)features;
	return 1;
}

static bool receives(const struct model *m, uint16_t index)
{
	(void)m;
	(void)index;
	return false;
}

static void random_bytes(struct model *m, uint8_t *bytes, uint32_t length)
{
	for (uint32_t i = 0; i < length; i += 8)
		model_to_le(bytes + i, (unsigned)model_min(8, length - i), m->host.random(m->host.context));
}

static uint32_t serve(struct model *m, uint16_t index)
{
	uint32_t length = (uint32_t)model_min(m->chain.writable, REQUEST_MAX);
	uint8_t bytes[64];

	(void)index;
	for (uint32_t done = 0; done < length;) {
		uint32_t piece = (uint32_t)model_min(sizeof bytes, length - done);

		random_bytes(m, bytes, piece);
		if (!model_chain_write(m, done, bytes, piece))
			return 0;
		done += piece;
	}
	return length;
}

static void config_write(struct model *m, uint32_t offset, uint8_t width, uint32_t value)
{
	(void)m;
	(void)offset;
	(void)width;
	(void)value;
}

const struct model_backend model_entropy = {
	.init = nothing,
	.reset = nothing,
	.queues = queues,
	.receives = receives,
	.serve = serve,
	.config_write = config_write,
	.concurrent = true,
};
