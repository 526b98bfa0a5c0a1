/* SPDX-License-Identifier: BSD-2-Clause */
/* Chooses between the two ways to interrupt: by message and by line. */
#include "model/interrupt.h"

#include "drivers/spec/device.h"
#include "model/defects/broken.h"
#include "model/devices/backend.h"
#include "model/line.h"
#include "model/msi/msi.h"

/* Only with a defect: the event shows in InterruptStatus, and nowhere else. */
static bool off_the_line(const struct model *m, uint32_t source)
{
	return source != MODEL_SOURCE_CONFIG && broken_at(m, (uint16_t)(source - MODEL_SOURCE_QUEUE(0)), off_the_line);
}

void model_raise(struct model *m, uint32_t source)
{
	if (broken(m, never_interrupts))
		return;
	if (model_msi_event(m, source))
		return;
	if (off_the_line(m, source))
		m->interrupt_status |= VIRTIO_INTERRUPT_USED_BUFFER;
	else
		model_raise_line(m, source == MODEL_SOURCE_CONFIG ? VIRTIO_INTERRUPT_CONFIG
								  : VIRTIO_INTERRUPT_USED_BUFFER);
}
