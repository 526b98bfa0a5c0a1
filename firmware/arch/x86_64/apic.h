/* SPDX-License-Identifier: BSD-2-Clause */
/* The local APIC of the CPU that runs us, in xAPIC or x2APIC mode, whichever we found. */
#ifndef ARCH_X86_64_APIC_H
#define ARCH_X86_64_APIC_H

#include <stdbool.h>
#include <stdint.h>

/*
 * Enables it, with every local source masked but NMI and errors. Everything below is for after this, and only if
 * apic_present().
 */
void apic_init(void);
bool apic_present(void);

/* The same on another CPU, in the same mode, without NMI; its timer does not run. */
void apic_init_cpu(void);

uint32_t apic_id(void);

/* Is an interrupt of that vector being handled, as far as the APIC knows? */
bool apic_in_service(uint8_t vector);

/* The interrupt of the highest priority that is being handled is over. */
void apic_eoi(void);

/* All of them are over. */
void apic_eoi_all(void);

/* Sends an interrupt to ourselves. */
void apic_send_self(uint8_t vector);

/* Sends one to the CPU with that APIC id. Ids above 254 need x2APIC mode. */
void apic_send(uint32_t id, uint8_t vector);

/* Stops the CPU until it is started; starts it, in real mode, at that page. */
void apic_send_init(uint32_t id);
void apic_send_startup(uint32_t id, uint8_t page);

/*
 * The timer counts down from apic_timer_period() - 1 to 0 and starts over, for ever. Its interrupt,
 * VECTOR_WATCHDOG, comes at each wrap, if it is on. Its frequency is the platform's bus frequency.
 */
void apic_timer_start(void);
uint32_t apic_timer_period(void);
uint32_t apic_timer_read(void);
void apic_timer_interrupt(bool on);

#endif
