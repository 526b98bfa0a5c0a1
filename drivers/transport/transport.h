/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a driver does with a device: each function is one operation of chapter 4 and works on every transport. Only the
 * transport's own file (mmio.c) knows where the registers are. An operation always makes the same accesses in the same
 * order, and the journal records each of them.
 *
 * Checks of the virtio-mmio registers themselves include drivers/transport/mmio.h.
 */
#ifndef DRIVERS_TRANSPORT_H
#define DRIVERS_TRANSPORT_H

#include <stdbool.h>
#include <stdint.h>

#include "drivers/spec/device.h"
#include "drivers/stimuli.h"
#include "firmware/arch/irq.h"

enum transport_kind {
	TRANSPORT_ANY, /* any transport: what most checks need */
	TRANSPORT_MMIO,
};

/* How an access reaches the device: through a window in memory, or by a call of the model in this program. Width in
 * bytes: 1, 2 or 4. */
struct transport_bus {
	uint32_t (*read)(void *context, uint32_t offset, uint8_t width);
	void (*write)(void *context, uint32_t offset, uint8_t width, uint32_t value);
};

struct transport {
	const char *name;		 /* for the journal; owned by the device */
	const struct transport_ops *ops; /* the transport's functions */
	const struct transport_bus *bus;
	void *bus_context;
	uint64_t base, size;	       /* of the window; 0 for a device that is not in memory */
	struct irq_line *line;	       /* NULL: the platform gave no interrupt */
	const struct stimuli *stimuli; /* NULL: we cannot cause events on its other side */
	uint32_t notify_base,
		notify_step; /* where notifications go, and the step from one virtqueue to the next; 0: QueueNotify */
	/* As read by transport_identify(). The version is MMIO's: 1 is the legacy interface. A transport without such a
	 * register says 2. */
	uint32_t version, device_id, vendor_id;
	uint32_t config_reads; /* reads of the configuration space so far */
};

/* The transports, for struct transport. */
extern const struct transport_ops transport_mmio;

/* The bus of devices in memory; the context is the window's address. */
extern const struct transport_bus transport_memory_bus;

enum transport_kind transport_kind(const struct transport *transport);

/* ---- identification ---- */

enum transport_identity {
	TRANSPORT_DEVICE,  /* a device that we can drive */
	TRANSPORT_EMPTY,   /* DeviceID 0: a placeholder */
	TRANSPORT_ALIEN,   /* no virtio device; nothing else was read */
	TRANSPORT_UNKNOWN, /* a Version that we do not know */
};

/* Finds out what device this is. Reads no more than a driver may before it recognises the device (MMIO: 4.2.3.1.1). */
enum transport_identity transport_identify(struct transport *transport);

static inline bool transport_is_legacy(const struct transport *transport)
{
	return transport->version == 1;
}

/* ---- features: 32 bits of window `word`, offered by the device or accepted by us ---- */

uint32_t transport_offered(struct transport *transport, uint32_t word);
void transport_accept(struct transport *transport, uint32_t word, uint32_t bits);

/* ---- Status (2.1) ---- */

uint32_t transport_status(struct transport *transport);
void transport_set_status(struct transport *transport, uint32_t status);
/* Sets one more Status bit and keeps those that we set before. Only for the driver's own bits. */
void transport_add_status(struct transport *transport, uint32_t bit);
/* Writes 0 to Status and polls until it reads 0 (2.4.2; Version 3 requires the poll, and it is right on all). False if
 * Status does not read 0 within transport_reset_patience_ns, which is 5 seconds unless changed. */
bool transport_reset(struct transport *transport);
extern uint64_t transport_reset_patience_ns;

/* ---- virtqueues: every operation but the notification acts on the selected one ---- */

void transport_select_queue(struct transport *transport, uint32_t index);
uint32_t transport_queue_size_max(struct transport *transport); /* 0: there is no such virtqueue */
void transport_set_queue_size(struct transport *transport, uint32_t size);

enum transport_area { TRANSPORT_DESCRIPTORS, TRANSPORT_AVAILABLE, TRANSPORT_USED };
/* Writes the low half, then the high half. */
void transport_set_queue_address(struct transport *transport, enum transport_area area, uint64_t address);
/* Writes one half: drivers may write the halves in any order. */
void transport_set_queue_address_half(struct transport *transport, enum transport_area area, bool high, uint32_t half);

uint32_t transport_queue_ready(struct transport *transport);
/* Only MMIO takes a 0 (PCI: 4.1.4.3.2). */
void transport_set_queue_ready(struct transport *transport, uint32_t ready);

/* RING_RESET: writing 1 starts the reset; it reads 1 until the reset is complete. */
uint32_t transport_queue_reset(struct transport *transport);
void transport_set_queue_reset(struct transport *transport, uint32_t reset);

/* Sends the available buffer notification (4.2.3.3) to the address of virtqueue `queue`. `value` should be the queue's
 * index; only a check sends another value. */
void transport_notify(struct transport *transport, uint16_t queue, uint32_t value);
/* The same with NOTIFICATION_DATA (2.9): `next` is the available index. */
void transport_notify_data(struct transport *transport, uint16_t queue, uint16_t next);

/* ---- virtqueues of the legacy interface (4.2.4) ---- */

void transport_set_page_size(struct transport *transport, uint32_t bytes);
void transport_set_queue_align(struct transport *transport, uint32_t bytes);
uint32_t transport_queue_page(struct transport *transport);
void transport_set_queue_page(struct transport *transport, uint32_t page);

/* ---- interrupts: the causes that the device has reported and the driver has not acknowledged ---- */

uint32_t transport_interrupt_status(struct transport *transport);
void transport_interrupt_acknowledge(struct transport *transport, uint32_t causes);
/* Reads the causes, acknowledges and returns them, as a driver's interrupt handler does first. */
uint32_t transport_take_interrupts(struct transport *transport);

/* ---- configuration space: `offset` from its start, width 1, 2 or 4 bytes ---- */

uint32_t config_read(struct transport *transport, uint32_t offset, uint8_t width);
void config_write(struct transport *transport, uint32_t offset, uint8_t width, uint32_t value);
/* Reads an 8-byte field by two 4-byte reads, between two reads of the generation (2.5.1). */
uint64_t config_read64(struct transport *transport, uint32_t offset);
/* Returns 0 without an access on the legacy interface, which has no generation. */
uint32_t transport_config_generation(struct transport *transport);

/* ---- shared memory regions (2.10); all ones: there is no such region ---- */

uint64_t transport_shared_memory_length(struct transport *transport, uint32_t id);
uint64_t transport_shared_memory_base(struct transport *transport, uint32_t id);

/* ---- reports: `where` is what the journal recorded of an access ---- */

/* NULL: there is no such register. */
const char *transport_register_name(const struct transport *transport, uint32_t where);
bool transport_is_config(const struct transport *transport, uint32_t where);

#endif
