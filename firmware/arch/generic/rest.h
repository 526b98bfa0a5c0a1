/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef FIRMWARE_ARCH_GENERIC_REST_H
#define FIRMWARE_ARCH_GENERIC_REST_H

#include <stdbool.h>
#include <stdint.h>

/*
 * Rests the CPU until its next interrupt, or for about that many nanoseconds. Returns false at once where nothing would
 * end the rest: on other CPUs than CPU 0, in an interrupt handler, with interrupts off, and without a watchdog.
 */
bool cpu_rest_for(uint64_t nanoseconds);

#endif
