/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Message signalled interrupts as this machine has them: by an ITS, by a GICv2m frame, or not at all. A place is the
 * index of a line; messages to it become the interrupt that messages_intid() tells.
 */
#ifndef ARCH_AARCH64_MESSAGES_H
#define ARCH_AARCH64_MESSAGES_H

#include <stdbool.h>
#include <stdint.h>

#include "firmware/arch/irq.h"

struct platform;

/* After gic_init(). */
void messages_init(const struct platform *platform);

/* Who takes messages, in words for the report. */
const char *messages_description(void);

/* Does anybody? */
bool messages_exist(void);

/* SPIs that are for messages and for nothing else: [*first, *first + count). Returns the count. */
uint32_t messages_spis(uint32_t *first);

/* Another CPU, by itself: it takes messages. False: it cannot. */
bool messages_cpu_init(uint32_t cpu);

/* The interrupt of messages to a place, on its way to a CPU. 0: there is none. */
uint32_t messages_open(uint32_t place, uint32_t cpu);

/* What a device has to write, and where. False: to nowhere. */
bool messages_compose(uint32_t intid, struct irq_message *message);

/* Does what a device does. False: it cannot be done by us, or is no message's interrupt. */
bool messages_send(uint32_t intid);

/* Which line is an LPI's. */
uint32_t messages_place(uint32_t lpi);

#endif
