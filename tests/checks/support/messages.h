/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the checks of message signalled interrupts share: a target for each source, and targets where nothing should
 * arrive, on two CPUs where there are two; a device whose sources have them.
 */
#ifndef TESTS_CONFORMANCE_MESSAGES_H
#define TESTS_CONFORMANCE_MESSAGES_H

#include "tests/framework/check.h"

enum { OWN = DEVICE_QUEUES + 1, SPARE = OWN, TARGETS = OWN + 2 };

/* By number: 0 the configuration's, i + 1 virtqueue i's; from SPARE on nobody's. Odd ones are at another CPU, where
 * there is one. */
extern struct target {
	struct irq_line *line;
	struct irq_message message;
	uint32_t mark;
} messages_targets[TARGETS];

void messages_need_targets(struct run *t, const struct device *d);

/* The source and the target of the request queue. */
uint32_t messages_source(const struct device *d);
unsigned messages_own(const struct device *d);

/* From here on interrupts count: at a target, astray, of the line. */
void messages_mark(struct device *d);
uint32_t messages_at(unsigned target);
uint32_t messages_astray(void);
uint32_t messages_line(struct device *d);

/* `want` messages at the target since the mark, no other, none astray. */
void messages_expect_only(struct run *t, unsigned target, uint32_t want, const char *when);

void messages_give(struct device *d, uint32_t source, unsigned target);
/* Each source gets a target: `target`, target + step and so on. The request queue is last. */
void messages_give_each(struct run *t, struct device *d, unsigned queues, unsigned target, unsigned step);

/* Parts of the start. A device whose type can has two virtqueues for requests; returns how many virtqueues there are.
 */
void messages_negotiate(struct run *t, struct device *d);
unsigned messages_queues(struct run *t, struct device *d);
/* The second one for requests, whose target is behind that of the first; NULL. */
struct virtqueue *messages_second(struct device *d);

/* Up to DRIVER_OK, or to just before it: each source has its message, and they are enabled or not. */
void messages_start(struct run *t, struct device *d, bool on);
void messages_prepare(struct run *t, struct device *d, bool on, unsigned target, unsigned step);

#endif
