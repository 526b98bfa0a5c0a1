/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef ARCH_RISCV64_CONSOLE_H
#define ARCH_RISCV64_CONSOLE_H

#include <stdbool.h>
#include <stdint.h>

struct platform;

/*
 * machine_put() writes to what the device tree names, a 16550 or HTIF, otherwise to the firmware's console; before this
 * to that one only.
 */
void console_init(const struct platform *platform);

/* The interrupt controller's input of the console, 0 if it is not known; and its line, asserted or not. */
uint32_t console_interrupt(void);
void console_assert(bool asserted);

/* HTIF: a command to the host; false where there is none. */
bool htif_command(uint64_t command);

#endif
