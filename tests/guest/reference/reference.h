/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The reference devices inside the image: one device of each type, reached through the same accessors as a device in
 * memory, with interrupts that this CPU takes.
 *
 * A reference machine is to its devices what a VMM is: it gives the models memory, interrupt lines, random numbers and
 * time to work. All of its state is in struct reference_machine, so that one program can have several. The drivers know
 * only its bus, and the model knows only its host.
 */
#ifndef TESTS_GUEST_REFERENCE_H
#define TESTS_GUEST_REFERENCE_H

#include <stdbool.h>
#include <stdint.h>

#include "drivers/spec/blk.h"
#include "drivers/transport/transport.h"
#include "firmware/arch/clock.h"
#include "firmware/arch/cpus.h"
#include "firmware/arch/irq.h"
#include "firmware/lib/random.h"
#include "model/model.h"
#include "tests/framework/options.h"
#include "tests/framework/proof.h"

enum {
	REFERENCE_DEVICES = MODEL_TYPES, /* one of each type */
	REFERENCE_DISK_SECTORS = 256,
	REFERENCE_OUTPUT_MAX = 256, /* bytes of console output that are kept */
	REFERENCE_MESSAGES_MAX = 64,
};

/* When the devices do their work. */
enum reference_schedule {
	REFERENCE_PROMPT, /* within the register write that causes it */
	REFERENCE_LAZY,	  /* only while the driver waits */
	REFERENCE_MIXED,  /* now and then, in any order */
};

/* Layouts of message signalled interrupts, with their variants. */
enum reference_layout {
	REFERENCE_MSI_NONE,
	REFERENCE_MSI_DRAFT3,
	REFERENCE_MSI_F40,
	REFERENCE_MSI_DRAGONBALL,
	REFERENCE_MSI_F44,
	REFERENCE_MSI_F40_PATCH,
	REFERENCE_MSI_F40_FIXED,
	REFERENCE_MSI_F40_FIXED_PATCH,
	REFERENCE_LAYOUTS,
	REFERENCE_MSI_ALL = REFERENCE_LAYOUTS, /* the devices have DRAFT3 to F44 in turn */
};

/* What the devices are like. */
struct reference_setup {
	enum reference_schedule schedule;
	enum reference_layout layout;
	enum irq_trigger line;
	unsigned version;    /* 1, 2 or 3, where the layout leaves the choice */
	uint16_t queue_size; /* QueueSizeMax of all virtqueues, a power of two */
	bool read_only;	     /* the disk */
	uint64_t seed;	     /* of all choices that the devices make */
	uint32_t defects[MODEL_DEFECT_WORDS];
};

/* Turns the options into a setup. Returns NULL, or what is wrong with them. */
const char *reference_read_options(struct reference_setup *setup, const struct options *options);

/*
 * What stands between a machine and its models. reference_direct_bus passes everything on; a test passes its own to put
 * the behaviour of a VMM before the models, or to watch what they do.
 */
struct reference_bus {
	const void *context;
	/* Changes what a device is, before power on. May be NULL. */
	void (*configure)(const void *context, struct model_config *config);
	/* A driver's access to a register, as model_read() and model_write(). */
	uint32_t (*read)(const void *context, struct model *model, uint32_t offset, uint8_t width);
	void (*write)(const void *context, struct model *model, uint32_t offset, uint8_t width, uint32_t value);
	/* A device's access to memory, as memcpy(). */
	void *(*copy)(void *to, const void *from, size_t size);
};
extern const struct reference_bus reference_direct_bus;

struct reference_machine;

struct reference_device {
	struct reference_machine *machine;
	struct model model;
	struct irq_line *line;
	uint8_t output[REFERENCE_OUTPUT_MAX];
	uint32_t output_size;
	bool idle;	/* nothing to do until somebody accesses it */
	bool defective; /* has a defect, so idle says nothing */
};

struct reference_machine {
	struct reference_setup setup;
	const struct reference_bus *bus;
	struct reference_device devices[REFERENCE_DEVICES];
	uint8_t disk[REFERENCE_DISK_SECTORS * VIRTIO_BLK_SECTOR];
	struct random choices; /* the devices' own: the random choices of a check do not depend on them */

	/* One CPU at a time is in the models, and no interrupt handler on top of itself. */
	struct cpus_lock entered;
	/* Messages that the models sent. They go out when the models are left, since a handler may enter them again. */
	struct irq_message messages[REFERENCE_MESSAGES_MAX];
	unsigned message_count;
	uint64_t sending_until; /* a CPU is sending them; it may have been stopped, so not for ever */

	struct wait_worker worker; /* for clock_on_wait(): the devices work while the driver waits */
};

/*
 * Opens the interrupt lines and powers the devices on. The machine needs no value before, the bus must outlive it.
 * Returns NULL, or why there are no devices. The caller registers the worker.
 */
const char *reference_start(struct reference_machine *machine, const struct reference_setup *setup,
			    const struct reference_bus *bus);

/*
 * Puts a machine back to where reference_start() left it, but with this setup, of which `line` does not count: the
 * lines stay. False: no device can have this Version or queue size.
 */
bool reference_rewind(struct reference_machine *machine, const struct reference_setup *setup);

/*
 * Switches all devices off and on, with this Version and this defect alone (0: healthy), and with what the defect needs
 * to show: a read-only disk, or each device another layout of messages if none was chosen. Disk, lines and the sequence
 * of random numbers go on.
 */
void reference_restart(struct reference_machine *machine, unsigned version, unsigned defect);

/* Fills in operations, bus, context, line and stimuli of device `index` < REFERENCE_DEVICES. */
void reference_connect(struct reference_machine *machine, unsigned index, struct transport *transport);

/* The catalogue of defects, for proof.h. It refers to the machine. */
struct proof_catalogue reference_catalogue(struct reference_machine *machine);

#endif
