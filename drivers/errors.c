// SPDX-License-Identifier: BSD-2-Clause
#include "drivers/errors.h"

static const struct driver_error_info infos[DRIVER_ERRORS] = {
	[DRIVER_NO_ERROR] = { .text = "" },

	[DRIVER_DMA_EXHAUSTED] = { .text = "out of DMA memory", .fault = DRIVER_FAULT_OURS },
	[DRIVER_QUEUE_TOO_SMALL] = { .text = "the virtqueue is too small for a request", .fault = DRIVER_FAULT_LIMIT },
	[DRIVER_QUEUE_NOT_KEPT] = { .text = "a virtqueue beyond those that the driver keeps",
				    .fault = DRIVER_FAULT_OURS },

	[DRIVER_NO_RESET] = { .text = "Status did not become 0 after a reset", .row = "reset-01" },
	[DRIVER_LOST] = { .text = "the device did not come back from a reset" },
	[DRIVER_QUEUE_IN_USE] = { .text = "a reset left QueueReady set", .row = "mmio-layout-05" },
	[DRIVER_FEATURES_KEPT] = { .text = "a reset left features in force", .row = "mmio-table-19" },
	[DRIVER_FEATURES_REFUSED] = { .text = "FEATURES_OK did not stay set for a valid set of offered features",
				      .row = "feat-02",
				      .in_check = true },
	[DRIVER_QUEUE_MISSING] = { .text = "the virtqueue does not exist: QueueSizeMax is 0", .row = "mmio-table-06" },

	[DRIVER_USED_INDEX_TOO_FAR] = { .text = "used.idx moved past the number of available buffers",
					.row = "sring-01",
					.also = "sring-02",
					.serving = true,
					.in_check = true },
	[DRIVER_USED_INDEX_WENT_BACK] = { .text = "used.idx went back",
					  .row = "sring-01",
					  .serving = true,
					  .in_check = true },
	[DRIVER_USED_ID_BEYOND_QUEUE] = { .text = "a used entry names a descriptor beyond the queue",
					  .row = "sring-01",
					  .serving = true,
					  .in_check = true },
	[DRIVER_USED_ID_NOT_AVAILABLE] = { .text = "a used entry names a buffer that is not available: returned twice, "
						   "or never offered",
					   .row = "sring-01",
					   .also = "sring-02",
					   .serving = true,
					   .in_check = true },

	[DRIVER_NO_ANSWER] = { .text = "no answer: the request did not come back in time",
			       .row = "sring-02",
			       .serving = true,
			       .in_check = true },
	[DRIVER_NOTHING_USED] = { .text = "no used entry", .row = "sring-02", .serving = true, .in_check = true },
	[DRIVER_READABLE_CHANGED] = { .text = "the device changed a device-readable buffer",
				      .row = "sdesc-01",
				      .serving = true,
				      .in_check = true },

	[DRIVER_BLK_NO_ANSWER] = { .text = "no answer: the request did not come back",
				   .row = "sring-02",
				   .serving = true,
				   .in_check = true },
	[DRIVER_BLK_OTHER_REQUEST] = { .text = "another request came back",
				       .row = "sring-01",
				       .also = "sring-02",
				       .serving = true,
				       .in_check = true },
	[DRIVER_BLK_STATUS_UNWRITTEN] = { .text = "the status byte was not written",
					  .row = "blk-desc-01",
					  .serving = true,
					  .in_check = true },
	[DRIVER_BLK_STATUS_IOERR] = { .text = "status IOERR for a read inside the capacity",
				      .row = "blk-desc-01",
				      .serving = true,
				      .in_check = true },
	[DRIVER_BLK_STATUS_UNKNOWN] = { .text = "status of a read is neither OK nor IOERR",
					.row = "blk-desc-01",
					.serving = true,
					.in_check = true },
	[DRIVER_BLK_STATUS_NOT_OK] = { .text = "its status is not OK",
				       .row = "blk-desc-01",
				       .serving = true,
				       .in_check = true },
};

const struct driver_error_info *driver_error_info(enum driver_error error)
{
	return &infos[error];
}
