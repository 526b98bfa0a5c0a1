// SPDX-License-Identifier: BSD-2-Clause
/* What the reference device cannot show about the transport: it has no 64-bit field above 32 bits, and no event happens
 * between two accesses of the driver. */
#include "tests/self/unit/unit.h"

#include "drivers/transport/mmio.h"
#include "firmware/arch/clock.h"
#include "firmware/arch/cpus.h"
#include "firmware/lib/journal.h"

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

static void expect_notified(struct transport *transport, uint32_t base, uint32_t step, uint32_t at)
{
	transport->notify_base = base;
	transport->notify_step = step;
	transport_notify(transport, QUEUE, QUEUE);
	unit_equal(notified, at);
}

/* A notification address comes from the device, which may be wrong. */
UNIT_TEST(a_notification_stays_in_the_window)
{
	struct transport transport = start(0);

	expect_notified(&transport, 0, 4, VIRTIO_MMIO_QUEUE_NOTIFY);
	expect_notified(&transport, 0xffff - 3, 0xffff - 3, (0xffff - 3) * (QUEUE + 1));
	transport.size = 0x2000;
	expect_notified(&transport, 0x1000, 4, 0x1000 + 4 * QUEUE);
	expect_notified(&transport, 0x1ffc, 0, 0x1ffc);
	expect_notified(&transport, 0x1ffc, 4, VIRTIO_MMIO_QUEUE_NOTIFY);
	expect_notified(&transport, 0x1000, 0xfffc, VIRTIO_MMIO_QUEUE_NOTIFY);
	expect_notified(&transport, 0x1002, 0, VIRTIO_MMIO_QUEUE_NOTIFY);
}

/* A disk of 2 TiB and more. */
UNIT_TEST(a_field_of_8_bytes_is_read_low_half_first)
{
	struct transport transport = start(0);

	registers[VIRTIO_MMIO_CONFIG + 8] = 0x89abcdef;
	registers[VIRTIO_MMIO_CONFIG + 12] = 0x01234567;
	unit_equal(config_read64(&transport, 8), 0x0123456789abcdef);
}

/* 2.5.1: the driver does not use two halves that never were one value. */
UNIT_TEST(a_field_of_8_bytes_that_changes_is_read_again)
{
	struct transport transport = start(0);

	transport.version = VIRTIO_MMIO_VERSION_MODERN;
	registers[VIRTIO_MMIO_CONFIG + 8] = registers[VIRTIO_MMIO_CONFIG + 12] = 0x11111111;
	changes = 1;
	unit_equal(config_read64(&transport, 8), 0x6666666655555555);
	unit_equal(reads, 1 + 2 * 3);
}

/* A device whose generation always changes does not stop the driver. */
UNIT_TEST(a_field_that_changes_for_ever_is_left)
{
	struct transport transport = start(0);

	transport.version = VIRTIO_MMIO_VERSION_MODERN;
	changes = 1000;
	unit_equal(config_read64(&transport, 8), 0x6666666655555555);
	unit_true(reads < 100);
}

/* Version 1 has no ConfigGeneration. */
UNIT_TEST(the_legacy_layout_has_no_generation_to_read)
{
	struct transport transport = start(0);

	transport.version = VIRTIO_MMIO_VERSION_LEGACY;
	config_read64(&transport, 8);
	unit_equal(reads, 2);
}

/* If the driver acknowledged more, an event between the two accesses would be lost. */
UNIT_TEST(only_what_was_read_is_acknowledged)
{
	for (uint32_t cause = VIRTIO_INTERRUPT_USED_BUFFER; cause <= VIRTIO_INTERRUPT_CONFIG; cause++) {
		struct transport transport = start(cause);

		unit_equal(transport_acknowledge(&transport), cause);
		unit_equal(acknowledged, cause);
		unit_equal(acknowledgements, 1);
	}
}

/* 4.2.2.2: the driver does not acknowledge undefined bits, and writes nothing if no other bit is set. */
UNIT_TEST(undefined_causes_are_not_acknowledged)
{
	struct transport transport = start(0xfffffffc);

	unit_equal(transport_acknowledge(&transport), 0xfffffffc);
	unit_equal(acknowledgements, 0);
	transport = start(0xfffffffd);
	unit_equal(transport_acknowledge(&transport), 0xfffffffd);
	unit_equal(acknowledged, VIRTIO_INTERRUPT_USED_BUFFER);
}

/* The functions that the transport calls. */
void journal_access(uint64_t now_ns, uint32_t cpu, enum journal_kind kind, const char *device, uint32_t offset,
		    uint8_t width, uint32_t value)
{
	(void)now_ns, (void)cpu, (void)kind, (void)device, (void)offset, (void)width, (void)value;
}

uint64_t clock_ns(void)
{
	return 0;
}

bool clock_wait(struct patience *patience)
{
	(void)patience;
	return false;
}

uint32_t cpus_self(void)
{
	return 0;
}
