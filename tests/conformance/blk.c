// SPDX-License-Identifier: BSD-2-Clause
/*
 * Block device (5.2).
 *
 * SAFETY. The disk may be a real one with data on it. Checks that write touch only the last SCRATCH_BLOCKS logical
 * blocks; open_scratch() reads and keeps them first, and put_back() restores them in a fresh life of the device,
 * however the check ended: by an assertion, a trap, or its deadline. What could hit another place on a broken device is
 * built so that it does no harm there: a sector number that wraps around or loses its high bits lands in the scratch
 * area, and what would be written past the end is what the first block of the disk holds. A disk that offers RO is only
 * ever written to by the check that the write is refused. Only a guest that dies in the middle of such a check leaves
 * its pattern behind.
 *
 * How block devices break: a status byte in the wrong place; header, data and status expected in exactly three
 * descriptors; sector arithmetic that overflows; the used length of a request that failed; errors that do not come back
 * at all. In the field that is an I/O error that nobody sees, or a guest that waits for ever for its disk.
 */
#include "tests/conformance/check.h"

#include "drivers/blk.h"
#include "firmware/lib/string.h"

enum {
	SCRATCH_BLOCKS = 16,
	SCRATCH_BLOCK_MAX = 4096, /* bytes of a logical block, for the checks that write */
	THREE = 3,		  /* descriptors of a request: header, data, status */
	UNDEFINED_TYPE = 77,
};

/* ---- requests ---- */

static void start(struct run *t, struct device *d, struct features features)
{
	require_ok(t, device_start(d, features), "the device starts");
}

static struct blk_request make(struct run *t, uint32_t type, uint64_t sector, uint32_t size, bool device_writes)
{
	struct blk_request blk = { 0 };

	if (blk_make(&blk, type, sector, size, device_writes))
		broken(t, "%s", dma_exhausted);
	return blk;
}

/* Sends a request that must come back, and says with what used length. */
static uint8_t send(struct run *t, struct device *d, struct blk_request *blk, uint32_t *length)
{
	uint32_t ignored;

	require_ok(t, blk_send(d, blk, length ? length : &ignored), "a request of type %u comes back once",
		   blk->header->type);
	return *blk->status;
}

/* A request without data, or with data that does not matter. */
static uint8_t status_of(struct run *t, struct device *d, uint32_t type, uint64_t sector, uint32_t size,
			 bool device_writes)
{
	struct blk_request blk = make(t, type, sector, size, device_writes);

	if (size && !device_writes)
		memset(blk.data, 0, size);
	return send(t, d, &blk, NULL);
}

/* ---- the scratch area ---- */

static struct {
	uint32_t block;	  /* bytes of a logical block */
	uint32_t sectors; /* 512-byte sectors of one */
	uint64_t first;	  /* sector where the area starts */
	uint64_t end;	  /* sector behind it, and behind the last whole block of the disk */
	uint8_t saved[SCRATCH_BLOCKS * SCRATCH_BLOCK_MAX];
	struct blk_request request; /* for put_back(), which must not run out of memory */
} scratch;

static uint64_t scratch_sector(unsigned block)
{
	return scratch.first + block * scratch.sectors;
}

/* Reads or writes block `index` of the area through scratch.request. NULL or what went wrong. */
static const char *move_block(struct device *d, uint32_t type, unsigned index)
{
	uint32_t length;
	const char *wrong;

	scratch.request.header->type = type;
	scratch.request.header->sector = scratch_sector(index);
	*scratch.request.status = BLK_STATUS_UNWRITTEN;
	scratch.request.request.segments[1].writable = type == VIRTIO_BLK_T_IN;
	wrong = blk_send(d, &scratch.request, &length);
	if (!wrong && *scratch.request.status != VIRTIO_BLK_S_OK)
		wrong = "its status is not OK";
	return wrong;
}

static void put_back(struct run *t, struct device *d)
{
	const char *wrong = device_start(d, blk_plain_features());

	for (unsigned i = 0; !wrong && i < SCRATCH_BLOCKS; i++) {
		const uint8_t *saved = scratch.saved + i * scratch.block;

		wrong = move_block(d, VIRTIO_BLK_T_IN, i);
		if (wrong || !memcmp(scratch.request.data, saved, scratch.block))
			continue;
		memcpy(scratch.request.data, saved, scratch.block);
		wrong = move_block(d, VIRTIO_BLK_T_OUT, i);
	}
	expect_ok(t, wrong, "the saved blocks are written back: sectors %lu to %lu may hold a pattern of ours",
		  scratch.first, scratch.end - 1);
}

/* Starts the device and keeps the content of the area; the check ends where there is none. From then on the area is
 * restored after the check. */
static void open_scratch(struct run *t, struct device *d, struct features features)
{
	uint64_t blocks;

	scratch.block = blk_block(d);
	scratch.sectors = scratch.block / VIRTIO_BLK_SECTOR;
	blocks = blk_capacity(d) / scratch.sectors;
	if (scratch.block > SCRATCH_BLOCK_MAX)
		skip(t, "a logical block of %u bytes is larger than what this check would save", scratch.block);
	if (blocks < SCRATCH_BLOCKS)
		skip(t, "the disk has only %lu logical blocks", blocks);
	scratch.end = blocks * scratch.sectors;
	scratch.first = scratch.end - SCRATCH_BLOCKS * scratch.sectors;
	scratch.request = make(t, VIRTIO_BLK_T_IN, scratch.first, scratch.block, true);
	start(t, d, features);
	for (unsigned i = 0; i < SCRATCH_BLOCKS; i++) {
		require_ok(t, move_block(d, VIRTIO_BLK_T_IN, i), "block %u from the end of the disk can be read",
			   SCRATCH_BLOCKS - i);
		memcpy(scratch.saved + i * scratch.block, scratch.request.data, scratch.block);
	}
	t->afterwards = put_back;
}

/* The same for checks that change the disk. */
static void open_writable_scratch(struct run *t, struct device *d, struct features features)
{
	if (device_offers(d, VIRTIO_BLK_F_RO))
		skip(t, "the disk is read-only");
	open_scratch(t, d, features);
}

static struct features plain_and(unsigned bit)
{
	return features_with(blk_plain_features(), bit);
}

/* Writes `blocks` blocks of fresh random bytes, and returns them. */
static const uint8_t *write_pattern(struct run *t, struct device *d, unsigned block, unsigned blocks)
{
	struct blk_request blk = make(t, VIRTIO_BLK_T_OUT, scratch_sector(block), blocks * scratch.block, false);

	random_fill(&t->random, blk.data, blocks * scratch.block);
	require_eq(t, send(t, d, &blk, NULL), VIRTIO_BLK_S_OK, "status of a write to the last blocks of the disk");
	return blk.data;
}

static const uint8_t *read_blocks(struct run *t, struct device *d, unsigned block, unsigned blocks)
{
	struct blk_request blk = make(t, VIRTIO_BLK_T_IN, scratch_sector(block), blocks * scratch.block, true);

	require_eq(t, send(t, d, &blk, NULL), VIRTIO_BLK_S_OK, "status of a read of the last blocks of the disk");
	return blk.data;
}

/* Where two buffers differ first, or `size`. */
static uint32_t first_difference(const uint8_t *left, const uint8_t *right, uint32_t size)
{
	for (uint32_t i = 0; i < size; i++)
		if (left[i] != right[i])
			return i;
	return size;
}

static void expect_same(struct run *t, const uint8_t *got, const uint8_t *want, uint32_t size, const char *what)
{
	uint32_t at = first_difference(got, want, size);

	expect(t, at == size, "%s: byte %u of %u is 0x%02x, not 0x%02x", what, at, size, at < size ? got[at] : 0,
	       at < size ? want[at] : 0);
}

/* ---- features and configuration space (5.2.4, 5.2.5) ---- */

/* Breaks: no FLUSH. The guest takes the cache for write-through and loses data in a crash. */
CHECK(offers_flush, "blk.offers-flush", REQ("blk-init-01"), SHOULD, NEEDS(.type = VIRTIO_ID_BLOCK), "FLUSH is offered")
{
	expect(t, device_offers(d, VIRTIO_BLK_F_FLUSH), "FLUSH (bit 9) is offered");
}

/* Breaks: CONFIG_WCE without FLUSH: a guest may switch to a cache that it cannot flush. */
CHECK(config_wce_needs_flush, "blk.config-wce-needs-flush", REQ("blk-init-02"), MUST,
      NEEDS(.type = VIRTIO_ID_BLOCK, .features = OFFERS(VIRTIO_BLK_F_CONFIG_WCE)),
      "FLUSH is offered whenever CONFIG_WCE is")
{
	expect(t, device_offers(d, VIRTIO_BLK_F_FLUSH), "FLUSH (bit 9) is offered beside CONFIG_WCE (bit 11)");
}

/* Breaks: the cache stays write-back for a driver that can toggle it but said that it sends no flush. */
CHECK(writeback_without_flush, "blk.writeback-without-flush", REQ("blk-init-03"), MUST,
      NEEDS(.type = VIRTIO_ID_BLOCK, .version = 2, .features = OFFERS(VIRTIO_BLK_F_CONFIG_WCE)),
      "With CONFIG_WCE and without FLUSH accepted, writeback starts as 0")
{
	start(t, d, plain_and(VIRTIO_BLK_F_CONFIG_WCE));
	config_write(&d->transport, VIRTIO_BLK_CONFIG_WRITEBACK, 1, 1); /* so that it is not 0 by chance */
	require_ok(t, device_reset(d), "the device resets");
	device_greet(d);
	require_ok(t, device_negotiate(d, FEATURE(VIRTIO_BLK_F_CONFIG_WCE)), "CONFIG_WCE alone can be accepted");
	expect_eq(t, config_read(&d->transport, VIRTIO_BLK_CONFIG_WRITEBACK, 1), 0,
		  "writeback after FEATURES_OK with CONFIG_WCE but without FLUSH");
}

/* Breaks: the field keeps its old value, or reads back something else than 0 or 1. */
CHECK(writeback_toggles, "blk.writeback-toggles", REQ("blk-desc-10"), DESCRIBED,
      NEEDS(.type = VIRTIO_ID_BLOCK, .version = 2,
	    .features = OFFERS_BOTH(VIRTIO_BLK_F_CONFIG_WCE, VIRTIO_BLK_F_FLUSH)),
      "With CONFIG_WCE accepted, writeback can be set to 0 and 1 and reads back so")
{
	struct transport *transport = &d->transport;
	uint32_t before;

	start(t, d, plain_and(VIRTIO_BLK_F_CONFIG_WCE));
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
 * Robustness: a driver writes no other field. Breaks: the device stores it, so that the disk has another size from then
 * on, for this guest or also for the next.
 */
CHECK(capacity_read_only, "blk.capacity-read-only", REQ("blk-desc-10"), DESCRIBED, NEEDS(.type = VIRTIO_ID_BLOCK),
      "Writing the capacity changes nothing")
{
	struct transport *transport = &d->transport;
	uint64_t capacity;

	start(t, d, blk_plain_features());
	capacity = blk_capacity(d);
	config_write(transport, VIRTIO_BLK_CONFIG_CAPACITY, 4, (uint32_t)capacity ^ 1);
	expect_eq(t, blk_capacity(d), capacity, "capacity after a write to it");
	config_write(transport, VIRTIO_BLK_CONFIG_CAPACITY + 4, 4, (uint32_t)(capacity >> 32) ^ 1);
	expect_eq(t, blk_capacity(d), capacity, "capacity after a write to its upper half");
}

/* A byte is in the configuration space for sure if a field behind it is. */
static void expect_padding(struct run *t, struct device *d, uint32_t offset, uint32_t bytes)
{
	for (uint32_t i = 0; i < bytes; i++)
		expect_eq(t, config_read(&d->transport, offset + i, 1), 0,
			  "padding byte 0x%02x of the configuration space", offset + i);
}

/* Breaks: padding is not initialised: what it holds comes from the host's memory. */
CHECK(unused0, "blk.unused0", REQ("blk-init-04"), MUST, NEEDS(.type = VIRTIO_ID_BLOCK),
      "The padding byte unused0 reads 0")
{
	if (!device_offers(d, VIRTIO_BLK_F_MQ) && !device_offers(d, VIRTIO_BLK_F_DISCARD) &&
	    !device_offers(d, VIRTIO_BLK_F_WRITE_ZEROES) && !device_offers(d, VIRTIO_BLK_F_SECURE_ERASE) &&
	    !device_offers(d, VIRTIO_BLK_F_ZONED))
		skip(t, "no feature with a field behind unused0 is offered");
	expect_padding(t, d, VIRTIO_BLK_CONFIG_UNUSED0, 1);
}

CHECK(unused1, "blk.unused1", REQ("blk-init-04"), MUST, NEEDS(.type = VIRTIO_ID_BLOCK),
      "The padding bytes unused1 read 0")
{
	if (!device_offers(d, VIRTIO_BLK_F_SECURE_ERASE) && !device_offers(d, VIRTIO_BLK_F_ZONED))
		skip(t, "no feature with a field behind unused1 is offered");
	expect_padding(t, d, VIRTIO_BLK_CONFIG_UNUSED1, 3);
}

/* ---- what requests return (5.2.6) ---- */

/* Breaks: a type that the device takes another path for leaves the status byte as it was. A byte too many shows in the
 * guard bytes around it. */
CHECK(status_byte, "blk.status-byte", REQ("blk-desc-01"), DESCRIBED, NEEDS(.type = VIRTIO_ID_BLOCK, .entries = THREE),
      "Every request ends with a status byte of OK, IOERR or UNSUPP as its last writable byte")
{
	uint32_t block = blk_block(d);
	const struct {
		uint32_t type, size;
		bool device_writes;
	} requests[] = {
		{ VIRTIO_BLK_T_IN, block, true },
		{ VIRTIO_BLK_T_FLUSH, 0, false },
		{ VIRTIO_BLK_T_GET_ID, VIRTIO_BLK_ID_BYTES, true },
		{ UNDEFINED_TYPE, 0, false },
		{ UNDEFINED_TYPE, block, true },
		{ UNDEFINED_TYPE, block, false },
	};

	start(t, d, blk_plain_features());
	for (unsigned i = 0; i < sizeof(requests) / sizeof(requests[0]); i++) {
		uint8_t status = status_of(t, d, requests[i].type, 0, requests[i].size, requests[i].device_writes);

		expect(t, status <= VIRTIO_BLK_S_UNSUPP,
		       "the status of a request of type %u with %u bytes of data is 0, 1 or 2: it is 0x%02x%s",
		       requests[i].type, requests[i].size, status,
		       status == BLK_STATUS_UNWRITTEN ? ", which we put there" : "");
	}
}

/* Breaks: IOERR, or no answer at all: a guest with a newer driver hangs instead of doing without. */
CHECK(unknown_type, "blk.unknown-type", REQ("blk-desc-02"), DESCRIBED, NEEDS(.type = VIRTIO_ID_BLOCK, .entries = THREE),
      "A request of an undefined type comes back with UNSUPP")
{
	static const uint32_t undefined[] = { 6, 7, UNDEFINED_TYPE, 0x7ffffffe, 0xffffffff };
	/* Types of the legacy interface, and neighbours that older devices took for the type itself with the direction
	 * in bit 0. */
	static const uint32_t grey[] = { 2, 3, 5, 9, 12 };
	uint32_t block = blk_block(d);

	start(t, d, blk_plain_features());
	for (unsigned i = 0; i < sizeof(undefined) / sizeof(undefined[0]); i++)
		for (unsigned data = 0; data < 3; data++)
			expect_eq(t, status_of(t, d, undefined[i], 0, data ? block : 0, data == 2), VIRTIO_BLK_S_UNSUPP,
				  "status of type 0x%x with %s", undefined[i],
				  data == 0   ? "no data"
				  : data == 1 ? "readable data"
					      : "writable data");
	for (unsigned i = 0; i < sizeof(grey) / sizeof(grey[0]); i++) {
		uint8_t status = status_of(t, d, grey[i], 0, block, true);

		if (status != VIRTIO_BLK_S_UNSUPP)
			info(t, "type %u, which only the legacy interface or nobody defines, has status %u", grey[i],
			     status);
	}
}

/* Breaks: the length is the size of all descriptors, or 0, or forgets the status byte. Legacy devices may do so
 * (5.2.6.3). */
CHECK(used_length, "blk.used-length", REQ("blk-desc-03"), DESCRIBED,
      NEEDS(.type = VIRTIO_ID_BLOCK, .version = 2, .entries = THREE),
      "The used length of a successful request is its data for the driver plus the status byte")
{
	uint32_t block = blk_block(d), length;
	struct blk_request blk;

	start(t, d, blk_plain_features());
	if (blk_capacity(d) >= block / VIRTIO_BLK_SECTOR) {
		blk = make(t, VIRTIO_BLK_T_IN, 0, block, true);
		require_eq(t, send(t, d, &blk, &length), VIRTIO_BLK_S_OK, "status of a read");
		expect_eq(t, length, block + 1, "used length of a read of %u bytes", block);
	}
	blk = make(t, VIRTIO_BLK_T_FLUSH, 0, 0, false);
	if (device_accepted(d, VIRTIO_BLK_F_FLUSH) && send(t, d, &blk, &length) == VIRTIO_BLK_S_OK)
		expect_eq(t, length, 1, "used length of a flush");
	blk = make(t, VIRTIO_BLK_T_GET_ID, 0, VIRTIO_BLK_ID_BYTES, true);
	if (send(t, d, &blk, &length) == VIRTIO_BLK_S_OK)
		expect_eq(t, length, VIRTIO_BLK_ID_BYTES + 1, "used length of GET_ID");
	if (device_offers(d, VIRTIO_BLK_F_RO))
		return;
	open_writable_scratch(t, d, blk_plain_features());
	blk = make(t, VIRTIO_BLK_T_OUT, scratch.first, block, false);
	memcpy(blk.data, scratch.saved, block);
	require_eq(t, send(t, d, &blk, &length), VIRTIO_BLK_S_OK, "status of a write");
	expect_eq(t, length, 1, "used length of a write");
}

/* Asks for the device's name, into fresh bytes, none of which can be part of one. */
static struct blk_request ask_name(struct run *t, struct device *d, uint32_t *length)
{
	struct blk_request blk;

	start(t, d, blk_plain_features());
	blk = make(t, VIRTIO_BLK_T_GET_ID, 0, VIRTIO_BLK_ID_BYTES, true);
	if (send(t, d, &blk, length) == VIRTIO_BLK_S_UNSUPP)
		skip(t, "the device has no name: UNSUPP");
	require_eq(t, *blk.status, VIRTIO_BLK_S_OK, "status of GET_ID");
	return blk;
}

/* Breaks: only the characters are written, not the padding: a driver that prints 20 bytes prints its own old memory. */
CHECK(get_id, "blk.get-id", REQ("blk-desc-04"), DESCRIBED, NEEDS(.type = VIRTIO_ID_BLOCK, .entries = THREE),
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

/* Breaks: the used length counts the whole field while only the characters are written. */
CHECK(get_id_length, "blk.get-id-length", REQ("sused-02"), MUST,
      NEEDS(.type = VIRTIO_ID_BLOCK, .version = 2, .entries = THREE),
      "The used length of GET_ID counts no byte that was not written")
{
	uint32_t length, written = 0;
	struct blk_request blk = ask_name(t, d, &length);

	while (written < VIRTIO_BLK_ID_BYTES && blk.data[written] != DMA_FRESH_BYTE)
		written++;
	expect(t, written == VIRTIO_BLK_ID_BYTES || length <= written,
	       "the used length %u of GET_ID is not more than the %u bytes written", length, written);
}

/* Breaks: UNSUPP or IOERR: the guest's file system gives up, or takes its data for safe. */
CHECK(flush, "blk.flush", REQ("blk-desc-07"), DESCRIBED,
      NEEDS(.type = VIRTIO_ID_BLOCK, .entries = THREE, .features = OFFERS(VIRTIO_BLK_F_FLUSH)),
      "A flush without data ends with OK")
{
	start(t, d, blk_plain_features());
	expect_eq(t, status_of(t, d, VIRTIO_BLK_T_FLUSH, 0, 0, false), VIRTIO_BLK_S_OK,
		  "status of a flush on a fresh device");
	if (device_offers(d, VIRTIO_BLK_F_RO))
		return;
	open_writable_scratch(t, d, blk_plain_features());
	write_pattern(t, d, 0, 1);
	expect_eq(t, status_of(t, d, VIRTIO_BLK_T_FLUSH, 0, 0, false), VIRTIO_BLK_S_OK,
		  "status of a flush after a write");
}

/* ---- beyond the end (robustness: a driver must not, 5.2.6.1) ---- */

/* Sectors that a request of one block cannot start at. */
static unsigned wrong_sectors(struct device *d, uint64_t sectors[], uint64_t inside)
{
	uint32_t block = blk_block(d) / VIRTIO_BLK_SECTOR;
	uint64_t end = (blk_capacity(d) + block - 1) / block * block;
	unsigned count = 0;

	sectors[count++] = end;
	sectors[count++] = end + 1000 * (uint64_t)block;
	sectors[count++] = inside + (1ull << 32); /* loses its upper half */
	sectors[count++] = inside + (1ull << 55); /* 512 * sector loses its upper bits */
	sectors[count++] = inside + (1ull << 63);
	sectors[count++] = 0 - (uint64_t)block; /* the sum with the length wraps around */
	for (unsigned i = 0; i < count;)
		if (sectors[i] < end)
			sectors[i] = sectors[--count]; /* on a disk so large that it is inside */
		else
			i++;
	return count;
}

/* Breaks: the check for the end overflows, and the host reads elsewhere in the image or the process dies. */
CHECK(read_beyond_end, "blk.read-beyond-end", REQ("blk-desc-05"), DESCRIBED,
      NEEDS(.type = VIRTIO_ID_BLOCK, .entries = THREE), "A read beyond the capacity ends with IOERR")
{
	uint32_t block = blk_block(d);
	uint64_t sectors[8], blocks = blk_capacity(d) / (block / VIRTIO_BLK_SECTOR);
	unsigned count = wrong_sectors(d, sectors, 0);

	start(t, d, blk_plain_features());
	for (unsigned i = 0; i < count; i++)
		expect_eq(t, status_of(t, d, VIRTIO_BLK_T_IN, sectors[i], block, true), VIRTIO_BLK_S_IOERR,
			  "status of a read at sector 0x%lx of 0x%lx", sectors[i], blk_capacity(d));
	if (blocks)
		expect_eq(t,
			  status_of(t, d, VIRTIO_BLK_T_IN, (blocks - 1) * (block / VIRTIO_BLK_SECTOR), 2 * block, true),
			  VIRTIO_BLK_S_IOERR, "status of a read that starts in the last block and ends behind it");
	if (blocks)
		expect_eq(t, status_of(t, d, VIRTIO_BLK_T_IN, (blocks - 1) * (block / VIRTIO_BLK_SECTOR), block, true),
			  VIRTIO_BLK_S_OK, "status of a read of the last block");
}

/* The content of the first block, to write where a broken device would put it there. */
static void first_block(struct run *t, struct device *d, uint8_t *bytes)
{
	struct blk_request blk = make(t, VIRTIO_BLK_T_IN, 0, scratch.block, true);

	require_eq(t, send(t, d, &blk, NULL), VIRTIO_BLK_S_OK, "status of a read of the first block");
	memcpy(bytes, blk.data, scratch.block);
}

/* Breaks: as above, and a guest overwrites what is not its own. */
CHECK(write_beyond_end, "blk.write-beyond-end", REQ("blk-desc-05"), DESCRIBED,
      NEEDS(.type = VIRTIO_ID_BLOCK, .entries = THREE),
      "A write beyond the capacity ends with IOERR and changes nothing")
{
	uint64_t sectors[8];
	unsigned count;

	open_writable_scratch(t, d, blk_plain_features());
	count = wrong_sectors(d, sectors, scratch.first);
	for (unsigned i = 0; i < count; i++) {
		struct blk_request blk = make(t, VIRTIO_BLK_T_OUT, sectors[i], scratch.block, false);

		if (sectors[i] - scratch.end < 1ull << 32)
			first_block(t, d, blk.data);
		else
			random_fill(&t->random, blk.data, scratch.block);
		expect_eq(t, send(t, d, &blk, NULL), VIRTIO_BLK_S_IOERR, "status of a write at sector 0x%lx of 0x%lx",
			  sectors[i], blk_capacity(d));
	}
	expect_same(t, read_blocks(t, d, 0, SCRATCH_BLOCKS), scratch.saved, SCRATCH_BLOCKS * scratch.block,
		    "the last blocks are as before the refused writes");
}

/* ---- data (5.2.6) ---- */

/* Breaks: an offset that is off by one block, or blocks that are swapped: each block holds a pattern of its own. */
CHECK(round_trip, "blk.round-trip", REQ("blk-desc-06"), DESCRIBED, NEEDS(.type = VIRTIO_ID_BLOCK, .entries = THREE),
      "What was written is read back")
{
	const uint8_t *wrote, *read;

	open_writable_scratch(t, d, blk_plain_features());
	wrote = write_pattern(t, d, 0, SCRATCH_BLOCKS);
	read = read_blocks(t, d, 0, SCRATCH_BLOCKS);
	expect_same(t, read, wrote, SCRATCH_BLOCKS * scratch.block, "one read of what one write wrote");
	for (unsigned i = 0; i < SCRATCH_BLOCKS; i++)
		expect_same(t, read_blocks(t, d, i, 1), wrote + i * scratch.block, scratch.block,
			    "a block read by itself");
	wrote = write_pattern(t, d, 5, 1);
	expect_same(t, read_blocks(t, d, 5, 1), wrote, scratch.block, "a block written by itself");
	expect_same(t, read_blocks(t, d, 4, 1), read + 4 * scratch.block, scratch.block, "the block before it");
	expect_same(t, read_blocks(t, d, 6, 1), read + 6 * scratch.block, scratch.block, "the block behind it");
}

/* Breaks: data lives in the device only until the next reset: a guest that reboots loses it. */
CHECK(data_outlives_reset, "blk.data-outlives-reset", REQ("blk-desc-06"), DESCRIBED,
      NEEDS(.type = VIRTIO_ID_BLOCK, .entries = THREE), "What was written is read back after a reset")
{
	const uint8_t *wrote;

	open_writable_scratch(t, d, blk_plain_features());
	wrote = write_pattern(t, d, 3, 2);
	if (device_accepted(d, VIRTIO_BLK_F_FLUSH))
		expect_eq(t, status_of(t, d, VIRTIO_BLK_T_FLUSH, 0, 0, false), VIRTIO_BLK_S_OK, "status of a flush");
	start(t, d, blk_plain_features());
	expect_same(t, read_blocks(t, d, 3, 2), wrote, 2 * scratch.block, "two blocks after a reset");
}

/*
 * 5.2.5: blk_size "does not affect the units used in the protocol (always 512 bytes)". Breaks: a sector inside a larger
 * logical block is refused, or it is taken for the block of that number.
 */
CHECK(sector_units, "blk.sector-units", REQ("blk-desc-06"), DESCRIBED,
      NEEDS(.type = VIRTIO_ID_BLOCK, .entries = THREE, .features = OFFERS(VIRTIO_BLK_F_BLK_SIZE)),
      "A single sector can be read whatever the size of a logical block")
{
	struct blk_request whole, blk;

	if (blk_block(d) == VIRTIO_BLK_SECTOR)
		skip(t, "a logical block is one sector");
	if (blk_capacity(d) < blk_block(d) / VIRTIO_BLK_SECTOR)
		skip(t, "the disk has no whole block");
	start(t, d, blk_plain_features());
	whole = make(t, VIRTIO_BLK_T_IN, 0, blk_block(d), true);
	require_eq(t, send(t, d, &whole, NULL), VIRTIO_BLK_S_OK, "status of a read of the first logical block");
	blk = make(t, VIRTIO_BLK_T_IN, 1, VIRTIO_BLK_SECTOR, true);
	require_eq(t, send(t, d, &blk, NULL), VIRTIO_BLK_S_OK,
		   "status of a read of sector 1, with logical blocks of %u bytes", blk_block(d));
	expect_same(t, blk.data, whole.data + VIRTIO_BLK_SECTOR, VIRTIO_BLK_SECTOR, "sector 1");
}

/* ---- framing (2.7.4): a request is a run of bytes, wherever the descriptors cut it ---- */

/* A request in pieces, each in memory of its own, so that a device that reads on behind a descriptor is caught. */
struct pieces {
	struct segment segments[REQUEST_SEGMENTS];
	unsigned count;
};

static void add_piece(struct run *t, struct pieces *pieces, const uint8_t *bytes, uint32_t size, bool writable)
{
	uint8_t *piece = need_memory(t, dma_alloc(size, 1));

	if (bytes)
		memcpy(piece, bytes, size);
	pieces->segments[pieces->count++] = (struct segment){ .data = piece, .size = size, .writable = writable };
}

/* Cuts `total` bytes at `cuts` places, in rising order; places at the ends and double ones make no piece. */
static void add_pieces(struct run *t, struct pieces *pieces, const uint8_t *bytes, uint32_t total, const uint32_t *cuts,
		       unsigned count, bool writable)
{
	uint32_t from = 0;

	for (unsigned i = 0; i <= count; i++) {
		uint32_t to = i < count ? cuts[i] : total;

		if (to > from && to <= total) {
			add_piece(t, pieces, bytes ? bytes + from : NULL, to - from, writable);
			from = to;
		}
	}
}

/* Copies the writable pieces together. */
static void gather(const struct pieces *pieces, uint8_t *bytes)
{
	for (unsigned i = 0; i < pieces->count; i++) {
		if (!pieces->segments[i].writable)
			continue;
		memcpy(bytes, pieces->segments[i].data, pieces->segments[i].size);
		bytes += pieces->segments[i].size;
	}
}

static void send_pieces(struct run *t, struct device *d, struct pieces *pieces)
{
	struct virtqueue *queue = device_request_queue(d);
	struct completion done;
	const char *wrong = NULL;

	for (unsigned i = 0; i < pieces->count; i++)
		step(t, "%s piece of %u bytes", pieces->segments[i].writable ? "writable" : "readable",
		     pieces->segments[i].size);
	if (virtqueue_add(queue, pieces->segments, pieces->count, NULL, pieces) < 0)
		broken(t, "no room in the virtqueue for %u pieces", pieces->count);
	virtqueue_kick(queue);
	require(t, WAIT_UNTIL(virtqueue_used_waiting(queue), device_patience_ns), "a request in %u pieces comes back",
		pieces->count);
	require(t, virtqueue_pop(queue, &done, &wrong) == VIRTQUEUE_POPPED, "the used entry is valid: %s",
		wrong ? wrong : "");
}

/* How many pieces the data may have, besides the header and the status. */
static unsigned most_pieces(struct run *t, struct device *d)
{
	unsigned most = 12;

	if (device_offers(d, VIRTIO_BLK_F_SIZE_MAX) &&
	    config_read(&d->transport, VIRTIO_BLK_CONFIG_SIZE_MAX, 4) < blk_block(d) + 1)
		skip(t, "size_max is smaller than a logical block and its status");
	if (device_offers(d, VIRTIO_BLK_F_SEG_MAX)) {
		uint32_t segments = config_read(&d->transport, VIRTIO_BLK_CONFIG_SEG_MAX, 4);

		most = segments && segments < most ? segments : most;
	}
	if (most > device_request_queue(d)->size - 2u)
		most = device_request_queue(d)->size - 2u;
	return most;
}

/* Reads the first scratch block, cut as told, and compares. */
static void read_in_pieces(struct run *t, struct device *d, const uint32_t *header_cuts, unsigned header_count,
			   const uint32_t *data_cuts, unsigned data_count)
{
	uint8_t *answer = need_memory(t, dma_private(scratch.block + 1));
	struct virtio_blk_header header = { .type = VIRTIO_BLK_T_IN, .sector = scratch.first };
	struct pieces pieces = { .count = 0 };

	add_pieces(t, &pieces, (const uint8_t *)&header, sizeof(header), header_cuts, header_count, false);
	add_pieces(t, &pieces, NULL, scratch.block + 1, data_cuts, data_count, true);
	((uint8_t *)pieces.segments[pieces.count - 1].data)[pieces.segments[pieces.count - 1].size - 1] =
		BLK_STATUS_UNWRITTEN;
	send_pieces(t, d, &pieces);
	gather(&pieces, answer);
	if (expect_eq(t, answer[scratch.block], VIRTIO_BLK_S_OK,
		      "status of a read in %u pieces, the last byte of the last", pieces.count))
		expect_same(t, answer, scratch.saved, scratch.block, "a read in pieces");
}

/* Breaks: the header is expected in one descriptor of 16 bytes, the first. */
CHECK(header_in_pieces, "blk.header-in-pieces", REQ("frame-01"), MUST,
      NEEDS(.type = VIRTIO_ID_BLOCK, .version = 2, .entries = 8), "The header of a request may be cut anywhere")
{
	static const uint32_t cuts[][5] = { { 8 }, { 4, 8 }, { 1 }, { 15 }, { 3, 6, 9, 11, 14 } };
	static const unsigned counts[] = { 1, 2, 1, 1, 5 };
	uint32_t status_cut;

	open_scratch(t, d, blk_plain_features());
	status_cut = scratch.block;
	for (unsigned i = 0; i < sizeof(counts) / sizeof(counts[0]); i++)
		read_in_pieces(t, d, cuts[i], counts[i], &status_cut, 1);
}

/* Breaks: the status is expected in a descriptor of one byte, the last: it is written somewhere else, or the read is a
 * byte too long. */
CHECK(status_with_data, "blk.status-with-data", REQ("frame-01", "blk-desc-01"), MUST,
      NEEDS(.type = VIRTIO_ID_BLOCK, .version = 2, .entries = 4), "Data and status of a read may share a descriptor")
{
	uint32_t cuts[2];

	open_scratch(t, d, blk_plain_features());
	most_pieces(t, d);
	read_in_pieces(t, d, NULL, 0, NULL, 0);
	cuts[0] = 1;
	read_in_pieces(t, d, NULL, 0, cuts, 1);
	cuts[0] = scratch.block - 1;
	read_in_pieces(t, d, NULL, 0, cuts, 1);
	cuts[0] = scratch.block / 2 + 1;
	cuts[1] = scratch.block;
	read_in_pieces(t, d, NULL, 0, cuts, 2);
}

/* Breaks: what follows the header in its descriptor is lost, or taken from the second descriptor on. */
CHECK(header_with_data, "blk.header-with-data", REQ("frame-01"), MUST,
      NEEDS(.type = VIRTIO_ID_BLOCK, .version = 2, .entries = THREE),
      "Header and data of a write may share a descriptor")
{
	static const uint32_t cuts[] = { 0, 17, 8, 15 }; /* 0: none */
	uint8_t *bytes;

	open_writable_scratch(t, d, blk_plain_features());
	most_pieces(t, d);
	bytes = need_memory(t, dma_private(sizeof(struct virtio_blk_header) + scratch.block));
	*(struct virtio_blk_header *)bytes =
		(struct virtio_blk_header){ .type = VIRTIO_BLK_T_OUT, .sector = scratch.first };
	for (unsigned i = 0; i < sizeof(cuts) / sizeof(cuts[0]); i++) {
		struct pieces pieces = { .count = 0 };
		uint8_t status;

		random_fill(&t->random, bytes + sizeof(struct virtio_blk_header), scratch.block);
		add_pieces(t, &pieces, bytes, sizeof(struct virtio_blk_header) + scratch.block, &cuts[i],
			   cuts[i] ? 1 : 0, false);
		add_piece(t, &pieces, NULL, 1, true);
		send_pieces(t, d, &pieces);
		gather(&pieces, &status);
		if (expect_eq(t, status, VIRTIO_BLK_S_OK, "status of a write with the first cut at byte %u", cuts[i]))
			expect_same(t, read_blocks(t, d, 0, 1), bytes + sizeof(struct virtio_blk_header), scratch.block,
				    "what was written in pieces");
	}
}

/* `count` random places in 1 .. total - 1, in rising order. */
static void random_cuts(struct run *t, uint32_t *cuts, unsigned count, uint32_t total)
{
	for (unsigned i = 0; i < count; i++) {
		uint32_t cut = 1 + random_below(&t->random, total - 1);
		unsigned at = i;

		for (; at > 0 && cuts[at - 1] > cut; at--)
			cuts[at] = cuts[at - 1];
		cuts[at] = cut;
	}
}

/* Breaks: pieces of odd sizes: the sum is right, but some are rounded to sectors, or a bounce buffer mixes them up. */
CHECK(random_pieces, "blk.random-pieces", REQ("frame-01", "blk-desc-06"), MUST,
      NEEDS(.type = VIRTIO_ID_BLOCK, .version = 2, .entries = 4),
      "A read gives the same bytes however its buffer is cut")
{
	enum { ROUNDS = 16 };
	uint32_t header_cut, cuts[16];
	unsigned most;

	open_scratch(t, d, blk_plain_features());
	most = most_pieces(t, d);
	for (unsigned i = 0; i < ROUNDS; i++) {
		unsigned count = 1 + random_below(&t->random, most < 3 ? 1 : most - 2);

		random_cuts(t, cuts, count, scratch.block + 1);
		random_cuts(t, &header_cut, 1, sizeof(struct virtio_blk_header));
		read_in_pieces(t, d, &header_cut, most > 3 && i % 2 ? 1 : 0, cuts, count);
	}
}

/* ---- many at once ---- */

struct load {
	struct blk_request blk;
	unsigned block;	     /* of the scratch area */
	const uint8_t *data; /* what a read must give */
	bool done;
};

static struct load make_load(struct run *t, unsigned number, unsigned block)
{
	struct load load = { .block = block };

	switch (number % 5) {
	case 0:
	case 3:
		load.blk = make(t, VIRTIO_BLK_T_IN, scratch_sector(block), scratch.block, true);
		load.data = scratch.saved + block * scratch.block;
		break;
	case 1:
		load.blk = make(t, VIRTIO_BLK_T_OUT, scratch_sector(block), scratch.block, false);
		memcpy(load.blk.data, scratch.saved + block * scratch.block, scratch.block);
		break;
	case 2:
		load.blk = make(t, VIRTIO_BLK_T_FLUSH, 0, 0, false);
		break;
	default:
		load.blk = make(t, UNDEFINED_TYPE, 0, scratch.block, true);
		break;
	}
	return load;
}

/* Breaks: requests of different speed overtake each other and one is returned twice, another never; or answers are
 * mixed up. */
CHECK(mixed_load, "blk.mixed-load", REQ("blk-desc-09"), DESCRIBED, NEEDS(.type = VIRTIO_ID_BLOCK, .entries = 16),
      "Of a virtqueue full of different requests each comes back exactly once, with its own answer")
{
	enum { MOST = 40, QUEUE = 128 };
	static struct load loads[MOST];
	struct virtqueue *queue = device_request_queue(d);
	struct completion done;
	const char *wrong = NULL;
	unsigned count;

	open_writable_scratch(t, d, blk_plain_features());
	require_ok(t, device_reset(d), "the device resets");
	device_greet(d);
	require_ok(t, device_negotiate(d, blk_plain_features()), "the features are accepted");
	require_ok(t, device_setup_queues(d, QUEUE), "the virtqueue is set up");
	device_go(d);
	virtqueue_shuffle(queue, &t->random);
	count = queue->size / THREE < MOST ? queue->size / THREE : MOST;
	for (unsigned i = 0; i < count; i++) {
		loads[i] = make_load(t, i, i % SCRATCH_BLOCKS);
		if (virtqueue_add(queue, loads[i].blk.request.segments, loads[i].blk.request.count, NULL, &loads[i]) <
		    0)
			broken(t, "no room for request %u of %u", i, count);
	}
	virtqueue_kick(queue);
	for (unsigned i = 0; i < count; i++) {
		struct load *load;
		uint8_t want;

		require(t, WAIT_UNTIL(virtqueue_used_waiting(queue), device_patience_ns), "request %u of %u comes back",
			i + 1, count);
		require(t, virtqueue_pop(queue, &done, &wrong) == VIRTQUEUE_POPPED, "used entry %u is valid: %s", i + 1,
			wrong ? wrong : "");
		load = done.token;
		load->done = true;
		want = load->blk.header->type == UNDEFINED_TYPE ? VIRTIO_BLK_S_UNSUPP : VIRTIO_BLK_S_OK;
		if (load->blk.header->type == VIRTIO_BLK_T_FLUSH && !device_accepted(d, VIRTIO_BLK_F_FLUSH))
			continue;
		expect_eq(t, *load->blk.status, want, "status of a request of type %u among %u others",
			  load->blk.header->type, count - 1);
		if (load->data)
			expect_same(t, load->blk.data, load->data, scratch.block, "a read among others");
	}
}

/* Breaks: only the first virtqueue is served, or they share their indices. */
CHECK(multiqueue, "blk.multiqueue", REQ("blk-desc-08"), DESCRIBED,
      NEEDS(.type = VIRTIO_ID_BLOCK, .entries = THREE, .features = OFFERS(VIRTIO_BLK_F_MQ)),
      "num_queues is at least 1, and all queues work")
{
	enum { MOST = 32, SIZE = 4 };
	static struct virtqueue queues[MOST];
	struct blk_request requests[MOST];
	struct completion done;
	const char *wrong = NULL;
	uint32_t count, block = blk_block(d);

	device_greet(d);
	require_ok(t, device_negotiate(d, plain_and(VIRTIO_BLK_F_MQ)), "MQ is accepted");
	count = config_read(&d->transport, VIRTIO_BLK_CONFIG_NUM_QUEUES, 2);
	require(t, count >= 1, "num_queues is at least 1");
	if (count > MOST) {
		info(t, "of %u virtqueues the first %u are used", count, MOST);
		count = MOST;
	}
	if (blk_capacity(d) < block / VIRTIO_BLK_SECTOR)
		skip(t, "the disk has no whole block");
	if (transport_is_legacy(&d->transport))
		reg_write(&d->transport, VIRTIO_MMIO_GUEST_PAGE_SIZE, 4096);
	for (uint16_t i = 0; i < count; i++)
		require_ok(t, device_setup_queue_in(d, &queues[i], i, SIZE), "virtqueue %u can be set up", i);
	device_go(d);
	for (unsigned i = 0; i < count; i++) {
		requests[i] = make(t, VIRTIO_BLK_T_IN, 0, block, true);
		if (virtqueue_add(&queues[i], requests[i].request.segments, requests[i].request.count, NULL,
				  &requests[i]) < 0)
			broken(t, "no room for a request in virtqueue %u", i);
		virtqueue_publish(&queues[i]);
	}
	for (unsigned i = 0; i < count; i++)
		virtqueue_notify(&queues[i]);
	for (unsigned i = 0; i < count; i++) {
		require(t, WAIT_UNTIL(virtqueue_used_waiting(&queues[i]), device_patience_ns),
			"a request in virtqueue %u comes back", i);
		require(t, virtqueue_pop(&queues[i], &done, &wrong) == VIRTQUEUE_POPPED,
			"the used entry of virtqueue %u is valid: %s", i, wrong ? wrong : "");
		expect_eq(t, *requests[i].status, VIRTIO_BLK_S_OK, "status of a read through virtqueue %u", i);
		expect_same(t, requests[i].data, requests[0].data, block, "the first block through another virtqueue");
	}
}

/* ---- read-only disks (5.2.6.2) ---- */

/* Breaks: another status, or the data is written. Checked whether or not the driver accepted RO: offering it is what
 * binds the device. */
CHECK(read_only, "blk.read-only", REQ("blk-op-02", "blk-op-03"), MUST,
      NEEDS(.type = VIRTIO_ID_BLOCK, .entries = THREE, .features = OFFERS(VIRTIO_BLK_F_RO)),
      "A write to a disk that offers RO ends with IOERR and changes nothing")
{
	for (unsigned accepted = 0; accepted < 2; accepted++) {
		struct features features = blk_plain_features();
		struct blk_request blk;

		open_scratch(t, d, accepted ? features : features_without(features, VIRTIO_BLK_F_RO));
		blk = make(t, VIRTIO_BLK_T_OUT, scratch.first, scratch.block, false);
		for (uint32_t i = 0; i < scratch.block; i++)
			blk.data[i] = (uint8_t)~scratch.saved[i];
		expect_eq(t, send(t, d, &blk, NULL), VIRTIO_BLK_S_IOERR, "status of a write, RO %s",
			  accepted ? "accepted" : "not accepted");
		expect_same(t, read_blocks(t, d, 0, 1), scratch.saved, scratch.block,
			    "the block after the refused write");
	}
}

/* ---- discard, write zeroes, secure erase (5.2.6) ---- */

static uint8_t send_ranges(struct run *t, struct device *d, uint32_t type, const struct virtio_blk_range *ranges,
			   unsigned count)
{
	struct blk_request blk = make(t, type, 0, count * sizeof(*ranges), false);

	memcpy(blk.data, ranges, count * sizeof(*ranges));
	return send(t, d, &blk, NULL);
}

static struct virtio_blk_range range_of(unsigned block, unsigned blocks, uint32_t flags)
{
	return (struct virtio_blk_range){
		.sector = scratch_sector(block),
		.sectors = blocks * scratch.sectors,
		.flags = flags,
	};
}

/* The device must take at least one block at a time: the check ends if the limit in the configuration space says
 * otherwise. */
static void need_range(struct run *t, struct device *d, uint32_t limit_field, unsigned blocks)
{
	uint32_t limit = config_read(&d->transport, limit_field, 4);

	if (limit < blocks * scratch.sectors)
		skip(t, "the device takes at most %u sectors at a time", limit);
}

/* Breaks: an unknown flag is ignored: a later meaning ("do not deallocate") is silently not honoured. */
static void expect_unknown_flags(struct run *t, struct device *d, uint32_t type, unsigned first_bit)
{
	for (unsigned bit = first_bit; bit < 32; bit++) {
		struct virtio_blk_range range = range_of(0, 1, 1u << bit);

		expect_eq(t, send_ranges(t, d, type, &range, 1), VIRTIO_BLK_S_UNSUPP,
			  "status of a range with flag bit %u", bit);
	}
}

CHECK(discard_flags, "blk.discard-flags", REQ("blk-op-04"), MUST,
      NEEDS(.type = VIRTIO_ID_BLOCK, .entries = THREE, .features = OFFERS(VIRTIO_BLK_F_DISCARD)),
      "A discard with an unknown flag gives UNSUPP")
{
	open_writable_scratch(t, d, plain_and(VIRTIO_BLK_F_DISCARD));
	expect_unknown_flags(t, d, VIRTIO_BLK_T_DISCARD, 1);
}

/* Breaks: unmap is taken for an order to discard what is discarded anyway. */
CHECK(discard_unmap, "blk.discard-unmap", REQ("blk-op-05"), MUST,
      NEEDS(.type = VIRTIO_ID_BLOCK, .entries = THREE, .features = OFFERS(VIRTIO_BLK_F_DISCARD)),
      "A discard with the unmap flag gives UNSUPP")
{
	struct virtio_blk_range range;

	open_writable_scratch(t, d, plain_and(VIRTIO_BLK_F_DISCARD));
	range = range_of(0, 1, VIRTIO_BLK_RANGE_UNMAP);
	expect_eq(t, send_ranges(t, d, VIRTIO_BLK_T_DISCARD, &range, 1), VIRTIO_BLK_S_UNSUPP,
		  "status of a discard with unmap");
}

/* Breaks: a discard is refused, or takes more than its range: the guest loses a neighbouring file. */
CHECK(discard_range, "blk.discard-range", REQ("blk-desc-11"), DESCRIBED,
      NEEDS(.type = VIRTIO_ID_BLOCK, .entries = THREE, .features = OFFERS(VIRTIO_BLK_F_DISCARD)),
      "A discard ends with OK and leaves what is outside of its range")
{
	const uint8_t *wrote, *read;
	struct virtio_blk_range range;

	open_writable_scratch(t, d, plain_and(VIRTIO_BLK_F_DISCARD));
	need_range(t, d, VIRTIO_BLK_CONFIG_MAX_DISCARD_SECTORS, 4);
	wrote = write_pattern(t, d, 0, SCRATCH_BLOCKS);
	range = range_of(6, 4, 0);
	expect_eq(t, send_ranges(t, d, VIRTIO_BLK_T_DISCARD, &range, 1), VIRTIO_BLK_S_OK,
		  "status of a discard of 4 blocks");
	read = read_blocks(t, d, 0, SCRATCH_BLOCKS);
	expect_same(t, read, wrote, 6 * scratch.block, "the blocks before the discarded ones");
	expect_same(t, read + 10 * scratch.block, wrote + 10 * scratch.block, (SCRATCH_BLOCKS - 10) * scratch.block,
		    "the blocks behind the discarded ones");
}

CHECK(write_zeroes_flags, "blk.write-zeroes-flags", REQ("blk-op-04"), MUST,
      NEEDS(.type = VIRTIO_ID_BLOCK, .entries = THREE, .features = OFFERS(VIRTIO_BLK_F_WRITE_ZEROES)),
      "Write zeroes with an unknown flag gives UNSUPP")
{
	open_writable_scratch(t, d, plain_and(VIRTIO_BLK_F_WRITE_ZEROES));
	expect_unknown_flags(t, d, VIRTIO_BLK_T_WRITE_ZEROES, 1);
}

/* Zeroes blocks 4 to 7 with these flags and looks at all. */
static void zero_and_look(struct run *t, struct device *d, uint32_t flags)
{
	const uint8_t *wrote, *read, *zeroes;
	struct virtio_blk_range range;

	open_writable_scratch(t, d, plain_and(VIRTIO_BLK_F_WRITE_ZEROES));
	need_range(t, d, VIRTIO_BLK_CONFIG_MAX_WRITE_ZEROES_SECTORS, 4);
	zeroes = need_memory(t, dma_private(4 * scratch.block));
	wrote = write_pattern(t, d, 0, SCRATCH_BLOCKS);
	range = range_of(4, 4, flags);
	require_eq(t, send_ranges(t, d, VIRTIO_BLK_T_WRITE_ZEROES, &range, 1), VIRTIO_BLK_S_OK,
		   "status of write zeroes");
	read = read_blocks(t, d, 0, SCRATCH_BLOCKS);
	expect_same(t, read + 4 * scratch.block, zeroes, 4 * scratch.block, "the zeroed blocks");
	expect_same(t, read, wrote, 4 * scratch.block, "the blocks before the zeroed ones");
	expect_same(t, read + 8 * scratch.block, wrote + 8 * scratch.block, (SCRATCH_BLOCKS - 8) * scratch.block,
		    "the blocks behind the zeroed ones");
}

/* Breaks: old data shows through, or more is zeroed than was asked for. */
CHECK(write_zeroes, "blk.write-zeroes", REQ("blk-op-06"), MUST,
      NEEDS(.type = VIRTIO_ID_BLOCK, .entries = THREE, .features = OFFERS(VIRTIO_BLK_F_WRITE_ZEROES)),
      "After write zeroes the range, and nothing else, reads as zeroes")
{
	zero_and_look(t, d, 0);
}

/* Breaks: with unmap the range is only discarded, on storage that does not read as zeroes afterwards. */
CHECK(write_zeroes_unmap, "blk.write-zeroes-unmap", REQ("blk-op-06"), MUST,
      NEEDS(.type = VIRTIO_ID_BLOCK, .entries = THREE, .features = OFFERS(VIRTIO_BLK_F_WRITE_ZEROES)),
      "After write zeroes with unmap the range, and nothing else, reads as zeroes")
{
	zero_and_look(t, d, VIRTIO_BLK_RANGE_UNMAP);
}

/* Breaks: only the first range is looked at. */
CHECK(write_zeroes_ranges, "blk.write-zeroes-ranges", REQ("blk-op-06"), MUST,
      NEEDS(.type = VIRTIO_ID_BLOCK, .entries = THREE, .features = OFFERS(VIRTIO_BLK_F_WRITE_ZEROES)),
      "Write zeroes of several ranges zeroes all of them")
{
	const uint8_t *read, *zeroes;
	struct virtio_blk_range ranges[2];

	if (config_read(&d->transport, VIRTIO_BLK_CONFIG_MAX_WRITE_ZEROES_SEG, 4) < 2)
		skip(t, "the device takes one range at a time");
	open_writable_scratch(t, d, plain_and(VIRTIO_BLK_F_WRITE_ZEROES));
	need_range(t, d, VIRTIO_BLK_CONFIG_MAX_WRITE_ZEROES_SECTORS, 2);
	zeroes = need_memory(t, dma_private(2 * scratch.block));
	write_pattern(t, d, 0, SCRATCH_BLOCKS);
	ranges[0] = range_of(9, 2, 0);
	ranges[1] = range_of(2, 1, 0);
	require_eq(t, send_ranges(t, d, VIRTIO_BLK_T_WRITE_ZEROES, ranges, 2), VIRTIO_BLK_S_OK,
		   "status of write zeroes of two ranges");
	read = read_blocks(t, d, 0, SCRATCH_BLOCKS);
	expect_same(t, read + 9 * scratch.block, zeroes, 2 * scratch.block, "the blocks of the first range");
	expect_same(t, read + 2 * scratch.block, zeroes, scratch.block, "the block of the second range");
}

CHECK(secure_erase_flags, "blk.secure-erase-flags", REQ("blk-op-04"), MUST,
      NEEDS(.type = VIRTIO_ID_BLOCK, .entries = THREE, .features = OFFERS(VIRTIO_BLK_F_SECURE_ERASE)),
      "A secure erase with an unknown flag gives UNSUPP")
{
	open_writable_scratch(t, d, plain_and(VIRTIO_BLK_F_SECURE_ERASE));
	expect_unknown_flags(t, d, VIRTIO_BLK_T_SECURE_ERASE, 1);
}

/* Robustness, as for reads and writes. Breaks: sector + num_sectors overflows, and the start of the disk is discarded.
 */
static void expect_range_refused(struct run *t, struct device *d, uint32_t type)
{
	struct virtio_blk_range wrong[] = {
		{ .sector = scratch.end, .sectors = scratch.sectors },
		{ .sector = scratch.end - scratch.sectors, .sectors = 2 * scratch.sectors },
		{ .sector = scratch.first + (1ull << 55), .sectors = scratch.sectors },
		{ .sector = 0 - (uint64_t)scratch.sectors, .sectors = scratch.sectors },
	};

	for (unsigned i = blk_capacity(d) % scratch.sectors ? 1 : 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		expect_eq(t, send_ranges(t, d, type, &wrong[i], 1), VIRTIO_BLK_S_IOERR,
			  "status of %u sectors from 0x%lx on, of 0x%lx", wrong[i].sectors, wrong[i].sector,
			  blk_capacity(d));
	/* The second one reaches into the last block, which may have been done. */
	expect_same(t, read_blocks(t, d, 0, SCRATCH_BLOCKS - 1), scratch.saved, (SCRATCH_BLOCKS - 1) * scratch.block,
		    "the last blocks but one after the refused ranges");
}

CHECK(discard_beyond_end, "blk.discard-beyond-end", REQ("blk-desc-05"), DESCRIBED,
      NEEDS(.type = VIRTIO_ID_BLOCK, .entries = THREE, .features = OFFERS(VIRTIO_BLK_F_DISCARD)),
      "A discard beyond the capacity ends with IOERR")
{
	open_writable_scratch(t, d, plain_and(VIRTIO_BLK_F_DISCARD));
	need_range(t, d, VIRTIO_BLK_CONFIG_MAX_DISCARD_SECTORS, 2);
	expect_range_refused(t, d, VIRTIO_BLK_T_DISCARD);
}

CHECK(write_zeroes_beyond_end, "blk.write-zeroes-beyond-end", REQ("blk-desc-05"), DESCRIBED,
      NEEDS(.type = VIRTIO_ID_BLOCK, .entries = THREE, .features = OFFERS(VIRTIO_BLK_F_WRITE_ZEROES)),
      "Write zeroes beyond the capacity ends with IOERR")
{
	open_writable_scratch(t, d, plain_and(VIRTIO_BLK_F_WRITE_ZEROES));
	need_range(t, d, VIRTIO_BLK_CONFIG_MAX_WRITE_ZEROES_SECTORS, 2);
	expect_range_refused(t, d, VIRTIO_BLK_T_WRITE_ZEROES);
}

/* ---- lifetime and zones ---- */

/* Breaks: raw numbers of the storage are passed through. */
CHECK(lifetime, "blk.lifetime", REQ("blk-op-12"), MUST,
      NEEDS(.type = VIRTIO_ID_BLOCK, .entries = THREE, .features = OFFERS(VIRTIO_BLK_F_LIFETIME)),
      "GET_LIFETIME gives no reserved value")
{
	enum { PRE_EOL_MAX = 3, ESTIMATE_MAX = 11, BYTES = 6 };
	struct blk_request blk;
	uint16_t fields[BYTES / 2];

	start(t, d, plain_and(VIRTIO_BLK_F_LIFETIME));
	blk = make(t, VIRTIO_BLK_T_GET_LIFETIME, 0, BYTES, true);
	require_eq(t, send(t, d, &blk, NULL), VIRTIO_BLK_S_OK, "status of GET_LIFETIME");
	memcpy(fields, blk.data, BYTES);
	expect(t, fields[0] <= PRE_EOL_MAX, "pre_eol_info %u is not reserved", fields[0]);
	expect(t, fields[1] <= ESTIMATE_MAX, "device_lifetime_est_typ_a %u is not reserved", fields[1]);
	expect(t, fields[2] <= ESTIMATE_MAX, "device_lifetime_est_typ_b %u is not reserved", fields[2]);
}

/* Breaks: a zone command is carried out for a driver that knows nothing of zones, or gives IOERR. On a disk that has
 * zones only the harmless ones are sent. */
CHECK(zone_commands, "blk.zone-commands", REQ("blk-op-13"), MUST, NEEDS(.type = VIRTIO_ID_BLOCK, .entries = THREE),
      "Zone commands give UNSUPP while ZONED is not negotiated")
{
	static const uint32_t types[] = {
		VIRTIO_BLK_T_ZONE_REPORT, VIRTIO_BLK_T_ZONE_OPEN,  VIRTIO_BLK_T_ZONE_CLOSE,
		VIRTIO_BLK_T_ZONE_FINISH, VIRTIO_BLK_T_ZONE_RESET, VIRTIO_BLK_T_ZONE_RESET_ALL
	};
	unsigned count = device_offers(d, VIRTIO_BLK_F_ZONED) ? 3 : sizeof(types) / sizeof(types[0]);

	start(t, d, blk_plain_features());
	for (unsigned i = 0; i < count; i++)
		expect_eq(t, status_of(t, d, types[i], 0, types[i] == VIRTIO_BLK_T_ZONE_REPORT ? 4096 : 0, true),
			  VIRTIO_BLK_S_UNSUPP, "status of a request of type %u", types[i]);
}

/* As above. ZONE_APPEND has a layout of its own: append_sector before the status. */
CHECK(zone_append, "blk.zone-append", REQ("blk-op-13"), MUST, NEEDS(.type = VIRTIO_ID_BLOCK, .entries = 4),
      "ZONE_APPEND gives UNSUPP while ZONED is not negotiated")
{
	struct blk_request blk;
	struct request *request = &blk.request;

	if (device_offers(d, VIRTIO_BLK_F_ZONED))
		skip(t, "the disk has zones, and its data is not risked");
	open_writable_scratch(t, d, blk_plain_features());
	blk = make(t, VIRTIO_BLK_T_ZONE_APPEND, scratch.first, scratch.block, false);
	memcpy(blk.data, scratch.saved, scratch.block);
	request->segments[3] = request->segments[2];
	request->segments[2] = (struct segment){ .data = need_memory(t, dma_alloc(8, 8)), .size = 8, .writable = true };
	request->count = 4;
	expect_eq(t, send(t, d, &blk, NULL), VIRTIO_BLK_S_UNSUPP, "status of ZONE_APPEND");
}

/* Breaks: bit 17 is offered to a driver that has no FEATURES_OK to be refused with. */
CHECK(legacy_zoned, "blk.legacy-zoned", REQ("blk-init-06"), MUST, NEEDS(.type = VIRTIO_ID_BLOCK, .version = 1),
      "A legacy device does not offer ZONED")
{
	expect(t, !device_offers(d, VIRTIO_BLK_F_ZONED), "ZONED (bit 17) is not offered");
}

enum { ZONED_NONE, ZONED_HOST_MANAGED, ZONED_HOST_AWARE };

/* The model, as the device says when ZONED is accepted. Leaves the device reset. */
static uint32_t zoned_model(struct run *t, struct device *d)
{
	uint32_t model;

	device_greet(d);
	require_ok(t, device_negotiate(d, plain_and(VIRTIO_BLK_F_ZONED)), "ZONED is accepted");
	model = config_read(&d->transport, VIRTIO_BLK_CONFIG_ZONED_MODEL, 1);
	require_ok(t, device_reset(d), "the device resets");
	return model;
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

/* Breaks: the driver goes on with a disk that it will damage or that will refuse its writes. */
CHECK(zoned_host_managed, "blk.zoned-host-managed", REQ("blk-init-08"), MUST,
      NEEDS(.type = VIRTIO_ID_BLOCK, .version = 2, .features = OFFERS(VIRTIO_BLK_F_ZONED)),
      "A host-managed disk refuses FEATURES_OK to a driver that does not accept ZONED")
{
	if (zoned_model(t, d) != ZONED_HOST_MANAGED)
		skip(t, "the disk is not host-managed");
	device_greet(d);
	expect(t, device_negotiate(d, blk_plain_features()) != NULL, "FEATURES_OK stays clear without ZONED");
}

/* Breaks: the device refuses a driver that could use it as an ordinary disk, or shows zones to it. */
CHECK(zoned_declined, "blk.zoned-declined", REQ("blk-init-07"), SHOULD,
      NEEDS(.type = VIRTIO_ID_BLOCK, .version = 2, .features = OFFERS(VIRTIO_BLK_F_ZONED)),
      "Without ZONED accepted a host-aware or unzoned disk goes on, with all zoned fields 0")
{
	if (zoned_model(t, d) == ZONED_HOST_MANAGED)
		skip(t, "the disk is host-managed");
	device_greet(d);
	require_ok(t, device_negotiate(d, blk_plain_features()), "FEATURES_OK stays set without ZONED");
	for (uint32_t at = VIRTIO_BLK_CONFIG_ZONE_SECTORS; at < VIRTIO_BLK_CONFIG_ZONED_MODEL; at += 4)
		expect_eq(t, config_read(&d->transport, at, 4), 0, "zoned field at 0x%02x", at);
	expect_eq(t, config_read(&d->transport, VIRTIO_BLK_CONFIG_ZONED_MODEL, 1), 0, "zoned model");
}

/* ---- legacy interface (5.2.5.3) ---- */

/* Breaks: the device waits for FEATURES_OK, which a legacy driver does not know, and never answers. */
CHECK(legacy_start, "blk.legacy-start", REQ("blk-leg-02"), MUST,
      NEEDS(.type = VIRTIO_ID_BLOCK, .version = 1, .entries = THREE),
      "A legacy driver that sets no FEATURES_OK can read")
{
	start(t, d, blk_plain_features());
	expect_ok(t, device_do_request(d, 0), "a read");
}

static void expect_writeback(struct run *t, struct device *d, uint32_t want, const char *when)
{
	expect_eq(t, config_read(&d->transport, VIRTIO_BLK_CONFIG_WRITEBACK, 1), want, "writeback after %s", when);
}

/* Breaks: the cache mode that the firmware or the user chose changes under a driver that only sets status bits. */
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
		require_ok(t, device_negotiate(d, plain_and(VIRTIO_BLK_F_CONFIG_WCE)), "the features are accepted");
		require_ok(t, device_setup_queues(d, 0), "the virtqueue is set up");
		device_go(d);
		expect_writeback(t, d, mode, "DRIVER_OK");
	}
}

/* Breaks: FLUSH missing among the accepted features turns the cache to write-through before the driver is done. */
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
