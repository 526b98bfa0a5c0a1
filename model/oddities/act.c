/* SPDX-License-Identifier: BSD-2-Clause */
/* Moments and delays. A moment is a number of register accesses, because those happen in every host; a delay is a time
 * by the clock of the host. */
#include "model/oddities/act.h"

#include "drivers/spec/device.h"
#include "model/devices/backend.h"
#include "model/interrupt.h"
#include "model/live.h"
#include "model/oddities/odd.h"
#include "model/queue/queue.h"
#include "model/queue/ring.h"

#define US(N) ((uint64_t)(N)*1000)
#define MS(N) ((uint64_t)(N)*1000000)

/* ---- moments ---- */

enum {
	ECHO_ACCESSES = 9, /* from a notification to its second one */
	DIP_ACCESSES = 10, /* for which a link is down */
	WITH_ANSWERS = 3,  /* one notification in this many comes with a change */
	FLAP_ACCESSES = 300,
	NOISE_ACCESSES = 40,
	PORT_ACCESSES = 30,
};

static bool running(const struct model *m)
{
	return m->status & VIRTIO_STATUS_DRIVER_OK;
}

/* Is this access the last of a period? */
static bool every(uint32_t accesses, uint32_t period)
{
	return accesses % period == 0;
}

static bool change_is_due(const struct model *m)
{
	const uint32_t now = m->oddly.accesses;
	const uint32_t period = odd(m, config_changes_often) ? 50
				: odd(m, config_changes)     ? FLAP_ACCESSES
				: odd(m, net_link_flaps)     ? FLAP_ACCESSES
							     : 0;

	if (!period)
		return false;
	return every(now, period);
}

static bool link_comes_up(const struct model *m)
{
	const uint32_t since = m->oddly.since_driver_ok;

	return (odd(m, net_link_up_after_3) && since == 3) || (odd(m, net_link_up_after_20) && since == 20);
}

void model_odd_access(struct model *m)
{
	struct model_oddly *o = &m->oddly;
	const uint32_t spurious = odd(m, spurious_every_7)	? 7
				  : odd(m, spurious_every_100)	? 100
				  : odd(m, spurious_every_1000) ? 1000
								: 0;

	if (!o->any)
		return;
	o->accesses++;
	o->since_driver_ok += running(m);
	o->spurious |= running(m) && ((spurious && every(o->accesses, spurious)) || (o->echo && !--o->echo));
	o->change |= change_is_due(m) || (o->dip && !--o->dip);
	o->link |= running(m) && link_comes_up(m);
	o->event |=
		running(m) && (odd(m, net_noise) || odd(m, net_noise_unicast)) && every(o->accesses, NOISE_ACCESSES);
	o->event |= running(m) && (odd(m, net_announces) || odd(m, con_last_port_flaps)) &&
		    every(o->accesses, FLAP_ACCESSES);
	o->event |= running(m) && odd(m, con_ports_late) && every(o->accesses, PORT_ACCESSES);
}

void model_odd_driver_ok(struct model *m)
{
	struct model_oddly *o = &m->oddly;

	o->since_driver_ok = 0;
	o->spurious |= odd(m, spurious_at_driver_ok);
	o->change |= odd(m, config_changes_at_driver_ok);
	o->link_due = 0;
}

void model_odd_reset(struct model *m)
{
	struct model_oddly *o = &m->oddly;

	o->spurious = o->link = o->event = false;
	o->change = o->change && odd(m, net_link_flaps) && !m->link_up; /* a dip ends in spite of a reset */
	o->echo = 0;
	o->lives++;
	o->awake = false;
	o->reset_due = o->deliver_due = o->link_due = 0;
}

/* ---- delays ---- */

static bool passed(struct model *m, uint64_t *due, uint64_t delay)
{
	uint64_t now;

	if (!delay || !m->host.now)
		return true;
	now = m->host.now(m->host.context);
	if (!*due)
		*due = now + delay;
	return now >= *due;
}

/* INDEX: of the virtqueue, or of any that receives. */
static uint64_t answer_delay(const struct model *m, uint16_t index)
{
	enum { PROMPT = 2 };

	return odd(m, answers_irregularly)			     ? m->host.random(m->host.context) % MS(4)
	       : odd(m, first_answer_after_150ms) && !m->oddly.awake ? MS(150)
	       : odd(m, other_queues_slow) && index >= PROMPT	     ? MS(5)
	       : odd(m, answers_after_300us)			     ? US(300)
	       : odd(m, answers_after_3ms)			     ? MS(3)
	       : odd(m, answers_after_30ms)			     ? MS(30)
	       : odd(m, answers_after_100ms)			     ? MS(100)
	       : odd(m, holds_requests)				     ? MS(1)
								     : 0;
}

static uint64_t reset_delay(const struct model *m)
{
	return odd(m, resets_in_100ms)	  ? MS(100)
	       : odd(m, resets_in_1500ms) ? MS(1500)
	       : odd(m, resets_in_3s)	  ? MS(3000)
					  : 0;
}

bool model_odd_resets_slowly(const struct model *m)
{
	return reset_delay(m) && m->host.now;
}

bool model_odd_may_reset(struct model *m)
{
	return passed(m, &m->oddly.reset_due, reset_delay(m));
}

bool model_odd_may_reset_queue(struct model *m, uint16_t index)
{
	return passed(m, &m->queue[index].odd_reset_due, odd(m, queue_resets_in_20ms) ? MS(20) : 0);
}

bool model_odd_may_answer(struct model *m, uint16_t index)
{
	struct model_queue *q = &m->queue[index];
	uint16_t count = 0;

	if (odd(m, holds_requests) && (model_queue_available(m, index, &count) || q->in_flight) &&
	    count + q->in_flight > 1)
		return true;
	return passed(m, &q->odd_answer_due, answer_delay(m, index));
}

void model_odd_answered(struct model *m, uint16_t index)
{
	m->queue[index].odd_answer_due = 0;
	m->oddly.awake = true;
}

bool model_odd_may_signal(struct model *m, uint16_t index)
{
	enum { TOGETHER = 4 };
	struct model_queue *q = &m->queue[index];

	if (odd(m, coalesces) && (uint16_t)(q->next_used - q->signalled) >= TOGETHER)
		return true;
	return passed(m, &q->odd_signal_due,
		      odd(m, notifies_after_500us)  ? US(500)
		      : odd(m, notifies_after_20ms) ? MS(20)
		      : odd(m, notifies_after_50ms) ? MS(50)
		      : odd(m, coalesces)	    ? US(200)
						    : 0);
}

void model_odd_signalled(struct model *m, uint16_t index)
{
	m->queue[index].odd_signal_due = 0;
	if (odd(m, notifies_twice))
		m->oddly.echo = ECHO_ACCESSES;
	if (odd(m, config_changes_with_answers) && every(++m->oddly.notifications, WITH_ANSWERS))
		m->oddly.change = true;
}

bool model_odd_may_deliver(struct model *m)
{
	return passed(m, &m->oddly.deliver_due, answer_delay(m, 0));
}

bool model_odd_polls(struct model *m, uint16_t index)
{
	uint16_t count;

	return (odd(m, polls) || odd(m, wants_no_notification) || odd(m, avail_event_far)) &&
	       model_queue_live(m, index) && model_queue_available(m, index, &count);
}

void model_odd_delivered(struct model *m)
{
	m->oddly.deliver_due = 0;
}

bool model_odd_carries(const struct model *m)
{
	return m->link_up || odd(m, config_changes_often) || odd(m, config_changes) ||
	       odd(m, config_changes_at_driver_ok) || odd(m, config_changes_with_answers);
}

/* ---- units of work ---- */

static bool link_is_due(struct model *m)
{
	return odd(m, net_link_up_after_5ms) && running(m) && !m->link_up && passed(m, &m->oddly.link_due, MS(5));
}

bool model_odd_due(struct model *m)
{
	const struct model_oddly *o = &m->oddly;

	return o->any && !m->reset_units && (o->spurious || o->change || o->link || o->event || link_is_due(m));
}

void model_odd_act(struct model *m)
{
	struct model_oddly *o = &m->oddly;

	/* The layouts of messages promise one message an event, and what the line was to tell becomes a message when
	 * messages are enabled meanwhile. */
	if (o->spurious && running(m) && model_live(m) && m->config.msi == MODEL_MSI_NONE)
		model_raise(m, MODEL_SOURCE_QUEUE(0));
	if ((o->change || ((o->link || link_is_due(m)) && !m->link_up)) && m->backend->config_change) {
		const bool up = m->link_up;

		m->backend->config_change(m);
		o->dip = up && !m->link_up ? DIP_ACCESSES : 0; /* so that frames arrive in between */
	}
	if (o->event && m->backend->odd_event)
		m->backend->odd_event(m);
	o->spurious = o->change = o->link = o->event = false;
}
