/* SPDX-License-Identifier: BSD-2-Clause */
/* When the device acts: everything that it does by itself is a unit of work, which the functions here find and do, one
 * at a time. */
#include "model/defects/broken.h"
#include "model/devices/backend.h"
#include "model/features.h"
#include "model/defects/after_reset.h"
#include "model/live.h"
#include "model/oddities/act.h"
#include "model/queue/queue.h"
#include "model/queue/ring.h"
#include "model/requests.h"
#include "model/space.h"
#include "model/status.h"

enum unit_kind { AFTER_RESET, RESET_STEP, ODDITY, CONFIG_NOTIFY, QUEUE_RESET, SIGNAL, REQUEST, DELIVER };
struct unit {
	uint8_t kind, queue;
};
enum { UNITS_MAX = 5 + 3 * MODEL_QUEUES_MAX };

static bool has_requests(struct model *m, uint16_t index)
{
	const struct model_queue *q = &m->queue[index];

	return !model_receives(m, index) && (q->notified || q->in_flight || q->staged || model_odd_polls(m, index) ||
					     model_queue_polled_early(m, index));
}

/* Finds the units of work that could be done now, the most urgent first. config.shuffle draws from them at random. */
static unsigned find_units(struct model *m, struct unit unit[UNITS_MAX])
{
	unsigned count = 0;
	uint16_t queues = model_queue_count(m);

	if (m->defective.off_the_bus || (m->reset_units && broken(m, dies_in_reset)))
		return 0;
	if (model_after_reset_due(m))
		unit[count++] = (struct unit){ AFTER_RESET, 0 };
	if (m->reset_units) {
		if (model_odd_may_reset(m))
			unit[count++] = (struct unit){ RESET_STEP, 0 };
		return count;
	}
	if (model_odd_due(m))
		unit[count++] = (struct unit){ ODDITY, 0 };
	if (!m->status)
		return count; /* the work below needs a driver */
	if (model_config_notify_due(m))
		unit[count++] = (struct unit){ CONFIG_NOTIFY, 0 };
	for (uint16_t i = 0; i < queues; i++)
		if (m->queue[i].reset_units && !broken(m, queue_reset_never_completes) &&
		    model_odd_may_reset_queue(m, i))
			unit[count++] = (struct unit){ QUEUE_RESET, (uint8_t)i };
	for (uint16_t i = 0; i < queues; i++)
		if (m->queue[i].signalled != m->queue[i].next_used && model_queue_live(m, i) &&
		    model_odd_may_signal(m, i))
			unit[count++] = (struct unit){ SIGNAL, (uint8_t)i };
	/* Queues take turns, so that a busy queue does not keep the others waiting. */
	for (uint16_t n = 1; n <= queues; n++) {
		uint16_t i = (uint16_t)((m->turn + n) % queues);
		if (model_queue_live(m, i) && has_requests(m, i) && model_odd_may_answer(m, i))
			unit[count++] = (struct unit){ REQUEST, (uint8_t)i };
	}
	if (m->backend->inbound && model_live(m) && m->backend->inbound(m) && model_odd_may_deliver(m))
		unit[count++] = (struct unit){ DELIVER, 0 };
	return count;
}

static void do_unit(struct model *m, struct unit unit)
{
	switch (unit.kind) {
	case AFTER_RESET:
		model_after_reset_act(m);
		break;
	case RESET_STEP:
		if (--m->reset_units == 0)
			model_reset_now(m);
		break;
	case ODDITY:
		model_odd_act(m);
		break;
	case CONFIG_NOTIFY:
		model_config_notify(m);
		break;
	case QUEUE_RESET:
		model_queue_reset_step(m, unit.queue);
		break;
	case SIGNAL:
		model_queue_signal(m, unit.queue);
		model_odd_signalled(m, unit.queue);
		break;
	case REQUEST:
		m->turn = unit.queue;
		model_queue_work(m, unit.queue);
		if (!has_requests(m, unit.queue))
			model_odd_answered(m, unit.queue);
		break;
	case DELIVER:
		m->backend->deliver(m);
		model_odd_delivered(m);
		break;
	}
}

bool model_run(struct model *m, unsigned budget)
{
	struct unit unit[UNITS_MAX];
	unsigned count;

	model_after_reset_tick(m);
	while ((count = find_units(m, unit)) != 0) {
		if (budget-- == 0)
			return true;
		do_unit(m, unit[m->config.shuffle ? m->host.random(m->host.context) % count : 0]);
	}
	return false;
}

bool model_has_work(struct model *m)
{
	struct unit unit[UNITS_MAX];

	return find_units(m, unit) != 0;
}
