/* SPDX-License-Identifier: BSD-2-Clause */
/* Private to irq.c and interrupts.c. */
#ifndef ARCH_RISCV64_IRQ_H
#define ARCH_RISCV64_IRQ_H

#include <stdint.h>

#include "firmware/arch/irq.h"
#include "firmware/arch/riscv64/wired.h"

/* The number of a controller's inputs. */
#define IRQ_INPUTS 1024u

/* Vectors of soft lines without an IMSIC start here, above all inputs. */
#define SOFT_VECTOR 0x1000u

/* The controller of wired interrupts; NULL: there is none. */
const struct wired_controller *irq_controller(void);

/* The index of the line that an input belongs to; LINES_MAX: none. */
uint32_t irq_place(uint32_t input);

/* If the line's level is asserted and the controller will not report it again, makes the CPU take it as a soft line. */
void irq_remember(const struct irq_line *line);

#endif
