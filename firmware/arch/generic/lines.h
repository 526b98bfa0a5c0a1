/* SPDX-License-Identifier: BSD-2-Clause */
/* lines.c keeps the promises of firmware/arch/irq.h about struct irq_line on top of these. */
#ifndef ARCH_GENERIC_LINES_H
#define ARCH_GENERIC_LINES_H

#include <stdbool.h>
#include <stdint.h>

#include "firmware/arch/irq.h"

enum { LINES_MAX = 64 };

/*
 * What a port provides.
 */

/*
 * Sets line->vector and programs the controller for line->source, masked. `index` < LINES_MAX is the line's own.
 * False: no such input.
 */
bool line_setup(struct irq_line *line, uint32_t index);

/* Masks or unmasks at the controller. An interrupt that the controller sent on already may still come. */
void line_mask(const struct irq_line *line, bool masked);

/* Makes line->cpu take an interrupt on the vector of a soft line, as soon as it takes interrupts. `index` is as for
 * line_setup(). */
bool soft_line_setup(struct irq_line *line, uint32_t index);
void soft_line_raise(const struct irq_line *line);

/* The message that makes a device interrupt the vector of a soft line. False: the platform knows none. */
bool message_compose(const struct irq_line *line, struct irq_message *message);

/* Around a handler: between the two only the watchdog can interrupt. */
void handler_begin(void);
void handler_end(void);

/*
 * What a port calls.
 */

/* The open line of that index, NULL if there is none. */
struct irq_line *lines_at(uint32_t index);

/* irq_soft_line_open() for another CPU. */
struct irq_line *lines_open_soft(enum irq_trigger trigger, uint32_t cpu);

/* An interrupt of the line: called in interrupt context, before the controller is told that it is over. */
void lines_taken(struct irq_line *line);

/* With interrupts off: masks a line at the controller and marks it as parked. What was on its way may still come. */
void lines_park(struct irq_line *line);

/* An interrupt that belongs to no line of the CPU. */
void lines_unowned(uint32_t cpu, uint32_t vector);

/* A CPU has left a handler for good (see guard.h): its line is parked and loses the handler. */
void lines_abandon(uint32_t cpu);

/* On a CPU that was started: whatever it was stopped in is over. */
void lines_arrived(void);

/* Is a line's handler running, on this CPU? */
bool lines_in_handler(void);

#endif
