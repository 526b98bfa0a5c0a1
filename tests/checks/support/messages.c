// SPDX-License-Identifier: BSD-2-Clause
#include "tests/checks/support/messages.h"

#include "firmware/arch/cpus.h"

static const char no_messages[] = "this machine has no message signalled interrupts for us";

struct target messages_targets[TARGETS];
static uint32_t stray_mark, line_mark;

/* The device of the life, its ConfigGeneration when that began, and the target of messages about its configuration. */
static struct device *living;
static uint32_t first_generation;
static unsigned config_target;

static struct irq_line *line_of(const struct device *d)
{
	return d->transport.line;
}

uint32_t messages_source(const struct device *d)
{
	return d->type->request_queue;
}

unsigned messages_own(const struct device *d)
{
	return d->type->request_queue + 1u;
}

uint32_t messages_at(unsigned target)
{
	return messages_targets[target].line->count - messages_targets[target].mark;
}

void messages_mark(struct device *d)
{
	irq_settle();
	for (unsigned i = 0; i < TARGETS; i++) {
		irq_line_rearm(messages_targets[i].line);
		messages_targets[i].mark = messages_targets[i].line->count;
	}
	stray_mark = irq_unowned_count();
	line_mark = line_of(d) ? line_of(d)->count : 0;
}

uint32_t messages_stray(void)
{
	return irq_unowned_count() - stray_mark;
}

uint32_t messages_line(struct device *d)
{
	return line_of(d) ? line_of(d)->count - line_mark : 0;
}

void messages_need_targets(struct run *t, const struct device *d)
{
	const char *const alone = cpus_start(1);

	if (d->transport.bus == &transport_memory_bus && !irq_messages_from_devices())
		skip(t, no_messages);
	for (unsigned i = 0; i < TARGETS; i++) {
		struct target *target = &messages_targets[i];

		if (!target->line)
			target->line = irq_message_open(!alone && i % 2, &target->message);
		if (!target->line)
			skip(t, no_messages);
		if (target->line->cpu && alone)
			abort_check(t, "messages go to CPU 1: %s", alone);
	}
}

void messages_give(struct device *d, uint32_t source, unsigned target)
{
	msi_do(d, MSI_SET, source, &messages_targets[target].message);
}

struct virtqueue *messages_second(struct device *d)
{
	const struct features many = features_and(d->type->multiqueue, d->accepted);

	return !features_equal(&many, &NO_FEATURES) && d->type->request_queue + 1 < d->queue_count
		       ? &d->queues[d->type->request_queue + 1]
		       : NULL;
}

unsigned messages_queues(struct run *t, struct device *d)
{
	const uint16_t second = d->type->request_queue + 1;

	require_ok(t, device_setup_queues(d, 0), "the virtqueues can be set up");
	if (!messages_second(d))
		return device_queues_used(d);
	require_ok(t, device_setup_queue(d, second, DEVICE_QUEUE_SIZE), "the second virtqueue can be set up");
	return second + 1u;
}

void messages_expect_change(struct device *d)
{
	living = d;
	first_generation = transport_config_generation(&d->transport);
}

void messages_negotiate(struct run *t, struct device *d)
{
	messages_expect_change(d);
	device_greet(d);
	require_ok(t, device_negotiate(d, features_or(d->msi.features, d->type->multiqueue)),
		   "the device accepts the features of its layout");
}

void messages_give_each(struct run *t, struct device *d, unsigned queues, unsigned target, unsigned step)
{
	if (d->msi.sharing && d->msi.messages <= queues)
		skip(t, "the device has fewer messages than event sources");
	for (unsigned i = 0; i <= queues + 1; i++) {
		uint32_t source = i == 0 ? MSI_CONFIG : i <= queues ? i - 1 : messages_source(d);

		messages_give(d, source, target + step * (i <= queues ? i : messages_own(d)));
		if (d->msi.sharing)
			msi_map(d, source, msi_number(d, source));
		if (msi_can(&d->msi, MSI_UNMASK))
			msi_do(d, MSI_UNMASK, source, NULL);
	}
}

void messages_prepare(struct run *t, struct device *d, bool on, unsigned target, unsigned step)
{
	bool first = msi_is(&d->msi, MSI_ENABLES_FIRST);
	unsigned queues;

	messages_need_targets(t, d);
	config_target = target;
	messages_negotiate(t, d);
	if (d->msi.layout->state_width)
		need_row(t, !msi_enabled(d), "msi-reset-01", "messages are not enabled after a reset");
	queues = messages_queues(t, d);
	messages_mark(d);
	if (on && first)
		msi_do(d, MSI_ENABLE, 0, NULL);
	messages_give_each(t, d, queues, target, step);
	if (on && !first)
		msi_do(d, MSI_ENABLE, 0, NULL);
}

void messages_start(struct run *t, struct device *d, bool on)
{
	messages_prepare(t, d, on, 0, 1);
	device_go(d);
}

bool messages_changed(void)
{
	return transport_config_generation(&living->transport) != first_generation;
}

void messages_need_ordinary(struct run *t, struct device *d)
{
	enum { EVENTS = 16 };
	uint32_t cpu;
	const uint32_t unsettled = irq_unsettled(&cpu);
	enum driver_error error;
	bool known = true;
	unsigned wrong = 0;

	messages_start(t, d, true);
	for (unsigned i = 0; i < EVENTS && !wrong && known; i++) {
		messages_mark(d);
		error = device_do_request(d, i);
		need_row(t, error != DRIVER_NO_ANSWER || !d->transport.notify_base, "msi-notify-01",
			 "a request is answered that was notified at the address that the device gives");
		need_ok(t, error);
		if (!WAIT_UNTIL(messages_at(messages_own(d)), device_patience_ns))
			wrong++;
		irq_settle();
		for (unsigned target = 0; target < TARGETS; target++)
			wrong += messages_at(target) != (target == messages_own(d)) &&
				 !(target == config_target && messages_changed());
		wrong += messages_stray() && !messages_changed();
		known = irq_unsettled(&cpu) == unsettled; /* or a CPU takes no interrupt, as the framework will say */
	}
	need_row(t, !wrong || !known, "msi-own-01", "each used buffer sends one message, that of its virtqueue");
	need_ok(t, device_reset(d));
}

void messages_expect_only(struct run *t, unsigned target, uint32_t want, const char *when)
{
	bool changed;

	irq_settle();
	/* The configuration may change at any time (2.5), and then its message comes, too, perhaps later. */
	changed = messages_changed();
	for (unsigned i = 0; i < TARGETS; i++) {
		const uint32_t came = messages_at(i), expected = i == target ? want : 0;

		if (i != config_target || !changed || came < expected)
			expect_eq(t, came, expected, "messages at target %u %s", i, when);
	}
	/* With a layout that enables messages before it sets them, that of a change may come in between. */
	if (changed && msi_is(&living->msi, MSI_ENABLES_FIRST))
		return;
	expect_eq(t, messages_stray(), 0, "stray messages %s (the last with data 0x%x at cpu %u)", when,
		  irq_unowned_last(), irq_unowned_cpu());
}
