/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Message signalled interrupts, in the layouts of drivers/spec/msi.h. All of them come down to vectors, each with a
 * message, a mask and what waits behind it, and to a switch between them and the line. Where a layout leaves something
 * open, this device loses no event: what is behind a mask is sent once on unmask, and moves along when the path is
 * changed.
 */
#include "model/internal.h"

enum { LOW, HIGH, DATA };

/* Where the notifications of virtqueues go; 0: where they always went. */
static uint32_t notify_area(const struct model *m)
{
	switch (m->config.msi) {
	case MODEL_MSI_DRAFT3:
		return 0x000400d0;
	case MODEL_MSI_F40:
		if (!model_negotiated(m, VIRTIO_F40_MMIO_NOTIFICATION))
			return 0;
		/* more than seven would reach ConfigGeneration */
		return model_queue_count(m) <= 7 ? 0x000400e0 : VIRTIO_MMIO_QUEUE_NOTIFY;
	case MODEL_MSI_DRAGONBALL:
		return 0x00041000;
	}
	return 0;
}

/* Feature bits that the layout gives a meaning, and that had none or another one at its time. */
void model_msi_features(struct model_config *config)
{
	uint32_t *words = config->features;

	switch (config->msi) {
	case MODEL_MSI_F40:
		model_set_bit(words, VIRTIO_F40_MMIO_NOTIFICATION, true);
		model_set_bit(words, VIRTIO_F40_MMIO_MSI, true);
		break;
	case MODEL_MSI_DRAFT3:
		model_set_bit(words, VIRTIO_F_RING_RESET, false);
		break;
	case MODEL_MSI_DRAGONBALL:
		config->vendor_id = DRAGONBALL_VENDOR | DRAGONBALL_MSI | DRAGONBALL_QUEUE_NOTIFY;
		break;
	case MODEL_MSI_F44:
		model_set_bit(words, VIRTIO_F44_MMIO_MSI, true);
		break;
	}
}

static uint32_t vectors(const struct model *m)
{
	return model_queue_count(m) + 1u + m->config.msi_sharing;
}

/* The vector of a number that the driver gave, null: there is none. */
static struct model_msi_vector *vector(struct model *m, uint32_t number)
{
	if (number >= vectors(m) && broken(m, msi_range_wraps))
		number %= vectors(m);
	if (number >= vectors(m))
		return NULL;
	m->msi.last = number;
	return &m->msi.vector[number];
}

/* f44: by source. */
static struct model_msi_vector *selected_source(struct model *m)
{
	uint32_t source = m->msi.select;

	return vector(m, source == VIRTIO_F44_CONFIG  ? MODEL_SOURCE_CONFIG
			 : source >= MODEL_QUEUES_MAX ? source
						      : MODEL_SOURCE_QUEUE(source));
}

static void send(struct model *m, struct model_msi_vector *v)
{
	uint64_t address = (uint64_t)v->word[HIGH] << 32 | v->word[LOW];
	uint32_t data = v->late ? v->late_data : v->word[DATA];

	v->late = false;
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

	if (!msi->enabled && !(broken(m, msi_on_without_enable) && msi->vector[msi->last].word[DATA])) {
		bool lost = msi->swallow;

		msi->swallow = false;
		return lost;
	}
	if (broken(m, msi_sources_swapped))
		source = source == MODEL_SOURCE_CONFIG ? MODEL_SOURCE_QUEUE(0) : MODEL_SOURCE_CONFIG;
	if (broken(m, msi_one_for_all) && source != MODEL_SOURCE_CONFIG)
		source = MODEL_SOURCE_QUEUE(0);
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

static void set_mask(struct model *m, struct model_msi_vector *v, bool masked)
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

/* What waits on one path goes on on the other. */
static void enable(struct model *m, bool on)
{
	struct model_msi *msi = &m->msi;
	uint32_t status = m->interrupt_status;

	if (msi->enabled == on || broken(m, msi_enable_ignored) || (!on && broken(m, msi_disable_ignored)))
		return;
	msi->enabled = on;
	msi->swallow = !on && broken(m, msi_disable_loses);
	if (on) {
		m->interrupt_status = 0;
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

static void set_word(struct model *m, struct model_msi_vector *v, unsigned part, uint32_t value)
{
	if (part == DATA && broken(m, msi_commit_torn) && v->word[DATA] != value) {
		v->late = true;
		v->late_data = v->word[DATA];
	}
	v->word[part] = value;
	for (uint32_t i = 0; part == DATA && i < vectors(m) && broken(m, msi_sharing_lost); i++)
		if (&m->msi.vector[i] != v && m->msi.vector[i].word[DATA] == value)
			v->word[DATA] = 0;
}

/* The message registers are one place for all vectors; what is in them counts for a vector when it is told so. */
static void stage(struct model *m, unsigned part, uint32_t value)
{
	m->msi.staged[part] = value;
	if (broken(m, msi_unstaged))
		m->msi.vector[m->msi.last].word[part] = value;
}

static void commit(struct model *m, struct model_msi_vector *v)
{
	for (unsigned part = LOW; v && part <= DATA; part++)
		set_word(m, v, part, m->msi.staged[part]);
}

static uint32_t shown(struct model *m, uint32_t bit)
{
	return m->msi.enabled && !broken(m, msi_state_hidden) ? bit : 0;
}

static uint32_t few(struct model *m, uint32_t count)
{
	return broken(m, msi_too_few) ? count - 1 : count;
}

/* ---- draft3 and dragonball ---- */

static void write_draft3(struct model *m, uint32_t command)
{
	uint32_t argument = command & VIRTIO_MSI3_ARGUMENT;

	if ((command & VIRTIO_MSI3_OPERATION) == VIRTIO_MSI3_UPDATE)
		commit(m, vector(m, argument));
	else if ((command & VIRTIO_MSI3_OPERATION) == VIRTIO_MSI3_ENABLE && argument <= 1)
		enable(m, argument);
}

static void write_dragonball(struct model *m, uint32_t offset, uint32_t value)
{
	uint32_t operation = value & VIRTIO_MSI3_OPERATION;
	bool running = m->status & VIRTIO_STATUS_DRIVER_OK;
	struct model_msi_vector *v;

	if (offset == VIRTIO_MSI3_CSR) {
		if (running && !broken(m, msi_enable_when_running)) {
			m->status |= VIRTIO_STATUS_FAILED;
			return;
		}
		enable(m, value & VIRTIO_MSI3_CSR_ENABLED);
		m->msi.staged[LOW] = m->msi.staged[HIGH] = m->msi.staged[DATA] = 0;
		return;
	}
	v = vector(m, value & VIRTIO_MSI3_ARGUMENT);
	if (operation == VIRTIO_MSI3_UPDATE && m->msi.enabled)
		commit(m, v);
	else if ((operation == VIRTIO_MSI3_MASK || operation == VIRTIO_MSI3_UNMASK) && v && running)
		set_mask(m, v, operation == VIRTIO_MSI3_MASK);
	else if (operation != VIRTIO_MSI3_UPDATE && operation != VIRTIO_MSI3_MASK && operation != VIRTIO_MSI3_UNMASK)
		m->status |= VIRTIO_STATUS_FAILED;
}

static bool read_msi3(struct model *m, uint32_t offset, uint8_t width, uint32_t *value)
{
	if (offset != VIRTIO_MSI3_STATUS || width != 2)
		return false;
	*value = m->config.msi == MODEL_MSI_DRAGONBALL
			 ? VIRTIO_MSI3_CSR_SUPPORTED
			 : few(m, model_queue_count(m)) | shown(m, VIRTIO_MSI3_STATUS_ENABLED);
	return true;
}

static bool write_msi3(struct model *m, uint32_t offset, uint8_t width, uint32_t value)
{
	bool dragonball = m->config.msi == MODEL_MSI_DRAGONBALL;

	if ((offset == VIRTIO_MSI3_COMMAND || offset == VIRTIO_MSI3_CSR) && width == 2) {
		if (dragonball)
			write_dragonball(m, offset, value);
		else if (offset == VIRTIO_MSI3_COMMAND)
			write_draft3(m, value);
		return true;
	}
	if (offset < VIRTIO_MSI3_ADDRESS_LOW || offset > VIRTIO_MSI3_DATA || width != 4)
		return false;
	if (!dragonball || m->msi.enabled)
		stage(m, (offset - VIRTIO_MSI3_ADDRESS_LOW) / 4, value);
	return true;
}

/* ---- f40 ---- */

static bool read_f40(struct model *m, uint32_t offset, uint32_t *value)
{
	bool patch = m->config.msi_patch_state;

	if (offset == VIRTIO_F40_VECTORS)
		*value = few(m, vectors(m));
	else if (offset == VIRTIO_F40_STATE)
		*value = shown(m, patch ? VIRTIO_F40_STATE_ENABLED_PATCH : VIRTIO_F40_STATE_ENABLED) |
			 (!m->config.msi_sharing ? 0
			  : patch		 ? VIRTIO_F40_STATE_SHARING_PATCH
						 : VIRTIO_F40_STATE_SHARING);
	return offset >= VIRTIO_F40_VECTORS && offset <= VIRTIO_F40_DATA;
}

static void map(struct model *m, uint32_t source)
{
	uint32_t number = m->msi.select;

	if (!m->config.msi_sharing || source > model_queue_count(m) ||
	    (number == VIRTIO_F40_NO_VECTOR && broken(m, msi_unmap_ignored)))
		return;
	if (number == VIRTIO_F40_NO_VECTOR || vector(m, number))
		m->msi.map[source] = number == VIRTIO_F40_NO_VECTOR ? number : m->msi.last;
}

static void write_f40_command(struct model *m, uint32_t command)
{
	struct model_msi_vector *v = vector(m, m->msi.select);

	if (command == VIRTIO_F40_ENABLE || command == VIRTIO_F40_DISABLE)
		enable(m, command == VIRTIO_F40_ENABLE);
	else if (command == VIRTIO_F40_CONFIGURE)
		commit(m, v);
	else if ((command == VIRTIO_F40_MASK || command == VIRTIO_F40_UNMASK) && v)
		set_mask(m, v, command == VIRTIO_F40_MASK);
	else if (command == VIRTIO_F40_MAP_CONFIG || command == VIRTIO_F40_MAP_QUEUE)
		map(m, command == VIRTIO_F40_MAP_CONFIG	 ? MODEL_SOURCE_CONFIG
		       : m->queue_sel < MODEL_QUEUES_MAX ? MODEL_SOURCE_QUEUE(m->queue_sel)
							 : MODEL_MSI_VECTORS);
}

static bool write_f40(struct model *m, uint32_t offset, uint32_t value)
{
	if (offset == VIRTIO_F40_COMMAND)
		write_f40_command(m, value);
	else if (offset == VIRTIO_F40_SELECT) {
		m->msi.select = value;
		vector(m, value);
	} else if (offset >= VIRTIO_F40_ADDRESS_LOW && offset <= VIRTIO_F40_DATA)
		stage(m, (offset - VIRTIO_F40_ADDRESS_LOW) / 4, value);
	return offset >= VIRTIO_F40_VECTORS && offset <= VIRTIO_F40_DATA;
}

/* ---- f44 ---- */

static bool read_f44(struct model *m, uint32_t offset, uint32_t *value)
{
	const struct model_msi_vector *v = selected_source(m);

	if (offset == VIRTIO_F44_SELECT)
		*value = m->msi.select;
	else if (offset == VIRTIO_F44_MAX)
		*value = broken(m, msi_too_few) ? 0 : vectors(m);
	else if (offset == VIRTIO_F44_ENABLE)
		*value = shown(m, 1);
	else if (v && offset == VIRTIO_F44_MASK)
		*value = v->masked;
	else if (v && offset == VIRTIO_F44_PENDING)
		*value = v->pending && !broken(m, msi_pending_hidden);
	else if (v && offset >= VIRTIO_F44_ADDRESS_LOW && offset <= VIRTIO_F44_DATA)
		*value = v->word[(offset - VIRTIO_F44_ADDRESS_LOW) / 4];
	return offset >= VIRTIO_F44_SELECT && offset <= VIRTIO_F44_ENABLE;
}

static bool write_f44(struct model *m, uint32_t offset, uint32_t value)
{
	struct model_msi_vector *v = selected_source(m);

	if (offset == VIRTIO_F44_SELECT)
		m->msi.select = value;
	else if (offset == VIRTIO_F44_ENABLE &&
		 (!(m->status & VIRTIO_STATUS_DRIVER_OK) || broken(m, msi_enable_when_running)))
		enable(m, value & 1);
	else if (v && offset == VIRTIO_F44_MASK)
		set_mask(m, v, value & 1);
	else if (v && offset >= VIRTIO_F44_ADDRESS_LOW && offset <= VIRTIO_F44_DATA &&
		 (v->masked || broken(m, msi_unstaged)))
		set_word(m, v, (offset - VIRTIO_F44_ADDRESS_LOW) / 4, value);
	return offset >= VIRTIO_F44_SELECT && offset <= VIRTIO_F44_ENABLE;
}

/* ---- all ---- */

static bool accepted(const struct model *m, unsigned feature)
{
	return model_negotiated(m, feature) || broken(m, msi_answers_unaccepted);
}

bool model_msi_read(struct model *m, uint32_t offset, uint8_t width, uint32_t *value)
{
	uint32_t area;

	*value = 0;
	if (!m->config.msi)
		return false;
	area = notify_area(m);
	if (offset == VIRTIO_MMIO_QUEUE_NOTIFY && width == 4 && area) {
		*value = broken(m, msi_notify_restless) ? area + (m->defective.reads++ << 16) : area;
		return true;
	}
	switch (m->config.msi) {
	case MODEL_MSI_F40:
		return width == 4 && accepted(m, VIRTIO_F40_MMIO_MSI) && read_f40(m, offset, value);
	case MODEL_MSI_F44:
		return width == 4 && accepted(m, VIRTIO_F44_MMIO_MSI) && read_f44(m, offset, value);
	default:
		return read_msi3(m, offset, width, value);
	}
}

/* A notification at an address of the virtqueue's own. */
static bool write_notification(struct model *m, uint32_t offset)
{
	uint32_t area = notify_area(m), base = VIRTIO_MSI_NOTIFY_BASE(area), step = VIRTIO_MSI_NOTIFY_MULTIPLIER(area);

	if (!step)
		return false;
	if (offset == VIRTIO_MMIO_QUEUE_NOTIFY) /* the drafts' devices listen there no more */
		return m->config.msi != MODEL_MSI_DRAGONBALL;
	if (offset < base || (offset - base) % step || (offset - base) / step >= model_queue_count(m))
		return false;
	if (!broken(m, msi_notify_ignored))
		model_queue_notify(m, (offset - base) / step);
	return true;
}

bool model_msi_write(struct model *m, uint32_t offset, uint8_t width, uint32_t value)
{
	if (!m->config.msi || m->reset_units)
		return false;
	if (write_notification(m, offset))
		return true;
	switch (m->config.msi) {
	case MODEL_MSI_F40:
		return width == 4 && accepted(m, VIRTIO_F40_MMIO_MSI) && write_f40(m, offset, value);
	case MODEL_MSI_F44:
		return width == 4 && accepted(m, VIRTIO_F44_MMIO_MSI) && write_f44(m, offset, value);
	default:
		return write_msi3(m, offset, width, value);
	}
}

void model_msi_reset(struct model *m)
{
	struct model_msi *msi = &m->msi;

	if (!broken(m, msi_reset_keeps_enable)) {
		msi->enabled = false;
		msi->select = msi->last = 0;
	}
	msi->swallow = false;
	for (unsigned i = 0; i < MODEL_MSI_VECTORS && !msi->enabled; i++) {
		struct model_msi_vector *v = &msi->vector[i], old = *v;

		*v = (struct model_msi_vector){ .masked = m->config.msi == MODEL_MSI_F44 };
		msi->map[i] = VIRTIO_F40_NO_VECTOR;
		if (broken(m, msi_reset_keeps_mask))
			v->masked = old.masked;
		if (broken(m, msi_reset_keeps_pending))
			v->pending = old.pending;
		for (unsigned part = LOW; part <= DATA && broken(m, msi_reset_keeps_message); part++)
			v->word[part] = old.word[part];
	}
}
