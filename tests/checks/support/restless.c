// SPDX-License-Identifier: BSD-2-Clause
#include "tests/checks/support/restless.h"

#include "firmware/lib/journal.h"

enum {
	REQUESTS = 4,
	LOOKS = 2000, /* at InterruptStatus, in a life in which nothing happens */
	LOOKS_A_WAIT = 50,
	QUIET_ROUNDS = 16,
};

void config_look(struct device *d, struct config_view *view)
{
	view->generation = transport_config_generation(&d->transport);
	for (unsigned i = 0; i < d->type->fields.count; i++) {
		const struct config_field *field = &d->type->fields.at[i];

		view->values[i] = device_has_field(d, field) ? device_read_field(d, field) : 0;
	}
}

bool config_moved(struct device *d, const struct config_view *since)
{
	struct config_view now;

	if (transport_is_legacy(&d->transport))
		return true;
	if (transport_config_generation(&d->transport) != since->generation)
		return true;
	config_look(d, &now);
	for (unsigned i = 0; i < d->type->fields.count; i++)
		if (now.values[i] != since->values[i])
			return true;
	return false;
}

uint32_t quiet_line(struct device *d)
{
	struct irq_line *line = d->transport.line;
	uint32_t mark = 0;

	for (unsigned i = 0; i < QUIET_ROUNDS; i++) {
		transport_take_interrupts(&d->transport);
		if (line) {
			irq_line_rearm(line);
			irq_settle();
			mark = line->count;
		}
		if (!transport_interrupt_status(&d->transport))
			break;
	}
	return mark;
}

enum unrest { AT_REST, CHANGES, NOTIFIES };

/* Acknowledges what is there. Was there a change of the configuration? */
static uint32_t take(struct device *d, const struct config_view *start, bool *changed)
{
	const uint32_t status = transport_take_interrupts(&d->transport);

	*changed = (status & VIRTIO_INTERRUPT_CONFIG) && config_moved(d, start);
	return status;
}

/* Looks for events without a cause. `low`: the bit of used buffers has read 0, so that it was set anew. */
static enum unrest watch(struct device *d, const struct config_view *start)
{
	bool low = !device_request_queue(d)->used_seen, changed;

	for (unsigned i = 0; i < LOOKS; i++) {
		const uint32_t status = take(d, start, &changed);

		if (changed)
			return CHANGES;
		if ((status & VIRTIO_INTERRUPT_USED_BUFFER) && low)
			return NOTIFIES;
		low = low || !(status & VIRTIO_INTERRUPT_USED_BUFFER);
		if (i % LOOKS_A_WAIT == 0)
			(void)WAIT_UNTIL(false, SHORT_WAIT_NS);
	}
	return AT_REST;
}

/* A life in which the driver makes a few requests, at first none, and waits. */
static enum unrest live(struct device *d)
{
	struct config_view start;
	bool changed;

	if (device_reset(d))
		return AT_REST;
	config_look(d, &start);
	device_greet(d);
	if (device_negotiate(d, NO_FEATURES) || device_setup_queues(d, 0))
		return AT_REST;
	device_go(d);
	(void)WAIT_UNTIL(false, SHORT_WAIT_NS);
	if (take(d, &start, &changed) & VIRTIO_INTERRUPT_USED_BUFFER)
		return NOTIFIES;
	if (changed)
		return CHANGES;
	for (unsigned i = 0; i < REQUESTS && d->type->make_request; i++) {
		if (device_do_request(d, i))
			return AT_REST;
		(void)WAIT_UNTIL(transport_interrupt_status(&d->transport) & VIRTIO_INTERRUPT_USED_BUFFER,
				 patience_for(d->recent_wait_ns));
		take(d, &start, &changed);
		if (changed)
			return CHANGES;
	}
	return watch(d, &start);
}

static const char changes[] = "the configuration changes by itself, which interrupts, too";

static enum unrest look(struct device *d)
{
	enum unrest found;

	journal_pause(true); /* the log of a failure shows what the check did */
	if (d->transport.line)
		irq_line_attach(d->transport.line, NULL, NULL);
	found = live(d);
	journal_pause(false);
	return found;
}

void excuse_changes(struct run *t, struct device *d)
{
	if (look(d) == CHANGES)
		skip(t, "%s", changes);
}

bool restless(struct run *t, struct device *d)
{
	const enum unrest found = look(d);

	if (found == CHANGES)
		skip(t, "%s", changes);
	if (found == NOTIFIES)
		skip(t, "the device sends notifications for nothing, which it may (2.7.7.1)");
	return false;
}
