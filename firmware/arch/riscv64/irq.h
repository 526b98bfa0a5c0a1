/* SPDX-License-Identifier: BSD-2-Clause */
/* Between irq.c and interrupts.c. */
#ifndef ARCH_RISCV64_IRQ_H
#define ARCH_RISCV64_IRQ_H

#include <stdint.h>

#include "firmware/arch/irq.h"
#include "firmware/arch/riscv64/wires.h"

/* Inputs of a controller that count. */
#define IRQ_INPUTS 1024u

/* Vectors of soft lines without an IMSIC, to tell them from inputs. */
#define SOFT_VECTOR 0x1000u

/* The controller with inputs, NULL: there is none. */
const struct wires *irq_wires(void);

/* The index of the line that an input belongs to, LINES_MAX if there is none. */
uint32_t irq_place(uint32_t input);

/* Has the line taken as a soft one, if it is a level that is asserted and that nobody will tell us of again. */
void irq_remember(const struct irq_line *line);

/* The watchdog's interrupt came at this instruction: may not return, see generic/guard.h. */
void irq_watchdog(uint64_t address);

#endif
