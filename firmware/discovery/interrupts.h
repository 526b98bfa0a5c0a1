/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Private to discovery/: CPUs, I/O APICs and the routes of ISA interrupts, whichever table announces them. `who` names
 * the table in warnings. If something is announced twice, or does not fit, we warn and do not add it.
 */
#ifndef FIRMWARE_DISCOVERY_INTERRUPTS_H
#define FIRMWARE_DISCOVERY_INTERRUPTS_H

#include "firmware/discovery/platform.h"

enum { ISA_INTERRUPTS = 16 };

void platform_add_cpu(struct platform *platform, const char *who, uint64_t id);
void platform_add_ioapic(struct platform *platform, const char *who, uint64_t base, uint32_t gsi_base);

/* `flags`: MPS INTI flags, from the MADT or the MP table. */
void platform_add_override(struct platform *platform, const char *who, uint8_t isa, uint32_t gsi, uint32_t flags);

#endif
