/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Interrupts, wired and message signalled, as a check sees them. A port implements this contract; nothing above the
 * port knows an interrupt controller.
 *
 * Two ways to take an interrupt:
 *
 * Held: no handler is attached. The interrupt is counted. A level line is then parked (masked at the controller),
 * because the device still asserts it; irq_line_rearm() unmasks it, and if the device still asserts the line it fires
 * again.
 *
 * Serviced: a handler is attached. It runs in interrupt context and is expected to make the device drop a level line.
 * A line that fires IRQ_STORM_LIMIT times without the main program calling irq_line_rearm() is parked and marked as a
 * storm.
 */
#ifndef FIRMWARE_ARCH_IRQ_H
#define FIRMWARE_ARCH_IRQ_H

#include <stdbool.h>
#include <stdint.h>

#include "firmware/machine.h"

#define IRQ_STORM_LIMIT 4096u

struct irq_line {
	struct irq_source source;
	uint32_t vector;		/* the port's number for it; reported, never interpreted */
	volatile uint32_t count;	/* interrupts taken since the line was opened */
	volatile uint64_t last_ns;	/* clock_ns() of the last one */
	volatile bool parked;		/* masked after an interrupt until irq_line_rearm() */
	volatile bool storm;		/* parked because of IRQ_STORM_LIMIT */
	volatile uint32_t since_rearm;	/* interrupts since the last irq_line_rearm() */
	void (*handler)(void *context); /* NULL: held */
	void *context;
	bool message;		     /* a target of irq_message_open() */
	uint8_t cpu;		     /* that takes it */
	volatile bool soft_asserted; /* a line of irq_soft_line_open(): what irq_soft_line_set() said last */
};

/*
 * The line of a source, unmasked. Opening the same GSI again gives the same line (shared lines exist). NULL when no
 * controller has such an input or the port is out of lines.
 */
struct irq_line *irq_line_open(const struct irq_source *source);

/*
 * A line that this program asserts itself, for a device that is part of it: no interrupt controller's input, but a real
 * interrupt. NULL when the port is out of lines. Its source has a GSI from IRQ_SOFT_GSI on.
 */
#define IRQ_SOFT_GSI 0x10000u
struct irq_line *irq_soft_line_open(enum irq_trigger trigger);

/* Asserts or releases such a line, from the main program or from an interrupt handler. */
void irq_soft_line_set(struct irq_line *line, bool asserted);

/*
 * Message signalled interrupts. A target is a vector of one CPU; whatever arrives there is counted, journalled and
 * handled as an edge. Every target has data of its own. Where the platform has more than one address for messages,
 * those of two targets that were opened one after the other differ, too, so that a mixture of the two is a message to
 * nobody; where all have the same (Arm), a mixture is one of the two.
 */
struct irq_message {
	uint64_t address;
	uint32_t data;
};

/*
 * A new target on a CPU (0: the one that boots; others: after cpus_start()), and the message that reaches it. NULL when
 * the port has none left.
 */
struct irq_line *irq_message_open(uint32_t cpu, struct irq_message *message);

/* False: this machine has no controller for messages. They are what we say, and only devices inside this program send
 * any. */
bool irq_messages_from_devices(void);

/*
 * What the platform does when a device writes `data` to `address`, for a device inside this program: a real interrupt
 * of the CPU that it names. A message that is not exactly one of irq_message_open() went astray: it is counted with the
 * interrupts that nobody owns, its data as the vector.
 */
void irq_message_send(const struct irq_message *message);

/* Attaches a handler (NULL: none) with its context, and re-arms the line. */
void irq_line_attach(struct irq_line *line, void (*handler)(void *context), void *context);

/* Forgets parked and storm and unmasks the line at the controller. A level line that is still asserted fires again, at
 * once. */
void irq_line_rearm(struct irq_line *line);

/* Masks the line at the controller until irq_line_rearm(). Marks it as parked. */
void irq_line_park(struct irq_line *line);

/*
 * Is a level line asserted now? Asked of the interrupt controller by unmasking the parked line and seeing whether it
 * fires, so the count may advance by one, and the line is left parked when it does. Only for a held level line.
 */
bool irq_line_asserted(struct irq_line *line);

/*
 * Returns once every interrupt that the controllers had already accepted for this CPU, and for each that is in use (see
 * cpus.h), has been taken: the port sends it an interrupt that ranks below all lines and waits for it. This, and not a
 * delay, is what "no interrupt came" is measured against.
 */
void irq_settle(void);

/*
 * How often a CPU did not take that interrupt for so long that waiting for it was given up, and which one it was last.
 * Then what did not come may still come.
 */
uint32_t irq_unsettled(uint32_t *cpu);

/* Interrupts taken on vectors that belong to no line of that CPU, and messages to nobody; the last such vector, and
 * where it came. */
uint32_t irq_unowned_count(void);
uint32_t irq_unowned_last(void);
uint32_t irq_unowned_cpu(void);

/* Whether the CPU takes interrupts. Returns the former state. Checks keep them on. */
bool irq_enable(bool on);

#endif
