/* SPDX-License-Identifier: BSD-2-Clause */
/* The local APIC of the calling CPU, in the mode in which we found it: xAPIC or x2APIC. */
#ifndef ARCH_X86_64_APIC_H
#define ARCH_X86_64_APIC_H

#include <stdbool.h>
#include <stdint.h>

/*
 * Enables the APIC, with all local interrupts masked except NMI and errors. The functions below may be called only
 * after this, and only if apic_present().
 */
void apic_init(void);
bool apic_present(void);

/* Does the same on another CPU, in the same mode, but without NMI. The CPU's timer does not run. */
void apic_init_cpu(void);

uint32_t apic_id(void);

/* Does the APIC consider an interrupt with that vector to be in service? */
bool apic_in_service(uint8_t vector);

/* Ends the interrupt with the highest priority that is in service. */
void apic_eoi(void);

/* Ends all interrupts that are in service. */
void apic_eoi_all(void);

/* Sends an interrupt to this CPU. */
void apic_send_self(uint8_t vector);

/* Sends an interrupt to the CPU with that APIC id. Ids above 254 need x2APIC mode. */
void apic_send(uint32_t id, uint8_t vector);

/* Stops a CPU until apic_send_startup(), which starts it in real mode at that page. */
void apic_send_init(uint32_t id);
void apic_send_startup(uint32_t id, uint8_t page);

/*
 * The timer counts down from apic_timer_period() - 1 to 0 and starts over, for ever. If its interrupt, VECTOR_WATCHDOG,
 * is on, it comes whenever the timer starts over. The timer's frequency is the platform's bus frequency.
 */
void apic_timer_start(void);
uint32_t apic_timer_period(void);
uint32_t apic_timer_read(void);
void apic_timer_interrupt(bool on);

/* apic_timer_soon() makes the timer start over after that many counts instead, until apic_timer_as_ever(). Only while
 * nothing reads the timer as a clock. */
void apic_timer_soon(uint64_t counts);
void apic_timer_as_ever(void);

#endif
