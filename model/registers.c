/* SPDX-License-Identifier: BSD-2-Clause */
/* The registers: 4.2.2 (Versions 2 and 3), 4.2.4 (Version 1). One function reads, one writes; which registers exist depends on the Version. */
#include "model/internal.h"

static struct model_queue *selected(struct model *m)
{
	return m->queue_sel < model_queue_count(m) ? &m->queue[m->queue_sel] : NULL;
}

static uint32_t read_device_features(const struct model *m)
{
	return m->device_features_sel < MODEL_FEATURE_WORDS ? m->config.features[m->device_features_sel] : 0;
}

static uint32_t read_modern(struct model *m, uint32_t offset)
{
	const struct model_queue *q = selected(m);

	switch (offset) {
	case VIRTIO_MMIO_QUEUE_READY:
		return q && q->ready;
	case VIRTIO_MMIO_SHM_LEN_LOW: /* none of these device types has a shared memory region */
	case VIRTIO_MMIO_SHM_LEN_HIGH:
	case VIRTIO_MMIO_SHM_BASE_LOW:
	case VIRTIO_MMIO_SHM_BASE_HIGH:
		return 0xffffffff;
	case VIRTIO_MMIO_QUEUE_RESET:
		return q && q->reset_units;
	case VIRTIO_MMIO_CONFIG_GENERATION:
		return m->generation;
	}
	return 0;
}

uint32_t model_read(struct model *m, uint32_t offset, uint8_t width)
{
	const struct model_queue *q;

	if (offset >= VIRTIO_MMIO_CONFIG)
		return model_config_read(m, offset - VIRTIO_MMIO_CONFIG, width);
	if (width != 4)
		return 0;
	switch (offset) {
	case VIRTIO_MMIO_MAGIC_VALUE:
		return VIRTIO_MMIO_MAGIC;
	case VIRTIO_MMIO_VERSION:
		return m->config.version;
	case VIRTIO_MMIO_DEVICE_ID:
		return m->config.device_id;
	case VIRTIO_MMIO_VENDOR_ID:
		return m->config.vendor_id;
	case VIRTIO_MMIO_DEVICE_FEATURES:
		return read_device_features(m);
	case VIRTIO_MMIO_QUEUE_SIZE_MAX:
		return selected(m) ? m->config.queue_size_max : 0;
	case VIRTIO_MMIO_INTERRUPT_STATUS:
		return model_read_interrupt_status(m);
	case VIRTIO_MMIO_STATUS:
		return model_read_status(m);
	}
	if (!model_is_legacy(m))
		return read_modern(m, offset);
	q = selected(m);
	return offset == VIRTIO_MMIO_QUEUE_PFN && q ? q->pfn : 0;
}

static bool power_of_two(uint32_t value)
{
	return value && !(value & (value - 1));
}

static void write_half(uint64_t *address, bool high, uint32_t value)
{
	*address = high ? (uint64_t)value << 32 | (uint32_t)*address : (*address >> 32) << 32 | value;
}

/* 2.7: a power of two; 4.2.2.2: at most QueueSizeMax, and not while the queue is in use. Anything else is not a size. */
static void write_queue_size(struct model *m, struct model_queue *q, uint32_t value)
{
	if (!q->ready && power_of_two(value) && value <= m->config.queue_size_max)
		q->size = (uint16_t)value;
}

static void write_queue_ready(struct model *m, struct model_queue *q, uint32_t value)
{
	uint16_t index = (uint16_t)(q - m->queue);

	if (q->reset_units || q->ready == (value & 1))
		return;
	if (value & 1)
		model_queue_start(m, index);
	else
		model_queue_forget(m, index);
}

static void write_queue_reset(struct model *m, struct model_queue *q, uint32_t value)
{
	uint16_t index = (uint16_t)(q - m->queue);

	if (value != 1 || q->reset_units || !model_negotiated(m, VIRTIO_F_RING_RESET))
		return;
	q->reset_units = m->config.queue_reset_units;
	if (!q->reset_units)
		model_queue_reset_step(m, index);
}

static void write_modern(struct model *m, uint32_t offset, uint32_t value)
{
	struct model_queue *q = selected(m);

	if (offset == VIRTIO_MMIO_SHM_SEL)
		m->shm_sel = value;
	if (!q)
		return;
	if (offset == VIRTIO_MMIO_QUEUE_READY)
		write_queue_ready(m, q, value);
	else if (offset == VIRTIO_MMIO_QUEUE_RESET)
		write_queue_reset(m, q, value);
	if (q->ready)
		return;
	switch (offset) {
	case VIRTIO_MMIO_QUEUE_DESC_LOW:
	case VIRTIO_MMIO_QUEUE_DESC_HIGH:
		write_half(&q->desc, offset == VIRTIO_MMIO_QUEUE_DESC_HIGH, value);
		break;
	case VIRTIO_MMIO_QUEUE_DRIVER_LOW:
	case VIRTIO_MMIO_QUEUE_DRIVER_HIGH:
		write_half(&q->avail, offset == VIRTIO_MMIO_QUEUE_DRIVER_HIGH, value);
		break;
	case VIRTIO_MMIO_QUEUE_DEVICE_LOW:
	case VIRTIO_MMIO_QUEUE_DEVICE_HIGH:
		write_half(&q->used, offset == VIRTIO_MMIO_QUEUE_DEVICE_HIGH, value);
		break;
	}
}

/* 2.7.2: the three parts of a legacy queue follow one another, the used ring at the next multiple of QueueAlign. */
static void write_queue_pfn(struct model *m, struct model_queue *q, uint32_t value)
{
	uint16_t index = (uint16_t)(q - m->queue);

	if (q->ready)
		model_queue_forget(m, index);
	q->pfn = value;
	if (!value || !m->guest_page_size)
		return;
	q->desc = (uint64_t)value * m->guest_page_size;
	q->avail = q->desc + VIRTQ_DESC_BYTES((uint64_t)q->size);
	q->used = (q->avail + VIRTQ_AVAIL_BYTES((uint64_t)q->size) + q->align - 1) & ~((uint64_t)q->align - 1);
	model_queue_start(m, index);
}

static void write_legacy(struct model *m, uint32_t offset, uint32_t value)
{
	struct model_queue *q = selected(m);

	if (offset == VIRTIO_MMIO_GUEST_PAGE_SIZE && power_of_two(value))
		m->guest_page_size = value;
	else if (offset == VIRTIO_MMIO_QUEUE_ALIGN && q && !q->ready && power_of_two(value))
		q->align = value;
	else if (offset == VIRTIO_MMIO_QUEUE_PFN && q)
		write_queue_pfn(m, q, value);
}

/* 2.2, 3.1.1: features are final once FEATURES_OK is set. */
static void write_driver_features(struct model *m, uint32_t value)
{
	if (m->driver_features_sel < MODEL_FEATURE_WORDS && !(m->status & VIRTIO_STATUS_FEATURES_OK))
		m->driver_features[m->driver_features_sel] = value;
}

/* 4.2.3.3. A notification may come before the queue is ready or the device live: it is remembered until it can be answered. */
static void write_queue_notify(struct model *m, uint32_t value)
{
	uint32_t index = value;

	if (model_negotiated(m, VIRTIO_F_NOTIFICATION_DATA))
		index &= VIRTIO_NOTIFY_QUEUE_MASK;
	if (index < model_queue_count(m))
		m->queue[index].notified = true;
}

void model_write(struct model *m, uint32_t offset, uint8_t width, uint32_t value)
{
	struct model_queue *q;

	if (offset >= VIRTIO_MMIO_CONFIG) {
		m->backend->config_write(m, offset - VIRTIO_MMIO_CONFIG, width, value);
		return;
	}
	if (width != 4)
		return;
	if (offset == VIRTIO_MMIO_STATUS) {
		model_write_status(m, value);
		return;
	}
	if (offset == VIRTIO_MMIO_INTERRUPT_ACK) {
		model_acknowledge(m, value);
		return;
	}
	if (m->reset_units)
		return; /* until Status reads 0 there is no device to talk to */
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
