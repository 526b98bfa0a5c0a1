/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef ARCH_X86_64_IRQ_H
#define ARCH_X86_64_IRQ_H

#include <stdint.h>

/* The watchdog interrupted the instruction at `address`. May not return, see generic/guard.h. */
void irq_watchdog(uint64_t address);

#endif
