// SPDX-License-Identifier: BSD-2-Clause
/*
 * The narrow VMMs: imitations of the virtio-mmio transports of real VMMs, with what these require of a driver, ignore,
 * or forget. Each is a bus in front of the reference devices. We wrote it from the VMM's source, whose version and
 * files stand above it, and copied no code. What is behind the registers (rings, requests) is the model's, unless a
 * comment says otherwise.
 */
#include "tests/self/narrow/narrow.h"

#include <string.h>

#include "drivers/spec/blk.h"
#include "drivers/spec/console.h"
#include "drivers/spec/net.h"
#include "model/features.h"
#include "model/live.h"
#include "model/status.h"

enum {
	ACKNOWLEDGED = VIRTIO_STATUS_ACKNOWLEDGE,
	DRIVER = ACKNOWLEDGED | VIRTIO_STATUS_DRIVER,
	NEGOTIATED = DRIVER | VIRTIO_STATUS_FEATURES_OK,
	RUNNING = NEGOTIATED | VIRTIO_STATUS_DRIVER_OK,
};

/* Which writes to Status the VMM accepts. */
enum steps {
	STEPS_FREE,    /* anything: the register holds what was written */
	STEPS_IGNORED, /* only the next of four bits, with those before it; it ignores anything else */
	STEPS_FATAL,   /* the same, but anything else sets FAILED */
};

/* What a write of 0 to Status does. */
enum reset {
	RESET_WHOLE,
	RESET_EARLY_ONLY,   /* complete before the device was activated; after that it sets FAILED */
	RESET_RUNNING_ONLY, /* complete once the device was activated; during initialisation it sets FAILED */
	RESET_STATUS_ONLY,  /* Status reads 0, and nothing else happens */
	RESET_IF_STARTED,   /* before DRIVER_OK: Status reads 0, and nothing else happens */
};

enum {
	BIT = 1, /* of features, by number */
	ON_NOTHING = 0,
};
#define F(NUMBER) (1u << (NUMBER))

struct vmm {
	const char *name;
	enum steps steps;
	enum reset reset;
	uint32_t types; /* 1 << device type: the types that the VMM has; other transports are placeholders (DeviceID 0)
			 */
	uint32_t no_reset_types; /* the types for which `reset` counts; 0: all */
	uint32_t blk, net, ring; /* features of word 0 that the devices offer */
	uint16_t queue_size_max;
	uint32_t vendor_id;
	bool queue_registers_gated;    /* writes to them count only between FEATURES_OK and DRIVER_OK */
	bool queue_addresses_ored;     /* a second write is ORed to the first */
	bool queue_sel_is_16_bits;     /* the upper bits of QueueSel are cut off */
	unsigned queue_sel_end;	       /* a QueueSel from here on is ignored; 0: none is */
	bool config_read_gated;	       /* the configuration space cannot be read before DRIVER */
	bool all_queues_needed;	       /* DRIVER_OK fails unless every virtqueue is ready */
	bool activates_once;	       /* a second DRIVER_OK, after a reset, fails */
	bool notify_unguarded;	       /* the device answers a notification whatever Status and QueueReady say */
	enum model_defect defects[16]; /* defects of the catalogue that the VMM has */
};
#define D(NAME) MODEL_DEFECT_##NAME

enum {
	BLK = F(VIRTIO_ID_BLOCK),
	NET = F(VIRTIO_ID_NETWORK),
	RNG = F(VIRTIO_ID_ENTROPY),
	CON = F(VIRTIO_ID_CONSOLE),
	RING = F(VIRTIO_F_EVENT_IDX) | F(VIRTIO_F_INDIRECT_DESC),
};

static const struct vmm vmms[] = {
	/*
	 * Firecracker v1.16.1 (e527ccfc), src/vmm/src/devices/virtio/transport/mmio.rs: set_device_status(),
	 * update_queue_field(), read(), write(), with device.rs: ack_features_by_page(), reset(); queue.rs:
	 * initialize().
	 */
	{ .name = "firecracker",
	  .steps = STEPS_IGNORED,
	  .reset = RESET_EARLY_ONLY,
	  .types = BLK | NET | RNG,
	  .blk = F(VIRTIO_BLK_F_FLUSH) | F(VIRTIO_F_EVENT_IDX),
	  .net = F(VIRTIO_NET_F_CSUM) | F(VIRTIO_NET_F_GUEST_CSUM) | F(VIRTIO_NET_F_MAC) | F(VIRTIO_NET_F_MRG_RXBUF) |
		 F(VIRTIO_F_EVENT_IDX),
	  .queue_size_max = 256,
	  .queue_registers_gated = true,
	  .all_queues_needed = true,
	  .defects = { D(shm_length_zero), D(shm_base_zero), D(generation_stuck), D(ack_ignored_early), D(line_pulses),
		       D(driver_features_ored), D(reset_keeps_driver_features), D(accepts_inconsistent) } },
	/*
	 * The same after its devices learned to reset (81b38b9d, not released): mmio.rs, device.rs: reset().
	 */
	{ .name = "firecracker-main",
	  .steps = STEPS_IGNORED,
	  .reset = RESET_WHOLE,
	  .types = BLK | NET | RNG,
	  .blk = F(VIRTIO_BLK_F_FLUSH) | F(VIRTIO_F_EVENT_IDX),
	  .net = F(VIRTIO_NET_F_CSUM) | F(VIRTIO_NET_F_GUEST_CSUM) | F(VIRTIO_NET_F_MAC) | F(VIRTIO_NET_F_MRG_RXBUF) |
		 F(VIRTIO_F_EVENT_IDX),
	  .queue_size_max = 256,
	  .queue_registers_gated = true,
	  .all_queues_needed = true,
	  .defects = { D(shm_length_zero), D(shm_base_zero), D(generation_stuck), D(ack_ignored_early), D(line_pulses),
		       D(driver_features_ored), D(accepts_inconsistent) } },
	/*
	 * libkrun (6ed74fac, after v1.19.0), src/devices/src/virtio/mmio.rs: set_device_status(), activate(), read(),
	 * write(), with device.rs: ack_features_by_page(), reset(), which the network device does not have.
	 */
	{ .name = "libkrun",
	  .steps = STEPS_IGNORED,
	  .reset = RESET_EARLY_ONLY,
	  .types = BLK | NET | RNG | CON,
	  .no_reset_types = NET,
	  .blk = F(VIRTIO_BLK_F_FLUSH) | F(VIRTIO_F_EVENT_IDX),
	  .net = F(VIRTIO_NET_F_CSUM) | F(VIRTIO_NET_F_GUEST_CSUM) | F(VIRTIO_NET_F_MAC) | F(VIRTIO_F_EVENT_IDX),
	  .queue_size_max = 256,
	  .queue_registers_gated = true,
	  .defects = { D(shm_base_zero), D(generation_stuck), D(ack_ignored_early), D(line_pulses),
		       D(queue_ready_hidden), D(driver_features_ored), D(reset_keeps_driver_features),
		       D(accepts_inconsistent) } },
	/*
	 * Dragonball (kata-containers 8bd3e940), src/dragonball/crates/dbs_virtio_devices/src/mmio/mmio_v2.rs:
	 * update_driver_status(), update_queue_field(), get_device_config(); mmio_state.rs: reset(),
	 * check_queues_valid(); block/device.rs (4f28b68a): activate() takes the disk away, so that a second activation
	 * fails. VendorID is that of a device without message signalled interrupts.
	 */
	{ .name = "dragonball",
	  .steps = STEPS_FATAL,
	  .reset = RESET_RUNNING_ONLY,
	  .types = BLK,
	  .blk = F(VIRTIO_BLK_F_SIZE_MAX) | F(VIRTIO_BLK_F_SEG_MAX),
	  .queue_size_max = 128,
	  .vendor_id = 0xdbfcdb00,
	  .queue_registers_gated = true,
	  .config_read_gated = true,
	  .all_queues_needed = true,
	  .activates_once = true,
	  .defects = { D(generation_stuck), D(reset_keeps_interrupt_status), D(line_pulses),
		       D(accepts_inconsistent) } },
	/*
	 * StratoVirt (d5b32037, after v2.5.0), virtio/src/transport/virtio_mmio.rs: read_common_config(),
	 * write_common_config(), write(); virtio/src/lib.rs: set_device_status(), queue_config_mut(),
	 * set_queue_select().
	 */
	{ .name = "stratovirt",
	  .steps = STEPS_FREE,
	  .reset = RESET_STATUS_ONLY,
	  .types = BLK | NET | RNG | CON,
	  .blk = F(VIRTIO_BLK_F_FLUSH) | F(VIRTIO_BLK_F_SEG_MAX) | RING,
	  .net = F(VIRTIO_NET_F_CSUM) | F(VIRTIO_NET_F_GUEST_CSUM) | F(VIRTIO_NET_F_MAC) | RING,
	  .ring = RING,
	  .queue_size_max = 256,
	  .queue_registers_gated = true,
	  .queue_addresses_ored = true,
	  .queue_sel_is_16_bits = true,
	  .defects = { D(shm_base_zero), D(ack_ignored_early), D(line_pulses), D(accepts_inconsistent) } },
	/*
	 * kvmtool (b48735e5), virtio/mmio-modern.c: virtio_mmio_config_in(), virtio_mmio_config_out(); virtio/core.c:
	 * virtio_notify_status(), virtio_set_guest_features(); virtio/blk.c, net.c, rng.c, console.c: get_size_vq(),
	 * set_size_vq(), init_vq(), which always use the largest size.
	 */
	{ .name = "kvmtool",
	  .steps = STEPS_FREE,
	  .reset = RESET_IF_STARTED,
	  .types = BLK | NET | RNG | CON,
	  .blk = F(VIRTIO_BLK_F_FLUSH) | F(VIRTIO_BLK_F_SEG_MAX) | RING,
	  .net = F(VIRTIO_NET_F_CSUM) | F(VIRTIO_NET_F_GUEST_CSUM) | F(VIRTIO_NET_F_MAC) | F(VIRTIO_NET_F_MRG_RXBUF) |
		 RING,
	  .queue_size_max = 128,
	  .vendor_id = 0x4d564b4c,
	  .defects = { D(shm_length_zero), D(shm_base_zero), D(generation_stuck), D(line_pulses), D(queue_size_ignored),
		       D(queue_size_max_stale), D(reset_keeps_interrupt_status), D(driver_features_ored),
		       D(reset_keeps_driver_features), D(accepts_inconsistent), D(accepts_unoffered) } },
	/*
	 * TinyEMU (fernandotcl/TinyEMU 56ba49be, 2019-12-21's virtio.c): virtio_mmio_read(), virtio_mmio_write(),
	 * queue_notify(), virtio_consume_desc().
	 */
	{ .name = "tinyemu",
	  .steps = STEPS_FREE,
	  .reset = RESET_WHOLE,
	  .types = BLK | NET | CON,
	  .net = F(VIRTIO_NET_F_MAC),
	  .queue_size_max = 16,
	  .vendor_id = 0xffff,
	  .queue_sel_end = 8,
	  .notify_unguarded = true,
	  .defects = { D(shm_length_zero), D(shm_base_zero), D(generation_stuck), D(queue_size_max_stale),
		       D(no_interrupt_ignored), D(consumes_before_driver_ok), D(unready_queue_served),
		       D(accepts_inconsistent), D(accepts_unoffered) } },
};

static bool has(const struct vmm *vmm, const struct model_config *config)
{
	return vmm->types >> config->device_id & 1;
}

static void configure(const void *context, struct model_config *config)
{
	const struct vmm *vmm = context;

	config->features[0] &= vmm->ring | (config->device_id == VIRTIO_ID_BLOCK     ? vmm->blk
					    : config->device_id == VIRTIO_ID_NETWORK ? vmm->net
					    : config->device_id == VIRTIO_ID_CONSOLE ? F(VIRTIO_CONSOLE_F_SIZE)
										     : 0);
	config->features[1] = F(VIRTIO_F_VERSION_1 - 32);
	config->features[2] = config->features[3] = 0;
	config->vendor_id = vmm->vendor_id;
	if (config->queue_size_max > vmm->queue_size_max)
		config->queue_size_max = vmm->queue_size_max;
	for (unsigned i = 0; i < sizeof(vmm->defects) / sizeof(vmm->defects[0]) && vmm->defects[i]; i++)
		config->defects[vmm->defects[i] / 32] |= 1u << (vmm->defects[i] % 32);
}

static bool status_is(const struct model *m, uint32_t set, uint32_t clear)
{
	return (m->status & (set | clear)) == set;
}

/* Has the device been activated since the last reset? */
static bool activated(const struct model *m)
{
	return (m->status & VIRTIO_STATUS_DRIVER_OK) && !m->error;
}

static void write_zero(const struct vmm *vmm, struct model *m)
{
	const bool counts = !vmm->no_reset_types || (vmm->no_reset_types >> m->config.device_id & 1);

	switch (counts ? vmm->reset : RESET_WHOLE) {
	case RESET_WHOLE:
		break;
	case RESET_EARLY_ONLY:
		if (activated(m))
			m->status |= VIRTIO_STATUS_FAILED;
		if (m->status & VIRTIO_STATUS_FAILED)
			return;
		break;
	case RESET_RUNNING_ONLY:
		if (m->status && m->status != RUNNING)
			m->status |= VIRTIO_STATUS_FAILED;
		if (m->status & VIRTIO_STATUS_FAILED)
			return;
		break;
	case RESET_STATUS_ONLY:
		m->status = 0;
		return;
	case RESET_IF_STARTED:
		if (m->status & VIRTIO_STATUS_DRIVER_OK)
			break;
		m->status = 0;
		return;
	}
	model_reset_now(m);
}

/* The four steps of these VMMs, which take one bit a write. */
static bool is_next(uint32_t from, uint32_t to)
{
	return (from == 0 && to == ACKNOWLEDGED) || (from == ACKNOWLEDGED && to == DRIVER) ||
	       (from == DRIVER && to == NEGOTIATED) || (from == NEGOTIATED && to == RUNNING);
}

/* These VMMs never refuse FEATURES_OK, and do not require VERSION_1. */
static void take_status(struct model *m, uint32_t value)
{
	const uint32_t added = value & ~m->status;

	m->status = value | (m->status & VIRTIO_STATUS_DEVICE_NEEDS_RESET);
	if (!(added & VIRTIO_STATUS_FEATURES_OK))
		return;
	m->driver_features[1] |= F(VIRTIO_F_VERSION_1 - 32);
	(void)model_accepts_features(m); /* the model remembers the features, for a defect that keeps them */
	if (m->backend->negotiated)
		m->backend->negotiated(m);
}

static bool can_activate(const struct vmm *vmm, struct model *m)
{
	if (vmm->activates_once && m->defective.requests)
		return false;
	for (uint16_t i = 0; i < model_queue_count(m) && vmm->all_queues_needed; i++)
		if (!m->queue[i].ready)
			return false;
	return true;
}

static void write_status(const struct vmm *vmm, struct model *m, uint32_t value)
{
	if (!value) {
		write_zero(vmm, m);
		return;
	}
	if (vmm->steps == STEPS_FREE) {
		take_status(m, value);
		return;
	}
	if (value & VIRTIO_STATUS_FAILED) {
		m->status |= VIRTIO_STATUS_FAILED;
		return;
	}
	if (is_next(m->status, value)) {
		take_status(m, value);
		if (value == RUNNING && !can_activate(vmm, m)) {
			if (vmm->steps == STEPS_FATAL)
				m->status |= VIRTIO_STATUS_FAILED;
			else
				model_fail(m, "it cannot be activated");
		}
		return;
	}
	if (vmm->steps == STEPS_FATAL && value != m->status)
		m->status |= VIRTIO_STATUS_FAILED;
}

static bool is_queue_register(uint32_t offset)
{
	switch (offset) {
	case VIRTIO_MMIO_QUEUE_SIZE:
	case VIRTIO_MMIO_QUEUE_READY:
	case VIRTIO_MMIO_QUEUE_DESC_LOW:
	case VIRTIO_MMIO_QUEUE_DESC_HIGH:
	case VIRTIO_MMIO_QUEUE_DRIVER_LOW:
	case VIRTIO_MMIO_QUEUE_DRIVER_HIGH:
	case VIRTIO_MMIO_QUEUE_DEVICE_LOW:
	case VIRTIO_MMIO_QUEUE_DEVICE_HIGH:
		return true;
	}
	return false;
}

/* The half that the register holds, for a VMM that ORs the next write to it. */
static uint32_t stored_half(const struct model *m, uint32_t offset)
{
	const struct model_queue *q = &m->queue[m->queue_sel % MODEL_QUEUES_MAX];
	const uint64_t address = offset < VIRTIO_MMIO_QUEUE_DRIVER_LOW	 ? q->desc
				 : offset < VIRTIO_MMIO_QUEUE_DEVICE_LOW ? q->avail
									 : q->used;

	return (uint32_t)(offset & 4 ? address >> 32 : address);
}

static uint32_t read_register(const void *context, struct model *m, uint32_t offset, uint8_t width)
{
	const struct vmm *vmm = context;

	if (offset == VIRTIO_MMIO_DEVICE_ID && !has(vmm, &m->config))
		return 0;
	if (offset >= VIRTIO_MMIO_CONFIG && vmm->config_read_gated &&
	    !status_is(m, VIRTIO_STATUS_DRIVER, VIRTIO_STATUS_FAILED))
		return 0;
	return model_read(m, offset, width);
}

static void write_register(const void *context, struct model *m, uint32_t offset, uint8_t width, uint32_t value)
{
	const struct vmm *vmm = context;

	if (offset >= VIRTIO_MMIO_CONFIG) {
		if (vmm->steps == STEPS_FREE || status_is(m, VIRTIO_STATUS_DRIVER, VIRTIO_STATUS_FAILED))
			model_write(m, offset, width, value);
		return;
	}
	if (width != sizeof(value))
		return;
	if (offset == VIRTIO_MMIO_STATUS) {
		write_status(vmm, m, value);
		return;
	}
	if (offset == VIRTIO_MMIO_DRIVER_FEATURES && vmm->steps != STEPS_FREE &&
	    !status_is(m, VIRTIO_STATUS_DRIVER, VIRTIO_STATUS_FEATURES_OK | VIRTIO_STATUS_FAILED))
		return;
	if (offset == VIRTIO_MMIO_DRIVER_FEATURES && vmm->steps != STEPS_FREE)
		value &= model_offered_word(m, m->driver_features_sel);
	if (is_queue_register(offset)) {
		if (vmm->queue_registers_gated &&
		    !status_is(m, VIRTIO_STATUS_FEATURES_OK, VIRTIO_STATUS_DRIVER_OK | VIRTIO_STATUS_FAILED))
			return;
		if (vmm->queue_addresses_ored && offset >= VIRTIO_MMIO_QUEUE_DESC_LOW)
			value |= stored_half(m, offset);
	}
	if (offset == VIRTIO_MMIO_QUEUE_SEL && vmm->queue_sel_is_16_bits)
		value &= UINT16_MAX;
	if (offset == VIRTIO_MMIO_QUEUE_SEL && vmm->queue_sel_end && value >= vmm->queue_sel_end)
		return;
	if (offset == VIRTIO_MMIO_QUEUE_NOTIFY && vmm->notify_unguarded && value < model_queue_count(m) &&
	    m->queue[value].avail)
		m->queue[value].served_unready = true;
	model_write(m, offset, width, value);
}

bool narrow_bus(const char *name, size_t length, struct reference_bus *bus)
{
	*bus = (struct reference_bus){ NULL, configure, read_register, write_register, memcpy };
	for (unsigned i = 0; i < sizeof(vmms) / sizeof(vmms[0]); i++)
		if (strlen(vmms[i].name) == length && !strncmp(name, vmms[i].name, length))
			bus->context = &vmms[i];
	return bus->context;
}
