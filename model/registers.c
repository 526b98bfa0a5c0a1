/* SPDX-License-Identifier: BSD-2-Clause */
/* The registers: 4.2.2 (Versions 2 and 3), 4.2.4 (Version 1). One function reads and one writes. Which registers exist
 * depends on the Version. */
#include "drivers/spec/device.h"
#include "drivers/spec/features.h"
#include "drivers/spec/mmio.h"
#include "drivers/spec/virtqueue.h"
#include "model/defects/broken.h"
#include "model/devices/backend.h"
#include "model/features.h"
#include "model/defects/after_reset.h"
#include "model/line.h"
#include "model/msi/registers.h"
#include "model/oddities/act.h"
#include "model/oddities/odd.h"
#include "model/oddities/sizes.h"
#include "model/oddities/widths.h"
#include "model/queue/queue.h"
#include "model/space.h"
#include "model/status.h"

enum { TEN_BITS = 0x3ff, LEGACY_PAGE = 4096 };

static struct model_queue *selected(struct model *m)
{
	uint32_t index = m->queue_sel;

	if (broken(m, queue_sel_aliased))
		index &= TEN_BITS;
	return index < model_queue_count(m) ? &m->queue[index] : NULL;
}

static uint32_t read_device_features(struct model *m)
{
	uint32_t word = m->device_features_sel;

	if (broken(m, device_features_aliased))
		word &= 1;
	return model_offered_word(m, word);
}

static uint32_t read_queue_size_max(struct model *m)
{
	const struct model_queue *q = selected(m);

	if (!q)
		return broken(m, queue_size_max_stale) ? m->config.queue_size_max : 0;
	if (broken(m, queue_size_max_follows))
		return q->size;
	if (broken(m, queue_size_max_big_endian))
		return (uint32_t)(m->config.queue_size_max << 8 | m->config.queue_size_max >> 8) << 16;
	return model_queue_size_max(m, (uint16_t)(q - m->queue));
}

static uint32_t read_queue_ready(struct model *m, const struct model_queue *q)
{
	if (broken(m, queue_ready_hidden) && (m->status & VIRTIO_STATUS_DRIVER_OK))
		return 0;
	if (broken(m, queue_ready_shared))
		for (uint16_t i = 0; i < model_queue_count(m); i++)
			if (m->queue[i].ready)
				return 1;
	if (q && q->shown_ready)
		return 1;
	return q && q->ready;
}

static uint32_t read_queue_reset(struct model *m, const struct model_queue *q)
{
	if (!q || !model_negotiated(m, VIRTIO_F_RING_RESET))
		return 0;
	if (broken(m, queue_reset_set_after_reset) && !q->enabled_once && !q->reset_once)
		return 1;
	if (broken(m, queue_reset_set_when_enabled) && q->ready)
		return 1;
	return q->reset_units && !broken(m, queue_reset_reads_zero_early);
}

/* Does 4.2.2 or 4.2.4 define a register at this offset? One bit for each word. */
static bool is_register(uint32_t offset)
{
	const uint64_t words = UINT64_C(0x8001fb331313f73f);

	return words >> offset / 4 & 1;
}

static uint32_t read_modern(struct model *m, uint32_t offset)
{
	const struct model_queue *q = selected(m);

	switch (offset) {
	case VIRTIO_MMIO_QUEUE_READY:
		return read_queue_ready(m, q);
	case VIRTIO_MMIO_SHM_LEN_LOW: /* no type of the model has a shared memory region */
		if (broken(m, shm_length_restless))
			return m->defective.shm_length++;
		if (broken(m, shm_length_writable) && m->defective.shm_length)
			return m->defective.shm_length;
		/* fallthrough */
	case VIRTIO_MMIO_SHM_LEN_HIGH:
		return broken(m, shm_length_zero) ? 0 : 0xffffffff;
	case VIRTIO_MMIO_SHM_BASE_LOW:
	case VIRTIO_MMIO_SHM_BASE_HIGH:
		return broken(m, shm_base_zero) ? 0 : 0xffffffff;
	case VIRTIO_MMIO_QUEUE_RESET:
		return read_queue_reset(m, q);
	case VIRTIO_MMIO_CONFIG_GENERATION:
		if (broken(m, generation_restless))
			m->generation++;
		return broken(m, generation_stuck) ? 0 : m->generation;
	}
	return 0;
}

static uint32_t read_queue_pfn(struct model *m)
{
	const struct model_queue *q = selected(m);

	if (broken(m, legacy_pfn_reads_zero))
		return 0;
	for (uint16_t i = 0; broken(m, legacy_pfn_shared) && i < model_queue_count(m); i++)
		if (m->queue[i].pfn)
			return m->queue[i].pfn;
	if (q && broken(m, legacy_pfn_reads_in_4096))
		return (uint32_t)((uint64_t)q->pfn * m->guest_page_size / LEGACY_PAGE);
	return q ? q->pfn : 0;
}

static uint32_t read_register(struct model *m, uint32_t offset)
{
	bool running = m->status & VIRTIO_STATUS_DRIVER_OK;

	switch (offset) {
	case VIRTIO_MMIO_MAGIC_VALUE:
		if (broken(m, magic_wrong))
			return 0x6d697274;
		return broken(m, magic_gone) && running ? 0 : VIRTIO_MMIO_MAGIC ^ m->defective.magic_mask;
	case VIRTIO_MMIO_VERSION:
		if (broken(m, version_wrong))
			return 5;
		return m->config.version ^ (broken(m, version_changes) && running ? 3 : 0);
	case VIRTIO_MMIO_DEVICE_ID:
		if (broken(m, device_id_unknown))
			return 0xffff;
		return broken(m, device_id_gone) && running ? 0 : m->config.device_id;
	case VIRTIO_MMIO_VENDOR_ID:
		return m->config.vendor_id;
	case VIRTIO_MMIO_DEVICE_FEATURES:
		return read_device_features(m);
	case VIRTIO_MMIO_QUEUE_SIZE_MAX:
		return read_queue_size_max(m);
	case VIRTIO_MMIO_INTERRUPT_STATUS:
		return model_read_interrupt_status(m);
	case VIRTIO_MMIO_STATUS:
		return model_read_status(m);
	}
	if (offset == VIRTIO_MMIO_QUEUE_NOTIFY)
		leave_if_broken(m, write_only_read_kills);
	if (offset == VIRTIO_MMIO_INTERRUPT_ACK)
		hang_if_broken(m, write_only_read_hangs);
	if (!is_register(offset))
		leave_if_broken(m, undefined_register_kills);
	if (!model_is_legacy(m))
		return read_modern(m, offset);
	return offset == VIRTIO_MMIO_QUEUE_PFN ? read_queue_pfn(m) : 0;
}

/* Is there no register that a driver may read? */
static bool is_gap(const struct model *m, uint32_t offset)
{
	switch (offset) {
	case VIRTIO_MMIO_MAGIC_VALUE:
	case VIRTIO_MMIO_VERSION:
	case VIRTIO_MMIO_DEVICE_ID:
	case VIRTIO_MMIO_VENDOR_ID:
	case VIRTIO_MMIO_DEVICE_FEATURES:
	case VIRTIO_MMIO_QUEUE_SIZE_MAX:
	case VIRTIO_MMIO_INTERRUPT_STATUS:
	case VIRTIO_MMIO_STATUS:
		return false;
	case VIRTIO_MMIO_QUEUE_PFN:
		return !model_is_legacy(m);
	case VIRTIO_MMIO_QUEUE_READY:
	case VIRTIO_MMIO_SHM_LEN_LOW:
	case VIRTIO_MMIO_SHM_LEN_HIGH:
	case VIRTIO_MMIO_SHM_BASE_LOW:
	case VIRTIO_MMIO_SHM_BASE_HIGH:
	case VIRTIO_MMIO_QUEUE_RESET:
	case VIRTIO_MMIO_CONFIG_GENERATION:
		return model_is_legacy(m);
	}
	return true;
}

uint32_t model_read(struct model *m, uint32_t offset, uint8_t width)
{
	uint32_t value;

	model_after_reset_tick(m);
	model_odd_access(m);
	if (m->defective.off_the_bus)
		return 0xffffffff >> (32 - 8 * width);
	if (broken(m, garbage_registers))
		return (uint32_t)m->host.random(m->host.context) >> (32 - 8 * width);
	if (model_msi_read(m, offset, width, &value))
		return value;
	if (offset >= VIRTIO_MMIO_CONFIG) {
		if (offset - VIRTIO_MMIO_CONFIG + width > m->backend->config_bytes)
			leave_if_broken(m, config_access_kills);
		return model_config_read(m, offset - VIRTIO_MMIO_CONFIG, width);
	}
	if (odd(m, gaps_read_ones) && !m->config.msi && is_gap(m, offset))
		return 0xffffffff >> (32 - 8 * width);
	if (width != 4)
		leave_if_broken(m, narrow_access_kills);
	return width == 4 ? read_register(m, offset) : 0;
}

static bool power_of_two(uint32_t value)
{
	return value && !(value & (value - 1));
}

/* PART: 0 descriptor table, 1 available ring, 2 used ring. */
static void write_half(struct model *m, struct model_queue *q, unsigned part, bool high, uint32_t value)
{
	uint64_t *address = part == 0 ? &q->desc : part == 1 ? &q->avail : &q->used;

	if (high && broken(m, queue_address_high_ignored))
		return;
	if (broken(m, queue_address_low_needs_high)) {
		if (high)
			*address = q->low[part];
		else
			q->low[part] = value;
		if (!high)
			return;
	}
	if (high && broken(m, queue_address_high_clears_low))
		*address = 0;
	*address = high ? (uint64_t)value << 32 | (uint32_t)*address : (*address >> 32) << 32 | value;
}

/* A size is a power of two (2.7) and at most QueueSizeMax, and is not written while the queue is in use (4.2.2.2). The
 * device ignores anything else. */
static void write_queue_size(struct model *m, struct model_queue *q, uint32_t value)
{
	if (!value)
		leave_if_broken(m, queue_size_zero_kills);
	else if (!power_of_two(value))
		hang_if_broken(m, queue_size_odd_hangs);
	if (value > m->config.queue_size_max)
		hang_if_broken(m, queue_size_beyond_hangs);
	if (broken(m, queue_size_ignored) || (broken(m, queue_size_small_refused) && value < 4))
		return;
	if (!q->ready && power_of_two(value) && value <= model_queue_size_max(m, (uint16_t)(q - m->queue)))
		for (uint16_t i = 0; i < MODEL_QUEUES_MAX; i++)
			if (&m->queue[i] == q || (broken(m, legacy_size_shared) && !m->queue[i].ready))
				m->queue[i].size = (uint16_t)value;
}

static void write_queue_ready(struct model *m, struct model_queue *q, uint32_t value)
{
	uint16_t index = (uint16_t)(q - m->queue);

	if (q->ready && (value & 1))
		hang_if_broken(m, ready_twice_hangs);
	if (q->reset_units || q->ready == (value & 1) || (broken(m, queue_ready_sticks) && !(value & 1)))
		return;
	if ((value & 1) && !q->desc)
		hang_if_broken(m, ready_without_addresses_hangs);
	if (value & 1)
		model_queue_start(m, index);
	else
		model_queue_forget(m, index);
}

static void write_queue_reset(struct model *m, struct model_queue *q, uint32_t value)
{
	uint16_t index = (uint16_t)(q - m->queue);

	if (!q->ready)
		hang_if_broken(m, queue_reset_unready_hangs);
	if (value != 1 || q->reset_units || broken(m, queue_reset_inert) ||
	    !(model_negotiated(m, VIRTIO_F_RING_RESET) || broken(m, queue_reset_without_feature)))
		return;
	for (uint16_t i = 0; broken(m, queue_reset_resets_all) && i < model_queue_count(m); i++)
		if (i != index)
			model_queue_reset_step(m, i);
	q->reset_units = m->config.queue_reset_units;
	if (!q->reset_units)
		model_queue_reset_step(m, index);
}

static void write_address(struct model *m, struct model_queue *selection, unsigned part, bool high, uint32_t value)
{
	write_half(m, selection, part, high, value);
	for (uint16_t i = 0; broken(m, queue_address_shared) && i < model_queue_count(m); i++)
		if (!m->queue[i].ready && &m->queue[i] != selection)
			write_half(m, &m->queue[i], part, high, value);
}

static void write_modern(struct model *m, uint32_t offset, uint32_t value)
{
	struct model_queue *q = selected(m);

	if (!q && offset == VIRTIO_MMIO_QUEUE_READY)
		leave_if_broken(m, queue_beyond_kills);
	if (!q && offset == VIRTIO_MMIO_QUEUE_RESET)
		hang_if_broken(m, queue_beyond_reset_hangs);
	if (!q)
		return;
	if (q->ready && offset >= VIRTIO_MMIO_QUEUE_DESC_LOW && offset <= VIRTIO_MMIO_QUEUE_DEVICE_HIGH)
		hang_if_broken(m, ready_queue_write_hangs);
	if (offset == VIRTIO_MMIO_QUEUE_READY)
		write_queue_ready(m, q, value);
	else if (offset == VIRTIO_MMIO_QUEUE_RESET)
		write_queue_reset(m, q, value);
	if (q->ready)
		return;
	switch (offset) {
	case VIRTIO_MMIO_QUEUE_DESC_LOW:
	case VIRTIO_MMIO_QUEUE_DESC_HIGH:
		write_address(m, q, 0, offset == VIRTIO_MMIO_QUEUE_DESC_HIGH, value);
		break;
	case VIRTIO_MMIO_QUEUE_DRIVER_LOW:
	case VIRTIO_MMIO_QUEUE_DRIVER_HIGH:
		write_address(m, q, 1, offset == VIRTIO_MMIO_QUEUE_DRIVER_HIGH, value);
		break;
	case VIRTIO_MMIO_QUEUE_DEVICE_LOW:
	case VIRTIO_MMIO_QUEUE_DEVICE_HIGH:
		write_address(m, q, 2, offset == VIRTIO_MMIO_QUEUE_DEVICE_HIGH, value);
		break;
	}
}

/* 2.7.2: the three parts of a legacy queue follow one another, with the used ring at the next multiple of QueueAlign.
 */
static void write_queue_pfn(struct model *m, struct model_queue *q, uint32_t value)
{
	uint16_t index = (uint16_t)(q - m->queue);
	uint32_t page_size = broken(m, legacy_page_size_fixed) ? LEGACY_PAGE : m->guest_page_size;
	const uint16_t next = q->next_avail;
	bool again;
	uint64_t align = broken(m, legacy_queue_align_ignored) ? LEGACY_PAGE : q->align;

	if (!value && broken(m, legacy_pfn_zero_resets)) {
		model_reset_now(m);
		return;
	}
	if (!value && broken(m, legacy_pfn_zero_ignored))
		return;
	if (q->ready)
		model_queue_forget(m, index);
	q->pfn = value;
	if (!value || !page_size || (broken(m, legacy_queue_used_once) && q->enabled_once))
		return;
	if (broken(m, legacy_pages_of_4096_at_least) && page_size < LEGACY_PAGE)
		page_size = LEGACY_PAGE;
	q->desc = (uint64_t)value * page_size;
	q->avail = q->desc + VIRTQ_DESC_BYTES((uint64_t)q->size);
	q->used = (q->avail + VIRTQ_AVAIL_BYTES((uint64_t)q->size) + align - 1) & ~(align - 1);
	if (broken(m, legacy_align_beyond) && q->used == q->avail + VIRTQ_AVAIL_BYTES((uint64_t)q->size))
		q->used += align;
	if (broken(m, legacy_align_as_printed))
		q->used = (q->avail + VIRTQ_AVAIL_BYTES((uint64_t)q->size) + align) & ~align;
	again = q->enabled_once;
	model_queue_start(m, index);
	if (again && broken(m, legacy_queue_again_keeps_indices))
		q->next_avail = q->next_used = q->signalled = next;
}

static void write_queue_align(struct model *m, struct model_queue *q, uint32_t value)
{
	for (uint16_t i = 0; i < MODEL_QUEUES_MAX; i++)
		if (&m->queue[i] == q || broken(m, legacy_align_shared))
			m->queue[i].align = value;
}

static void write_legacy(struct model *m, uint32_t offset, uint32_t value)
{
	struct model_queue *q = selected(m);

	if (offset == VIRTIO_MMIO_GUEST_PAGE_SIZE && !power_of_two(value))
		hang_if_broken(m, legacy_page_size_odd_hangs);
	if (offset == VIRTIO_MMIO_GUEST_PAGE_SIZE && power_of_two(value))
		m->guest_page_size = value;
	else if (offset == VIRTIO_MMIO_QUEUE_ALIGN && q && !q->ready && power_of_two(value))
		write_queue_align(m, q, value);
	else if (offset == VIRTIO_MMIO_QUEUE_PFN && q)
		write_queue_pfn(m, q, value);
}

/* 2.2, 3.1.1: features are final once FEATURES_OK is set. */
static void write_driver_features(struct model *m, uint32_t value)
{
	uint32_t *words = m->driver_features, word = m->driver_features_sel;

	if (word >= MODEL_FEATURE_WORDS)
		leave_if_broken(m, feature_word_kills);
	if (word >= MODEL_FEATURE_WORDS ||
	    ((m->status & VIRTIO_STATUS_FEATURES_OK) && !broken(m, late_features_in_force)))
		return;
	if (broken(m, driver_features_word_clears))
		for (unsigned i = 0; i < MODEL_FEATURE_WORDS; i++)
			words[i] = 0;
	if (broken(m, driver_features_ored))
		value |= words[word];
	if (broken(m, reset_keeps_driver_features))
		value |= m->defective.accepted[word];
	words[word] = value;
	if (broken(m, blk_legacy_features_change_cache) && m->backend->negotiated)
		m->backend->negotiated(m);
}

/* 4.2.3.3. A notification may come before the queue is ready or the device live. The device remembers it until it can
 * answer. */
static void write_queue_notify(struct model *m, uint32_t value)
{
	uint32_t index = value;

	if (value > UINT8_MAX)
		leave_if_broken(m, notify_garbage_kills);
	if (model_negotiated(m, VIRTIO_F_NOTIFICATION_DATA) && !broken(m, notification_data_as_index))
		index = broken(m, notification_data_high_half) ? value >> VIRTIO_NOTIFY_NEXT_SHIFT
							       : value & VIRTIO_NOTIFY_QUEUE_MASK;
	if (model_negotiated(m, VIRTIO_F_NOTIFICATION_DATA) && index < MODEL_QUEUES_MAX &&
	    broken_at(m, (uint16_t)index, plain_notifications))
		return;
	m->defective.wants_data |= model_negotiated(m, VIRTIO_F_NOTIFICATION_DATA);
	if (broken(m, notification_data_outlives_reset) && m->defective.wants_data &&
	    !model_negotiated(m, VIRTIO_F_NOTIFICATION_DATA))
		return;
	model_queue_notify(m, index);
}

void model_write(struct model *m, uint32_t offset, uint8_t width, uint32_t value)
{
	struct model_queue *q;

	model_odd_access(m);
	if (m->defective.off_the_bus)
		return;
	if (model_msi_write(m, offset, width, value))
		return;
	if (offset >= VIRTIO_MMIO_CONFIG) {
		if (offset - VIRTIO_MMIO_CONFIG + width > m->backend->config_bytes)
			leave_if_broken(m, config_access_kills);
		if (broken(m, legacy_config_write_early_lost) && !(m->status & VIRTIO_STATUS_DRIVER))
			return;
		if (m->backend->config_write && model_odd_takes_width(m, offset - VIRTIO_MMIO_CONFIG, width))
			m->backend->config_write(m, offset - VIRTIO_MMIO_CONFIG, width, value);
		return;
	}
	if (width != 4)
		leave_if_broken(m, narrow_access_kills);
	if (width == 2)
		hang_if_broken(m, narrow_write_hangs);
	if (width != 4)
		return;
	if (!is_register(offset))
		hang_if_broken(m, undefined_register_write_hangs);
	if (offset == VIRTIO_MMIO_MAGIC_VALUE && broken(m, magic_writable))
		m->defective.magic_mask = VIRTIO_MMIO_MAGIC ^ value;
	if (offset == VIRTIO_MMIO_CONFIG_GENERATION)
		hang_if_broken(m, read_only_write_hangs);
	if (offset == VIRTIO_MMIO_SHM_LEN_LOW)
		m->defective.shm_length = value;
	if (offset == VIRTIO_MMIO_STATUS) {
		model_write_status(m, value);
		return;
	}
	if (offset == VIRTIO_MMIO_INTERRUPT_ACK) {
		model_acknowledge(m, value);
		return;
	}
	if (m->reset_units)
		return; /* until Status reads 0, the device ignores all writes */
	switch (offset) {
	case VIRTIO_MMIO_DEVICE_FEATURES_SEL:
		m->device_features_sel = value;
		return;
	case VIRTIO_MMIO_DRIVER_FEATURES:
		write_driver_features(m, value);
		return;
	case VIRTIO_MMIO_DRIVER_FEATURES_SEL:
		m->driver_features_sel = value;
		return;
	case VIRTIO_MMIO_QUEUE_SEL:
		m->queue_sel = value;
		return;
	case VIRTIO_MMIO_QUEUE_SIZE:
		q = selected(m);
		if (q)
			write_queue_size(m, q, value);
		return;
	case VIRTIO_MMIO_QUEUE_NOTIFY:
		write_queue_notify(m, value);
		return;
	}
	if (model_is_legacy(m))
		write_legacy(m, offset, value);
	else
		write_modern(m, offset, value);
}
