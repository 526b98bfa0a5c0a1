/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The reference device inside the firmware: one of each back end, reached through the same accessors as a device in
 * memory, with interrupts that this CPU takes. It is not part of the drivers, which know only its bus, nor of the
 * model, which knows only its host: this is that host.
 */
#ifndef FIRMWARE_REFERENCE_H
#define FIRMWARE_REFERENCE_H

#include <stdbool.h>
#include <stdint.h>

#include "drivers/transport/transport.h"

enum { REFERENCE_DEVICES = 4 };

/* When the devices do their work. Text as the command line has it; "" is the default. */
struct reference_options {
	const char *schedule; /* "prompt": within the write that causes it; "lazy": only while the driver waits; "mixed"
				 (default): now and then */
	const char *defects;  /* names with commas */
	const char *line;     /* "level" (default) or "edge" */
	const char *msi;      /* layout of message signalled interrupts, "all" for one each; default none */
	uint64_t version;     /* 1, 2 or 3 */
	uint64_t queue_size;  /* QueueSizeMax of all virtqueues, a power of two */
	bool read_only;	      /* the disk */
	uint64_t seed;
};

/* Sets the devices up. NULL, or what is wrong with the options. */
const char *reference_init(const struct reference_options *options);

/* One line of the catalogue of defects. */
struct reference_defect {
	const char *name;
	uint32_t types;	   /* device types that can show it: bit n for device id n */
	uint32_t versions; /* Versions that can: bit n for Version n */
};
/* Defects are numbered from 1. False: no such defect. */
bool reference_describe(unsigned defect, struct reference_defect *description);

/* Powers all devices on anew, with this Version and this defect alone (0: healthy), and with what the defect needs to
 * show: a read-only disk, or each device another layout of messages if none was chosen. Their lines stay. */
void reference_restart(unsigned version, unsigned defect);

/* Fills in bus, context, line and stimuli of device `index` < REFERENCE_DEVICES. False if there is no interrupt for it.
 */
bool reference_connect(unsigned index, struct transport *transport);

#endif
