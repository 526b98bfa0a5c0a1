/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The reference devices inside the image: one device of each type, which the drivers access in the same way as a device
 * in memory, and whose interrupts this CPU takes.
 *
 * A reference machine is to its devices what a VMM is: it gives the models memory, interrupt lines, random numbers and
 * time to work. All its state is in struct reference_machine, so that a program can have several. The drivers know only
 * its bus, and the model only its host.
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
	REFERENCE_DEVICES = MODEL_TYPES,   /* one of each type */
	REFERENCE_DISK_WRITTEN_MAX = 4096, /* sectors; a power of two */
	REFERENCE_OUTPUT_MAX = 256,	   /* bytes of console output that the machine keeps */
	REFERENCE_MESSAGES_MAX = 64,
};

/* More than 2^32, so that a device that keeps the number of a sector in 32 bits, or its byte offset, shows it. */
#define REFERENCE_DISK_SECTORS ((UINT64_C(1) << 32) + 0x1800)

/*
 * The disk of the block device. What nobody wrote is computed: its bytes tell where they are, at any offset (disk.c).
 * Only sectors that were written take memory.
 */
struct reference_disk {
	unsigned count;
	uint64_t place[REFERENCE_DISK_WRITTEN_MAX]; /* number of the sector + 1; 0: free */
	uint8_t bytes[REFERENCE_DISK_WRITTEN_MAX][VIRTIO_BLK_SECTOR];
};

/* When the devices do their work. */
enum reference_schedule {
	REFERENCE_PROMPT, /* during the register write that causes it */
	REFERENCE_LAZY,	  /* only while the driver waits */
	REFERENCE_MIXED,  /* at random times, in random order */
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

/* What the devices are and how they behave. */
struct reference_setup {
	enum reference_schedule schedule;
	enum reference_layout layout;
	enum irq_trigger line;
	unsigned version;    /* 1, 2 or 3, where the layout of messages leaves a choice */
	uint16_t queue_size; /* QueueSizeMax of all virtqueues, a power of two */
	bool read_only;	     /* of the disk */
	uint64_t seed;	     /* of all choices that the devices make */
	uint32_t defects[MODEL_DEFECT_WORDS];
	uint32_t oddities[MODEL_ODDITY_WORDS]; /* each device has those that its type and Version can have */
};

/* Turns the options into a setup. Returns NULL, or what is wrong with them. */
const char *reference_read_options(struct reference_setup *setup, const struct options *options);

/*
 * The connection between a machine and its models. reference_direct_bus passes everything on. A test passes another
 * bus, to imitate a VMM or to observe the models.
 */
struct reference_bus {
	const void *context;
	/* Changes the configuration of a device before power on. May be NULL. */
	void (*configure)(const void *context, struct model_config *config);
	/* A driver's access to a register; see model_read() and model_write(). */
	uint32_t (*read)(const void *context, struct model *model, uint32_t offset, uint8_t width);
	void (*write)(const void *context, struct model *model, uint32_t offset, uint8_t width, uint32_t value);
	/* A device's access to memory; see memcpy(). */
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
	bool idle;	/* has no work until a driver accesses it */
	bool defective; /* has a defect or an oddity, which makes `idle` unreliable */
};

struct reference_machine {
	struct reference_setup setup;
	const struct reference_bus *bus;
	struct reference_device devices[REFERENCE_DEVICES];
	struct random choices; /* separate from the check's random choices, which do not depend on these */

	/* Admits one CPU at a time to the models, and keeps an interrupt handler from entering them twice. */
	struct cpus_lock entered;
	/* Messages that the models sent. They go out when the caller leaves the models, because a handler may enter
	 * them again. */
	struct irq_message messages[REFERENCE_MESSAGES_MAX];
	unsigned message_count;
	uint64_t
		sending_until; /* a CPU is sending them until then; the limit is for a CPU that was stopped meanwhile */

	struct wait_worker worker; /* for clock_on_wait(): the devices work while the driver waits */

	struct reference_disk disk; /* the last member: reference_start() does not clear its bytes */
};

/*
 * Opens the interrupt lines and powers the devices on. The machine needs no initial value; the bus must outlive it.
 * Returns NULL, or why there are no devices. The caller must register the worker.
 */
const char *reference_start(struct reference_machine *machine, const struct reference_setup *setup,
			    const struct reference_bus *bus);

/*
 * Puts a machine into the state after reference_start() with this setup, except that the lines stay as they are
 * (setup->line does not count). False: no device can have this Version or queue size.
 */
bool reference_rewind(struct reference_machine *machine, const struct reference_setup *setup);

/*
 * Switches all devices off and on, with this Version and only this defect (0: healthy). It adds what the defect needs
 * to show: a read-only disk, or different layouts of messages if none was chosen. The disk is as new. The lines and the
 * sequence of random numbers are not reset.
 */
void reference_restart(struct reference_machine *machine, unsigned version, unsigned defect);

/* Fills in operations, bus, context, line and stimuli of device `index` < REFERENCE_DEVICES. */
void reference_connect(struct reference_machine *machine, unsigned index, struct transport *transport);

/* The catalogue of defects, for proof.h. It keeps a pointer to the machine. */
struct proof_catalogue reference_catalogue(struct reference_machine *machine);

#endif
