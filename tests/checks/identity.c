// SPDX-License-Identifier: BSD-2-Clause
/*
 * The registers that identify the device, and registers that only inform (4.2.2). A driver reads MagicValue, Version
 * and DeviceID once and believes them. If the device answers differently later, or changes its state because a register
 * was read, a driver finds no device after a reboot, a hot replug or a kexec.
 */
#include "drivers/transport/mmio.h"
#include "tests/checks/support/common.h"

enum { READS = 3 };

/* In one life, so that the register is judged even if the device cannot be used after a reset. */
static void stays_the_same(struct run *t, struct device *d, uint32_t offset, uint32_t want)
{
	for (unsigned stage = 0; stage < STAGES; stage++) {
		next_stage(t, d, (enum stage)stage);
		for (unsigned i = 0; i < READS; i++)
			if (!expect_eq(t, reg_read(&d->transport, offset), want, "%s reads the same %s",
				       transport_register_name(&d->transport, offset), stage_name((enum stage)stage)))
				break;
	}
	need_ok(t, device_reset(d));
	expect_eq(t, reg_read(&d->transport, offset), want, "%s reads the same after another reset",
		  transport_register_name(&d->transport, offset));
}

/*
 * Breaks: a MagicValue that is right only until the device is reset or started. Symptom: "wrong magic value" at the
 * second probe.
 */
CHECK(magic, "identity.magic", REQ("mmio-layout-01"), MUST, NEEDS(.transport = TRANSPORT_MMIO),
      "MagicValue reads 0x74726976 at every stage")
{
	stays_the_same(t, d, VIRTIO_MMIO_MAGIC_VALUE, VIRTIO_MMIO_MAGIC);
}

/*
 * Breaks: another Version, or one that depends on the stage. Version 3 comes with virtio 1.5: it is as 2, but the
 * driver must poll for the end of a reset (specification issue 246).
 */
CHECK(version, "identity.version", REQ("mmio-layout-02"), MUST, NEEDS(.transport = TRANSPORT_MMIO, .version = 2),
      "Version reads 2, or 3 (virtio 1.5), at every stage")
{
	uint32_t version = d->transport.version;

	expect(t, version == VIRTIO_MMIO_VERSION_MODERN || version == VIRTIO_MMIO_VERSION_POLLED_RESET,
	       "Version is 2 or 3: it is %u", version);
	if (version != VIRTIO_MMIO_VERSION_MODERN)
		info(t, "Version is %u", version);
	stays_the_same(t, d, VIRTIO_MMIO_VERSION, version);
}

/* Breaks: a DeviceID or VendorID that changes. Symptom: the wrong driver, or none, after a reset. */
CHECK(device_id, "identity.device-id", REQ("mmio-table-01"), DESCRIBED, NEEDS(.transport = TRANSPORT_MMIO),
      "DeviceID and VendorID read the same at every stage")
{
	enum { LAST_DEVICE_ID = 49 }; /* of virtio 1.4, chapter 5 */
	uint32_t id = d->transport.device_id;

	if (id > LAST_DEVICE_ID)
		info(t, "DeviceID %u has no meaning in virtio 1.4", id);
	stays_the_same(t, d, VIRTIO_MMIO_DEVICE_ID, id);
	stays_the_same(t, d, VIRTIO_MMIO_VENDOR_ID, d->transport.vendor_id);
}

/*
 * The values of the registers. InterruptStatus and ConfigGeneration are left out, because an event may change them at
 * any time.
 */
struct registers {
	uint32_t magic, version, device_id, vendor_id, features[2], size_max[2], ready[2], status;
};

static void read_registers(struct device *d, struct registers *registers)
{
	struct transport *transport = &d->transport;
	bool legacy = transport_is_legacy(transport);

	registers->magic = reg_read(transport, VIRTIO_MMIO_MAGIC_VALUE);
	registers->version = reg_read(transport, VIRTIO_MMIO_VERSION);
	registers->device_id = reg_read(transport, VIRTIO_MMIO_DEVICE_ID);
	registers->vendor_id = reg_read(transport, VIRTIO_MMIO_VENDOR_ID);
	for (unsigned i = 0; i < 2; i++) {
		registers->features[i] = transport_offered(transport, i);
		transport_select_queue(transport, i);
		registers->ready[i] = legacy ? transport_queue_page(transport) : transport_queue_ready(transport);
		/* 4.2.4: on the legacy layout only while QueuePFN is 0 */
		registers->size_max[i] = legacy && registers->ready[i] ? 0 : transport_queue_size_max(transport);
	}
	registers->status = transport_status(transport);
	(void)transport_interrupt_status(transport);
	(void)transport_config_generation(transport);
}

static void expect_same(struct run *t, const struct registers *first, const struct registers *second, const char *where)
{
	expect_eq(t, second->magic, first->magic, "MagicValue is the same when read again %s", where);
	expect_eq(t, second->version, first->version, "Version is the same when read again %s", where);
	expect_eq(t, second->device_id, first->device_id, "DeviceID is the same when read again %s", where);
	expect_eq(t, second->vendor_id, first->vendor_id, "VendorID is the same when read again %s", where);
	expect_eq(t, second->status, first->status, "Status is the same when read again %s", where);
	for (unsigned i = 0; i < 2; i++) {
		expect_eq(t, second->features[i], first->features[i],
			  "DeviceFeatures word %u is the same when read again %s", i, where);
		expect_eq(t, second->size_max[i], first->size_max[i],
			  "QueueSizeMax of virtqueue %u is the same when read again %s", i, where);
		expect_eq(t, second->ready[i], first->ready[i],
			  "QueueReady (legacy: QueuePFN) of virtqueue %u is the same when read again %s", i, where);
	}
}

/*
 * Breaks: a register whose read has a side effect, such as one that clears itself. Symptom: a debugger, a tracer or a
 * second reader changes what happens.
 */
CHECK(reading_changes_nothing, "identity.reading-changes-nothing", REQ("mmio-table-12"), DESCRIBED,
      NEEDS(.transport = TRANSPORT_MMIO), "Reading registers changes none of them, at any stage")
{
	for (unsigned stage = 0; stage < STAGES; stage++) {
		struct registers first, second;

		next_stage(t, d, (enum stage)stage);
		read_registers(d, &first);
		read_registers(d, &second);
		expect_same(t, &first, &second, stage_name((enum stage)stage));
	}
}

/*
 * Shared memory regions (2.10). 4.2.3.1.1 keeps drivers that expect no region away from these registers. The register
 * table binds every device all the same, and a driver that enumerates regions by trying each id relies on it. But our
 * driver expects none, so what it finds is a warning. No device type has given these ids a meaning: virtio 1.4 uses 0
 * to 3 and, for SCMI, 0x80 to 0xff.
 */
static const uint32_t unused_ids[] = { 0x10, 0x33, 0x7f, 0x100, 0x101, 0x10000, 0x80000000 };

static void expect_no_region(struct run *t, struct device *d,
			     uint64_t (*read)(struct transport *transport, uint32_t id), const char *what)
{
	for (unsigned i = 0; i < sizeof(unused_ids) / sizeof(unused_ids[0]); i++)
		expect_eq(t, read(&d->transport, unused_ids[i]), UINT64_MAX,
			  "the %s of region 0x%x, which does not exist, is all ones", what, unused_ids[i]);
}

/*
 * Breaks: registers that read 0, which is a region of no bytes, or another region's length. Symptom: a driver maps a
 * region at address 0.
 */
CHECK(shared_memory_length, "identity.unused-shared-memory-length", REQ("mmio-table-14"), SHOULD,
      NEEDS(.transport = TRANSPORT_MMIO, .version = 2),
      "SHMLen of a shared memory region that does not exist is all ones")
{
	expect_no_region(t, d, transport_shared_memory_length, "length");
}

/* Breaks: registers that read 0, or the base of another region. Symptom: a driver maps a region at address 0. */
CHECK(shared_memory_base, "identity.unused-shared-memory-base", REQ("mmio-table-15"), SHOULD,
      NEEDS(.transport = TRANSPORT_MMIO, .version = 2),
      "SHMBase of a shared memory region that does not exist is all ones")
{
	expect_no_region(t, d, transport_shared_memory_base, "base");
}
