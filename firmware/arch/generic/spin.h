/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef FIRMWARE_ARCH_GENERIC_SPIN_H
#define FIRMWARE_ARCH_GENERIC_SPIN_H

#include <stdbool.h>
#include <stdint.h>

#include "firmware/arch/clock.h"

/*
 * Waits as WAIT_UNTIL() does, but does not run the wait's worker. For ports, which wait while they print, settle and
 * stop, when no device may do anything.
 */
bool clock_spin(bool (*condition)(void), uint64_t nanoseconds);

#endif
