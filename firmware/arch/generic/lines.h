/* SPDX-License-Identifier: BSD-2-Clause */
/* lines.c implements firmware/arch/irq.h, as far as struct irq_line goes, with these functions. */
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
 * Sets line->vector and programs the controller for line->source, masked. `index`, which is less than LINES_MAX,
 * belongs to this line alone. Returns false if the controllers have no such input.
 */
bool line_setup(struct irq_line *line, uint32_t index);

/* Masks or unmasks the line at the controller. An interrupt that the controller has already sent may still come. */
void line_mask(const struct irq_line *line, bool masked);

/* Gives a soft line a vector that line->cpu takes interrupts on. `index` is the same as in line_setup(). */
bool soft_line_setup(struct irq_line *line, uint32_t index);
void soft_line_raise(const struct irq_line *line);

/* Composes the message with which a device raises the vector of a soft line. Returns false if the platform takes no
 * messages. */
bool message_compose(const struct irq_line *line, struct irq_message *message);

/* Called around a handler: between the two only the watchdog or, on another CPU, a request to stop can interrupt. */
void handler_begin(void);
void handler_end(void);

/*
 * What a port calls.
 */

/* Returns the open line with that index, or NULL. */
struct irq_line *lines_at(uint32_t index);

/* Does what irq_soft_line_open() does, for any CPU. */
struct irq_line *lines_open_soft(enum irq_trigger trigger, uint32_t cpu);

/* A line's interrupt came. Called in interrupt context, before the controller is told that the interrupt is over. */
void lines_taken(struct irq_line *line);

/* Called with interrupts off: masks a line at the controller and marks it as parked. An interrupt that the
 * controller has already sent may still come. */
void lines_park(struct irq_line *line);

/* An interrupt came that belongs to no line of the CPU. */
void lines_unowned(uint32_t cpu, uint32_t vector);

/* A CPU has left a handler for good (see guard.h): parks that handler's line and detaches the handler. */
void lines_abandon(uint32_t cpu);

/* Called on a CPU that has just started: forgets the handler that it was stopped in. */
void lines_arrived(void);

/* Does a line's handler run on this CPU? */
bool lines_in_handler(void);

#endif
