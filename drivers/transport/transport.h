/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The virtio-mmio transport: one accessor pair for registers and configuration space, which keeps the journal, and the
 * steps of section 4.2.3 that touch no virtqueue. Nothing goes around the accessors.
 */
#ifndef DRIVERS_TRANSPORT_H
#define DRIVERS_TRANSPORT_H

#include <stdbool.h>
#include <stdint.h>

#include "drivers/spec/mmio.h"
#include "drivers/stimuli.h"
#include "firmware/arch/irq.h"

/* How an access reaches the device: a window in memory, or a model in this program. Width in bytes: 1, 2 or 4. */
struct transport_bus {
	uint32_t (*read)(void *context, uint32_t offset, uint8_t width);
	void (*write)(void *context, uint32_t offset, uint8_t width, uint32_t value);
};

struct transport {
	const char *name; /* for the journal; owned by the device */
	const struct transport_bus *bus;
	void *bus_context;
	uint64_t base, size;		   /* of the window; 0 for a device that is not in memory */
	struct irq_line *line;		   /* NULL: the platform gave no interrupt */
	const struct stimuli *stimuli;	   /* NULL: nobody at its other side listens to us */
	uint32_t notify_base, notify_step; /* where notifications go, from one virtqueue to the next; 0: QueueNotify */
	uint32_t version, device_id, vendor_id; /* as read by transport_identify() */
};

/* The bus of devices in memory; the context is the window's address. */
extern const struct transport_bus transport_memory_bus;

/* Control registers: 32 bits, aligned (4.2.2.2). */
uint32_t reg_read(struct transport *transport, uint32_t offset);
void reg_write(struct transport *transport, uint32_t offset, uint32_t value);

/* Registers of other widths, which only some layouts of message signalled interrupts have. */
uint32_t transport_read(struct transport *transport, uint32_t offset, uint8_t width);
void transport_write(struct transport *transport, uint32_t offset, uint8_t width, uint32_t value);

/* The available buffer notification of a virtqueue (4.2.3.3); `value` is its index or what a feature makes of it. */
void transport_notify(struct transport *transport, uint16_t queue, uint32_t value);

/* Configuration space, `offset` from its start, width 1, 2 or 4 bytes. An 8-byte field is two 4-byte accesses,
 * between two looks at ConfigGeneration where there is one. */
uint32_t config_read(struct transport *transport, uint32_t offset, uint8_t width);
void config_write(struct transport *transport, uint32_t offset, uint8_t width, uint32_t value);
uint64_t config_read64(struct transport *transport, uint32_t offset);

enum transport_identity {
	TRANSPORT_DEVICE,  /* a device that we can drive */
	TRANSPORT_EMPTY,   /* DeviceID 0: a placeholder */
	TRANSPORT_ALIEN,   /* MagicValue is wrong: nothing else was read */
	TRANSPORT_UNKNOWN, /* Version is none that we know */
};

/* Reads MagicValue, Version and DeviceID, and no further than 4.2.3.1.1 allows. */
enum transport_identity transport_identify(struct transport *transport);

static inline bool transport_is_legacy(const struct transport *transport)
{
	return transport->version == VIRTIO_MMIO_VERSION_LEGACY;
}

/* 32 feature bits of window `word`: offered by the device, or accepted by us. */
uint32_t transport_offered(struct transport *transport, uint32_t word);
void transport_accept(struct transport *transport, uint32_t word, uint32_t bits);

/* Writes 0 to Status and polls until it reads 0 (2.4.2; needed on Version 3, right on all). False if it does not within
 * transport_reset_patience_ns, one second unless somebody set it. */
bool transport_reset(struct transport *transport);
extern uint64_t transport_reset_patience_ns;

/* Sets one more Status bit, keeping the ones we set before. The driver's own bits only; what the device says is read
 * with reg_read(). */
void transport_add_status(struct transport *transport, uint32_t bit);

/* Reads InterruptStatus and acknowledges what it shows. Returns it. What a driver's interrupt handler does first. */
uint32_t transport_acknowledge(struct transport *transport);

/* The name of a control register, for reports; NULL for an offset that is none. */
const char *transport_register_name(uint32_t offset, bool legacy);

#endif
