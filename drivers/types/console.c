// SPDX-License-Identifier: BSD-2-Clause
/* Console device (5.3): a request is a line of text on port 0; the answer is the used entry. */
#include "drivers/dma.h"
#include "drivers/request.h"
#include "drivers/spec/console.h"
#include "drivers/types/types.h"
#include "firmware/lib/print.h"

enum { CONSOLE_LINE = 32 };

/* 5.3.3 */
static const struct feature_bit features[] = {
	FEATURE_BIT(CONSOLE, SIZE, ANY),
	FEATURE_BIT(CONSOLE, MULTIPORT, ANY),
	FEATURE_BIT(CONSOLE, EMERG_WRITE, ANY),
};

/* 5.3.4, without emerg_wr, which is write-only */
#define FIELD(NAME, OFFSET, WIDTH, FEATURE, ...)                                                            \
	{                                                                                                   \
		.name = NAME, .offset = VIRTIO_CONSOLE_CONFIG_##OFFSET, .width = WIDTH, .feature = FEATURE, \
		__VA_ARGS__                                                                                 \
	}
static const struct config_field fields[] = {
	FIELD("cols", COLS, 2, VIRTIO_CONSOLE_F_SIZE, .changes = true),
	FIELD("rows", ROWS, 2, VIRTIO_CONSOLE_F_SIZE, .changes = true),
	FIELD("max_nr_ports", MAX_NR_PORTS, 4, VIRTIO_CONSOLE_F_MULTIPORT, .queues_each = 2, .queues_more = 2),
};

static unsigned queues_used(const struct device *device)
{
	return device_accepted(device, VIRTIO_CONSOLE_F_MULTIPORT) ? 4 : 2;
}

static uint32_t queues_at_most(struct device *device)
{
	if (device_offers(device, VIRTIO_CONSOLE_F_MULTIPORT))
		return 2 * config_read(&device->transport, VIRTIO_CONSOLE_CONFIG_MAX_NR_PORTS, 4) + 2;
	return 2;
}

static enum driver_error make_request(struct device *device, struct request *request)
{
	char *line = dma_alloc(CONSOLE_LINE, 1);

	(void)device;
	if (!line)
		return DRIVER_DMA_EXHAUSTED;
	request->segments[0] = (struct segment){
		.data = line,
		.size = (uint32_t)format_string(line, CONSOLE_LINE, "touchstone %016lx\n", request->tag),
	};
	line[request->segments[0].size - 1] = '\n'; /* format_string() prints a newline as '?' */
	request->count = 1;
	request->answer = NULL;
	request->least = request->most = 0;
	return DRIVER_NO_ERROR;
}

const struct device_type console_type = {
	.id = VIRTIO_ID_CONSOLE,
	.prefix = "con",
	.title = "console device",
	.features = LIST(features),
	.features_complete = true,
	.fields = LIST(fields),
	.queues_used = queues_used,
	.queues_at_most = queues_at_most,
	.request_queue = VIRTIO_CONSOLE_TX,
	.make_request = make_request,
	.not_by_thousands = "tens of thousands of requests would flood the console",
};
