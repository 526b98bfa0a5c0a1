/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The reference virtio-mmio device: what a device is, from its own side of the registers. It is written from the
 * specification (virtio 1.4 and, for Version 3, specification issue 246) and can be told to break it, one named defect
 * at a time (model/defects/defects.h).
 *
 * No globals, no allocation, no operating system: everything it needs comes through struct model_host, everything it
 * knows is in struct model. Any number of devices can live in one program. A device is not thread-safe: its host sees
 * to it that one call at a time is in it, and no callback of struct model_host may call back into a device.
 *
 * The files of the model, from the top. A file calls those below it; what is above it, it reaches through a table.
 *
 *   init.c config.c           a configuration becomes a device; the tables: devices/devices.c, msi/layouts.c
 *   registers.c run.c         the driver accesses a register; the device does a unit of work
 *   status.c late.c           Status and reset; msi/registers.c: the registers of an MSI layout
 *   devices/ requests.c       what a device type is and does; how a queue of requests is served
 *   queue/ chain.c space.c    virtqueues and their rings; descriptor chains; the configuration space
 *   live.c                    whether the device works at all
 *   interrupt.c msi/ line.c   an event interrupts the driver, by a message or by the line
 *   features.c                what was offered and negotiated
 *   defects/                  in what way it all is wrong
 */
#ifndef MODEL_MODEL_H
#define MODEL_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/defects/defects.h"
#include "model/devices/devices.h"

struct model;

/* What a device needs from whoever runs it. A null pointer is allowed where it says so. */
struct model_host {
	void *context; /* first argument of every callback */

	/* Guest memory, by guest-physical address. False: some byte is not reachable; then nothing was transferred. */
	bool (*read)(void *context, uint64_t address, void *to, uint32_t length);
	bool (*write)(void *context, uint64_t address, const void *from, uint32_t length);

	/* The interrupt line, a level. Called when it changes. */
	void (*set_line)(void *context, bool asserted);

	/* A message signalled interrupt: DATA written to ADDRESS. May be null for a device without them. */
	void (*send_message)(void *context, uint64_t address, uint32_t data);

	/* 64 random bits: the entropy device's output, and every choice that the device is free to make. Deterministic
	 * under a seed if runs are to be. */
	uint64_t (*random)(void *context);

	/* Bytes that a console port outputs. May be null. */
	void (*output)(void *context, uint32_t port, const uint8_t *bytes, uint32_t length);
};

enum {
	MODEL_FEATURE_WORDS = 4, /* feature bits 0 to 127 */
	MODEL_QUEUES_MAX = 16,
	MODEL_QUEUE_SIZE_MAX = 1024,
	MODEL_CHAIN_MAX = 1024, /* descriptors in a chain, 2.7.4.1: "a reasonable limit" */
	MODEL_IN_FLIGHT_MAX = 16,
	MODEL_CONFIG_BYTES = 128, /* the largest configuration space that a type may have */
	MODEL_OWN_WORDS = 64,	  /* state of a type that has no structure in model/state.h, in 64-bit words */
	MODEL_NET_PAIRS_MAX = 4,
	MODEL_NET_FRAMES_MAX = 8, /* frames that wait for receive buffers; more are dropped */
	MODEL_NET_FRAME_BYTES = 1536,
	MODEL_NET_MACS_MAX = 32,
	MODEL_CONSOLE_PORTS_MAX = 4,
	MODEL_CONSOLE_INPUT_BYTES = 256, /* input that waits for receive buffers, per port; more is dropped */
	MODEL_CONSOLE_MESSAGES_MAX = 32,
};

/* Message signalled interrupts: which layout of drivers/spec/msi.h the device has. */
enum model_msi_layout {
	MODEL_MSI_NONE,
	MODEL_MSI_DRAFT3,     /* Version 3 only, and Version 3 means that draft */
	MODEL_MSI_F40,	      /* the others: Version 2 only. Fixed mapping, unless config.msi_sharing */
	MODEL_MSI_DRAGONBALL, /* changes VendorID */
	MODEL_MSI_F44,
};

/* What kind of device it is and how it behaves where the specification leaves it free. Fill with
 * model_config_default(), then change what you like. */
struct model_config {
	uint32_t device_id; /* of a type that model/devices has */
	uint32_t version;   /* 1 legacy, 2, 3: as 2 with a reset that takes time */
	uint32_t vendor_id;
	uint32_t features[MODEL_FEATURE_WORDS]; /* offered; bits that the device cannot do are left out, bits that it
						   must offer are added */
	uint16_t queue_size_max; /* QueueSizeMax of every queue; a power of two up to MODEL_QUEUE_SIZE_MAX */

	/* Asynchrony. Work is done in model_run() only; this says in what order, and how much of it a unit is. */
	bool shuffle; /* the next unit of work is drawn from all that is waiting; otherwise the oldest kind first */
	bool out_of_order;   /* block, entropy: requests in flight complete in random order (not with VIRTIO_F_IN_ORDER)
			      */
	uint8_t in_flight;   /* block, entropy: requests taken from the available ring before the first completes, 1 to
				MODEL_IN_FLIGHT_MAX */
	uint8_t batch;	     /* used buffers published with one update of the used index, 1 to MODEL_IN_FLIGHT_MAX */
	uint8_t reset_units; /* Version 3: units of work until Status reads 0, at least 1 */
	uint8_t queue_reset_units; /* RING_RESET: units of work until QueueReset reads 0; 0: within the write */

	struct {
		uint8_t *
			disk; /* the backing store, SECTORS * 512 bytes of the host's memory; must outlive the device */
		uint64_t sectors; /* initial capacity */
		bool read_only;
		uint16_t queues; /* with MQ */
		char id[20];	 /* GET_ID */
	} blk;
	struct {
		uint8_t mac[6];
		uint16_t pairs; /* with MQ */
		uint16_t mtu;
		bool responder; /* something lives at the other end: see model_input() */
	} net;
	struct {
		uint16_t cols, rows;
		uint32_t max_ports; /* with MULTIPORT: max_nr_ports */
		uint32_t ports;	    /* ports 0 to PORTS - 1 exist from the start; others can be added */
		bool echo;	    /* what a port outputs comes back as its input */
	} console;

	uint8_t msi;	      /* enum model_msi_layout */
	bool msi_sharing;     /* f40: any source can have any vector */
	bool msi_patch_state; /* f40: MsiState as the Linux patch has it */

	uint32_t defects[MODEL_DEFECT_WORDS]; /* zero: a healthy device */
};

/* A healthy device of this type and Version with every feature that it can do. The block device has no disk yet: the
 * host sets blk.disk, blk.sectors. */
void model_config_default(struct model_config *config, uint32_t device_id, uint32_t version);

/* Both are copied. The device is as after power on: Status 0, line low. False: a configuration that makes no sense
 * (unknown type or Version, no disk...). */
bool model_init(struct model *model, const struct model_config *config, const struct model_host *host);

/*
 * The registers and, from 0x100, the configuration space. WIDTH is 1, 2 or 4 bytes. A control register accessed by
 * another width than 4, or in a way its direction forbids, reads 0 and ignores writes; so do the gaps.
 */
uint32_t model_read(struct model *model, uint32_t offset, uint8_t width);
void model_write(struct model *model, uint32_t offset, uint8_t width, uint32_t value);

/*
 * Does up to BUDGET units of work: completing one request or one batch, deciding on one used buffer notification,
 * delivering one frame, one step of a reset, one configuration change. Register writes only leave work behind, so the
 * host chooses when the device acts: at once after each write, later, or one unit at a time between any two accesses of
 * the driver. Returns whether work is left. A device with a defect may never run out of work: bound loops.
 */
bool model_run(struct model *model, unsigned budget);

/* Whether model_run() would find something to do. */
bool model_has_work(struct model *model);

/* What happens outside of the driver's control. Each leaves work behind for model_run(); false: not possible on this
 * device now, nothing happens. */

/*
 * Changes what this type of device can change, and back with the next call: block the capacity (both halves of it),
 * network the link, console the size. The generation changes with it, and a configuration change notification follows
 * unless the device has no driver.
 */
bool model_config_change(struct model *model);

/* Makes the device ask its driver for what this type can ask for: network, with GUEST_ANNOUNCE negotiated, to announce
 * itself. */
bool model_ask(struct model *model);

/*
 * Something arrives. Network: a frame from the wire, dropped (false) when the device is not live or too many are
 * waiting. Console: bytes for port 0.
 *
 * A network device with net.responder finds a machine at the other end of the wire which answers ARP requests for every
 * address but the asker's own (from 52:55:0a:00:02:02), and which unpacks every frame of type 0x88b6 and sends what
 * follows the Ethernet header, 14 bytes or more, as a frame of its own: so a driver can ask for any inbound frame.
 */
bool model_input(struct model *model, const uint8_t *bytes, uint32_t length);

/* Switches one defect at run time. */
void model_set_defect(struct model *model, enum model_defect defect, bool on);

/* From here on the device's own state, complete so that a host can put it where it likes. Nothing in it is for the host
 * to touch. */
#include "model/state.h"

#endif
