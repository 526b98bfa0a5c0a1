/* SPDX-License-Identifier: BSD-2-Clause */
/* I/O APICs. A global system interrupt number names a pin. */
#ifndef ARCH_X86_64_IOAPIC_H
#define ARCH_X86_64_IOAPIC_H

#include <stdbool.h>
#include <stdint.h>

#include "firmware/arch/irq.h"

struct platform;

/* Finds the I/O APICs and masks all pins. */
void ioapic_init(const struct platform *platform);

/* Routes a pin to `vector` of the CPU with that APIC id, and leaves it masked. Returns false if no I/O APIC has the
 * pin. */
bool ioapic_route(const struct irq_source *source, uint8_t vector, uint32_t apic_id);

/*
 * Masks or unmasks a pin that ioapic_route() has routed. Keeps the trigger mode, so that the controller tracks a level
 * line while it is masked.
 */
void ioapic_mask(const struct irq_source *source, uint8_t vector, bool masked);

#endif
