// SPDX-License-Identifier: BSD-2-Clause
/*
 * A virtio-mmio transport for QEMU with message signalled interrupts, in every published layout and in ours
 * (docs/mmio-msi.md). QEMU's own virtio devices plug into it unchanged:
 *
 * -device virtio-mmio-msi,id=m0,addr=0xfeb10000,irq=16,msi=f44 -device virtio-rng-device,bus=m0.0
 *
 * Properties: `addr`, the address of the window of 8 KiB; `irq`, the input of the machine's interrupt controller;
 * `msi`, one of the names in the table below; `defect`, names from the other table joined by +; `vectors`, the number
 * of messages of f40 with sharing; `version`, 3 for the specification's own Version 3 if the layout leaves a choice;
 * `notif-config-data`, which offers bit 39 with its present meaning; `ioeventfd`; `requester-id` of the messages.
 *
 * It is written from virtio 1.4, section 4.2, and from the drafts, for the distribution's source of QEMU
 * (host/qemu/build.sh). It shares no code with QEMU's virtio-mmio, which deviates from the specification in places. The
 * device models behind it are QEMU's, with all that they do right and wrong.
 */
#include "qemu/osdep.h"
#include "qapi/error.h"
#include "qemu/module.h"
#include "exec/address-spaces.h"
#include "block/block.h"
#include "hw/boards.h"
#include "hw/irq.h"
#include "hw/qdev-properties.h"
#include "hw/sysbus.h"
#include "hw/virtio/virtio.h"
#include "hw/virtio/virtio-bus.h"
#include "migration/vmstate.h"
#include "standard-headers/linux/virtio_config.h"
#include "standard-headers/linux/virtio_mmio.h"
#include "sysemu/device_tree.h"
#include "virtio_mmio_msi_spec.h" /* drivers/spec/msi.h */

#define TYPE_FRONT     "virtio-mmio-msi"
#define TYPE_TRANSPORT "virtio-mmio-msi-transport"
#define TYPE_BUS_OURS  "virtio-mmio-msi-bus"
OBJECT_DECLARE_SIMPLE_TYPE(Transport, TRANSPORT)
OBJECT_DECLARE_SIMPLE_TYPE(Front, FRONT)

enum {
	REGISTERS = 0x1000,
	NOTIFY_BASE = REGISTERS, /* on a separate page, so that it can be mapped elsewhere */
	NOTIFY_STEP = 4,
	WINDOW = NOTIFY_BASE + 0x1000,
	SOURCES = VIRTIO_QUEUE_MAX + 1, /* sources of events: 0 is the configuration, i + 1 virtqueue i */
	CONFIGURATION = 0,
	NO_SOURCE = SOURCES,
	NOTIF_CONFIG_DATA = 39, /* virtio 1.2, 6 */
	RING_RESET = 40,
	VENDOR = 0x554d4551,	  /* "QEMU" */
	QUEUE_RESET = 0x0c0,	  /* virtio 1.2, 4.2.2 */
	LAYOUT_REGISTERS = 0x0c0, /* up to ConfigGeneration */
	GIC_INTERNAL = 32,	  /* the first interrupts of a GIC, which belong to a CPU */
};

enum layout { NONE, DRAFT3, F40, DRAGONBALL, F44 };
static const struct name {
	const char *name;
	enum layout layout;
	bool sharing; /* f40: a source can be mapped to any vector */
	bool patch;   /* as in the Linux patch: the bits of MsiState, and how a driver detects and enables draft3 */
} names[] = {
	{ "none", NONE, false, false },
	{ "draft3", DRAFT3, false, false },
	{ "draft3-patch", DRAFT3, false, true },
	{ "f40", F40, true, false },
	{ "f40-patch", F40, true, true },
	{ "f40-fixed", F40, false, false },
	{ "f40-fixed-patch", F40, false, true },
	{ "dragonball", DRAGONBALL, false, false },
	{ "f44", F44, false, false },
};

/* Mistakes of implementations, one bit each. */
#define DEFECTS(X)                                                                                                    \
	X(NO_STAGING, "no-staging")	  /* address and data take effect as soon as they are written */              \
	X(NO_PENDING, "no-pending")	  /* an event while masked is lost */                                         \
	X(MASK_IGNORED, "mask-ignored")	  /* a masked source sends messages */                                        \
	X(PENDING_STAYS, "pending-stays") /* a pending event is sent on unmask, and again on the next one */          \
	X(UNMASK_SENDS, "unmask-sends")	  /* every unmask sends a message, event or not */                            \
	X(STALE, "stale-after-reset")	  /* a reset forgets neither masks nor messages nor pending events */         \
	X(WIRE_TOO, "wire-too")	       /* with messages, the device also sets InterruptStatus and asserts the line */ \
	X(NO_RANGE, "no-range-check")  /* numbers out of range select an existing source */                           \
	X(SWAPPED, "swapped-sources")  /* virtqueue i has number i, the configuration the last */                     \
	X(ANSWERS, "answers-anyway")   /* the registers work although the feature was not accepted */                 \
	X(STAYS_ON, "disable-ignored") /* messages cannot be disabled again */                                        \
	X(DEAF, "deaf-addresses")      /* notifications at the addresses it reports are ignored */
enum {
#define X(NAME, TEXT) DEFECT_##NAME,
	DEFECTS(X)
#undef X
};
static const char *const defect_names[] = {
#define X(NAME, TEXT) TEXT,
	DEFECTS(X)
#undef X
};

typedef struct Message {
	uint64_t address;
	uint32_t data;
	bool given;
} Message;

typedef struct Queue {
	uint32_t size;
	uint64_t descriptors, driver, device;
	bool ready, notified_early;
} Queue;

struct Transport {
	SysBusDevice parent_obj;
	MemoryRegion window;
	qemu_irq line;
	VirtioBusState bus;
	char *bus_name;

	/* Properties */
	char *msi, *defect;
	uint32_t vectors, version;
	bool notif_config_data, ioeventfd;
	uint16_t requester_id;
	const struct name *name;
	uint32_t defects;

	/* The transport */
	uint32_t device_features_select, driver_features_select, queue_select, shared_memory_select;
	uint32_t driver_features[2];
	Queue queues[VIRTIO_QUEUE_MAX];

	/* The transport's interrupts. Indexed by vector, which is the number of the source except in f40 with sharing:
	 */
	Message messages[SOURCES];
	bool masked[SOURCES];
	/* Indexed by the number of the source: */
	uint32_t vector_of[SOURCES];
	bool waiting[SOURCES]; /* events that the line signals, or that are pending while masked */
	bool enabled;	       /* messages are in use, not the line */
	bool wire_too;	       /* DEFECT_WIRE_TOO: used buffer notifications that the driver has not acknowledged */
	Message staged;
	uint32_t select; /* f40: the vector; f44: the virtqueue; draft3 and dragonball: the source that was updated last
			  */
};

struct Front {
	DeviceState parent_obj;
	Transport transport;
	uint64_t address;
	uint32_t irq;
};

static bool broken(const Transport *t, unsigned defect)
{
	return t->defects & 1u << defect;
}

static VirtIODevice *device_of(Transport *t)
{
	return virtio_bus_get_device(&t->bus);
}

/* ---- Events: the line, or messages ---- */

static uint32_t sources(Transport *t)
{
	return 1 + virtio_get_num_queues(device_of(t));
}

static uint32_t vectors(Transport *t)
{
	return t->name->sharing && t->vectors ? t->vectors : sources(t);
}

/* Checks a number that the driver wrote: it must be below `count`, else this returns NO_SOURCE. */
static uint32_t in_range(const Transport *t, uint32_t number, uint32_t count)
{
	if (broken(t, DEFECT_NO_RANGE))
		return number % count;
	return number < count ? number : NO_SOURCE;
}

static bool accepted(Transport *t, unsigned feature)
{
	return (device_of(t)->status & VIRTIO_CONFIG_S_FEATURES_OK) &&
	       t->driver_features[feature / 32] & 1u << feature % 32;
}

/* Do the layout's registers answer? */
static bool has_registers(Transport *t)
{
	if (broken(t, DEFECT_ANSWERS))
		return true;
	switch (t->name->layout) {
	case F40:
		return accepted(t, VIRTIO_F40_MMIO_MSI);
	case F44:
		return accepted(t, VIRTIO_F44_MMIO_MSI);
	default:
		return true;
	}
}

static uint32_t interrupt_status(Transport *t)
{
	uint32_t status = 0;

	if (t->enabled)
		return t->wire_too ? VIRTIO_MMIO_INT_VRING : 0;
	for (uint32_t source = 0; source < SOURCES; source++)
		if (t->waiting[source])
			status |= source == CONFIGURATION ? VIRTIO_MMIO_INT_CONFIG : VIRTIO_MMIO_INT_VRING;
	return status;
}

static void update_line(Transport *t)
{
	qemu_set_irq(t->line, interrupt_status(t) != 0);
}

/* Sends a message: on a bus it is a store like any other. */
static void send_message(Transport *t, uint32_t vector)
{
	const Message *message = &t->messages[vector];
	MemTxAttrs attributes = { .requester_id = t->requester_id };

	/* In f44 an unmasked source always sends. The drafts do not say so: there, a source without a message sends
	 * none. */
	if (message->given || t->name->layout == F44)
		address_space_stl_le(&address_space_memory, message->address, message->data, attributes, NULL);
	t->wire_too = broken(t, DEFECT_WIRE_TOO);
	update_line(t);
}

static uint32_t vector_of(Transport *t, uint32_t source)
{
	if (t->name->sharing)
		return t->vector_of[source];
	if (broken(t, DEFECT_SWAPPED))
		return source == CONFIGURATION ? sources(t) - 1 : source - 1;
	return source;
}

static bool is_masked(const Transport *t, uint32_t vector)
{
	return t->masked[vector] && !broken(t, DEFECT_MASK_IGNORED);
}

/* Sends the pending events that need not wait any longer; all events of one vector make one message. */
static void send_waiting(Transport *t)
{
	bool sent[SOURCES] = { false };

	for (uint32_t source = 0; t->enabled && source < SOURCES; source++) {
		uint32_t vector = t->waiting[source] ? vector_of(t, source) : NO_SOURCE;

		if (vector >= SOURCES || is_masked(t, vector))
			continue;
		if (!sent[vector])
			send_message(t, vector);
		sent[vector] = true;
		t->waiting[source] = broken(t, DEFECT_PENDING_STAYS);
	}
}

static void event(Transport *t, uint32_t source)
{
	uint32_t vector;

	if (!t->enabled) {
		t->waiting[source] = true;
		update_line(t);
		return;
	}
	vector = vector_of(t, source);
	if (vector >= SOURCES)
		return; /* f40: the source is mapped to no vector */
	if (!is_masked(t, vector))
		send_message(t, vector);
	else if (!broken(t, DEFECT_NO_PENDING))
		t->waiting[source] = true;
}

static void unmask(Transport *t, uint32_t vector)
{
	bool was_masked = t->masked[vector];

	t->masked[vector] = false;
	if (was_masked && broken(t, DEFECT_UNMASK_SENDS) && t->enabled)
		send_message(t, vector);
	send_waiting(t);
}

/* Switches between messages and the line; pending events move to the new one. */
static void enable(Transport *t, bool on)
{
	if (!on && broken(t, DEFECT_STAYS_ON))
		return;
	t->enabled = on;
	send_waiting(t);
	update_line(t);
}

static void acknowledge(Transport *t, uint32_t bits)
{
	if (bits & VIRTIO_MMIO_INT_VRING)
		t->wire_too = false;
	for (uint32_t source = 0; !t->enabled && source < SOURCES; source++)
		if (bits & (source == CONFIGURATION ? VIRTIO_MMIO_INT_CONFIG : VIRTIO_MMIO_INT_VRING))
			t->waiting[source] = false;
	update_line(t);
}

static void forget(Transport *t)
{
	t->enabled = false;
	t->wire_too = false;
	t->staged = (Message){ 0 };
	t->select = 0;
	for (uint32_t i = 0; i < SOURCES && !broken(t, DEFECT_STALE); i++) {
		t->messages[i] = (Message){ 0 };
		t->masked[i] = t->name->layout == F44;
		t->vector_of[i] = VIRTIO_F40_NO_VECTOR;
		t->waiting[i] = false;
	}
	if (broken(t, DEFECT_STALE))
		for (uint32_t i = 0; i < SOURCES; i++)
			t->waiting[i] &= t->masked[i];
	update_line(t);
}

/* ---- The layouts ---- */

/* Where address and data are kept until they take effect. */
static Message *staging(Transport *t, uint32_t live)
{
	if (!broken(t, DEFECT_NO_STAGING))
		return &t->staged;
	return live < SOURCES ? &t->messages[live] : &t->staged;
}

static void write_low(Message *message, uint32_t value)
{
	message->address = deposit64(message->address, 0, 32, value);
	message->given = true;
}

static void write_high(Message *message, uint32_t value)
{
	message->address = deposit64(message->address, 32, 32, value);
	message->given = true;
}

static void write_data(Message *message, uint32_t value)
{
	message->data = value;
	message->given = true;
}

/* draft3 and dragonball: the number is the command's argument. */
static void update_message(Transport *t, uint32_t number)
{
	if (number >= SOURCES)
		return;
	if (!broken(t, DEFECT_NO_STAGING))
		t->messages[number] = t->staged;
	else if (number != t->select)
		t->messages[number] = t->messages[t->select];
	t->messages[number].given = true;
	t->select = number;
}

static void staged_write(Transport *t, hwaddr offset, uint32_t value)
{
	Message *message = staging(t, t->select);

	switch (offset) {
	case VIRTIO_MSI3_ADDRESS_LOW:
		write_low(message, value);
		break;
	case VIRTIO_MSI3_ADDRESS_HIGH:
		write_high(message, value);
		break;
	case VIRTIO_MSI3_DATA:
		write_data(message, value);
		break;
	}
}

/* The Linux patch of the first proposal expects to read bit 15 as set before it enables messages, and enables them by
 * writing it. */
static uint32_t draft3_read(Transport *t, hwaddr offset, unsigned size)
{
	if (offset != VIRTIO_MSI3_STATUS || size != 2)
		return 0;
	return MIN(sources(t) - 1, VIRTIO_MSI3_STATUS_QUEUES) |
	       (t->enabled || t->name->patch ? VIRTIO_MSI3_STATUS_ENABLED : 0);
}

static void draft3_write(Transport *t, hwaddr offset, uint32_t value, unsigned size)
{
	uint32_t argument = value & VIRTIO_MSI3_ARGUMENT;

	if (size == 4)
		staged_write(t, offset, value);
	if (size != 2)
		return;
	if (offset == VIRTIO_MSI3_STATUS && t->name->patch)
		enable(t, value & VIRTIO_MSI3_STATUS_ENABLED);
	if (offset != VIRTIO_MSI3_COMMAND)
		return;
	switch (value & VIRTIO_MSI3_OPERATION) {
	case VIRTIO_MSI3_UPDATE:
		update_message(t, in_range(t, argument, sources(t)));
		break;
	case VIRTIO_MSI3_ENABLE:
		if (argument <= 1)
			enable(t, argument);
		break;
	}
}

static uint32_t dragonball_read(Transport *t, hwaddr offset, unsigned size)
{
	return offset == VIRTIO_MSI3_CSR && size == 2 ? VIRTIO_MSI3_CSR_SUPPORTED : 0;
}

static void dragonball_command(Transport *t, uint32_t value)
{
	VirtIODevice *device = device_of(t);
	uint32_t number = in_range(t, value & VIRTIO_MSI3_ARGUMENT, sources(t));

	switch (value & VIRTIO_MSI3_OPERATION) {
	case VIRTIO_MSI3_UPDATE:
		if (t->enabled)
			update_message(t, number);
		break;
	case VIRTIO_MSI3_MASK:
		if (number < SOURCES && (device->status & VIRTIO_CONFIG_S_DRIVER_OK))
			t->masked[number] = true;
		break;
	case VIRTIO_MSI3_UNMASK:
		if (number < SOURCES && (device->status & VIRTIO_CONFIG_S_DRIVER_OK))
			unmask(t, number);
		break;
	default:
		device->status |= VIRTIO_CONFIG_S_FAILED;
	}
}

static void dragonball_write(Transport *t, hwaddr offset, uint32_t value, unsigned size)
{
	VirtIODevice *device = device_of(t);

	if (size == 4 && t->enabled) {
		staged_write(t, offset, value);
	} else if (size == 2 && offset == VIRTIO_MSI3_COMMAND) {
		dragonball_command(t, value);
	} else if (size == 2 && offset == VIRTIO_MSI3_CSR) {
		if (device->status & VIRTIO_CONFIG_S_DRIVER_OK) {
			device->status |= VIRTIO_CONFIG_S_FAILED;
			return;
		}
		t->staged = (Message){ 0 };
		enable(t, value & VIRTIO_MSI3_CSR_ENABLED);
	}
}

static uint32_t f40_read(Transport *t, hwaddr offset, unsigned size)
{
	bool patch = t->name->patch;
	uint32_t state = 0;

	if (size != 4)
		return 0;
	switch (offset) {
	case VIRTIO_F40_VECTORS:
		return vectors(t);
	case VIRTIO_F40_STATE:
		if (t->enabled)
			state |= patch ? VIRTIO_F40_STATE_ENABLED_PATCH : VIRTIO_F40_STATE_ENABLED;
		if (t->name->sharing)
			state |= patch ? VIRTIO_F40_STATE_SHARING_PATCH : VIRTIO_F40_STATE_SHARING;
		return state;
	default:
		return 0;
	}
}

/* Maps configuration changes, or a virtqueue's used buffer notifications, to the selected vector, or to none. */
static void f40_map(Transport *t, uint32_t source, uint32_t vector)
{
	if (!t->name->sharing || source >= SOURCES || (vector >= SOURCES && t->select != VIRTIO_F40_NO_VECTOR))
		return;
	t->vector_of[source] = t->select == VIRTIO_F40_NO_VECTOR ? VIRTIO_F40_NO_VECTOR : vector;
	send_waiting(t);
}

static void f40_command(Transport *t, uint32_t command)
{
	uint32_t vector = in_range(t, t->select, vectors(t));

	switch (command) {
	case VIRTIO_F40_ENABLE:
		enable(t, true);
		break;
	case VIRTIO_F40_DISABLE:
		enable(t, false);
		break;
	case VIRTIO_F40_CONFIGURE:
		if (vector < SOURCES && !broken(t, DEFECT_NO_STAGING))
			t->messages[vector] = t->staged;
		break;
	case VIRTIO_F40_MASK:
		if (vector < SOURCES)
			t->masked[vector] = true;
		break;
	case VIRTIO_F40_UNMASK:
		if (vector < SOURCES)
			unmask(t, vector);
		break;
	case VIRTIO_F40_MAP_CONFIG:
		f40_map(t, CONFIGURATION, vector);
		break;
	case VIRTIO_F40_MAP_QUEUE:
		f40_map(t, t->queue_select < sources(t) - 1 ? t->queue_select + 1 : NO_SOURCE, vector);
		break;
	}
}

static void f40_write(Transport *t, hwaddr offset, uint32_t value, unsigned size)
{
	Message *message = staging(t, in_range(t, t->select, vectors(t)));

	if (size != 4)
		return;
	switch (offset) {
	case VIRTIO_F40_COMMAND:
		f40_command(t, value);
		break;
	case VIRTIO_F40_SELECT:
		t->select = value;
		break;
	case VIRTIO_F40_ADDRESS_LOW:
		write_low(message, value);
		break;
	case VIRTIO_F40_ADDRESS_HIGH:
		write_high(message, value);
		break;
	case VIRTIO_F40_DATA:
		write_data(message, value);
		break;
	}
}

static uint32_t f44_source(Transport *t)
{
	if (t->select == VIRTIO_F44_CONFIG)
		return CONFIGURATION;
	return in_range(t, t->select, sources(t) - 1) < SOURCES ? in_range(t, t->select, sources(t) - 1) + 1
								: NO_SOURCE;
}

static uint32_t f44_read(Transport *t, hwaddr offset, unsigned size)
{
	uint32_t source = f44_source(t);
	const Message *message = &t->messages[source < SOURCES ? source : 0];

	if (size != 4)
		return 0;
	switch (offset) {
	case VIRTIO_F44_SELECT:
		return t->select;
	case VIRTIO_F44_MAX:
		return sources(t);
	case VIRTIO_F44_ENABLE:
		return t->enabled;
	}
	if (source >= SOURCES)
		return 0;
	switch (offset) {
	case VIRTIO_F44_ADDRESS_LOW:
		return extract64(message->address, 0, 32);
	case VIRTIO_F44_ADDRESS_HIGH:
		return extract64(message->address, 32, 32);
	case VIRTIO_F44_DATA:
		return message->data;
	case VIRTIO_F44_MASK:
		return t->masked[source];
	case VIRTIO_F44_PENDING:
		return t->enabled && t->waiting[source];
	default:
		return 0;
	}
}

static void f44_write(Transport *t, hwaddr offset, uint32_t value, unsigned size)
{
	uint32_t source = f44_source(t);
	Message *message = &t->messages[source < SOURCES ? source : 0];

	if (size != 4)
		return;
	if (offset == VIRTIO_F44_SELECT)
		t->select = value;
	else if (offset == VIRTIO_F44_ENABLE && !(device_of(t)->status & VIRTIO_CONFIG_S_DRIVER_OK))
		enable(t, value & 1);
	if (source >= SOURCES)
		return;
	if (offset == VIRTIO_F44_MASK) {
		if (value & 1)
			t->masked[source] = true;
		else
			unmask(t, source);
		return;
	}
	/* In this layout, the defect of no staging means: a message can be changed while its source is not masked. */
	if (!t->masked[source] && !broken(t, DEFECT_NO_STAGING))
		return;
	switch (offset) {
	case VIRTIO_F44_ADDRESS_LOW:
		write_low(message, value);
		break;
	case VIRTIO_F44_ADDRESS_HIGH:
		write_high(message, value);
		break;
	case VIRTIO_F44_DATA:
		write_data(message, value);
		break;
	}
}

static uint32_t layout_read(Transport *t, hwaddr offset, unsigned size)
{
	switch (has_registers(t) ? t->name->layout : NONE) {
	case DRAFT3:
		return draft3_read(t, offset, size);
	case F40:
		return f40_read(t, offset, size);
	case DRAGONBALL:
		return dragonball_read(t, offset, size);
	case F44:
		return f44_read(t, offset, size);
	default:
		return 0;
	}
}

static void layout_write(Transport *t, hwaddr offset, uint32_t value, unsigned size)
{
	switch (has_registers(t) ? t->name->layout : NONE) {
	case DRAFT3:
		draft3_write(t, offset, value, size);
		break;
	case F40:
		f40_write(t, offset, value, size);
		break;
	case DRAGONBALL:
		dragonball_write(t, offset, value, size);
		break;
	case F44:
		f44_write(t, offset, value, size);
		break;
	default:
		break;
	}
}

/* ---- Notifications ---- */

enum addresses { NO_ADDRESSES, AND_THE_REGISTER, INSTEAD_OF_THE_REGISTER };

/* Does each virtqueue have an address for available buffer notifications? */
static enum addresses notification_addresses(Transport *t)
{
	switch (t->name->layout) {
	case DRAFT3:
		return INSTEAD_OF_THE_REGISTER;
	case F40:
		return accepted(t, VIRTIO_F40_MMIO_NOTIFICATION) ? INSTEAD_OF_THE_REGISTER : NO_ADDRESSES;
	case DRAGONBALL:
		return AND_THE_REGISTER;
	default:
		return NO_ADDRESSES;
	}
}

/* QEMU's devices look at their rings whenever they are notified, so a notification that comes too early is kept until
 * DRIVER_OK. */
static void notify_queue(Transport *t, uint32_t index)
{
	VirtIODevice *device = device_of(t);

	if (index >= VIRTIO_QUEUE_MAX || !t->queues[index].ready)
		return;
	if (device->status & VIRTIO_CONFIG_S_DRIVER_OK)
		virtio_queue_notify(device, index);
	else
		t->queues[index].notified_early = true;
}

static void notification_write(Transport *t, hwaddr offset)
{
	if (notification_addresses(t) != NO_ADDRESSES && offset % NOTIFY_STEP == 0 && !broken(t, DEFECT_DEAF))
		notify_queue(t, offset / NOTIFY_STEP);
}

/* ---- Virtqueues ---- */

static uint32_t queue_size_max(Transport *t)
{
	return t->queue_select < VIRTIO_QUEUE_MAX && virtio_queue_get_num(device_of(t), t->queue_select)
		       ? VIRTQUEUE_MAX_SIZE
		       : 0;
}

static Queue *selected_queue(Transport *t)
{
	return queue_size_max(t) ? &t->queues[t->queue_select] : NULL;
}

/* 4.2.2.1: after this the device does nothing with the virtqueue any more. */
static void stop_queue(Transport *t, uint32_t index)
{
	if (!t->queues[index].ready)
		return;
	bdrv_drain_all(); /* waits for a block device's requests in flight; the other devices have none */
	virtio_queue_reset(device_of(t), index);
	t->queues[index].ready = false;
	t->queues[index].notified_early = false;
}

static void start_queue(Transport *t, uint32_t index)
{
	VirtIODevice *device = device_of(t);
	Queue *queue = &t->queues[index];

	if (queue->ready || !is_power_of_2(queue->size) || queue->size > VIRTQUEUE_MAX_SIZE)
		return;
	virtio_queue_set_num(device, index, queue->size);
	virtio_queue_set_rings(device, index, queue->descriptors, queue->driver, queue->device);
	virtio_queue_set_vector(device, index, index + 1);
	virtio_queue_enable(device, index);
	queue->ready = true;
}

/* The other layouts have another register at that offset. */
static bool has_queue_reset(Transport *t)
{
	return (t->name->layout == NONE || t->name->layout == F44) && accepted(t, RING_RESET);
}

static void reset_queue(Transport *t, uint32_t value, unsigned size)
{
	if (size == 4 && value == 1 && selected_queue(t))
		stop_queue(t, t->queue_select);
}

static void queue_write(Transport *t, hwaddr offset, uint32_t value)
{
	Queue *queue = selected_queue(t);

	if (!queue)
		return;
	switch (offset) {
	case VIRTIO_MMIO_QUEUE_NUM:
		queue->size = value;
		break;
	case VIRTIO_MMIO_QUEUE_READY:
		if (value & 1)
			start_queue(t, t->queue_select);
		else
			stop_queue(t, t->queue_select);
		break;
	case VIRTIO_MMIO_QUEUE_DESC_LOW:
		queue->descriptors = deposit64(queue->descriptors, 0, 32, value);
		break;
	case VIRTIO_MMIO_QUEUE_DESC_HIGH:
		queue->descriptors = deposit64(queue->descriptors, 32, 32, value);
		break;
	case VIRTIO_MMIO_QUEUE_AVAIL_LOW:
		queue->driver = deposit64(queue->driver, 0, 32, value);
		break;
	case VIRTIO_MMIO_QUEUE_AVAIL_HIGH:
		queue->driver = deposit64(queue->driver, 32, 32, value);
		break;
	case VIRTIO_MMIO_QUEUE_USED_LOW:
		queue->device = deposit64(queue->device, 0, 32, value);
		break;
	case VIRTIO_MMIO_QUEUE_USED_HIGH:
		queue->device = deposit64(queue->device, 32, 32, value);
		break;
	}
}

/* ---- Features and status ---- */

/* Bits 39 and 40 have two meanings, and a device with the old register at 0x0c0 cannot have the new one. */
static uint64_t offered_features(Transport *t)
{
	VirtIODevice *device = device_of(t);
	uint64_t offered = device->host_features & ~VIRTIO_DEVICE_GET_CLASS(device)->legacy_features;

	switch (t->name->layout) {
	case F40:
		return offered | BIT_ULL(VIRTIO_F40_MMIO_MSI) | BIT_ULL(VIRTIO_F40_MMIO_NOTIFICATION);
	case F44:
		return offered | BIT_ULL(VIRTIO_F44_MMIO_MSI) | (t->notif_config_data ? BIT_ULL(NOTIF_CONFIG_DATA) : 0);
	case NONE:
		return offered | (t->notif_config_data ? BIT_ULL(NOTIF_CONFIG_DATA) : 0);
	default:
		return offered & ~(BIT_ULL(RING_RESET) | BIT_ULL(NOTIF_CONFIG_DATA));
	}
}

/* The features that concern the device model. */
static uint64_t model_features(Transport *t, uint64_t features)
{
	features &= ~(BIT_ULL(VIRTIO_F44_MMIO_MSI) | BIT_ULL(NOTIF_CONFIG_DATA));
	return t->name->layout == F40 ? features & ~BIT_ULL(VIRTIO_F40_MMIO_MSI) : features;
}

static bool features_accepted(Transport *t)
{
	uint64_t wanted = t->driver_features[0] | (uint64_t)t->driver_features[1] << 32;

	return !(wanted & ~offered_features(t)) && (wanted & BIT_ULL(VIRTIO_F_VERSION_1)) &&
	       !virtio_set_features(device_of(t), model_features(t, wanted));
}

static void reset_transport(Transport *t)
{
	virtio_bus_reset(&t->bus);
	t->driver_features[0] = t->driver_features[1] = 0;
	t->device_features_select = t->driver_features_select = t->queue_select = 0;
	memset(t->queues, 0, sizeof(t->queues));
	forget(t);
	/* The numbers by which QEMU's core tells bus_notify() the source of an event. */
	if (device_of(t))
		device_of(t)->config_vector = CONFIGURATION;
}

static void write_status(Transport *t, uint32_t status)
{
	VirtIODevice *device = device_of(t);
	uint32_t set = status & ~device->status;

	if (!(status & 0xff)) {
		reset_transport(t);
		return;
	}
	if ((set & VIRTIO_CONFIG_S_FEATURES_OK) && !features_accepted(t))
		status &= ~VIRTIO_CONFIG_S_FEATURES_OK;
	if (!(status & VIRTIO_CONFIG_S_DRIVER_OK))
		virtio_bus_stop_ioeventfd(&t->bus);
	virtio_set_status(device, status & 0xff);
	if (!(device->status & VIRTIO_CONFIG_S_DRIVER_OK))
		return;
	virtio_bus_start_ioeventfd(&t->bus);
	for (uint32_t i = 0; (set & VIRTIO_CONFIG_S_DRIVER_OK) && i < VIRTIO_QUEUE_MAX; i++)
		if (t->queues[i].notified_early) {
			t->queues[i].notified_early = false;
			notify_queue(t, i);
		}
}

/* ---- The window ---- */

static uint32_t config_read(VirtIODevice *device, uint32_t offset, unsigned size)
{
	switch (size) {
	case 1:
		return virtio_config_modern_readb(device, offset);
	case 2:
		return virtio_config_modern_readw(device, offset);
	default:
		return virtio_config_modern_readl(device, offset);
	}
}

static void config_write(VirtIODevice *device, uint32_t offset, uint32_t value, unsigned size)
{
	switch (size) {
	case 1:
		virtio_config_modern_writeb(device, offset, value);
		break;
	case 2:
		virtio_config_modern_writew(device, offset, value);
		break;
	default:
		virtio_config_modern_writel(device, offset, value);
	}
}

static uint32_t version(const Transport *t)
{
	return t->name->layout == DRAFT3 ? 3 : t->version;
}

static uint32_t vendor(const Transport *t)
{
	return t->name->layout == DRAGONBALL ? DRAGONBALL_VENDOR | DRAGONBALL_MSI | DRAGONBALL_QUEUE_NOTIFY : VENDOR;
}

static uint32_t register_read(Transport *t, hwaddr offset)
{
	VirtIODevice *device = device_of(t);

	switch (offset) {
	case VIRTIO_MMIO_DEVICE_ID:
		return device->device_id;
	case VIRTIO_MMIO_DEVICE_FEATURES:
		return t->device_features_select < 2 ? offered_features(t) >> 32 * t->device_features_select : 0;
	case VIRTIO_MMIO_QUEUE_NUM_MAX:
		return queue_size_max(t);
	case VIRTIO_MMIO_QUEUE_READY:
		return selected_queue(t) ? selected_queue(t)->ready : 0;
	case VIRTIO_MMIO_QUEUE_NOTIFY:
		return notification_addresses(t) == NO_ADDRESSES ? 0 : NOTIFY_BASE | NOTIFY_STEP << 16;
	case VIRTIO_MMIO_INTERRUPT_STATUS:
		return interrupt_status(t);
	case VIRTIO_MMIO_STATUS:
		return device->status;
	case VIRTIO_MMIO_SHM_LEN_LOW:
	case VIRTIO_MMIO_SHM_LEN_HIGH:
	case VIRTIO_MMIO_SHM_BASE_LOW:
	case VIRTIO_MMIO_SHM_BASE_HIGH:
		return UINT32_MAX; /* no region */
	case VIRTIO_MMIO_CONFIG_GENERATION:
		return device->generation;
	default:
		return 0; /* QueueReset, too, because a virtqueue's reset is complete at once */
	}
}

static uint64_t window_read(void *opaque, hwaddr offset, unsigned size)
{
	Transport *t = opaque;
	VirtIODevice *device = device_of(t);

	switch (offset) {
	case VIRTIO_MMIO_MAGIC_VALUE:
		return size == 4 ? 0x74726976 : 0;
	case VIRTIO_MMIO_VERSION:
		return size == 4 ? version(t) : 0;
	case VIRTIO_MMIO_VENDOR_ID:
		return size == 4 ? vendor(t) : 0;
	}
	if (!device || offset >= REGISTERS)
		return 0;
	if (offset >= VIRTIO_MMIO_CONFIG)
		return config_read(device, offset - VIRTIO_MMIO_CONFIG, size);
	if (offset >= LAYOUT_REGISTERS && offset < VIRTIO_MMIO_CONFIG_GENERATION)
		return layout_read(t, offset, size);
	return size == 4 ? register_read(t, offset) : 0;
}

static void register_write(Transport *t, hwaddr offset, uint32_t value)
{
	switch (offset) {
	case VIRTIO_MMIO_DEVICE_FEATURES_SEL:
		t->device_features_select = value;
		break;
	case VIRTIO_MMIO_DRIVER_FEATURES_SEL:
		t->driver_features_select = value;
		break;
	case VIRTIO_MMIO_DRIVER_FEATURES:
		if (t->driver_features_select < 2 && !(device_of(t)->status & VIRTIO_CONFIG_S_FEATURES_OK))
			t->driver_features[t->driver_features_select] = value;
		break;
	case VIRTIO_MMIO_QUEUE_SEL:
		t->queue_select = value;
		break;
	case VIRTIO_MMIO_QUEUE_NOTIFY:
		if (notification_addresses(t) != INSTEAD_OF_THE_REGISTER)
			notify_queue(t, value);
		break;
	case VIRTIO_MMIO_INTERRUPT_ACK:
		acknowledge(t, value);
		break;
	case VIRTIO_MMIO_STATUS:
		write_status(t, value);
		break;
	default:
		queue_write(t, offset, value);
	}
}

static void window_write(void *opaque, hwaddr offset, uint64_t value, unsigned size)
{
	Transport *t = opaque;
	VirtIODevice *device = device_of(t);

	if (!device)
		return;
	if (offset >= NOTIFY_BASE)
		notification_write(t, offset - NOTIFY_BASE);
	else if (offset >= VIRTIO_MMIO_CONFIG)
		config_write(device, offset - VIRTIO_MMIO_CONFIG, value, size);
	else if (offset == QUEUE_RESET && has_queue_reset(t))
		reset_queue(t, value, size);
	else if (offset >= LAYOUT_REGISTERS && offset < VIRTIO_MMIO_CONFIG_GENERATION)
		layout_write(t, offset, value, size);
	else if (size == 4)
		register_write(t, offset, value);
}

static const MemoryRegionOps window_operations = {
	.read = window_read,
	.write = window_write,
	.endianness = DEVICE_LITTLE_ENDIAN,
};

/* ---- The functions that QEMU's virtio core calls ---- */

/* Handles an event. `vector` is the number of its source, or no source, in which case only the line may have changed.
 */
static void bus_notify(DeviceState *device, uint16_t vector)
{
	Transport *t = TRANSPORT(device);

	if (vector < SOURCES)
		event(t, vector);
	else
		update_line(t);
}

static void bus_pre_plugged(DeviceState *device, Error **errp)
{
	virtio_add_feature(&device_of(TRANSPORT(device))->host_features, VIRTIO_F_VERSION_1);
}

static void bus_device_plugged(DeviceState *device, Error **errp)
{
	device_of(TRANSPORT(device))->config_vector = CONFIGURATION;
}

static bool bus_queue_enabled(DeviceState *device, int index)
{
	return TRANSPORT(device)->queues[index].ready;
}

static bool bus_ioeventfd_enabled(DeviceState *device)
{
	return TRANSPORT(device)->ioeventfd;
}

static int bus_ioeventfd_assign(DeviceState *device, EventNotifier *notifier, int index, bool assign)
{
	void (*change)(MemoryRegion *, hwaddr, unsigned, bool, uint64_t, EventNotifier *) =
		assign ? memory_region_add_eventfd : memory_region_del_eventfd;
	Transport *t = TRANSPORT(device);

	if (notification_addresses(t) != INSTEAD_OF_THE_REGISTER)
		change(&t->window, VIRTIO_MMIO_QUEUE_NOTIFY, 4, true, index, notifier);
	if (notification_addresses(t) != NO_ADDRESSES)
		change(&t->window, NOTIFY_BASE + NOTIFY_STEP * index, 4, false, 0, notifier);
	return 0;
}

/* A worker that may not send the event itself passes it on to the main loop. */
static int set_guest_notifier(VirtIODevice *device, int index, bool assign)
{
	VirtQueue *queue = virtio_get_queue(device, index);
	EventNotifier *notifier = virtio_queue_get_guest_notifier(queue);

	if (assign && event_notifier_init(notifier, 0) < 0)
		return -errno;
	virtio_queue_set_guest_notifier_fd_handler(queue, assign, false);
	if (!assign)
		event_notifier_cleanup(notifier);
	return 0;
}

static int bus_set_guest_notifiers(DeviceState *device, int count, bool assign)
{
	VirtIODevice *virtio = device_of(TRANSPORT(device));

	for (int i = 0; i < count && virtio_queue_get_num(virtio, i); i++) {
		int result = set_guest_notifier(virtio, i, assign);

		for (; result < 0 && i > 0; i--)
			set_guest_notifier(virtio, i - 1, false);
		if (result < 0)
			return result;
	}
	return 0;
}

static void bus_class_init(ObjectClass *class, void *data)
{
	VirtioBusClass *bus = VIRTIO_BUS_CLASS(class);

	bus->notify = bus_notify;
	bus->pre_plugged = bus_pre_plugged;
	bus->device_plugged = bus_device_plugged;
	bus->queue_enabled = bus_queue_enabled;
	bus->ioeventfd_enabled = bus_ioeventfd_enabled;
	bus->ioeventfd_assign = bus_ioeventfd_assign;
	bus->set_guest_notifiers = bus_set_guest_notifiers;
	BUS_CLASS(class)->max_dev = 1;
}

/* ---- The transport as a device ---- */

static bool find_name(Transport *t, Error **errp)
{
	for (unsigned i = 0; i < ARRAY_SIZE(names); i++)
		if (!strcmp(names[i].name, t->msi ?: "none"))
			t->name = &names[i];
	if (t->name)
		return true;
	error_setg(errp, "msi=%s: not a layout; there are:", t->msi);
	for (unsigned i = 0; i < ARRAY_SIZE(names); i++)
		error_append_hint(errp, "  %s\n", names[i].name);
	return false;
}

static bool find_defects(Transport *t, Error **errp)
{
	g_auto(GStrv) wanted = g_strsplit(t->defect ?: "", "+", 0);

	for (unsigned i = 0; wanted[i]; i++) {
		unsigned defect = 0;

		while (defect < ARRAY_SIZE(defect_names) && strcmp(defect_names[defect], wanted[i]))
			defect++;
		if (defect < ARRAY_SIZE(defect_names)) {
			t->defects |= 1u << defect;
			continue;
		}
		error_setg(errp, "defect=%s: not a defect; there are:", wanted[i]);
		for (defect = 0; defect < ARRAY_SIZE(defect_names); defect++)
			error_append_hint(errp, "  %s\n", defect_names[defect]);
		return false;
	}
	return true;
}

static void transport_realize(DeviceState *device, Error **errp)
{
	Transport *t = TRANSPORT(device);

	if (!find_name(t, errp))
		return;
	forget(t); /* at power-on no defect keeps anything */
	if (!find_defects(t, errp))
		return;
	if (t->vectors && (t->vectors < 2 || t->vectors > SOURCES)) {
		error_setg(errp, "vectors=%u: not a number from 2 to %u", t->vectors, SOURCES);
		return;
	}
	if (t->version != 2 && t->version != 3) {
		error_setg(errp, "version=%u: neither 2 nor 3", t->version);
		return;
	}
	qbus_init(&t->bus, sizeof(t->bus), TYPE_BUS_OURS, device, t->bus_name);
	memory_region_init_io(&t->window, OBJECT(device), &window_operations, t, TYPE_FRONT, WINDOW);
	sysbus_init_mmio(SYS_BUS_DEVICE(device), &t->window);
	sysbus_init_irq(SYS_BUS_DEVICE(device), &t->line);
}

static void transport_reset(DeviceState *device)
{
	reset_transport(TRANSPORT(device));
}

static Property transport_properties[] = {
	DEFINE_PROP_STRING("msi", Transport, msi),
	DEFINE_PROP_STRING("defect", Transport, defect),
	DEFINE_PROP_UINT32("vectors", Transport, vectors, 0),
	DEFINE_PROP_UINT32("version", Transport, version, 2),
	DEFINE_PROP_BOOL("notif-config-data", Transport, notif_config_data, false),
	DEFINE_PROP_BOOL("ioeventfd", Transport, ioeventfd, false),
	DEFINE_PROP_UINT16("requester-id", Transport, requester_id, 0),
	DEFINE_PROP_END_OF_LIST(),
};

static const VMStateDescription transport_state = { .name = TYPE_TRANSPORT, .unmigratable = 1 };

static void transport_class_init(ObjectClass *class, void *data)
{
	DeviceClass *device = DEVICE_CLASS(class);

	device->realize = transport_realize;
	device->reset = transport_reset;
	device->vmsd = &transport_state;
	set_bit(DEVICE_CATEGORY_MISC, device->categories);
	device_class_set_props(device, transport_properties);
}

/* ---- The device that the user creates, because machines have a list of the devices that users may create ---- */

/*
 * Interrupt controllers, each with the first of its inputs that devices may use. Inputs are numbered as the guest
 * numbers them: those of a GIC are SPIs, and after these it has more inputs, which belong to the CPUs.
 */
static const struct controller {
	const char *type, *name; /* the name, if a machine can have several */
	uint32_t first;
	bool gic;
} controllers[] = {
	{ "ioapic-common", "ioapic", 0, false },
	{ "arm_gic_common", NULL, 0, true },
	{ "arm-gicv3-common", NULL, 0, true },
	{ "riscv.aplic", NULL, 1, false }, /* of several domains, only the root has inputs */
	{ "riscv.sifive.plic", NULL, 1, false },
};

struct inputs {
	DeviceState *device;
	uint32_t first, end;
};

static uint32_t inputs_end(DeviceState *device, const struct controller *controller)
{
	NamedGPIOList *list;

	if (controller->gic)
		return object_property_get_uint(OBJECT(device), "num-irq", &error_abort) - GIC_INTERNAL;
	for (list = QLIST_FIRST(&device->gpios); list; list = QLIST_NEXT(list, node))
		if (!list->name)
			return list->num_in;
	return 0;
}

static int find_inputs(Object *object, void *opaque)
{
	struct inputs *found = opaque;

	for (unsigned i = 0; i < ARRAY_SIZE(controllers); i++) {
		const struct controller *controller = &controllers[i];

		if (!object_dynamic_cast(object, controller->type) ||
		    (controller->name && strcmp(object_get_canonical_path_component(object), controller->name)))
			continue;
		found->device = DEVICE(object);
		found->first = controller->first;
		found->end = inputs_end(found->device, controller);
		return found->end > 0; /* stop the search once one was found */
	}
	return 0;
}

/* The input `irq` of the machine's interrupt controller; NULL with an error if there is none. */
static qemu_irq find_input(uint32_t irq, Error **errp)
{
	struct inputs inputs = { NULL, 0, 0 };

	object_child_foreach_recursive(qdev_get_machine(), find_inputs, &inputs);
	if (inputs.end <= inputs.first)
		error_setg(errp, "irq=%u: this machine has no interrupt controller that we know", irq);
	else if (irq < inputs.first || irq >= inputs.end)
		error_setg(errp, "irq=%u: the interrupt controller has inputs %u to %u", irq, inputs.first,
			   inputs.end - 1);
	else
		return qdev_get_gpio_in(inputs.device, irq);
	return NULL;
}

static uint32_t cells(void *tree, const char *node, const char *property)
{
	return qemu_fdt_getprop_cell(tree, node, property, NULL, &error_abort);
}

/* Copies a property of the model's node to `node`. */
static void copy_property(void *tree, const char *node, const char *model, const char *property)
{
	int size;
	const void *value = qemu_fdt_getprop(tree, model, property, &size, NULL);
	g_autofree void *copy = value ? g_memdup2(value, size) : NULL; /* the tree moves when something is added */

	if (copy)
		qemu_fdt_setprop(tree, node, property, copy, size);
}

/* `interrupts` has one cell, the number; or number and kind; or, for a GIC, class, number and kind. Ours is a level. */
static void tell_interrupt(void *tree, const char *node, const char *model, uint32_t irq)
{
	enum { SHARED_PERIPHERAL = 0, LEVEL_HIGH = 4 };
	int size = 0;

	qemu_fdt_getprop(tree, model, "interrupts", &size, NULL);
	switch (size / sizeof(uint32_t)) {
	case 1:
		qemu_fdt_setprop_cells(tree, node, "interrupts", irq);
		break;
	case 2:
		qemu_fdt_setprop_cells(tree, node, "interrupts", irq, LEVEL_HIGH);
		break;
	case 3:
		qemu_fdt_setprop_cells(tree, node, "interrupts", SHARED_PERIPHERAL, irq, LEVEL_HIGH);
		break;
	}
	copy_property(tree, node, model, "interrupt-parent");
}

/*
 * Announces the window in the machine's device tree, if it has one, in the way in which the machine announces its own
 * virtio-mmio transports. The registers tell the layout.
 */
static void tell_guest(const Front *front)
{
	void *tree = current_machine->fdt;
	g_auto(GStrv) models = tree ? qemu_fdt_node_path(tree, NULL, "virtio,mmio", NULL) : NULL;
	const char *model = models ? models[0] : NULL;
	g_autofree char *parent = NULL, *node = NULL;

	if (!model)
		return;
	parent = g_path_get_dirname(model);
	node = g_strdup_printf("%s/virtio_mmio@%" PRIx64, parent[1] ? parent : "", front->address);
	qemu_fdt_add_subnode(tree, node);
	qemu_fdt_setprop_string(tree, node, "compatible", "virtio,mmio");
	qemu_fdt_setprop_sized_cells(tree, node, "reg", cells(tree, parent, "#address-cells"), front->address,
				     cells(tree, parent, "#size-cells"), WINDOW);
	copy_property(tree, node, model, "dma-coherent");
	if (front->irq != UINT32_MAX)
		tell_interrupt(tree, node, model, front->irq);
}

static void front_realize(DeviceState *device, Error **errp)
{
	Front *front = FRONT(device);
	SysBusDevice *transport = SYS_BUS_DEVICE(&front->transport);
	qemu_irq input = NULL;

	if (front->address == UINT64_MAX) {
		error_setg(errp, "addr= is missing: where the window of %u bytes begins", WINDOW);
		return;
	}
	if (front->irq != UINT32_MAX && !(input = find_input(front->irq, errp)))
		return;
	front->transport.bus_name = device->id ? g_strdup_printf("%s.0", device->id) : NULL;
	if (!sysbus_realize(transport, errp))
		return;
	sysbus_mmio_map(transport, 0, front->address);
	if (input)
		sysbus_connect_irq(transport, 0, input);
	tell_guest(front);
}

static void front_init(Object *object)
{
	Front *front = FRONT(object);

	/* The transport is not a child of this device, because machines with a platform bus take every system bus
	 * device below the user's devices for one of theirs. */
	object_initialize(&front->transport, sizeof(front->transport), TYPE_TRANSPORT);
	qdev_alias_all_properties(DEVICE(&front->transport), object);
}

static void front_finalize(Object *object)
{
	object_unref(OBJECT(&FRONT(object)->transport));
}

static Property front_properties[] = {
	DEFINE_PROP_UINT64("addr", Front, address, UINT64_MAX),
	DEFINE_PROP_UINT32("irq", Front, irq, UINT32_MAX),
	DEFINE_PROP_END_OF_LIST(),
};

static void front_class_init(ObjectClass *class, void *data)
{
	DeviceClass *device = DEVICE_CLASS(class);

	device->realize = front_realize;
	device->desc = "virtio-mmio with message signalled interrupts";
	device->user_creatable = true;
	device->hotpluggable = false;
	set_bit(DEVICE_CATEGORY_MISC, device->categories);
	device_class_set_props(device, front_properties);
}

static const TypeInfo types[] = {
	{ .name = TYPE_BUS_OURS,
	  .parent = TYPE_VIRTIO_BUS,
	  .instance_size = sizeof(VirtioBusState),
	  .class_init = bus_class_init },
	{ .name = TYPE_TRANSPORT,
	  .parent = TYPE_SYS_BUS_DEVICE,
	  .instance_size = sizeof(Transport),
	  .class_init = transport_class_init },
	{ .name = TYPE_FRONT,
	  .parent = TYPE_DEVICE,
	  .instance_size = sizeof(Front),
	  .instance_init = front_init,
	  .instance_finalize = front_finalize,
	  .class_init = front_class_init },
};
DEFINE_TYPES(types)
