/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Message signalled interrupts: by an ITS, by a GICv2m frame, or not at all. A place is the index of a line;
 * messages_open() returns the interrupt that messages to this place raise.
 */
#ifndef ARCH_AARCH64_MESSAGES_H
#define ARCH_AARCH64_MESSAGES_H

#include <stdbool.h>
#include <stdint.h>

#include "firmware/arch/irq.h"

struct platform;

/* Runs after gic_init(). */
void messages_init(const struct platform *platform);

/* What takes messages, for the report. */
const char *messages_description(void);

/* Does the machine take messages? */
bool messages_exist(void);

/* Stores the first SPI that is reserved for messages, and returns how many there are. */
uint32_t messages_spis(uint32_t *first);

/* Called on another CPU: makes it take messages. Returns false if it cannot. */
bool messages_cpu_init(uint32_t cpu);

/* Routes messages for a place to a CPU, and returns their interrupt; 0: the place has none. */
uint32_t messages_open(uint32_t place, uint32_t cpu);

/* Composes what a device has to write, and where. Returns false if the interrupt takes no messages. */
bool messages_compose(uint32_t intid, struct irq_message *message);

/* Sends a message as a device does. Returns false if the interrupt takes no messages. */
bool messages_send(uint32_t intid);

/* The index of the line that an LPI belongs to. */
uint32_t messages_place(uint32_t lpi);

#endif
