/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Interrupts, wired and message signalled, as a check sees them. A port implements this contract; no code above the
 * port knows an interrupt controller.
 *
 * There are two ways to take an interrupt:
 *
 * Held: no handler is attached. The port counts the interrupt. It then parks a level line (masks it at the controller),
 * because the device still asserts it. irq_line_rearm() unmasks the line, which fires again if the device still asserts
 * it.
 *
 * Serviced: a handler is attached. It runs in interrupt context and is expected to make the device drop a level line. A
 * line that fires IRQ_STORM_LIMIT times without a call of irq_line_rearm() from the main program is parked and marked
 * as a storm.
 */
#ifndef FIRMWARE_ARCH_IRQ_H
#define FIRMWARE_ARCH_IRQ_H

#include <stdbool.h>
#include <stdint.h>

#include "firmware/machine.h"

#define IRQ_STORM_LIMIT 4096u

struct irq_line {
	struct irq_source source;
	uint32_t vector;		/* chosen by the port; reported, never interpreted */
	volatile uint32_t count;	/* interrupts taken since the line was opened */
	volatile uint64_t last_ns;	/* clock_ns() of the last interrupt */
	volatile bool parked;		/* masked until irq_line_rearm() */
	volatile bool storm;		/* parked because of IRQ_STORM_LIMIT */
	volatile uint32_t since_rearm;	/* interrupts since the last irq_line_rearm() */
	void (*handler)(void *context); /* NULL: held */
	void *context;
	bool message; /* a target of irq_message_open() */
	uint8_t cpu;  /* CPU that takes it */
	volatile bool
		soft_asserted; /* for a line of irq_soft_line_open(): the last value given to irq_soft_line_set() */
};

/*
 * Returns the line of a source, unmasked. Opening the same GSI again returns the same line, since devices may share a
 * line. Returns NULL if no controller has such an input or the port is out of lines.
 */
struct irq_line *irq_line_open(const struct irq_source *source);

/*
 * A soft line: one that this program asserts itself, for a device that is part of it. No input of an interrupt
 * controller belongs to it, but its interrupts are real. Its source has a GSI of IRQ_SOFT_GSI or above. Returns NULL if
 * the port is out of lines.
 */
#define IRQ_SOFT_GSI 0x10000u
struct irq_line *irq_soft_line_open(enum irq_trigger trigger);

/* Asserts or releases a soft line, from the main program or from an interrupt handler. */
void irq_soft_line_set(struct irq_line *line, bool asserted);

/*
 * Message signalled interrupts. A target is a vector of one CPU; whatever arrives there is counted, put in the journal
 * and handled as an edge. No two targets have the same data. Where the platform has more than one address for messages,
 * two targets that were opened one after the other also differ in their addresses. A mixture of their messages then
 * matches no target. Where all targets share one address (Arm), a mixture is one of the two messages.
 */
struct irq_message {
	uint64_t address;
	uint32_t data;
};

/*
 * Opens a new target on a CPU (0, or one that cpus_start() has started) and stores the message that reaches it. Returns
 * NULL if the port has no target left.
 */
struct irq_line *irq_message_open(uint32_t cpu, struct irq_message *message);

/* Returns false if this machine has no controller for messages. The port then makes up the messages, and only
 * devices inside this program can send them. */
bool irq_messages_from_devices(void);

/*
 * Does what the platform does when a device writes `data` to `address`, for a device inside this program: raises a real
 * interrupt on the CPU that the message names. A message that no irq_message_open() returned is counted as an unowned
 * interrupt, with its data as the vector.
 */
void irq_message_send(const struct irq_message *message);

/* Attaches a handler and its context, or detaches it (NULL), and rearms the line. */
void irq_line_attach(struct irq_line *line, void (*handler)(void *context), void *context);

/* Clears `parked` and `storm` and unmasks the line at the controller. A level line that is still asserted fires
 * again at once. */
void irq_line_rearm(struct irq_line *line);

/* Parks the line: masks it at the controller until irq_line_rearm(). When this returns, no interrupt of the line is
 * on its way. */
void irq_line_park(struct irq_line *line);

/*
 * Is a level line asserted now? Asks the interrupt controller: unmasks the parked line and sees whether it fires. So
 * the count may advance by one, and the line is parked again if it fired. Only for a held level line.
 */
bool irq_line_asserted(struct irq_line *line);

/*
 * Returns once every interrupt that the controllers had already accepted has been taken, on this CPU, on CPU 0, and on
 * each CPU in use (see cpus.h): the port sends each an interrupt that ranks below all lines and waits until it is
 * taken. "No interrupt came" is judged after this, not after a delay.
 */
void irq_settle(void);

/*
 * Returns how often a CPU did not take that interrupt within the time limit, and stores which CPU it was last. An
 * interrupt that seemed not to come may then still come.
 */
uint32_t irq_unsettled(uint32_t *cpu);

/* The number of unowned interrupts: those taken on a vector that belongs to no line of that CPU, and messages that
 * match no target. Then the vector of the last one, and the CPU that took it. */
uint32_t irq_unowned_count(void);
uint32_t irq_unowned_last(void);
uint32_t irq_unowned_cpu(void);

/* Sets whether this CPU takes interrupts, and returns the former state. Checks keep interrupts on. */
bool irq_enable(bool on);

#endif
