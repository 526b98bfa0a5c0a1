/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Message signalled interrupts on virtio-mmio, over every layout of drivers/spec/msi.h. A layout is a table of register
 * writes, so that whoever wants to can do the writes of a sequence one by one and look at the device in between.
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

/* What one can do. The writes of each are in the layout's table. */
enum msi_action {
	MSI_SET,  /* gives a source its message; MSI_SETS_MASKED: only while it is masked */
	MSI_MASK, /* no messages of the source */
	MSI_UNMASK,
	MSI_ENABLE,    /* messages from now on */
	MSI_DISABLE,   /* the line from now on */
	MSI_MAP_QUEUE, /* f40 with sharing: a virtqueue, or the configuration, uses a vector from now on */
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
	MSI_LOW,	 /* of the message */
	MSI_HIGH,
	MSI_DATA,
};
enum { MSI_WRITES_MAX = 6 };

struct msi_register {
	uint8_t offset;
	const char *name;
};

enum {
	MSI_COUNTS_SOURCES = 1, /* sources have numbers: 0 the configuration, i + 1 virtqueue i */
	MSI_SETS_MASKED = 2,	/* a message can be written only while its source is masked */
	MSI_ENABLES_FIRST = 4,	/* messages can be set only when enabled */
	MSI_EARLY = 8,		/* the path is chosen before DRIVER_OK */
	MSI_KEEPS_PENDING = 16, /* it is stated that events behind the mask are sent on unmask */
	MSI_INERT = 32,		/* it is stated that the registers do nothing unless the feature was accepted */
};

struct msi_layout {
	const char *name;
	uint8_t flags;
	uint8_t features[2];			     /* to accept; 0: none */
	uint8_t notify_feature;			     /* with it accepted, QueueNotify tells where notifications go */
	const struct msi_write *writes[MSI_ACTIONS]; /* null: the layout cannot */
	uint8_t count_offset, count_width;	     /* register that tells how many messages there are; 0: none */
	uint16_t count_mask;
	uint8_t state_offset, state_width; /* register that tells whether messages are enabled; 0: none */
	uint32_t state_mask;		   /* one of these is set */
	/* Does the device look like it? Reads nothing: what discovery knows has to do. */
	bool (*candidate)(const struct device *device);
	/* It does, with the features accepted: `value` is what the count register reads. */
	bool (*confirm)(struct device *device, uint32_t value);
	const struct msi_register *registers; /* for reports; the last has no name */
};
extern const struct msi_layout msi_draft3, msi_f40, msi_dragonball, msi_f44;

/* What a device has. */
struct msi {
	const struct msi_layout *layout; /* NULL: no message signalled interrupts */
	struct features features;	 /* taken out of what the device offers: they mean something else here */
	uint32_t messages;		 /* what the count register read */
	struct cpus_lock lock;		 /* around the registers that all sources share */
	bool sharing;			 /* f40: any source can have any vector */
};

/* The addresses of notifications, when features have been accepted. */
void msi_negotiated(struct device *device);

/* Does write `step` of an action. False: there is none, the action is complete. */
bool msi_step(struct device *device, enum msi_action action, unsigned step, uint32_t source,
	      const struct irq_message *message);
/* Does all of it, behind the lock. With sharing each source has a vector of its own, the one that it has without. */
void msi_do(struct device *device, enum msi_action action, uint32_t source, const struct irq_message *message);
/* f40 with sharing: maps a source to the vector that is another source's, or to none. */
void msi_map(struct device *device, uint32_t source, uint32_t vector);
#define MSI_NO_VECTOR 0xffffffffu

/* The vector, or the number, of a source. */
uint32_t msi_number(const struct device *device, uint32_t source);

static inline bool msi_can(const struct msi *msi, enum msi_action action)
{
	return msi->layout->writes[action];
}

static inline bool msi_is(const struct msi *msi, uint8_t flag)
{
	return msi->layout->flags & flag;
}

/* Are messages enabled, as the device tells? Only if layout->state_width. */
bool msi_enabled(struct device *device);

/* What the count register reads. */
uint32_t msi_count(struct device *device);

/* The name of a register of the device's layout, NULL: it has none there. */
const char *msi_register_name(const struct msi *msi, uint32_t offset);

#endif
