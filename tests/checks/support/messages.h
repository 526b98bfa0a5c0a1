/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Helpers for the checks of message signalled interrupts: a target for each interrupt source of the device, and
 * further targets where no message should arrive. The targets alternate between two CPUs if there are two.
 */
#ifndef TESTS_CHECKS_SUPPORT_MESSAGES_H
#define TESTS_CHECKS_SUPPORT_MESSAGES_H

#include "tests/framework/check.h"

enum { OWN = DEVICE_QUEUES + 1, SPARE = OWN, TARGETS = OWN + 2 };

/*
 * Target 0 belongs to the configuration, target i + 1 to virtqueue i; those from SPARE on belong to no source. Targets
 * with odd numbers are at the second CPU, if there is one.
 */
extern struct target {
	struct irq_line *line;
	struct irq_message message;
	uint32_t mark;
} messages_targets[TARGETS];

void messages_need_targets(struct run *t, const struct device *d);

/* The source and the target of the request queue. */
uint32_t messages_source(const struct device *d);
unsigned messages_own(const struct device *d);

/*
 * messages_mark() starts the count. The others return what came since then: messages at a target, stray messages (at no
 * target), and interrupts of the line.
 */
void messages_mark(struct device *d);
uint32_t messages_at(unsigned target);
uint32_t messages_stray(void);
uint32_t messages_line(struct device *d);

/* Expects `want` messages at the target since the mark, none at any other, and no stray ones. TARGETS: none at all. If
 * ConfigGeneration moved in this life, there may be more at the target of the configuration. */
void messages_expect_only(struct run *t, unsigned target, uint32_t want, const char *when);

/* To call after the check itself changed the configuration: that accounts for one message only. */
void messages_expect_change(struct device *d);

/* Did ConfigGeneration move otherwise? */
bool messages_changed(void);

void messages_give(struct device *d, uint32_t source, unsigned target);
/*
 * Gives each source a target: `target`, `target` + `step` and so on. The message of the request queue is written last.
 */
void messages_give_each(struct run *t, struct device *d, unsigned queues, unsigned target, unsigned step);

/*
 * Parts of messages_start(). messages_queues() sets up a second request virtqueue if the device's type can have one,
 * and returns the number of virtqueues.
 */
void messages_negotiate(struct run *t, struct device *d);
unsigned messages_queues(struct run *t, struct device *d);
/* The second request virtqueue, whose target follows that of the first, or NULL. */
struct virtqueue *messages_second(struct device *d);

/* Start the device up to DRIVER_OK, or to just before it. Each source has its message; `on` enables messages. */
void messages_start(struct run *t, struct device *d, bool on);
void messages_prepare(struct run *t, struct device *d, bool on, unsigned target, unsigned step);

/* A precondition: a device that was started like that sends one message for each used buffer, to its target. Ends with
 * a reset. */
void messages_need_ordinary(struct run *t, struct device *d);

#endif
