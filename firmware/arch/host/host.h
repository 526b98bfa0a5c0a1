/* SPDX-License-Identifier: BSD-2-Clause */
/* What the files of this port share. */
#ifndef ARCH_HOST_HOST_H
#define ARCH_HOST_HOST_H

#include <stdint.h>

/* Takes the interrupts that are pending, unless they are off. */
void host_interrupts_take(void);

/* Traps and the watchdog of real time. */
void host_signals_init(void);

#endif
