// SPDX-License-Identifier: BSD-2-Clause
/*
 * Message signalled interrupts on virtio-mmio (docs/mmio-msi.md): the same checks for every layout. They judge what a
 * layout states, and report what a draft leaves open.
 *
 * Each source has another message, and there are targets where no message should arrive: so an interrupt that is lost,
 * comes twice, or goes to no target shows as such. The plan has these checks only for a device with such interrupts.
 */
#include "drivers/spec/msi.h"
#include "drivers/transport/mmio.h"
#include "firmware/lib/string.h"
#include "tests/checks/support/common.h"
#include "tests/checks/support/messages.h"
#include "tests/checks/support/restless.h"
#include "tests/framework/race.h"

enum { ROUNDS = 8 };

static void request(struct run *t, struct device *d)
{
	need_ok(t, device_do_request(d, random_next(&t->random)));
}

/* Expects the message of one event since messages_mark(), and no other anywhere. */
static void expect_message(struct run *t, unsigned target, const char *when)
{
	/* irq_settle() waits for a CPU that the host runs late. */
	require(t, WAIT_UNTIL(messages_at(target), device_patience_ns) || (irq_settle(), messages_at(target)),
		"a message comes for a used buffer %s", when);
	messages_expect_only(t, target, 1, when);
}

/* Causes one event, and expects its message and no other anywhere. */
static void one_message(struct run *t, struct device *d, unsigned target, const char *when)
{
	messages_mark(d);
	request(t, d);
	expect_message(t, target, when);
}

/* Causes an event, and expects no message in a quiet moment. */
static void no_message(struct run *t, struct device *d, const char *when)
{
	messages_mark(d);
	request(t, d);
	quiet_moment(t);
	messages_expect_only(t, TARGETS, 0, when);
}

static void expect_line(struct run *t, struct device *d, const char *when)
{
	uint32_t mark;

	messages_mark(d);
	mark = quiet_line(d);
	request(t, d);
	require(t, WAIT_UNTIL(d->transport.line->count != mark, device_patience_ns),
		"the line interrupts for a used buffer %s", when);
	/* A configuration change may have interrupted first. */
	expect(t, WAIT_UNTIL(interrupt_status(d) & VIRTIO_INTERRUPT_USED_BUFFER, patience_for(d->recent_wait_ns)),
	       "InterruptStatus shows the used buffer %s", when);
	messages_expect_only(t, TARGETS, 0, when);
	quiet_line(d);
}

static void need(struct run *t, bool met, const char *what)
{
	if (!met)
		skip(t, "the layout has no %s", what);
}

#define MSI_NEEDS .transport = TRANSPORT_MMIO, .version = 2, .requests = true, .entries = REQUEST_ENTRIES, .msi = true

/* Breaks: too few messages for the sources. Symptom: the driver falls back to the line. */
CHECK(enough, "msi.tells-of-enough-messages", REQ("msi-found-01"), DESCRIBED, NEEDS(MSI_NEEDS),
      "The device has at least as many messages as its layout asks for")
{
	const struct msi *msi = &d->msi;
	uint32_t count, least = 1;

	messages_negotiate(t, d);
	count = msi_count(d);
	if (msi->layout == &msi_draft3)
		least = device_queues_used(d);
	else if (msi->layout == &msi_f40)
		least = msi->sharing ? 2 : device_queues_used(d) + 1;
	info(t, "%s, Version %u, count register 0x%x%s", msi->layout->name, d->transport.version, count,
	     msi->sharing ? ", sharing" : "");
	expect(t, count >= least, "the count register reads at least %u: it reads %u", least, count);
	expect_eq(t, msi_count(d), count, "the count register, read again");
}

/*
 * Breaks: registers that work for a driver that did not accept the feature. Symptom: such a driver writes QueueReset,
 * at the same offset as one of them.
 */
CHECK(inert, "msi.inert-unless-accepted", REQ("msi-inert-01"), DESCRIBED, NEEDS(MSI_NEEDS, .line = true),
      "Without the feature the registers read 0 and ignore writes, and the line works as usual")
{
	const struct msi_register *at = d->msi.layout->registers;
	bool stated = msi_is(&d->msi, MSI_INERT);

	need(t, d->msi.layout->features[0], "feature bit");
	messages_need_targets(t, d);
	messages_expect_change(d);
	device_greet(d);
	require_ok(t, device_negotiate(d, NO_FEATURES), "the device accepts the smallest set of features");
	require_ok(t, device_setup_queues(d, 0), "the virtqueues can be set up");
	if (stated) {
		messages_give_each(t, d, 1, 0, 1);
		msi_do(d, MSI_ENABLE, 0, NULL);
	}
	for (; at->name; at++) {
		uint32_t value = reg_read(&d->transport, at->offset);

		if (stated)
			expect_eq(t, value, 0, "%s", at->name);
		else if (value)
			info(t, "%s reads 0x%x although the feature was not accepted", at->name, value);
	}
	device_go(d);
	expect_line(t, d, "without the feature");
}

/* Breaks: a device that uses a message as soon as it is set. Symptom: interrupts at a vector that is not set up yet. */
CHECK(off, "msi.line-until-enabled", REQ("msi-off-01"), DESCRIBED, NEEDS(MSI_NEEDS, .line = true),
      "The line is used until messages are enabled")
{
	messages_start(t, d, false);
	for (unsigned i = 0; i < ROUNDS; i++)
		expect_line(t, d, "with messages set and not enabled");
}

/* Breaks: sources that are mixed up, messages that are lost, come twice, or come for nothing. Symptom: the wrong
 * queue is looked at, a request hangs, interrupts are counted as spurious. */
CHECK(each_its_own, "msi.each-event-is-one-message", REQ("msi-own-01"), DESCRIBED, NEEDS(MSI_NEEDS),
      "Each used buffer sends one message, that of its virtqueue")
{
	struct virtqueue *second;
	struct request other;

	messages_start(t, d, true);
	for (unsigned i = 0; i < ROUNDS; i++)
		one_message(t, d, messages_own(d), "with messages enabled");
	second = messages_second(d);
	if (!second)
		return;
	messages_mark(d);
	require_ok(t, device_make_request(d, &other, 0), "a request can be made");
	if (virtqueue_add(second, other.segments, other.count, NULL, &other) < 0)
		abort_check(t, "no room for a request");
	virtqueue_kick(second);
	take_used(t, second, "a request on the second virtqueue");
	require(t, WAIT_UNTIL(messages_at(messages_own(d) + 1), device_patience_ns),
		"a message comes for the second virtqueue");
	messages_expect_only(t, messages_own(d) + 1, 1, "for the second virtqueue");
}

/*
 * A configuration change that a driver can cause: an available index that is out of range makes most devices set
 * DEVICE_NEEDS_RESET, which comes with a configuration change notification (2.1.2).
 */
static void break_ring(struct run *t, struct device *d)
{
	struct virtqueue *queue = device_request_queue(d);

	queue->avail->index = (uint16_t)(queue->avail->index + 2 * queue->size + 1);
	virtqueue_notify(queue);
	if (!COMES(t, transport_status(&d->transport) & VIRTIO_STATUS_DEVICE_NEEDS_RESET, d->recent_wait_ns))
		skip(t, "the device does not set DEVICE_NEEDS_RESET for an available index out of range");
}

static void change_back(struct run *t, struct device *d)
{
	(void)t;
	d->transport.stimuli->change_config(d->transport.bus_context);
}

/* Changes the configuration by a stimulus; false if the device has none. */
static bool change_config(struct run *t, struct device *d)
{
	const struct transport *transport = &d->transport;

	if (!transport->stimuli || !transport->stimuli->change_config(transport->bus_context))
		return false;
	t->afterwards = change_back;
	messages_expect_change(d);
	return true;
}

/* Breaks: a configuration change that sends a virtqueue's message. Symptom: the driver never hears of it. */
CHECK(configuration, "msi.configuration-has-its-message", REQ("msi-own-01", "status-03"), DESCRIBED, NEEDS(MSI_NEEDS),
      "A configuration change sends one message, that of the configuration")
{
	messages_need_ordinary(t, d);
	messages_start(t, d, true);
	one_message(t, d, messages_own(d), "before the change");
	messages_mark(d);
	if (!change_config(t, d))
		break_ring(t, d);
	require(t, WAIT_UNTIL(messages_at(0), device_patience_ns), "a message comes for the configuration change");
	messages_expect_only(t, 0, 1, "for the configuration change");
}

/*
 * Breaks: a device that sets the bit or the line as well. Symptom: each event costs two interrupts, or the line storms
 * because nobody acknowledges. (A driver does not read InterruptStatus then; only this check does.)
 */
CHECK(quiet, "msi.line-is-silent", REQ("msi-quiet-01"), DESCRIBED, NEEDS(MSI_NEEDS),
      "With messages enabled InterruptStatus stays 0 and the line is low")
{
	messages_need_ordinary(t, d);
	messages_start(t, d, true);
	for (unsigned i = 0; i < ROUNDS; i++) {
		one_message(t, d, messages_own(d), "with messages enabled");
		expect_eq(t, transport_interrupt_status(&d->transport), 0, "InterruptStatus after a message");
		expect_eq(t, messages_line(d), 0, "interrupts of the line");
	}
}

/*
 * Breaks: a device that keeps a message for one source only. Symptom: a driver that shares a vector among its queues
 * loses all but one.
 */
CHECK(shared, "msi.shared-message", REQ("msi-share-01"), DESCRIBED, NEEDS(MSI_NEEDS),
      "Sources that have the same message all send it")
{
	messages_need_ordinary(t, d);
	messages_prepare(t, d, true, SPARE, 0);
	device_go(d);
	one_message(t, d, SPARE, "with one message for all");
	if (d->msi.sharing) {
		msi_map(d, messages_source(d), 0);
		one_message(t, d, SPARE, "with one vector for two sources");
	}
	messages_mark(d);
	break_ring(t, d);
	require(t, WAIT_UNTIL(messages_at(SPARE), device_patience_ns), "a message comes for the configuration change");
	messages_expect_only(t, SPARE, 1, "for the configuration change");
}

/* Breaks: a source that keeps its first vector. Symptom: interrupts for a queue whose owner is gone. */
CHECK(mapping, "msi.mapping", REQ("msi-map-01"), DESCRIBED, NEEDS(MSI_NEEDS),
      "With sharing, a virtqueue uses the vector that it is mapped to, and none with NO_VECTOR")
{
	need(t, d->msi.sharing, "mapping of its own");
	messages_need_ordinary(t, d);
	messages_start(t, d, true);
	msi_map(d, messages_source(d), 0);
	one_message(t, d, 0, "mapped to the configuration's vector");
	msi_map(d, messages_source(d), MSI_NO_VECTOR);
	no_message(t, d, "mapped to no vector");
	msi_map(d, messages_source(d), msi_number(d, messages_source(d)));
	one_message(t, d, messages_own(d), "mapped to its own vector again");
}

/*
 * Breaks: a device that uses each register as soon as it is written. Symptom: a message that nobody set, half old and
 * half new, arrives at somebody else's vector, and the event is lost.
 *
 * This is the race from the review of the proposals, in slow motion: a message is several registers, and an event comes
 * between their writes.
 */
CHECK(staged, "msi.message-changes-as-a-whole", REQ("msi-stage-01"), DESCRIBED, NEEDS(MSI_NEEDS),
      "An event between the writes of a new message arrives as the old message, and after them as the new one")
{
	bool masked = msi_is(&d->msi, MSI_SETS_MASKED);
	const struct msi_write *writes = d->msi.layout->writes[MSI_SET];
	uint32_t source = messages_source(d);

	messages_need_ordinary(t, d);
	messages_start(t, d, true);
	for (unsigned i = 0; masked ? writes[i].width : writes[i + 1].width; i++) {
		msi_step(d, MSI_SET, i, source, &messages_targets[SPARE].message);
		one_message(t, d, messages_own(d), "before a new message counts");
	}
	if (masked)
		msi_do(d, MSI_MASK, source, NULL);
	messages_give(d, source, SPARE);
	if (masked)
		msi_do(d, MSI_UNMASK, source, NULL);
	for (unsigned i = 0; i < 2; i++)
		one_message(t, d, SPARE, "once a new message counts");
}

/* Breaks: a device that uses only some bits of a number. Symptom: a driver's mistake breaks another queue. */
CHECK(range, "msi.numbers-out-of-range", REQ("msi-range-01"), DESCRIBED, NEEDS(MSI_NEEDS),
      "A source or vector that does not exist changes nothing for those that do")
{
	uint32_t last = d->msi.messages > d->queue_count && d->msi.sharing ? d->msi.messages : d->queue_count + 1u;

	messages_need_ordinary(t, d);
	messages_start(t, d, true);
	for (uint32_t i = 0; i < 4u + last; i++) {
		uint32_t source = i < 2u + last ? last + i : i % 2 ? 0x7ff : 0xffe;

		messages_give(d, source, SPARE + 1);
		if (msi_can(&d->msi, MSI_MASK))
			msi_do(d, MSI_MASK, source, NULL);
	}
	one_message(t, d, messages_own(d), "after numbers out of range");
}

/* f44: expects that everything that was written reads back. */
static void expect_source(struct run *t, struct device *d, uint32_t source, unsigned target, uint32_t masked)
{
	static const struct irq_message none;
	const struct irq_message *message = target < TARGETS ? &messages_targets[target].message : &none;
	struct transport *transport = &d->transport;

	reg_write(transport, VIRTIO_F44_SELECT, source);
	expect_eq(t, reg_read(transport, VIRTIO_F44_SELECT), source, "MsiSel reads back");
	expect_eq(t, reg_read(transport, VIRTIO_F44_ADDRESS_LOW), (uint32_t)message->address,
		  "MsiAddrLow of source 0x%x", source);
	expect_eq(t, reg_read(transport, VIRTIO_F44_ADDRESS_HIGH), message->address >> 32, "MsiAddrHigh of source 0x%x",
		  source);
	expect_eq(t, reg_read(transport, VIRTIO_F44_DATA), message->data, "MsiData of source 0x%x", source);
	expect_eq(t, reg_read(transport, VIRTIO_F44_MASK), masked, "MsiMask of source 0x%x", source);
	if (source != MSI_CONFIG || !messages_changed())
		expect_eq(t, reg_read(transport, VIRTIO_F44_PENDING), 0, "MsiPending of source 0x%x", source);
}

enum { NO_SOURCE = 0x10000 }; /* no virtqueue has this index */

/* f44: writes to the registers that only read, of the selected source, which is masked. */
static void expect_ignored(struct run *t, struct device *d)
{
	const uint32_t most = reg_read(&d->transport, VIRTIO_F44_MAX);

	reg_write(&d->transport, VIRTIO_F44_MAX, most + 1);
	expect_eq(t, reg_read(&d->transport, VIRTIO_F44_MAX), most, "MsiMax, which takes no writes");
	reg_write(&d->transport, VIRTIO_F44_PENDING, 1);
	if (!messages_changed())
		expect_eq(t, reg_read(&d->transport, VIRTIO_F44_PENDING), 0, "MsiPending, which takes no writes");
}

/*
 * Breaks: registers that read something else. Symptom: a driver that checks falls back to the line, or saves and
 * restores the wrong state.
 */
CHECK(state, "msi.state-reads-back", REQ("msi-state-01", "msi-range-01"), DESCRIBED, NEEDS(MSI_NEEDS),
      "The registers that can be read show what was written")
{
	need(t, d->msi.layout->state_width, "register that tells its state");
	messages_prepare(t, d, false, 0, 1);
	need_row(t, !msi_enabled(d), "msi-reset-01", "messages are not enabled after a reset");
	msi_do(d, MSI_ENABLE, 0, NULL);
	expect(t, msi_enabled(d), "messages are enabled after they were switched on");
	if (d->msi.layout == &msi_f40)
		info(t, "MsiState reads 0x%x", reg_read(&d->transport, VIRTIO_F40_STATE));
	if (d->msi.layout != &msi_f44)
		return;
	expect_source(t, d, messages_source(d), messages_own(d), 0);
	expect_source(t, d, MSI_CONFIG, 0, 0);
	msi_do(d, MSI_MASK, MSI_CONFIG, NULL);
	expect_source(t, d, MSI_CONFIG, 0, 1);
	expect_ignored(t, d);
	messages_give(d, NO_SOURCE, SPARE);
	msi_do(d, MSI_MASK, NO_SOURCE, NULL);
	expect_source(t, d, NO_SOURCE, TARGETS, 0);
}

/* Breaks: messages that can be switched on and off at any time. Symptom: events fall between the two paths. */
CHECK(path_is_fixed, "msi.path-is-chosen-before-driver-ok", REQ("msi-state-02"), DESCRIBED, NEEDS(MSI_NEEDS),
      "With DRIVER_OK set MsiEnable cannot be changed")
{
	need(t, d->msi.layout == &msi_f44, "rule for it");
	messages_need_ordinary(t, d);
	messages_start(t, d, true);
	msi_do(d, MSI_DISABLE, 0, NULL);
	expect(t, msi_enabled(d), "messages are still enabled");
	one_message(t, d, messages_own(d), "after an attempt to disable them");
}

/* Breaks: a mask that has no effect. Symptom: an interrupt at the old CPU while it is being moved. */
CHECK(mask, "msi.mask", REQ("msi-mask-01"), DESCRIBED, NEEDS(MSI_NEEDS), "A masked source sends no message")
{
	need(t, msi_can(&d->msi, MSI_MASK), "mask");
	messages_need_ordinary(t, d);
	messages_start(t, d, true);
	for (unsigned i = 0; i < 2; i++) {
		msi_do(d, MSI_MASK, messages_source(d), NULL);
		no_message(t, d, "of a masked source");
		msi_do(d, MSI_UNMASK, messages_source(d), NULL);
		quiet_moment(t);
		one_message(t, d, messages_own(d), "after unmask");
	}
}

static void expect_pending(struct run *t, struct device *d, uint32_t want, const char *when)
{
	if (d->msi.layout == &msi_f44)
		expect_eq(t, reg_read(&d->transport, VIRTIO_F44_PENDING), want, "MsiPending %s", when);
}

/*
 * Breaks: a mask that forgets events, or keeps one for too long. Symptom: an interrupt is lost at a change of affinity,
 * if the timing is right.
 */
CHECK(pending, "msi.pending-is-sent-once", REQ("msi-mask-02", "msi-mask-03"), DESCRIBED, NEEDS(MSI_NEEDS),
      "Events behind the mask become one message on unmask, and without an event there is none")
{
	enum { TIMES = 3 };
	uint32_t source = messages_source(d);
	uint64_t late = device_patience_ns;

	need(t, msi_can(&d->msi, MSI_MASK), "mask");
	messages_need_ordinary(t, d);
	messages_start(t, d, true);
	for (unsigned i = 0; i < TIMES; i++) { /* the machine may be busy in one of them */
		uint64_t began = clock_ns(), took;

		one_message(t, d, messages_own(d), "without a mask");
		took = clock_ns() - began;
		late = took < late ? took : late;
	}
	for (unsigned events = 1; events <= 4; events++) {
		msi_do(d, MSI_MASK, source, NULL);
		expect_pending(t, d, 0, "without an event");
		messages_mark(d);
		for (unsigned i = 0; i < events; i++)
			request(t, d);
		(void)WAIT_UNTIL(false, late); /* a notification may come so much later than the used buffer */
		quiet_moment(t);
		expect_pending(t, d, 1, "with an event behind the mask");
		msi_do(d, MSI_UNMASK, source, NULL);
		if (!msi_is(&d->msi, MSI_KEEPS_PENDING)) {
			quiet_moment(t);
			info(t, "%u events behind the mask: %u messages on unmask", events,
			     messages_at(messages_own(d)));
		} else if (expect(t, WAIT_UNTIL(messages_at(messages_own(d)), device_patience_ns),
				  "a message comes on unmask for %u events behind the mask", events)) {
			messages_expect_only(t, messages_own(d), 1, "on unmask");
		}
		expect_pending(t, d, 0, "after unmask");
		messages_mark(d);
		msi_do(d, MSI_MASK, source, NULL);
		msi_do(d, MSI_UNMASK, source, NULL);
		quiet_moment(t);
		messages_expect_only(t, TARGETS, 0, "on unmask without an event");
	}
}

static void expect_level(struct run *t, struct device *d, bool asserted, const char *when)
{
	struct irq_line *line = d->transport.line;

	if (line && line->source.trigger == IRQ_LEVEL)
		expect_eq(t, irq_line_asserted(line), asserted, "the line is asserted, %s", when);
}

/*
 * Breaks: a switch to messages that drops what was pending, or leaves the line asserted. Symptom: a disk that is
 * resized while its driver starts keeps its old size; an interrupt storm that nobody can acknowledge.
 */
CHECK(moves, "msi.waiting-change-moves-along", REQ("msi-move-01", "msi-quiet-01"), DESCRIBED,
      NEEDS(MSI_NEEDS, .stimulus = true),
      "A configuration change that is pending when messages or the line are chosen moves to the chosen one")
{
	need(t, d->msi.layout == &msi_f44, "rule for it");
	messages_need_ordinary(t, d);
	messages_prepare(t, d, false, 0, 1);
	msi_do(d, MSI_MASK, MSI_CONFIG, NULL);
	if (!change_config(t, d))
		skip(t, "this type of device has nothing that changes");
	require(t, WAIT_UNTIL(transport_interrupt_status(&d->transport) & VIRTIO_INTERRUPT_CONFIG, device_patience_ns),
		"InterruptStatus shows the configuration change");
	messages_mark(d);
	msi_do(d, MSI_ENABLE, 0, NULL);
	expect_eq(t, transport_interrupt_status(&d->transport), 0, "InterruptStatus, messages enabled");
	expect_level(t, d, false, "messages enabled");
	expect_pending(t, d, 1, "of the configuration, messages enabled");
	msi_do(d, MSI_DISABLE, 0, NULL);
	expect_eq(t, transport_interrupt_status(&d->transport), VIRTIO_INTERRUPT_CONFIG,
		  "InterruptStatus, messages disabled again");
	expect_level(t, d, true, "messages disabled again");
	expect_pending(t, d, 0, "of the configuration, messages disabled again");
	msi_do(d, MSI_ENABLE, 0, NULL);
	msi_do(d, MSI_UNMASK, MSI_CONFIG, NULL);
	require(t, WAIT_UNTIL(messages_at(0), device_patience_ns), "the message comes on unmask");
	messages_expect_only(t, 0, 1, "on unmask");
}

/*
 * Breaks: all of the above, with the right timing. Symptom: a request that hangs after irqbalance moved its interrupt.
 * (The message changes behind the mask, or without it where the layout's mask keeps no events.)
 */
CHECK(under_fire, "msi.change-under-fire", REQ("msi-stage-01", "msi-mask-02", "msi-own-01"), DESCRIBED,
      NEEDS(MSI_NEEDS), "While its message changes, each event of a source sends one message, the old or the new one")
{
	race_messages(t, d, msi_is(&d->msi, MSI_KEEPS_PENDING));
}

/* Breaks: a message that is put together from two. Symptom: an interrupt that stays where it was, at a CPU that was
 * just taken away. */
CHECK(moves_cpu, "msi.moves-between-cpus", REQ("msi-own-01", "msi-stage-01"), DESCRIBED, NEEDS(MSI_NEEDS, .cpus = 2),
      "A source whose message moves to another CPU interrupts that CPU, and no other")
{
	const bool mask_first = msi_can(&d->msi, MSI_MASK);

	messages_need_ordinary(t, d);
	messages_start(t, d, true);
	for (unsigned i = 0; i < ROUNDS; i++) {
		if (mask_first)
			msi_do(d, MSI_MASK, messages_source(d), NULL);
		messages_give(d, messages_source(d), SPARE + i % 2);
		if (mask_first)
			msi_do(d, MSI_UNMASK, messages_source(d), NULL);
		one_message(t, d, SPARE + i % 2, "moved to another CPU");
	}
}

/* Breaks: a reset that leaves messages enabled. Symptom: after kexec, interrupts at vectors of the former kernel. */
CHECK(reset, "msi.reset-disables", REQ("msi-reset-01"), DESCRIBED, NEEDS(MSI_NEEDS, .line = true),
      "A device reset disables messages")
{
	messages_need_ordinary(t, d);
	messages_start(t, d, true);
	one_message(t, d, messages_own(d), "before the reset");
	require_ok(t, device_reset(d), "the device completes the reset");
	messages_negotiate(t, d);
	if (d->msi.layout->state_width)
		expect(t, !msi_enabled(d), "messages are disabled after a reset");
	messages_queues(t, d);
	device_go(d);
	expect_line(t, d, "after a reset");
}

/* Breaks: state that survives the reset. Symptom: a source that stays masked, or an interrupt before its time. */
CHECK(reset_forgets, "msi.reset-forgets", REQ("msi-reset-02"), DESCRIBED, NEEDS(MSI_NEEDS),
      "A device reset forgets masks, messages and pending events")
{
	messages_need_ordinary(t, d);
	messages_start(t, d, true);
	if (msi_can(&d->msi, MSI_MASK)) {
		msi_do(d, MSI_MASK, messages_source(d), NULL);
		no_message(t, d, "of a masked source");
	}
	if (d->msi.layout == &msi_f44)
		reg_write(&d->transport, VIRTIO_F44_SELECT, MSI_CONFIG);
	require_ok(t, device_reset(d), "the device completes the reset");
	if (d->msi.layout == &msi_f44) {
		messages_negotiate(t, d);
		expect_eq(t, reg_read(&d->transport, VIRTIO_F44_SELECT), 0, "MsiSel after a reset");
		expect_source(t, d, messages_source(d), TARGETS, 1);
		expect_source(t, d, MSI_CONFIG, TARGETS, 1);
		require_ok(t, device_reset(d), "the device completes the reset");
	}
	messages_start(t, d, true);
	if (msi_can(&d->msi, MSI_UNMASK) && !msi_is(&d->msi, MSI_ENABLES_FIRST))
		msi_do(d, MSI_UNMASK, messages_source(d), NULL);
	quiet_moment(t);
	messages_expect_only(t, TARGETS, 0, "after a reset, before anything happened");
	one_message(t, d, messages_own(d), "after a reset");
}

/*
 * Breaks: messages that cannot be switched off, or an event that is lost when they are. Symptom: a driver that cannot
 * get all its vectors and falls back to the line hangs.
 */
CHECK(disable, "msi.disable-returns-to-the-line", REQ("msi-off-02"), DESCRIBED, NEEDS(MSI_NEEDS, .line = true),
      "Once messages are disabled the line is used again, and nothing is lost")
{
	bool early = msi_is(&d->msi, MSI_EARLY);

	messages_need_ordinary(t, d);
	messages_prepare(t, d, true, 0, 1);
	for (unsigned i = 0; i < 2; i++) {
		if (!early) {
			if (!i)
				device_go(d);
			one_message(t, d, messages_own(d), "with messages enabled");
		}
		msi_do(d, MSI_DISABLE, 0, NULL);
		if (early)
			device_go(d);
		expect_line(t, d, "after messages were disabled");
		if (early)
			return;
		msi_do(d, MSI_ENABLE, 0, NULL);
	}
}

/* Breaks: a notification address that nobody listens at. Symptom: the first request hangs. */
CHECK(notify, "msi.notification-addresses", REQ("msi-notify-01"), DESCRIBED, NEEDS(MSI_NEEDS),
      "The device honours notifications at the address that it gives for a virtqueue")
{
	struct transport *transport = &d->transport;
	enum driver_error error;
	uint32_t area;

	if (d->msi.layout == &msi_dragonball)
		need(t, transport->vendor_id & DRAGONBALL_QUEUE_NOTIFY, "notification addresses");
	else if (d->msi.layout == &msi_f40)
		need(t, features_has(&d->msi.features, VIRTIO_F40_MMIO_NOTIFICATION), "notification addresses");
	else
		need(t, d->msi.layout == &msi_draft3, "notification addresses");
	messages_need_ordinary(t, d);
	messages_start(t, d, true);
	area = reg_read(transport, VIRTIO_MMIO_QUEUE_NOTIFY);
	for (unsigned i = 0; i < ROUNDS; i++)
		expect_eq(t, reg_read(transport, VIRTIO_MMIO_QUEUE_NOTIFY), area, "QueueNotify, read again");
	transport->notify_base = VIRTIO_MSI_NOTIFY_BASE(area);
	transport->notify_step = VIRTIO_MSI_NOTIFY_MULTIPLIER(area);
	info(t, "notifications go to 0x%x + %u * virtqueue", transport->notify_base, transport->notify_step);
	messages_mark(d);
	error = device_do_request(d, random_next(&t->random));
	require(t, error != DRIVER_NO_ANSWER, "a request is answered that was notified at the virtqueue's address");
	require_ok(t, error, "a request completes");
	expect_message(t, messages_own(d), "that was notified at the virtqueue's address");
}
