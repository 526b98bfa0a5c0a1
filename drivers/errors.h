/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What driver functions return: DRIVER_NO_ERROR, or what went wrong. The table in drivers/errors.c has the text of
 * each, the requirement that it breaks and whose fault it is.
 */
#ifndef DRIVERS_ERRORS_H
#define DRIVERS_ERRORS_H

#include <stdbool.h>

enum driver_error {
	DRIVER_NO_ERROR, /* 0, so that `if (error)` reads as it should */

	/* Not the device's fault. */
	DRIVER_DMA_EXHAUSTED,
	DRIVER_QUEUE_TOO_SMALL,
	DRIVER_QUEUE_NOT_KEPT,
	DRIVER_SEGMENTS_TOO_SMALL,

	/* Initialisation. */
	DRIVER_NO_RESET,
	DRIVER_LOST, /* replaces DRIVER_NO_RESET once a check has reported it */
	DRIVER_QUEUE_IN_USE,
	DRIVER_FEATURES_KEPT,
	DRIVER_FEATURES_REFUSED,
	DRIVER_PACKED_ONLY,
	DRIVER_HOST_MANAGED,
	DRIVER_QUEUE_MISSING,

	/* The used ring (2.7.8). */
	DRIVER_USED_INDEX_TOO_FAR,
	DRIVER_USED_INDEX_WENT_BACK,
	DRIVER_USED_ID_BEYOND_QUEUE,
	DRIVER_USED_ID_NOT_AVAILABLE,

	/* The answer to a request. */
	DRIVER_NO_ANSWER,
	DRIVER_NOTHING_USED,
	DRIVER_READABLE_CHANGED,

	/* Block device. */
	DRIVER_BLK_NO_ANSWER,
	DRIVER_BLK_OTHER_REQUEST,
	DRIVER_BLK_STATUS_UNWRITTEN,
	DRIVER_BLK_STATUS_IOERR,
	DRIVER_BLK_STATUS_UNKNOWN,
	DRIVER_BLK_STATUS_NOT_OK,

	DRIVER_ERRORS /* how many there are */
};

enum driver_fault {
	DRIVER_FAULT_DEVICE, /* the device did something wrong */
	DRIVER_FAULT_LIMIT,  /* the device is allowed to be too small for what was asked */
	DRIVER_FAULT_OURS,
};

struct driver_error_info {
	const char *text; /* a phrase for the report */
	/* The rows of requirements.csv that it breaks: `row`, and perhaps `also`. A check that names one of them FAILs,
	 * others SKIP. NULL: every check FAILs. */
	const char *row, *also;
	bool legal; /* a conforming device may do so, too: no check FAILs, unless the conditions of a check caused it */
	bool serving; /* it concerns the answer to a request, which may be wrong only under the conditions of a check */
	bool in_check; /* a check may be about it without naming the row: what went well before goes wrong now */
	enum driver_fault fault;
};

/* Never NULL. */
const struct driver_error_info *driver_error_info(enum driver_error error);

static inline const char *driver_error_text(enum driver_error error)
{
	return driver_error_info(error)->text;
}

#endif
