/* SPDX-License-Identifier: BSD-2-Clause */
/* Chooses between the two ways to interrupt: by message and by line. */
#include "model/interrupt.h"

#include "drivers/spec/device.h"
#include "model/defects/broken.h"
#include "model/line.h"
#include "model/msi/msi.h"

void model_raise(struct model *m, uint32_t source)
{
	if (broken(m, never_interrupts))
		return;
	if (!model_msi_event(m, source))
		model_raise_line(m, source == MODEL_SOURCE_CONFIG ? VIRTIO_INTERRUPT_CONFIG
								  : VIRTIO_INTERRUPT_USED_BUFFER);
}
