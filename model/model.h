/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The reference virtio-mmio device. It is written from the specification (virtio 1.4 and, for Version 3, specification
 * issue 246) and can be told to break it, one named defect at a time (model/defects/defects.h).
 *
 * The model has no globals, allocates no memory and needs no operating system: it calls out through struct model_host,
 * and all its state is in struct model. A program can have any number of devices. A device is not thread-safe: its host
 * makes one call at a time, and no callback of struct model_host may call back into a device.
 *
 * The files of the model, from the top. A file calls those below it, and reaches those above it through a table.
 *
 *   init.c config.c           a configuration becomes a device; the tables: devices/devices.c, msi/layouts.c
 *   registers.c run.c         the driver accesses a register; the device does a unit of work
 *   status.c                  Status and reset; msi/registers.c: the registers of an MSI layout
 *   devices/ requests.c       what a device type is and does; how a queue of requests is served
 *   queue/ chain.c space.c    virtqueues and their rings; descriptor chains; the configuration space
 *   live.c                    whether the device works at all
 *   interrupt.c msi/ line.c   an event interrupts the driver, by a message or by the line
 *   features.c                what was offered and negotiated
 *   defects/                  the ways in which a device can be wrong
 *   oddities/                 the ways in which a device can be right, and surprise a driver
 */
#ifndef MODEL_MODEL_H
#define MODEL_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "drivers/spec/net.h"
#include "model/defects/defects.h"
#include "model/devices/devices.h"
#include "model/oddities/oddities.h"

struct model;

/* What a device needs from its host, the program that runs it. A pointer may be null only where its comment says so. */
struct model_host {
	void *context; /* first argument of every callback */

	/* Guest memory, by guest-physical address. False: a byte is not reachable, and nothing was transferred. */
	bool (*read)(void *context, uint64_t address, void *to, uint32_t length);
	bool (*write)(void *context, uint64_t address, const void *from, uint32_t length);

	/* Sets the level of the interrupt line. Called when it changes. */
	void (*set_line)(void *context, bool asserted);

	/* Sends a message signalled interrupt: a write of DATA to ADDRESS. May be null for a device without them. */
	void (*send_message)(void *context, uint64_t address, uint32_t data);

	/* 64 random bits: the entropy device's output, and every choice that the specification leaves to the device.
	 * Runs repeat exactly if this is deterministic. */
	uint64_t (*random)(void *context);

	/* Nanoseconds by a clock that never goes back. May be null: then no oddity takes time. */
	uint64_t (*now)(void *context);

	/* Takes the bytes that a console port outputs. May be null. */
	void (*output)(void *context, uint32_t port, const uint8_t *bytes, uint32_t length);

	/* Reads and writes one sector, 512 bytes, of the disk of a block device, below its initial capacity. False: the
	 * medium has an error there. May be null for other types. */
	bool (*disk_read)(void *context, uint64_t sector, uint8_t *bytes);
	bool (*disk_write)(void *context, uint64_t sector, const uint8_t *bytes);
};

enum {
	MODEL_FEATURE_WORDS = 4, /* feature bits 0 to 127 */
	MODEL_QUEUES_MAX = 16,
	MODEL_QUEUE_SIZE_MAX = 1024,
	MODEL_CHAIN_MAX = 1024, /* descriptors of a chain (2.7.4.1: "a reasonable limit") */
	MODEL_IN_FLIGHT_MAX = 16,
	MODEL_CONFIG_BYTES = 128, /* the largest configuration space that a type may have */
	MODEL_OWN_WORDS = 64,	  /* 64-bit words of state for a type that has no structure in model/state.h */
	MODEL_NET_PAIRS_MAX = 4,
	MODEL_NET_FRAMES_MAX = 128,	    /* frames that wait for receive buffers; more are dropped, */
	MODEL_NET_STORE_BYTES = 80 * 1024,  /* and so are more bytes */
	MODEL_NET_FRAME_BYTES = 65536 + 64, /* with segmentation offload */
	MODEL_NET_PACKET_BYTES = 9216,	    /* without */
	MODEL_NET_MACS_MAX = 32,
	MODEL_NET_FLOWS = 64,	   /* flows whose pair is remembered */
	MODEL_NET_RSS_TABLE = 128, /* entries of the indirection table, at most */
	MODEL_NET_RSS_KEY = 40,	   /* bytes of the key, at most */
	MODEL_NET_HASH_TYPES = 0x1ff,
	MODEL_CONSOLE_PORTS_MAX = 4,
	MODEL_CONSOLE_INPUT_BYTES = 8192, /* input that waits for receive buffers, per port; more is dropped */
	MODEL_CONSOLE_MESSAGES_MAX = 32,
};

/* Message signalled interrupts: which layout of drivers/spec/msi.h the device has. */
enum model_msi_layout {
	MODEL_MSI_NONE,
	MODEL_MSI_DRAFT3,     /* Version 3 only; no other layout goes with Version 3 */
	MODEL_MSI_F40,	      /* the others: Version 2 only. Fixed mapping, unless config.msi_sharing */
	MODEL_MSI_DRAGONBALL, /* changes VendorID */
	MODEL_MSI_F44,
};

/* What device it is, and how it behaves where the specification leaves a choice. Fill it with model_config_default(),
 * then change what you like. */
struct model_config {
	uint32_t device_id; /* the id of a type in model/devices */
	uint32_t version;   /* 1 legacy, 2, 3: as 2 with a reset that takes time */
	uint32_t vendor_id;
	uint32_t features[MODEL_FEATURE_WORDS]; /* offered; model_init() removes bits that the device cannot offer and
						   adds bits that it must */
	uint16_t queue_size_max; /* QueueSizeMax of every queue; a power of two up to MODEL_QUEUE_SIZE_MAX */

	/* Asynchrony. The device works in model_run() only; these say in what order, and how much one unit of work is.
	 */
	bool shuffle;	     /* draw the next unit of work at random; otherwise the most urgent kind comes first */
	bool out_of_order;   /* block, entropy: requests in flight complete in random order (not with VIRTIO_F_IN_ORDER)
			      */
	uint8_t in_flight;   /* block, entropy: requests taken from the available ring before the first completes, 1 to
				MODEL_IN_FLIGHT_MAX */
	uint8_t batch;	     /* used buffers published with one update of the used index, 1 to MODEL_IN_FLIGHT_MAX */
	uint8_t reset_units; /* Version 3: units of work until Status reads 0, at least 1 */
	uint8_t queue_reset_units; /* RING_RESET: units of work until QueueReset reads 0; 0: the write itself completes
				      the reset */

	struct {
		uint64_t sectors; /* initial capacity */
		bool read_only;
		uint16_t queues; /* with MQ */
		char id[20];	 /* GET_ID */
	} blk;
	struct {
		uint8_t mac[6];
		uint16_t pairs; /* with MQ */
		uint16_t mtu;
		bool responder; /* a machine answers at the other end of the wire: see model_input() */
	} net;
	struct {
		uint16_t cols, rows;
		uint32_t max_ports; /* with MULTIPORT: max_nr_ports */
		uint32_t ports;	    /* ports 0 to PORTS - 1 exist from the start; others can come later */
		bool echo;	    /* a port's output comes back as its input */
	} console;

	uint8_t msi;	      /* enum model_msi_layout */
	bool msi_sharing;     /* f40: a source can be mapped to any vector */
	bool msi_patch_state; /* f40: MsiState as the Linux patch has it */

	uint32_t defects[MODEL_DEFECT_WORDS];  /* zero: a healthy device */
	uint32_t oddities[MODEL_ODDITY_WORDS]; /* those that the type and the Version do not have count, too: see
						  model_oddity_fits() */
};

/* A healthy device of this type and Version with every feature that it can offer. A block device has no disk yet: the
 * host sets blk.sectors. */
void model_config_default(struct model_config *config, uint32_t device_id, uint32_t version);

/* Makes a device, as after power on: Status 0, line low. It keeps copies of CONFIG and HOST. False: the configuration
 * makes no sense (unknown type or Version, no disk...). */
bool model_init(struct model *model, const struct model_config *config, const struct model_host *host);

/*
 * The registers and, from 0x100, the configuration space. WIDTH is 1, 2 or 4 bytes. A control register that is accessed
 * with a width other than 4, or against its direction, reads 0 and ignores writes; so do the gaps between registers.
 */
uint32_t model_read(struct model *model, uint32_t offset, uint8_t width);
void model_write(struct model *model, uint32_t offset, uint8_t width, uint32_t value);

/*
 * Does up to BUDGET units of work: completing one request or one batch, deciding on one used buffer notification,
 * delivering one frame, one step of a reset, one configuration change. A register write only creates work, so the host
 * chooses when the device acts: at once after each write, later, or one unit at a time between any two accesses of the
 * driver. Returns whether work is left. A device with a defect may never run out of work, so a loop around this needs a
 * bound.
 */
bool model_run(struct model *model, unsigned budget);

/* Would model_run() find work? */
bool model_has_work(struct model *model);

/* Events that the driver does not control. Each creates work for model_run(). False: the event is not possible on this
 * device now, and nothing happens. */

/*
 * Changes the configuration, and changes it back with the next call: a block device's capacity (both halves of it), a
 * network device's link, a console's size. The generation changes with it, and a configuration change notification
 * follows unless the device has no driver.
 */
bool model_config_change(struct model *model);

/* Makes the device ask its driver for something: a network device, with GUEST_ANNOUNCE negotiated, asks the driver to
 * announce itself. A console with MULTIPORT unplugs its last port, or plugs it in again. */
bool model_ask(struct model *model);

/*
 * Gives the device input. Network: a frame from the wire, which is dropped (false) if the device is not live or too
 * many wait. Console: bytes for port 0.
 *
 * A network device with net.responder has a machine at the other end of the wire: devices/net_peer.c.
 */
bool model_input(struct model *model, const uint8_t *bytes, uint32_t length);

/* Switches one defect on or off at run time. */
void model_set_defect(struct model *model, enum model_defect defect, bool on);

/* The rest is the device's private state. It is declared here only so that a host can place a device where it likes;
 * the host must not touch it. */
#include "model/state.h"

#endif
