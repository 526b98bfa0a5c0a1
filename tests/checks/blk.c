// SPDX-License-Identifier: BSD-2-Clause
/*
 * Block device (5.2): features and configuration space, what each kind of request returns, zones, the legacy interface.
 * disk.h says how disks are kept safe from these checks.
 *
 * How block devices break: a status byte in the wrong place; errors that do not come back at all; a cache mode that
 * changes by itself. In the field that is an I/O error that nobody sees, or a guest that waits for ever for its disk.
 */
#include "tests/framework/check.h"

#include "firmware/lib/string.h"
#include "tests/checks/support/common.h"
#include "tests/checks/support/disk.h"

/* ---- features and configuration space (5.2.4, 5.2.5) ---- */

/* Breaks: no FLUSH. Symptom: the guest takes the cache for write-through and loses data in a crash. */
CHECK(offers_flush, "blk.offers-flush", REQ("blk-init-01"), SHOULD, NEEDS(.type = VIRTIO_ID_BLOCK), "FLUSH is offered")
{
	expect(t, device_offers(d, VIRTIO_BLK_F_FLUSH), "FLUSH (bit 9) is offered");
}

/* Breaks: CONFIG_WCE without FLUSH. Symptom: a guest switches to a cache that it cannot flush. */
CHECK(config_wce_needs_flush, "blk.config-wce-needs-flush", REQ("blk-init-02"), MUST,
      NEEDS(.type = VIRTIO_ID_BLOCK, .features = OFFERS(VIRTIO_BLK_F_CONFIG_WCE)),
      "FLUSH is offered whenever CONFIG_WCE is")
{
	expect(t, device_offers(d, VIRTIO_BLK_F_FLUSH), "FLUSH (bit 9) is offered beside CONFIG_WCE (bit 11)");
}

/*
 * Breaks: the cache stays write-back for a driver that can switch it but did not accept FLUSH. Symptom: data is lost in
 * a crash.
 */
CHECK(writeback_without_flush, "blk.writeback-without-flush", REQ("blk-init-03"), MUST,
      NEEDS(.type = VIRTIO_ID_BLOCK, .version = 2, .features = OFFERS(VIRTIO_BLK_F_CONFIG_WCE)),
      "With CONFIG_WCE and without FLUSH accepted, writeback starts as 0")
{
	disk_start(t, d, disk_plain_and(VIRTIO_BLK_F_CONFIG_WCE));
	config_write(&d->transport, VIRTIO_BLK_CONFIG_WRITEBACK, 1, 1); /* so that it is not 0 by chance */
	require_ok(t, device_reset(d), "the device resets");
	device_greet(d);
	require_ok(t, device_negotiate(d, FEATURE(VIRTIO_BLK_F_CONFIG_WCE)), "CONFIG_WCE alone can be accepted");
	need_without(t, d, VIRTIO_BLK_F_FLUSH);
	expect_eq(t, config_read(&d->transport, VIRTIO_BLK_CONFIG_WRITEBACK, 1), 0,
		  "writeback after FEATURES_OK with CONFIG_WCE but without FLUSH");
}

/* Breaks: the field keeps its old value, or reads back another value than 0 or 1. */
CHECK(writeback_toggles, "blk.writeback-toggles", REQ("blk-desc-10"), DESCRIBED,
      NEEDS(.type = VIRTIO_ID_BLOCK, .version = 2,
	    .features = OFFERS_BOTH(VIRTIO_BLK_F_CONFIG_WCE, VIRTIO_BLK_F_FLUSH)),
      "With CONFIG_WCE accepted, writeback can be set to 0 and 1 and reads back what was set")
{
	struct transport *transport = &d->transport;
	uint32_t before;

	disk_start(t, d, disk_plain_and(VIRTIO_BLK_F_CONFIG_WCE));
	before = config_read(transport, VIRTIO_BLK_CONFIG_WRITEBACK, 1);
	expect(t, before <= 1, "writeback is 0 or 1 at first: it is %u", before);
	for (uint32_t i = 0; i < 4; i++) {
		config_write(transport, VIRTIO_BLK_CONFIG_WRITEBACK, 1, i & 1);
		expect_eq(t, config_read(transport, VIRTIO_BLK_CONFIG_WRITEBACK, 1), i & 1,
			  "writeback reads back what was written");
	}
	config_write(transport, VIRTIO_BLK_CONFIG_WRITEBACK, 1, before & 1);
}

/*
 * Breaks: the device stores the written value. Symptom: the disk has another size from then on, for this guest or even
 * for the next. (No driver should write this field.)
 */
CHECK(capacity_read_only, "blk.capacity-read-only", REQ("blk-desc-10"), ROBUST, NEEDS(.type = VIRTIO_ID_BLOCK),
      "Writing the capacity changes nothing")
{
	struct transport *transport = &d->transport;
	uint64_t capacity;

	disk_start(t, d, blk_plain_features());
	capacity = blk_capacity(d);
	config_write(transport, VIRTIO_BLK_CONFIG_CAPACITY, 4, (uint32_t)capacity ^ 1);
	expect_eq(t, blk_capacity(d), capacity, "capacity after a write to it");
	/*
	 * A device that stored the value may keep it over a reset: restore it, so that no other check sees that size.
	 */
	config_write(transport, VIRTIO_BLK_CONFIG_CAPACITY, 4, (uint32_t)capacity);
	config_write(transport, VIRTIO_BLK_CONFIG_CAPACITY + 4, 4, (uint32_t)(capacity >> 32) ^ 1);
	expect_eq(t, blk_capacity(d), capacity, "capacity after a write to its upper half");
	config_write(transport, VIRTIO_BLK_CONFIG_CAPACITY + 4, 4, (uint32_t)(capacity >> 32));
}

/* Padding surely exists only if a field behind it does. */
static void expect_padding(struct run *t, struct device *d, uint32_t offset, uint32_t bytes)
{
	for (uint32_t i = 0; i < bytes; i++)
		expect_eq(t, config_read(&d->transport, offset + i, 1), 0,
			  "padding byte 0x%02x of the configuration space", offset + i);
}

/* Breaks: padding is not initialised. Symptom: the guest reads what was in the host's memory. */
CHECK(unused0, "blk.unused0", REQ("blk-init-04"), MUST, NEEDS(.type = VIRTIO_ID_BLOCK),
      "The padding byte unused0 reads 0")
{
	if (!device_offers(d, VIRTIO_BLK_F_MQ) && !device_offers(d, VIRTIO_BLK_F_DISCARD) &&
	    !device_offers(d, VIRTIO_BLK_F_WRITE_ZEROES) && !device_offers(d, VIRTIO_BLK_F_SECURE_ERASE) &&
	    !device_offers(d, VIRTIO_BLK_F_ZONED))
		skip(t, "no feature with a field behind unused0 is offered");
	expect_padding(t, d, VIRTIO_BLK_CONFIG_UNUSED0, 1);
}

/* Breaks: padding is not initialised, as for unused0, but behind the fields of newer features. */
CHECK(unused1, "blk.unused1", REQ("blk-init-04"), MUST, NEEDS(.type = VIRTIO_ID_BLOCK),
      "The padding bytes unused1 read 0")
{
	if (!device_offers(d, VIRTIO_BLK_F_SECURE_ERASE) && !device_offers(d, VIRTIO_BLK_F_ZONED))
		skip(t, "no feature with a field behind unused1 is offered");
	expect_padding(t, d, VIRTIO_BLK_CONFIG_UNUSED1, 3);
}

/* ---- what requests return (5.2.6) ---- */

/*
 * Breaks: a request type takes another path through the device, which leaves the status byte unwritten. (A byte too
 * many shows in the guard bytes around it.)
 */
CHECK(status_byte, "blk.status-byte", REQ("blk-desc-01"), DESCRIBED,
      NEEDS(.type = VIRTIO_ID_BLOCK, .entries = DISK_DESCRIPTORS),
      "Every request ends with a status byte of OK, IOERR or UNSUPP as its last writable byte")
{
	uint32_t block = blk_block(d);
	const struct {
		uint32_t type, size;
		bool device_writes, may_be_unknown;
	} requests[] = {
		{ VIRTIO_BLK_T_IN, block, true, false },
		{ VIRTIO_BLK_T_FLUSH, 0, false, !device_offers(d, VIRTIO_BLK_F_FLUSH) },
		{ VIRTIO_BLK_T_GET_ID, VIRTIO_BLK_ID_BYTES, true, true },
		{ DISK_UNDEFINED_TYPE, 0, false, true },
		{ DISK_UNDEFINED_TYPE, block, true, true },
		{ DISK_UNDEFINED_TYPE, block, false, true },
	};

	disk_start(t, d, blk_plain_features());
	for (unsigned i = 0; i < sizeof(requests) / sizeof(requests[0]); i++) {
		struct blk_request blk = disk_make(t, requests[i].type, 0, requests[i].size, requests[i].device_writes);
		enum driver_error error;
		uint32_t length;

		if (requests[i].size && !requests[i].device_writes)
			memset(blk.data, 0, requests[i].size);
		error = blk_send(d, &blk, &length);
		/* Some disks know reads and writes only, and drop the rest (TinyEMU). What they answer is judged. */
		need_row(t, !requests[i].may_be_unknown || error != DRIVER_BLK_NO_ANSWER, "blk-desc-02",
			 "a request of type %u, which the device may not know, comes back", requests[i].type);
		require_ok(t, error, "a request of type %u comes back once", requests[i].type);
		expect(t, *blk.status <= VIRTIO_BLK_S_UNSUPP,
		       "the status of a request of type %u with %u bytes of data is 0, 1 or 2: it is 0x%02x%s",
		       requests[i].type, requests[i].size, *blk.status,
		       *blk.status == BLK_STATUS_UNWRITTEN ? ", which we put there" : "");
	}
}

/*
 * Breaks: IOERR, or no answer at all. Symptom: a guest with a newer driver hangs instead of doing without the new
 * request.
 */
CHECK(unknown_type, "blk.unknown-type", REQ("blk-desc-02"), DESCRIBED,
      NEEDS(.type = VIRTIO_ID_BLOCK, .entries = DISK_DESCRIPTORS),
      "A request of an undefined type comes back with UNSUPP")
{
	/* The last ones are types that exist, with more bits: none that would write. */
	static const uint32_t undefined[] = { 6,      7,       DISK_UNDEFINED_TYPE, 0x7ffffffe, 0xffffffff,
					      0x100,  0x10000, 0x40000000,	    0x104,	0x10004,
					      0x1008, 0x80008 };
	/* Types of the legacy interface, and neighbours that older devices took for the type itself with the direction
	 * in bit 0. */
	static const uint32_t grey[] = { 2, 3, 5, 9, 12 };
	uint32_t block = blk_block(d);

	disk_start(t, d, blk_plain_features());
	for (unsigned i = 0; i < sizeof(undefined) / sizeof(undefined[0]); i++)
		for (unsigned data = 0; data < 3; data++)
			expect_eq(t, disk_status_of(t, d, undefined[i], 0, data ? block : 0, data == 2),
				  VIRTIO_BLK_S_UNSUPP, "status of type 0x%x with %s", undefined[i],
				  data == 0   ? "no data"
				  : data == 1 ? "readable data"
					      : "writable data");
	for (unsigned i = 0; i < sizeof(grey) / sizeof(grey[0]); i++) {
		uint8_t status = disk_status_of(t, d, grey[i], 0, block, true);

		if (status != VIRTIO_BLK_S_UNSUPP)
			info(t, "type %u, which at most the legacy interface defines, gets status %u", grey[i], status);
	}
}

/*
 * Breaks: the length is the size of all descriptors, or 0, or leaves out the status byte. (Legacy devices may do so:
 * 5.2.6.3. 2.7.8.2 permits an underestimate, so this is no more than a SHOULD; lengths that are too great break a MUST,
 * which ring.used-length-is-really-written and its neighbours judge.)
 */
CHECK(used_length, "blk.used-length", REQ("blk-desc-03"), SHOULD,
      NEEDS(.type = VIRTIO_ID_BLOCK, .version = 2, .entries = DISK_DESCRIPTORS),
      "The used length of a successful request counts the data for the driver and the status byte")
{
	uint32_t block = blk_block(d), length;
	struct blk_request blk;

	disk_start(t, d, blk_plain_features());
	if (blk_capacity(d) >= block / VIRTIO_BLK_SECTOR) {
		blk = disk_make(t, VIRTIO_BLK_T_IN, 0, block, true);
		disk_require_served(t, d, disk_send(t, d, &blk, &length), 0, block, NULL, "a read");
		expect_eq(t, length, block + 1, "used length of a read of %u bytes", block);
	}
	blk = disk_make(t, VIRTIO_BLK_T_FLUSH, 0, 0, false);
	if (device_accepted(d, VIRTIO_BLK_F_FLUSH) && disk_send(t, d, &blk, &length) == VIRTIO_BLK_S_OK)
		expect_eq(t, length, 1, "used length of a flush");
	blk = disk_make(t, VIRTIO_BLK_T_GET_ID, 0, VIRTIO_BLK_ID_BYTES, true);
	/* If it does not come back, blk.get-id or blk.unknown-type fails. */
	if (!blk_send(d, &blk, &length) && *blk.status == VIRTIO_BLK_S_OK)
		expect_eq(t, length, VIRTIO_BLK_ID_BYTES + 1, "used length of GET_ID");
	if (device_offers(d, VIRTIO_BLK_F_RO))
		return;
	disk_open_writable(t, d, blk_plain_features());
	blk = disk_make(t, VIRTIO_BLK_T_OUT, disk.first, block, false);
	memcpy(blk.data, disk.saved, block);
	disk_require_served(t, d, disk_send(t, d, &blk, &length), disk.first, block, disk.saved, "a write");
	expect_eq(t, length, 1, "used length of a write");
}

/* Asks for the device's name, into a buffer of DMA_FRESH_BYTE, which no name contains. */
static struct blk_request ask_name(struct run *t, struct device *d, uint32_t *length)
{
	struct blk_request blk;

	disk_start(t, d, blk_plain_features());
	blk = disk_make(t, VIRTIO_BLK_T_GET_ID, 0, VIRTIO_BLK_ID_BYTES, true);
	if (disk_send(t, d, &blk, length) == VIRTIO_BLK_S_UNSUPP)
		skip(t, "the device has no name: UNSUPP");
	require_eq(t, *blk.status, VIRTIO_BLK_S_OK, "status of GET_ID");
	return blk;
}

/*
 * Breaks: only the characters are written, not the padding. Symptom: a driver that prints 20 bytes prints its own old
 * memory.
 */
CHECK(get_id, "blk.get-id", REQ("blk-desc-04"), DESCRIBED, NEEDS(.type = VIRTIO_ID_BLOCK, .entries = DISK_DESCRIPTORS),
      "GET_ID fills all 20 bytes with an ASCII string and NULs behind it")
{
	struct blk_request blk = ask_name(t, d, NULL);
	bool ended = false;

	for (unsigned i = 0; i < VIRTIO_BLK_ID_BYTES; i++) {
		if (!expect(t, blk.data[i] != DMA_FRESH_BYTE, "byte %u is written", i))
			return;
		if (!expect(t, blk.data[i] < 0x80, "byte %u is ASCII: it is 0x%02x", i, blk.data[i]) ||
		    !expect(t, !ended || !blk.data[i], "byte %u behind the NUL is NUL: it is 0x%02x", i, blk.data[i]))
			return;
		ended |= !blk.data[i];
	}
}

/* Breaks: the used length counts the whole field, but only the characters are written. */
CHECK(get_id_length, "blk.get-id-length", REQ("sused-02"), MUST,
      NEEDS(.type = VIRTIO_ID_BLOCK, .version = 2, .entries = DISK_DESCRIPTORS),
      "The used length of GET_ID counts no byte that was not written")
{
	uint32_t length, written = 0;
	struct blk_request blk = ask_name(t, d, &length);

	while (written < VIRTIO_BLK_ID_BYTES && blk.data[written] != DMA_FRESH_BYTE)
		written++;
	expect(t, written == VIRTIO_BLK_ID_BYTES || length <= written,
	       "the used length %u of GET_ID is not more than the %u bytes written", length, written);
}

/* Breaks: UNSUPP or IOERR. Symptom: the guest's file system gives up, or takes its data for safe. */
CHECK(flush, "blk.flush", REQ("blk-desc-07"), DESCRIBED,
      NEEDS(.type = VIRTIO_ID_BLOCK, .entries = DISK_DESCRIPTORS, .features = OFFERS(VIRTIO_BLK_F_FLUSH)),
      "A flush without data ends with OK")
{
	disk_start(t, d, blk_plain_features());
	expect_eq(t, disk_status_of(t, d, VIRTIO_BLK_T_FLUSH, 0, 0, false), VIRTIO_BLK_S_OK,
		  "status of a flush on a fresh device");
	if (device_offers(d, VIRTIO_BLK_F_RO))
		return;
	disk_open_writable(t, d, blk_plain_features());
	disk_write_pattern(t, d, 0, 1);
	expect_eq(t, disk_status_of(t, d, VIRTIO_BLK_T_FLUSH, 0, 0, false), VIRTIO_BLK_S_OK,
		  "status of a flush after a write");
}

/* ---- lifetime and zones ---- */

/* Breaks: the device passes raw numbers of its storage through. */
CHECK(lifetime, "blk.lifetime", REQ("blk-op-12"), MUST,
      NEEDS(.type = VIRTIO_ID_BLOCK, .entries = DISK_DESCRIPTORS, .features = OFFERS(VIRTIO_BLK_F_LIFETIME)),
      "GET_LIFETIME gives no reserved value")
{
	enum { PRE_EOL_MAX = 3, ESTIMATE_MAX = 11, BYTES = 6 };
	struct blk_request blk;
	uint16_t fields[BYTES / 2];

	disk_start(t, d, disk_plain_and(VIRTIO_BLK_F_LIFETIME));
	blk = disk_make(t, VIRTIO_BLK_T_GET_LIFETIME, 0, BYTES, true);
	require_eq(t, disk_send(t, d, &blk, NULL), VIRTIO_BLK_S_OK, "status of GET_LIFETIME");
	memcpy(fields, blk.data, BYTES);
	expect(t, fields[0] <= PRE_EOL_MAX, "pre_eol_info %u is not reserved", fields[0]);
	expect(t, fields[1] <= ESTIMATE_MAX, "device_lifetime_est_typ_a %u is not reserved", fields[1]);
	expect(t, fields[2] <= ESTIMATE_MAX, "device_lifetime_est_typ_b %u is not reserved", fields[2]);
}

/*
 * Breaks: a zone command is carried out for a driver that knows nothing of zones, or gives IOERR. (A disk that has
 * zones gets only the harmless commands.)
 */
CHECK(zone_commands, "blk.zone-commands", REQ("blk-op-13"), MUST,
      NEEDS(.type = VIRTIO_ID_BLOCK, .entries = DISK_DESCRIPTORS),
      "Zone commands give UNSUPP while ZONED is not negotiated")
{
	static const uint32_t types[] = {
		VIRTIO_BLK_T_ZONE_REPORT, VIRTIO_BLK_T_ZONE_OPEN,  VIRTIO_BLK_T_ZONE_CLOSE,
		VIRTIO_BLK_T_ZONE_FINISH, VIRTIO_BLK_T_ZONE_RESET, VIRTIO_BLK_T_ZONE_RESET_ALL
	};
	unsigned count = device_offers(d, VIRTIO_BLK_F_ZONED) ? 3 : sizeof(types) / sizeof(types[0]);

	disk_start(t, d, blk_plain_features());
	for (unsigned i = 0; i < count; i++)
		expect_eq(t, disk_status_of(t, d, types[i], 0, types[i] == VIRTIO_BLK_T_ZONE_REPORT ? 4096 : 0, true),
			  VIRTIO_BLK_S_UNSUPP, "status of a request of type %u", types[i]);
}

/*
 * Breaks: the command is carried out for a driver that knows nothing of zones, or gives IOERR. (This command has
 * another layout: append_sector before the status.)
 */
CHECK(zone_append, "blk.zone-append", REQ("blk-op-13"), MUST, NEEDS(.type = VIRTIO_ID_BLOCK, .entries = 4),
      "ZONE_APPEND gives UNSUPP while ZONED is not negotiated")
{
	struct blk_request blk;
	struct request *request = &blk.request;

	if (device_offers(d, VIRTIO_BLK_F_ZONED))
		skip(t, "the disk has zones, and its data is not risked");
	if (blk_seg_max(d) < 2)
		skip(t, "the device takes one segment of data, and this command has two");
	disk_open_writable(t, d, blk_plain_features());
	blk = disk_make(t, VIRTIO_BLK_T_ZONE_APPEND, disk.first, disk.block, false);
	memcpy(blk.data, disk.saved, disk.block);
	request->segments[3] = request->segments[2];
	request->segments[2] = (struct segment){ .data = need_memory(t, dma_alloc(8, 8)), .size = 8, .writable = true };
	request->count = 4;
	expect_eq(t, disk_send(t, d, &blk, NULL), VIRTIO_BLK_S_UNSUPP, "status of ZONE_APPEND");
}

/* Breaks: bit 17 is offered to a legacy driver, which the device cannot refuse: there is no FEATURES_OK. */
CHECK(legacy_zoned, "blk.legacy-zoned", REQ("blk-init-06"), MUST, NEEDS(.type = VIRTIO_ID_BLOCK, .version = 1),
      "A legacy device does not offer ZONED")
{
	expect(t, !device_offers(d, VIRTIO_BLK_F_ZONED), "ZONED (bit 17) is not offered");
}

enum { ZONED_NONE, ZONED_HOST_MANAGED, ZONED_HOST_AWARE };

/* Returns the zoned model that the device shows when ZONED is accepted. Leaves the device reset. */
static uint32_t zoned_model(struct run *t, struct device *d)
{
	uint32_t model;

	device_greet(d);
	require_ok(t, device_negotiate(d, disk_plain_and(VIRTIO_BLK_F_ZONED)), "ZONED is accepted");
	model = config_read(&d->transport, VIRTIO_BLK_CONFIG_ZONED_MODEL, 1);
	require_ok(t, device_reset(d), "the device resets");
	return model;
}

/* Accepts what the device insists on, but not ZONED: device_negotiate() would accept that, too. */
static enum driver_error negotiate_unzoned(struct device *d)
{
	device_greet(d);
	return device_negotiate_exactly(
		d, features_without(features_or(blk_plain_features(), d->least), VIRTIO_BLK_F_ZONED));
}

/* Breaks: a value that no driver knows. */
CHECK(zoned_model_known, "blk.zoned-model", REQ("blk-init-09"), MUST,
      NEEDS(.type = VIRTIO_ID_BLOCK, .version = 2, .features = OFFERS(VIRTIO_BLK_F_ZONED)),
      "The zoned model is none, host-managed or host-aware")
{
	uint32_t model = zoned_model(t, d);

	expect(t, model <= ZONED_HOST_AWARE, "model %u is 0, 1 or 2", model);
	if (model == ZONED_NONE)
		info(t, "ZONED is offered with model none: right for a drive-managed disk only (5.2.5.2)");
}

/*
 * Breaks: the device accepts the driver. Symptom: the driver goes on with a disk that it damages or that refuses its
 * writes.
 */
CHECK(zoned_host_managed, "blk.zoned-host-managed", REQ("blk-init-08"), MUST,
      NEEDS(.type = VIRTIO_ID_BLOCK, .version = 2, .features = OFFERS(VIRTIO_BLK_F_ZONED)),
      "A host-managed disk refuses FEATURES_OK to a driver that does not accept ZONED")
{
	if (zoned_model(t, d) != ZONED_HOST_MANAGED)
		skip(t, "the disk is not host-managed");
	expect(t, negotiate_unzoned(d) != DRIVER_NO_ERROR, "FEATURES_OK stays clear without ZONED");
}

/* Breaks: the device refuses a driver that could use it as an ordinary disk, or shows zones to it. */
CHECK(zoned_declined, "blk.zoned-declined", REQ("blk-init-07"), SHOULD,
      NEEDS(.type = VIRTIO_ID_BLOCK, .version = 2, .features = OFFERS(VIRTIO_BLK_F_ZONED)),
      "Without ZONED accepted, a host-aware or unzoned disk works on, with all zoned fields 0")
{
	if (zoned_model(t, d) == ZONED_HOST_MANAGED)
		skip(t, "the disk is host-managed");
	if (negotiate_unzoned(d)) {
		/* Does it insist on other features that need ZONED, or on every one? */
		const struct features others = features_without(d->least, VIRTIO_BLK_F_ZONED);

		need_row(t, features_equal(&others, &NO_FEATURES), "feat-02", "no feature is insisted on");
		require(t, false, "FEATURES_OK stays set without ZONED");
	}
	for (uint32_t at = VIRTIO_BLK_CONFIG_ZONE_SECTORS; at < VIRTIO_BLK_CONFIG_ZONED_MODEL; at += 4)
		expect_eq(t, config_read(&d->transport, at, 4), 0, "zoned field at 0x%02x", at);
	expect_eq(t, config_read(&d->transport, VIRTIO_BLK_CONFIG_ZONED_MODEL, 1), 0, "zoned model");
}

/* ---- legacy interface (5.2.5.3) ---- */

/* Breaks: the device waits for FEATURES_OK, which a legacy driver does not know, and never serves it. */
CHECK(legacy_start, "blk.legacy-start", REQ("blk-leg-02"), MUST,
      NEEDS(.type = VIRTIO_ID_BLOCK, .version = 1, .entries = DISK_DESCRIPTORS),
      "A legacy driver that sets no FEATURES_OK can read")
{
	disk_start(t, d, blk_plain_features());
	require_legacy_request(t, d);
}

static void expect_writeback(struct run *t, struct device *d, uint32_t want, const char *when)
{
	expect_eq(t, config_read(&d->transport, VIRTIO_BLK_CONFIG_WRITEBACK, 1), want, "writeback after %s", when);
}

/* Breaks: the cache mode that the firmware or the user chose changes when a driver sets status bits. */
CHECK(legacy_writeback_status, "blk.legacy-writeback-status", REQ("blk-leg-03"), MUST,
      NEEDS(.type = VIRTIO_ID_BLOCK, .version = 1, .features = OFFERS(VIRTIO_BLK_F_CONFIG_WCE)),
      "Setting status bits does not change writeback for a legacy driver that accepts CONFIG_WCE")
{
	for (uint32_t mode = 0; mode < 2; mode++) {
		require_ok(t, device_reset(d), "the device resets");
		config_write(&d->transport, VIRTIO_BLK_CONFIG_WRITEBACK, 1, mode);
		expect_writeback(t, d, mode, "a write to it");
		transport_add_status(&d->transport, VIRTIO_STATUS_ACKNOWLEDGE);
		expect_writeback(t, d, mode, "ACKNOWLEDGE");
		transport_add_status(&d->transport, VIRTIO_STATUS_DRIVER);
		expect_writeback(t, d, mode, "DRIVER");
		require_ok(t, device_negotiate(d, disk_plain_and(VIRTIO_BLK_F_CONFIG_WCE)),
			   "the features are accepted");
		require_ok(t, device_setup_queues(d, 0), "the virtqueue is set up");
		device_go(d);
		expect_writeback(t, d, mode, "DRIVER_OK");
	}
}

/*
 * Breaks: the device sees that FLUSH is not accepted, and turns the cache to write-through before the driver is done.
 */
CHECK(legacy_writeback_features, "blk.legacy-writeback-features", REQ("blk-leg-04"), MUST,
      NEEDS(.type = VIRTIO_ID_BLOCK, .version = 1, .features = OFFERS(VIRTIO_BLK_F_CONFIG_WCE)),
      "Writing the driver's features does not change writeback for a legacy driver")
{
	static const uint32_t sets[] = {
		0,
		1u << VIRTIO_BLK_F_CONFIG_WCE,
		1u << VIRTIO_BLK_F_CONFIG_WCE | 1u << VIRTIO_BLK_F_FLUSH,
		1u << VIRTIO_BLK_F_FLUSH,
	};

	for (uint32_t mode = 0; mode < 2; mode++)
		for (unsigned i = 0; i < sizeof(sets) / sizeof(sets[0]); i++) {
			require_ok(t, device_reset(d), "the device resets");
			device_greet(d);
			config_write(&d->transport, VIRTIO_BLK_CONFIG_WRITEBACK, 1, mode);
			transport_accept(&d->transport, 0, sets[i] & d->offered.word[0]);
			expect_writeback(t, d, mode, "writing the driver's features");
		}
}
