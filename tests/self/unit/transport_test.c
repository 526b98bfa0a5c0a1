// SPDX-License-Identifier: BSD-2-Clause
/* What the reference device cannot show about the transport: it has no 64-bit field above 32 bits, and no event happens
 * between two accesses of the driver. */
#include "tests/self/unit/unit.h"

#include "drivers/transport/mmio.h"

enum { QUEUE = 3 };

/* Registers that keep what was written last. An event comes right after a read of InterruptStatus, and a change of a
 * field right after a read of its low half. */
static uint32_t registers[0x200], acknowledged, notified;
static unsigned acknowledgements, changes, reads;

static uint32_t read_register(void *context, uint32_t offset, uint8_t width)
{
	uint32_t value = registers[offset];

	(void)context;
	unit_equal(width, 4);
	reads++;
	if (offset == VIRTIO_MMIO_CONFIG + 8 && changes) {
		changes--;
		registers[VIRTIO_MMIO_CONFIG + 8] = 0x55555555;
		registers[VIRTIO_MMIO_CONFIG + 12] = 0x66666666;
		registers[VIRTIO_MMIO_CONFIG_GENERATION]++;
	}
	if (offset == VIRTIO_MMIO_INTERRUPT_STATUS)
		registers[offset] = VIRTIO_INTERRUPT_USED_BUFFER | VIRTIO_INTERRUPT_CONFIG;
	return value;
}

static void write_register(void *context, uint32_t offset, uint8_t width, uint32_t value)
{
	(void)context;
	unit_equal(width, 4);
	if (offset != VIRTIO_MMIO_INTERRUPT_ACK) {
		notified = offset;
		unit_equal(value, QUEUE);
		return;
	}
	acknowledged = value;
	acknowledgements++;
}

static const struct transport_bus bus = { .read = read_register, .write = write_register };

static struct transport start(uint32_t interrupt_status)
{
	memset(registers, 0, sizeof(registers));
	registers[VIRTIO_MMIO_INTERRUPT_STATUS] = interrupt_status;
	acknowledged = notified = acknowledgements = changes = reads = 0;
	return (struct transport){ .name = "device", .ops = &transport_mmio, .bus = &bus };
}

/* A notification address comes from the device, which may be wrong. */
UNIT_TEST(a_notification_stays_in_the_window)
{
	static const struct {
		const char *name;
		uint32_t size, base, step, at; /* of the window; where the notification goes */
	} rows[] = {
		{ "none given", 0, 0, 4, VIRTIO_MMIO_QUEUE_NOTIFY },
		{ "of any size", 0, 0xffff - 3, 0xffff - 3, (0xffff - 3) * (QUEUE + 1) },
		{ "inside", 0x2000, 0x1000, 4, 0x1000 + 4 * QUEUE },
		{ "the last", 0x2000, 0x1ffc, 0, 0x1ffc },
		{ "just outside", 0x2000, 0x1ffc, 4, VIRTIO_MMIO_QUEUE_NOTIFY },
		{ "far outside", 0x2000, 0x1000, 0xfffc, VIRTIO_MMIO_QUEUE_NOTIFY },
		{ "not aligned", 0x2000, 0x1002, 0, VIRTIO_MMIO_QUEUE_NOTIFY },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct transport transport = start(0);

		unit_row(rows[i].name);
		transport.size = rows[i].size;
		transport.notify_base = rows[i].base;
		transport.notify_step = rows[i].step;
		transport_notify(&transport, QUEUE, QUEUE);
		unit_equal(notified, rows[i].at);
	}
}

/* The driver reads the low half first. 2.5.1: it does not use two halves that never were one value, but a device whose
 * generation always changes does not stop it. Version 1 has no ConfigGeneration to read. */
UNIT_TEST(a_field_of_8_bytes)
{
	static const uint64_t before = 0x0123456789abcdef, after = 0x6666666655555555;
	static const struct {
		const char *name;
		uint32_t version;
		unsigned changes, reads_least, reads_most;
		uint64_t value;
	} rows[] = {
		{ "legacy", VIRTIO_MMIO_VERSION_LEGACY, 0, 2, 2, before },
		{ "at rest", VIRTIO_MMIO_VERSION_MODERN, 0, 4, 4, before },
		{ "changes once", VIRTIO_MMIO_VERSION_MODERN, 1, 1 + 2 * 3, 1 + 2 * 3, after },
		{ "changes for ever", VIRTIO_MMIO_VERSION_MODERN, 1000, 1 + 2 * 3, 99, after },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct transport transport = start(0);

		unit_row(rows[i].name);
		transport.version = rows[i].version;
		registers[VIRTIO_MMIO_CONFIG + 8] = (uint32_t)before;
		registers[VIRTIO_MMIO_CONFIG + 12] = before >> 32;
		changes = rows[i].changes;
		unit_equal(config_read64(&transport, 8), rows[i].value);
		unit_true(reads >= rows[i].reads_least && reads <= rows[i].reads_most);
	}
}

/* If the driver acknowledged more than it read, an event between the two accesses would be lost. 4.2.2.2: it does not
 * acknowledge undefined bits, and writes nothing if no other bit is set. */
UNIT_TEST(only_what_was_read_is_acknowledged)
{
	static const struct {
		const char *name;
		uint32_t status, acknowledged;
	} rows[] = {
		{ "used buffer", 1, 1 },
		{ "configuration", 2, 2 },
		{ "both", 3, 3 },
		{ "undefined ones", 0xfffffffc, 0 },
		{ "and used buffer", 0xfffffffd, 1 },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct transport transport = start(rows[i].status);

		unit_row(rows[i].name);
		unit_equal(transport_take_interrupts(&transport), rows[i].status);
		unit_equal(acknowledged, rows[i].acknowledged);
		unit_equal(acknowledgements, rows[i].acknowledged != 0);
	}
}
