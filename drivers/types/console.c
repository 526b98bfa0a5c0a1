// SPDX-License-Identifier: BSD-2-Clause
/* Console device (5.3): a request is a line of text on port 0; the answer is the used entry. */
#include "drivers/dma.h"
#include "drivers/spec/console.h"
#include "drivers/types/types.h"
#include "firmware/lib/print.h"

enum { CONSOLE_LINE = 32 };

static unsigned queues_used(const struct device *device)
{
	return device_accepted(device, VIRTIO_CONSOLE_F_MULTIPORT) ? 4 : 2;
}

static const char *make_request(struct device *device, struct request *request)
{
	char *line = dma_alloc(CONSOLE_LINE, 1);

	(void)device;
	if (!line)
		return dma_exhausted;
	request->segments[0] = (struct segment){
		.data = line,
		.size = (uint32_t)format_string(line, CONSOLE_LINE, "touchstone %016lx\n", request->tag),
	};
	line[request->segments[0].size - 1] = '\n'; /* format_string() prints what it cannot show as '?' */
	request->count = 1;
	request->answer = NULL;
	request->least = request->most = 0;
	return NULL;
}

const struct device_type console_type = {
	.id = VIRTIO_ID_CONSOLE,
	.prefix = "con",
	.title = "console device",
	.queues_used = queues_used,
	.request_queue = VIRTIO_CONSOLE_TX,
	.make_request = make_request,
};
