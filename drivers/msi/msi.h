/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Message signalled interrupts on virtio-mmio, over every layout of drivers/spec/msi.h. A layout is a table of register
 * writes, so that a check can make the writes of a sequence one by one and look at the device in between.
 *
 * A source of events is a virtqueue, by its index, or MSI_CONFIG.
 */
#ifndef DRIVERS_MSI_H
#define DRIVERS_MSI_H

#include <stdbool.h>
#include <stdint.h>

#include "drivers/features.h"
#include "firmware/arch/cpus.h"
#include "firmware/arch/irq.h"

struct device;

#define MSI_CONFIG 0xffffffffu

/* What a driver can do. The layout's table has the register writes of each action. */
enum msi_action {
	MSI_SET,  /* give a source its message; with MSI_SETS_MASKED only while the source is masked */
	MSI_MASK, /* stop the messages of a source */
	MSI_UNMASK,
	MSI_ENABLE,    /* signal by messages from now on */
	MSI_DISABLE,   /* signal by the line from now on */
	MSI_MAP_QUEUE, /* f40 with sharing: map a virtqueue, or the configuration, to a vector */
	MSI_MAP_CONFIG,
	MSI_ACTIONS
};

/* One register write. */
struct msi_write {
	uint8_t offset, width; /* width 0: the end of the sequence */
	uint8_t what;
	uint16_t value;
};
enum {
	MSI_VALUE,	 /* value */
	MSI_PLUS_NUMBER, /* value + number of the source, or vector */
	MSI_QUEUE,	 /* index of the virtqueue */
	MSI_LOW,	 /* half of the message's address, or its data */
	MSI_HIGH,
	MSI_DATA,
};
enum { MSI_WRITES_MAX = 6 };

struct msi_register {
	uint8_t offset;
	const char *name;
};

enum {
	MSI_COUNTS_SOURCES = 1, /* a source has a number: 0 for the configuration, i + 1 for virtqueue i */
	MSI_SETS_MASKED = 2,	/* a message can be written only while its source is masked */
	MSI_ENABLES_FIRST = 4,	/* a message can be set only while messages are enabled */
	MSI_EARLY = 8,		/* the driver chooses between line and messages before DRIVER_OK */
	MSI_KEEPS_PENDING = 16, /* the layout's text says that unmasking sends what happened while masked */
	MSI_INERT = 32, /* the layout's text says that the registers do nothing unless the feature was accepted */
};

struct msi_layout {
	const char *name;
	uint8_t flags;
	uint8_t features[2];			     /* bits that the driver accepts; 0: none */
	uint8_t notify_feature;			     /* with it accepted, QueueNotify tells where notifications go */
	const struct msi_write *writes[MSI_ACTIONS]; /* NULL: the layout has no such action */
	uint8_t count_offset, count_width;	     /* register that tells how many messages there are; 0: none */
	uint16_t count_mask;
	uint8_t state_offset, state_width; /* register that tells whether messages are enabled; 0: none */
	uint32_t state_mask;		   /* one of these is set */
	/* Might the device have this layout? Reads no register: knows only what discovery has read. */
	bool (*candidate)(const struct device *device);
	/* Does a candidate have it? Called with the features accepted; `value` is what the count register reads. */
	bool (*confirm)(struct device *device, uint32_t value);
	const struct msi_register *registers; /* for reports; the last has no name */
};
extern const struct msi_layout msi_draft3, msi_f40, msi_dragonball, msi_f44;

/* The message signalled interrupts of one device. */
struct msi {
	const struct msi_layout *layout; /* NULL: no message signalled interrupts */
	struct features features; /* the layout's bits, which are removed from device->offered: the specification gives
				     them another meaning */
	uint32_t messages;	  /* what the count register read */
	struct cpus_lock lock;	  /* held while a sequence writes to the registers that all sources share */
	bool sharing;		  /* f40: a source can be mapped to any vector */
};

/* To call after features were accepted: finds the addresses of notifications. */
void msi_negotiated(struct device *device);

/* Makes write number `step` of an action. False if the action has no such write, because it is complete. */
bool msi_step(struct device *device, enum msi_action action, unsigned step, uint32_t source,
	      const struct irq_message *message);
/* Makes all writes of an action, holding the lock. With sharing, too, each source uses the vector that it has without
 * sharing, unless msi_map() changes that. */
void msi_do(struct device *device, enum msi_action action, uint32_t source, const struct irq_message *message);
/* f40 with sharing: maps a source to another source's vector, or to none. */
void msi_map(struct device *device, uint32_t source, uint32_t vector);
#define MSI_NO_VECTOR 0xffffffffu

/* The number of a source, which is also its vector. */
uint32_t msi_number(const struct device *device, uint32_t source);

static inline bool msi_can(const struct msi *msi, enum msi_action action)
{
	return msi->layout->writes[action];
}

static inline bool msi_is(const struct msi *msi, uint8_t flag)
{
	return msi->layout->flags & flag;
}

/* Does the device say that messages are enabled? Only for layouts with state_width. */
bool msi_enabled(struct device *device);

/* What the count register reads. */
uint32_t msi_count(struct device *device);

/* The name of the layout's register at `offset`; NULL if there is none. */
const char *msi_register_name(const struct msi *msi, uint32_t offset);

#endif
