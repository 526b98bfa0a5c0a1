// SPDX-License-Identifier: BSD-2-Clause
/*
 * Litmus tests: two sides act at the same time, again and again with other delays (race.h). In a run of all checks each
 * has a few rounds; touchstone.race=NAME touchstone.rounds=N makes a long run.
 *
 * The first two are the reason why this project began: an interrupt is sent while the registers of its message are
 * being written (docs/mmio-msi.md).
 */
#include <arch/cpu.h>

#include "firmware/arch/cpus.h"
#include "tests/checks/support/common.h"
#include "tests/checks/support/messages.h"
#include "tests/framework/race.h"
#include "tests/checks/support/traffic.h"

enum { USUAL = 64, USUAL_LIVES = 16, FAR_AHEAD = 0x4000, CHANGES = 8 };
#define RACE_WAIT_NS MICROSECONDS(50)
#define LOSS_NS	     MILLISECONDS(5) /* a message this late counts as lost, where a loss is allowed */

#define RACE_NEEDS .requests = true, .entries = REQUEST_ENTRIES
#define MESSAGES   .version = 2, .msi = true
#define TWO_CPUS   .cpus = 2

static void kick(void *queue)
{
	virtqueue_kick(queue);
}

/* ---- messages against their changes ---- */

static uint32_t aimed(const struct device *d)
{
	return messages_at(messages_own(d)) + messages_at(SPARE) + messages_at(SPARE + 1);
}

static void tell_mixture(struct run *t, const struct irq_message *one, const struct irq_message *other)
{
	info(t, "between 0x%lx/0x%x and 0x%lx/0x%x: %u stray, the last with data 0x%x at cpu %u", one->address,
	     one->data, other->address, other->data, messages_stray(), irq_unowned_last(), irq_unowned_cpu());
}

static unsigned writes_of(const struct device *d, const enum msi_action *actions)
{
	unsigned count = 0;

	for (; *actions != MSI_ACTIONS; actions++)
		for (const struct msi_write *write = d->msi.layout->writes[*actions]; write->width; write++)
			count++;
	return count;
}

enum {
	LOSSY = 1, /* messages may get lost: only those that come are judged */
	MOVES = 2, /* the actions do change the message */
};

/*
 * Each round repeats the actions CHANGES times, alternating between two messages (to different CPUs if there are two),
 * and causes one event at a random moment among them. The event must arrive as exactly one message, one of the two;
 * after all actions, as the last.
 */
static void change_messages(struct run *t, struct device *d, const enum msi_action *actions, unsigned how)
{
	struct virtqueue *const queue = device_request_queue(d);
	const unsigned writes = CHANGES * writes_of(d, actions);
	struct request *request;
	struct race race;

	messages_need_ordinary(t, d);
	messages_start(t, d, true);
	request = traffic_make(t, d, 1, 0);
	messages_give(d, messages_source(d), SPARE);
	for (race_begin(&race, t, USUAL); race_next(&race);) {
		const unsigned moment = random_below(&t->random, writes + 1);
		unsigned at = 0;

		messages_mark(d);
		traffic_add(t, d, request, NULL);
		for (unsigned i = 0; i < CHANGES; i++)
			for (const enum msi_action *action = actions; *action != MSI_ACTIONS; action++)
				for (unsigned step = 0; msi_step(d, *action, step, messages_source(d),
								 &messages_targets[SPARE + (i + 1) % 2].message);
				     step++)
					if (at++ == moment)
						race_fire(&race, kick, queue);
		if (at == moment)
			race_fire(&race, kick, queue);
		race_join(&race);
		traffic_take_all(t, d);
		(void)WAIT_UNTIL(aimed(d) || messages_stray(), how & LOSSY ? LOSS_NS : race_patience(&race));
		irq_settle();
		if ((messages_stray() || (aimed(d) != 1 && !(how & LOSSY)) ||
		     (how & MOVES && at == moment && messages_at(SPARE) != aimed(d))) &&
		    race_lost(&race))
			tell_mixture(t, &messages_targets[SPARE].message, &messages_targets[SPARE + 1].message);
	}
	race_end(&race);
}

void race_messages(struct run *t, struct device *d, bool behind_mask)
{
	static const enum msi_action masked_set[] = { MSI_MASK, MSI_SET, MSI_UNMASK, MSI_ACTIONS };
	const unsigned lossy = behind_mask && !msi_is(&d->msi, MSI_KEEPS_PENDING) ? LOSSY : 0;
	const unsigned moves = behind_mask || !msi_is(&d->msi, MSI_SETS_MASKED) ? MOVES : 0;
	static const enum msi_action set[] = { MSI_SET, MSI_ACTIONS };

	change_messages(t, d, behind_mask ? masked_set : set, lossy | moves);
}

/*
 * Breaks: a device that uses each register as soon as it is written. Symptom: when interrupts are rebalanced under
 * load, one arrives at the wrong CPU or vector, and the request that it was for hangs.
 */
CHECK(torn, "race.torn", REQ("msi-stage-01", "msi-own-01"), DESCRIBED, NEEDS(RACE_NEEDS, MESSAGES),
      "An event while its message changes arrives as the old message or as the new one")
{
	race_messages(t, d, false);
}

/*
 * Breaks: a mask that has no effect, or one that loses events. Symptom: as for race.torn, with a driver that did
 * everything right.
 */
CHECK(masked, "race.masked", REQ("msi-stage-01", "msi-mask-01", "msi-mask-02", "msi-own-01"), DESCRIBED,
      NEEDS(RACE_NEEDS, MESSAGES),
      "An event while its message changes behind the mask arrives as the old message or as the new one")
{
	if (!msi_can(&d->msi, MSI_MASK))
		skip(t, "the layout has no mask");
	race_messages(t, d, true);
}

/* Breaks: an event that is neither sent before the mask nor kept behind it. Symptom: a lost interrupt. */
CHECK(mask, "race.mask", REQ("msi-mask-01", "msi-mask-02"), DESCRIBED, NEEDS(RACE_NEEDS, MESSAGES),
      "An event while its source is masked and unmasked arrives as one message")
{
	static const enum msi_action mask_unmask[] = { MSI_MASK, MSI_UNMASK, MSI_ACTIONS };

	if (!msi_can(&d->msi, MSI_MASK) || !msi_is(&d->msi, MSI_KEEPS_PENDING))
		skip(t, "the layout does not say what becomes of an event behind the mask");
	change_messages(t, d, mask_unmask, 0);
}

/*
 * Breaks: a moment in which neither messages nor the line are in use. Symptom: a driver that falls back to the line
 * waits for ever.
 */
CHECK(disable, "race.disable", REQ("msi-off-02"), DESCRIBED, NEEDS(RACE_NEEDS, MESSAGES),
      "An event while messages are being disabled arrives as a message or on the line")
{
	struct virtqueue *const queue = device_request_queue(d);
	struct request *request;
	struct race race;

	if (msi_is(&d->msi, MSI_EARLY))
		skip(t, "the path is chosen before DRIVER_OK");
	messages_need_ordinary(t, d);
	messages_start(t, d, true);
	request = traffic_make(t, d, 1, 0);
	for (race_begin(&race, t, USUAL); race_next(&race);) {
		messages_mark(d);
		traffic_add(t, d, request, NULL);
		race_fire(&race, kick, queue);
		race_pause(&race);
		msi_do(d, MSI_DISABLE, 0, NULL);
		race_join(&race);
		traffic_take_all(t, d);
		if (!WAIT_UNTIL(messages_at(messages_own(d)) || interrupt_status(d) & VIRTIO_INTERRUPT_USED_BUFFER,
				race_patience(&race)))
			race_lost(&race);
		transport_take_interrupts(&d->transport);
		msi_do(d, MSI_ENABLE, 0, NULL);
	}
	race_end(&race);
}

static void update(struct device *d, uint32_t source, unsigned target, bool locked)
{
	static const enum msi_action masked_set[] = { MSI_MASK, MSI_SET, MSI_UNMASK };

	for (unsigned i = 0; i < 3; i++) {
		const struct irq_message *const message = &messages_targets[target].message;

		if (!msi_can(&d->msi, masked_set[i]))
			continue;
		if (locked)
			msi_do(d, masked_set[i], source, message);
		for (unsigned step = 0; !locked && msi_step(d, masked_set[i], step, source, message);)
			step++;
	}
}

static struct updates {
	struct device *device;
	unsigned target;
	bool locked;
} updates;

static void update_configuration(void *context)
{
	const struct updates *const other = context;

	update(other->device, MSI_CONFIG, other->target, other->locked);
}

/*
 * Two CPUs change the messages of two sources through one set of registers. Each source must then have its own message.
 */
static void update_both(struct run *t, struct device *d, struct race *race)
{
	struct request *const request = traffic_make(t, d, 1, 0);

	while (race_next(race)) {
		const unsigned of_queue = SPARE + race->round % 2, of_configuration = race->round % 2 ? SPARE : 0;

		updates.target = of_configuration == of_queue ? SPARE + 1 : of_configuration;
		race_fire(race, update_configuration, &updates);
		race_pause(race);
		update(d, messages_source(d), of_queue, updates.locked);
		race_join(race);
		messages_mark(d);
		traffic_add(t, d, request, NULL);
		virtqueue_kick(device_request_queue(d));
		traffic_take_all(t, d);
		(void)WAIT_UNTIL(messages_at(of_queue), updates.locked ? race_patience(race) : RACE_WAIT_NS);
		irq_settle();
		if (messages_at(of_queue) != 1 || messages_stray())
			race_lost(race);
	}
}

/*
 * Breaks: parts of one source's message end up in another's. Symptom: an interrupt at the wrong CPU or vector.
 *
 * All sources share one set of message registers, so a driver holds a lock while it writes them. What happens without
 * the lock is the driver's fault: the check reports it without a judgement.
 */
CHECK(selectors, "race.selectors", REQ("msi-own-01"), DESCRIBED, NEEDS(RACE_NEEDS, MESSAGES, TWO_CPUS),
      "Two CPUs that share a lock can change the messages of two sources")
{
	struct race race, unlocked;

	messages_need_ordinary(t, d);
	updates = (struct updates){ .device = d, .locked = true };
	messages_start(t, d, true);
	race_begin(&race, t, USUAL);
	update_both(t, d, &race);
	race_begin(&unlocked, t, USUAL);
	updates.locked = false;
	update_both(t, d, &unlocked);
	race_report(&unlocked, " without the lock");
	race_end(&race);
}

/* ---- any device ---- */

/*
 * Breaks: an acknowledgement that also clears an event that came after InterruptStatus was read. Symptom: a request
 * that is answered and never noticed.
 */
CHECK(acknowledged, "race.acknowledge", REQ("mmio-layout-03", "sintr-03"), MUST, NEEDS(RACE_NEEDS, TWO_CPUS),
      "A buffer that is used after the previous one was acknowledged sets InterruptStatus again")
{
	struct virtqueue *queue;
	struct request *requests;
	struct race race;

	need_usual_notifications(t, d, false);
	queue = traffic_restart(t, d, NO_FEATURES, 0);
	requests = traffic_make(t, d, 2, 0);
	for (race_begin(&race, t, USUAL); race_next(&race);) {
		bool seen;

		traffic_do(t, d, &requests[0], NULL);
		require_notified(t, d,
				 WAIT_UNTIL(interrupt_status(d) & VIRTIO_INTERRUPT_USED_BUFFER, device_patience_ns),
				 "InterruptStatus shows the used buffer");
		traffic_add(t, d, &requests[1], NULL);
		race_fire(&race, kick, queue);
		race_pause(&race);
		acknowledge(d, VIRTIO_INTERRUPT_USED_BUFFER);
		barrier_full();
		seen = virtqueue_used_waiting(queue);
		race_join(&race);
		traffic_take_all(t, d);
		if (!seen && !WAIT_UNTIL(interrupt_status(d) & VIRTIO_INTERRUPT_USED_BUFFER, race_patience(&race)))
			race_lost(&race);
	}
	race_end(&race);
}

static void ask(struct virtqueue *queue, bool wanted)
{
	if (queue->event_idx)
		virtqueue_set_used_event(queue, (uint16_t)(queue->used_seen + (wanted ? 0 : FAR_AHEAD)));
	else
		virtqueue_set_no_interrupt(queue, !wanted);
}

/*
 * Store buffering: the device writes used.idx and then reads what the driver wants; the driver writes what it wants and
 * then reads used.idx. One of the two must see the other.
 */
static void publish_against_ask(struct run *t, struct device *d, struct features features)
{
	struct virtqueue *queue;
	struct request *request;
	struct race race;

	need_usual_notifications(t, d, features_has(&features, VIRTIO_F_EVENT_IDX));
	queue = traffic_restart(t, d, features, 0);
	request = traffic_make(t, d, 1, 0);
	for (race_begin(&race, t, USUAL); race_next(&race);) {
		bool seen;

		ask(queue, false);
		acknowledge(d, VIRTIO_INTERRUPT_USED_BUFFER);
		traffic_add(t, d, request, NULL);
		race_fire(&race, kick, queue);
		race_pause(&race);
		ask(queue, true); /* ends with a full barrier */
		seen = virtqueue_used_waiting(queue);
		race_join(&race);
		traffic_wait_used(t, d);
		if (!seen && !WAIT_UNTIL(interrupt_status(d) & VIRTIO_INTERRUPT_USED_BUFFER, race_patience(&race)))
			race_lost(&race);
		traffic_take_all(t, d);
	}
	race_end(&race);
}

/* Breaks: no full barrier, or fields that were read too early. Symptom: an interrupt lost under load. */
CHECK(no_interrupt, "race.no-interrupt", REQ("sintr-03"), MUST, NEEDS(RACE_NEEDS, TWO_CPUS),
      "A driver that clears NO_INTERRUPT sees the used buffer or gets a notification")
{
	publish_against_ask(t, d, NO_FEATURES);
}

/*
 * Breaks: no full barrier, or fields that were read too early, with EVENT_IDX. Symptom: an interrupt lost under load.
 */
CHECK(used_event, "race.used-event", REQ("sintr-05"), MUST,
      NEEDS(RACE_NEEDS, TWO_CPUS, .features = OFFERS(VIRTIO_F_EVENT_IDX)),
      "A driver that moves used_event sees the used buffer or gets a notification")
{
	publish_against_ask(t, d, FEATURE(VIRTIO_F_EVENT_IDX));
}

/*
 * Breaks: a device that asks for notifications and goes to sleep without another look at the ring, while the driver
 * publishes. Symptom: a request that waits for the next one.
 */
CHECK(notification, "race.notification", REQ("savail-04", "sring-02"), DESCRIBED, NEEDS(RACE_NEEDS),
      "A buffer for which the device wants no notification is used all the same")
{
	const struct features features =
		device_offers(d, VIRTIO_F_EVENT_IDX) ? FEATURE(VIRTIO_F_EVENT_IDX) : NO_FEATURES;
	struct virtqueue *const queue = traffic_start(t, d, features, 0);
	struct request *const requests = traffic_make(t, d, 2, 0);
	struct race race;

	for (race_begin(&race, t, USUAL); race_next(&race);) {
		for (unsigned i = 0; i < 2; i++) {
			const uint16_t old = queue->published;

			if (!traffic_room(queue, &requests[i]))
				break;
			traffic_add(t, d, &requests[i], NULL);
			virtqueue_publish(queue);
			if (virtqueue_should_notify(queue, old))
				virtqueue_notify(queue);
			race_pause(&race);
		}
		if (!WAIT_UNTIL(virtqueue_used_waiting(queue) == queue->outstanding, race_patience(&race))) {
			race_lost(&race);
			virtqueue_notify(queue); /* wakes the device */
		}
		traffic_take_all(t, d);
	}
	race_end(&race);
}

static void notify(void *queue)
{
	virtqueue_notify(queue);
}

/*
 * Breaks: a notification that is lost because the device does not listen yet. Symptom: a boot that hangs now and then.
 */
CHECK(driver_ok, "race.driver-ok", REQ("init-02", "mmio-table-09"), DESCRIBED,
      NEEDS(RACE_NEEDS, .version = 2, TWO_CPUS), "A notification right after DRIVER_OK takes effect")
{
	struct race race;

	for (race_begin(&race, t, USUAL_LIVES); race_next(&race);) {
		struct virtqueue *queue;

		dma_forget();
		require_ok(t, device_reset(d), "the device completes the reset");
		queue = traffic_prepare(t, d, NO_FEATURES, 0);
		traffic_add(t, d, traffic_make(t, d, 1, 0), NULL);
		virtqueue_publish(queue);
		device_go(d);
		race_fire(&race, notify, queue);
		race_join(&race);
		if (!WAIT_UNTIL(virtqueue_used_waiting(queue), race_patience(&race)))
			race_lost(&race);
	}
	race_end(&race);
}

static void change_config(void *context)
{
	const struct transport *const transport = context;

	transport->stimuli->change_config(transport->bus_context);
}

/* Reads the fields that a stimulus changes, two at most: often the halves of one value. */
static uint64_t read_what_changes(struct device *d)
{
	uint64_t value = 0;

	for (unsigned i = 0, shift = 0; i < d->type->fields.count && shift < 64; i++) {
		const struct config_field *const field = &d->type->fields.at[i];

		if (!field->changes || !device_has_field(d, field))
			continue;
		value |= (uint64_t)device_read_field(d, field) << shift;
		shift += 32;
	}
	return value;
}

static bool can_change(const struct device *d)
{
	for (unsigned i = 0; i < d->type->fields.count; i++)
		if (d->type->fields.at[i].changes)
			return true;
	return false;
}

/*
 * Breaks: a generation that does not change, or a field that changes in two steps. Symptom: a driver combines the
 * halves of two capacities.
 */
CHECK(generation, "race.generation", REQ("cfg-04", "mmio-layout-06"), MUST,
      NEEDS(.version = 2, .stimulus = true, TWO_CPUS),
      "A configuration that changes between two reads changes its generation")
{
	struct race race;

	if (!can_change(d))
		skip(t, "this type of device has nothing that changes");
	reach_stage(t, d, STAGE_DRIVER_OK);
	for (race_begin(&race, t, USUAL); race_next(&race);) {
		uint32_t generation;
		uint64_t once, again;

		if (race.round % 2)
			race_fire(&race, change_config, &d->transport);
		generation = transport_config_generation(&d->transport);
		once = read_what_changes(d);
		if (race.round % 2 == 0)
			race_fire(&race, change_config, &d->transport);
		again = read_what_changes(d);
		if (transport_config_generation(&d->transport) == generation && once != again)
			race_lost(&race);
		race_join(&race);
		transport_take_interrupts(&d->transport);
	}
	if (race.rounds % 2)
		change_config(&d->transport);
	race_end(&race);
}

/*
 * Breaks: work on requests in flight that goes on in another thread after the reset. Symptom: memory that changes under
 * its next owner, an interrupt without a driver.
 */
CHECK(reset, "race.reset", REQ("reset-02", "reset-03"), MUST, NEEDS(RACE_NEEDS),
      "After a reset nothing is written and nothing interrupts")
{
	struct race race;

	for (race_begin(&race, t, USUAL_LIVES); race_next(&race);) {
		struct request *requests;
		struct virtqueue *queue, former;
		struct watch watch;
		uint32_t interrupts;
		unsigned count = 0;

		dma_forget();
		if (d->msi.layout)
			messages_start(t, d, true);
		else
			require_ok(t, device_start(d, NO_FEATURES), "the device starts");
		queue = device_request_queue(d);
		requests = traffic_make(t, d, 4, 0);
		while (count < 4 && traffic_room(queue, &requests[count]))
			traffic_add(t, d, &requests[count++], NULL);
		virtqueue_kick(queue);
		former = *queue;
		race_pause(&race);
		require_ok(t, device_reset(d), "the device completes the reset");
		irq_settle();
		if (d->msi.layout)
			messages_mark(d);
		interrupts = d->transport.line ? d->transport.line->count : 0;
		watch_begin(&watch, &former, requests, count, true);
		(void)WAIT_UNTIL(false, RACE_WAIT_NS);
		irq_settle();
		if ((watch_found(&watch) || (d->transport.line && d->transport.line->count != interrupts) ||
		     (d->msi.layout && (aimed(d) || messages_stray()))))
			race_lost(&race);
	}
	quiet_moment(t);
	race_end(&race);
}
