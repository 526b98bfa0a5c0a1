/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the layouts of message signalled interrupts (drivers/spec/msi.h) have in common: vectors, each with a message, a
 * mask and the events that are pending while masked, and a switch between messages and the line. Where a layout leaves
 * a choice, this device loses no event: on unmask it sends the pending events as one message, and when the driver
 * switches between messages and the line it moves pending events to the new one.
 */
#include "model/msi/msi.h"

#include "drivers/spec/device.h"
#include "drivers/spec/msi.h"
#include "model/defects/broken.h"
#include "model/devices/backend.h"
#include "model/features.h"
#include "model/line.h"

uint32_t model_msi_vectors(const struct model *m)
{
	return model_queue_count(m) + 1u + m->config.msi_sharing;
}

struct model_msi_vector *model_msi_vector(struct model *m, uint32_t number)
{
	if (number >= model_msi_vectors(m) && broken(m, msi_range_wraps))
		number %= model_msi_vectors(m);
	if (number >= model_msi_vectors(m))
		return NULL;
	m->msi.last = number;
	return &m->msi.vector[number];
}

static void send(struct model *m, struct model_msi_vector *v)
{
	uint64_t address = (uint64_t)v->word[MODEL_MSI_HIGH] << 32 | v->word[MODEL_MSI_LOW];
	uint32_t data = v->has_old_data ? v->old_data : v->word[MODEL_MSI_DATA];

	v->has_old_data = false;
	if (broken(m, msi_lost) && ++m->msi.sent % 5 == 0)
		return;
	m->host.send_message(m->host.context, address, data);
	if (broken(m, msi_twice))
		m->host.send_message(m->host.context, address, data);
}

static uint32_t vector_of(const struct model *m, uint32_t source)
{
	return m->config.msi_sharing ? m->msi.map[source] : source;
}

static uint32_t cause_of(uint32_t source)
{
	return source == MODEL_SOURCE_CONFIG ? VIRTIO_INTERRUPT_CONFIG : VIRTIO_INTERRUPT_USED_BUFFER;
}

bool model_msi_event(struct model *m, uint32_t source)
{
	struct model_msi *msi = &m->msi;
	uint32_t number;

	if (!msi->enabled && !(broken(m, msi_on_without_enable) && msi->vector[msi->last].word[MODEL_MSI_DATA])) {
		bool lost = msi->swallow;

		msi->swallow = false;
		return lost;
	}
	if (broken(m, msi_sources_swapped))
		source = source == MODEL_SOURCE_CONFIG ? MODEL_SOURCE_QUEUE(0) : MODEL_SOURCE_CONFIG;
	if (broken(m, msi_one_for_all) && source != MODEL_SOURCE_CONFIG)
		source = MODEL_SOURCE_QUEUE(0);
	if (source != MODEL_SOURCE_CONFIG) {
		const uint16_t queue = (uint16_t)(source - MODEL_SOURCE_QUEUE(0));

		if (broken(m, msi_receive_queue_silent) && model_receives(m, queue))
			return true;
		if (broken(m, msi_further_queue_of_first) && model_is_further(m, queue))
			source = MODEL_SOURCE_QUEUE(model_receives(m, 0));
	}
	number = vector_of(m, source);
	if (number < MODEL_MSI_VECTORS) {
		struct model_msi_vector *v = &msi->vector[number];

		if (!v->masked || broken(m, msi_mask_ignored))
			send(m, v);
		else if (!broken(m, msi_pending_lost))
			v->pending++;
	}
	if (broken(m, msi_sets_interrupt_status))
		m->interrupt_status |= cause_of(source);
	return !broken(m, msi_raises_line);
}

void model_msi_set_mask(struct model *m, struct model_msi_vector *v, bool masked)
{
	uint32_t count = v->pending;

	if (!masked && !count && v->masked && broken(m, msi_unmask_sends))
		count = 1;
	v->masked = masked;
	if (masked)
		return;
	v->pending = 0;
	if (count && !broken(m, msi_pending_each))
		count = broken(m, msi_pending_twice) ? 2 : 1;
	while (count--)
		send(m, v);
}

/* Events that are pending on the one path, messages or line, move to the other. */
void model_msi_enable(struct model *m, bool on)
{
	struct model_msi *msi = &m->msi;
	uint32_t status = m->interrupt_status;

	if (msi->enabled == on || broken(m, msi_enable_ignored) || (!on && broken(m, msi_disable_ignored)))
		return;
	msi->enabled = on;
	msi->swallow = !on && broken(m, msi_disable_loses);
	if (on) {
		m->interrupt_status = 0;
		if (!broken(m, msi_enable_keeps_line))
			model_set_line(m, false);
	}
	for (uint32_t source = 0; source <= model_queue_count(m); source++) {
		uint32_t number = vector_of(m, source);

		if (on && (status & cause_of(source)) && !broken(m, msi_enable_forgets))
			model_msi_event(m, source);
		else if (!on && !broken(m, msi_disable_forgets) && number < MODEL_MSI_VECTORS &&
			 msi->vector[number].pending)
			model_raise_line(m, cause_of(source));
	}
	for (uint32_t i = 0; !on && i < MODEL_MSI_VECTORS; i++)
		msi->vector[i].pending = 0;
}

void model_msi_set_word(struct model *m, struct model_msi_vector *v, unsigned part, uint32_t value)
{
	if (part == MODEL_MSI_DATA && broken(m, msi_commit_torn) && v->word[MODEL_MSI_DATA] != value) {
		v->has_old_data = true;
		v->old_data = v->word[MODEL_MSI_DATA];
	}
	v->word[part] = value;
	for (uint32_t i = 0; broken(m, msi_sharing_lost) && part == MODEL_MSI_DATA && i < model_msi_vectors(m); i++)
		if (&m->msi.vector[i] != v && m->msi.vector[i].word[MODEL_MSI_DATA] == value)
			v->word[MODEL_MSI_DATA] = 0;
}

void model_msi_stage(struct model *m, unsigned part, uint32_t value)
{
	m->msi.staged[part] = value;
	if (broken(m, msi_unstaged))
		m->msi.vector[m->msi.last].word[part] = value;
}

void model_msi_commit(struct model *m, struct model_msi_vector *v)
{
	for (unsigned part = MODEL_MSI_LOW; v && part <= MODEL_MSI_DATA; part++)
		model_msi_set_word(m, v, part, m->msi.staged[part]);
}

uint32_t model_msi_enabled_bit(struct model *m, uint32_t bit)
{
	return m->msi.enabled && !broken(m, msi_state_hidden) ? bit : 0;
}

uint32_t model_msi_stated_count(struct model *m, uint32_t count)
{
	return broken(m, msi_too_few) ? count - 1 : count;
}

void model_msi_reset(struct model *m)
{
	struct model_msi *msi = &m->msi;

	if (!broken(m, msi_reset_keeps_enable)) {
		msi->enabled = false;
		msi->last = 0;
		if (!broken(m, msi_reset_keeps_select))
			msi->select = 0;
	}
	msi->swallow = false;
	for (unsigned i = 0; i < MODEL_MSI_VECTORS && !msi->enabled; i++) {
		struct model_msi_vector *v = &msi->vector[i], old = *v;

		*v = (struct model_msi_vector){ .masked = m->msi_registers && m->msi_registers->masked_at_reset };
		msi->map[i] = VIRTIO_F40_NO_VECTOR;
		if (broken(m, msi_reset_keeps_mask))
			v->masked = old.masked;
		if (broken(m, msi_reset_keeps_pending))
			v->pending = old.pending;
		for (unsigned part = MODEL_MSI_LOW; part <= MODEL_MSI_DATA && broken(m, msi_reset_keeps_message);
		     part++)
			v->word[part] = old.word[part];
	}
}
