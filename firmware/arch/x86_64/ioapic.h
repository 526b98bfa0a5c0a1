/* SPDX-License-Identifier: BSD-2-Clause */
/* I/O APICs. A pin is named by its global system interrupt number. */
#ifndef ARCH_X86_64_IOAPIC_H
#define ARCH_X86_64_IOAPIC_H

#include <stdbool.h>
#include <stdint.h>

#include "firmware/arch/irq.h"

struct platform;

/* Finds them and masks every pin. */
void ioapic_init(const struct platform *platform);

/* Routes a pin to `vector` of the CPU with that APIC id, masked. False: no I/O APIC has the pin. */
bool ioapic_route(const struct irq_source *source, uint8_t vector, uint32_t apic_id);

/*
 * For pins that ioapic_route() took. Leaves the trigger mode alone, so that the controller keeps track of a level
 * line that is masked.
 */
void ioapic_mask(const struct irq_source *source, uint8_t vector, bool masked);

#endif
