/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef FIRMWARE_ARCH_GENERIC_SPIN_H
#define FIRMWARE_ARCH_GENERIC_SPIN_H

#include <stdbool.h>
#include <stdint.h>

#include "firmware/arch/clock.h"

/*
 * As WAIT_UNTIL, without its hook: a port waits while it speaks, settles and stops, and nothing else may happen then.
 */
bool clock_spin(bool (*condition)(void), uint64_t nanoseconds);

#endif
