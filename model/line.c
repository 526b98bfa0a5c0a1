/* SPDX-License-Identifier: BSD-2-Clause */
/* InterruptStatus, InterruptACK and the line: 4.2.2.1, 4.2.3.4. The line is a level: asserted as long as a bit is set.
 */
#include "model/line.h"

#include "drivers/spec/device.h"
#include "model/defects/broken.h"
#include "model/oddities/odd.h"

void model_set_line(struct model *m, bool asserted)
{
	if (m->line == asserted)
		return;
	m->line = asserted;
	m->host.set_line(m->host.context, asserted);
}

void model_raise_line(struct model *m, uint32_t cause)
{
	if (broken(m, interrupt_not_reasserted) && cause == VIRTIO_INTERRUPT_USED_BUFFER && m->defective.swallow) {
		m->defective.swallow = false;
		return;
	}
	if (broken(m, config_bit_with_used) && cause == VIRTIO_INTERRUPT_USED_BUFFER)
		cause |= VIRTIO_INTERRUPT_CONFIG;
	if (broken(m, config_change_late_status) && cause == VIRTIO_INTERRUPT_CONFIG)
		cause = 0;
	if (broken(m, config_lost_behind_used) && cause == VIRTIO_INTERRUPT_CONFIG && m->interrupt_status)
		return;
	m->interrupt_status |= cause;
	if (broken(m, line_not_for_config) && cause == VIRTIO_INTERRUPT_CONFIG)
		return;
	if (odd(m, pulses_for_each_event))
		model_set_line(m, false);
	model_set_line(m, true);
	if (broken(m, line_pulses))
		model_set_line(m, false);
	if (broken(m, interrupt_status_vanishes))
		m->interrupt_status = 0;
}

void model_acknowledge(struct model *m, uint32_t causes)
{
	if (m->msi.enabled && !broken(m, msi_sets_interrupt_status) && !broken(m, msi_raises_line))
		return; /* an event that was sent as a message needs no acknowledgement */
	if (broken(m, ack_ignored_early) && !(m->status & VIRTIO_STATUS_DRIVER_OK))
		return;
	if (causes & ~(uint32_t)(VIRTIO_INTERRUPT_USED_BUFFER | VIRTIO_INTERRUPT_CONFIG))
		hang_if_broken(m, ack_undefined_hangs);
	if (broken(m, ack_inverted))
		causes = ~causes;
	if (broken(m, ack_clears_all) || (broken(m, ack_nothing_clears) && !causes))
		causes = ~0u;
	m->defective.swallow = causes & VIRTIO_INTERRUPT_USED_BUFFER;
	m->interrupt_status &= ~causes;
	if (broken(m, line_sticks) || (broken(m, line_sticks_when_broken) && m->error))
		return;
	if (!m->interrupt_status || broken(m, line_drops_on_any_ack))
		model_set_line(m, false);
	if (broken(m, interrupts_for_ever) && (m->status & VIRTIO_STATUS_DRIVER_OK))
		model_raise_line(m, VIRTIO_INTERRUPT_USED_BUFFER);
}

/* Part of a device reset: 4.2.2.1. */
void model_clear_interrupts(struct model *m)
{
	m->defective.swallow = false;
	if (broken(m, reset_keeps_interrupt_status))
		return;
	m->interrupt_status &= broken(m, reset_keeps_config_cause) ? VIRTIO_INTERRUPT_CONFIG : 0;
	if (!broken(m, reset_keeps_line))
		model_set_line(m, m->interrupt_status != 0);
}

/* Reading has no side effect. */
uint32_t model_read_interrupt_status(struct model *m)
{
	uint32_t status = m->interrupt_status;

	if (broken(m, interrupt_status_all_ones))
		return 0xffffffff;
	if (broken(m, interrupt_status_junk) && status)
		status |= 4;
	if (broken(m, interrupt_status_read_clears))
		m->interrupt_status = 0;
	if (broken(m, interrupt_status_read_clears) || broken(m, interrupt_status_read_lowers_line))
		model_set_line(m, false);
	return status;
}
