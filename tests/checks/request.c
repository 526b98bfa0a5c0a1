// SPDX-License-Identifier: BSD-2-Clause
/*
 * An ordinary request, sent in the plainest way: one at a time, to a device that accepted nothing but what it insists
 * on. Nearly every other check needs one. A device that does not serve it is told so here, and the other checks are
 * SKIPs.
 */
#include "tests/checks/support/common.h"

#include "drivers/types/blk.h"

/*
 * Breaks: a device that does not look at its virtqueue, or loses some of the requests. Symptom: the driver waits for
 * ever.
 */
CHECK(is_answered, "request.is-answered", REQ("sring-02"), DESCRIBED,
      NEEDS(.requests = true, .entries = REQUEST_ENTRIES), "Each of some requests that follow each other comes back")
{
	enum { REQUESTS = 24 };

	need_ok(t, device_start(d, NO_FEATURES));
	for (unsigned i = 0; i < REQUESTS; i++)
		require_ok(t, device_do_request(d, i), "request %u of %u comes back", i + 1, REQUESTS);
}

/*
 * Breaks: a device that writes a fixed number of bytes, however long the buffer is. Symptom: corruption of what lies
 * behind it. Each buffer stands between guard bytes.
 */
CHECK(stays_inside, "request.writes-inside-its-buffers", REQ("sdesc-04"), DESCRIBED,
      NEEDS(.requests = true, .entries = REQUEST_ENTRIES),
      "The device writes to the device-writable buffers of a request, and to no memory around them")
{
	struct dma_damage damage;

	need_ok(t, ordinary_life(d));
	need_ok(t, device_reset(d)); /* completes what is under way */
	expect(t, dma_guards_whole(&damage), "the bytes around all buffers and rings are untouched");
}

/*
 * Breaks: a device that answers every read with IOERR. Symptom: an operating system that finds no partition. A medium
 * with errors may do so (5.2.6), so that this is a warning, and only if no sector of several can be read.
 */
CHECK(read_succeeds, "request.some-block-can-be-read", REQ("blk-desc-06"), SHOULD,
      NEEDS(.type = VIRTIO_ID_BLOCK, .entries = REQUEST_ENTRIES), "Some block of the disk can be read")
{
	enum { READS = 8 };
	const uint64_t sectors = blk_block(d) / VIRTIO_BLK_SECTOR, blocks = blk_capacity(d) / sectors;
	enum driver_error error = DRIVER_NO_ERROR;
	unsigned good = 0;

	if (!blocks)
		skip(t, "the disk has no block");
	need_ok(t, device_start(d, NO_FEATURES));
	for (unsigned i = 0; i < READS; i++) {
		error = device_do_request(d, blocks / READS * i);
		if (error && error != DRIVER_BLK_STATUS_IOERR)
			need_ok(t, error);
		good += !error;
	}
	if (good && good < READS)
		info(t, "%u of %u blocks cannot be read: IOERR", READS - good, READS);
	expect(t, good, "a block can be read: each of %u ends with IOERR", READS);
}
