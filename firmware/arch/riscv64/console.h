/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef ARCH_RISCV64_CONSOLE_H
#define ARCH_RISCV64_CONSOLE_H

#include <stdbool.h>
#include <stdint.h>

struct platform;

/*
 * From here on machine_put() writes to the console that the device tree names, a 16550 or HTIF, or to the firmware's
 * console if it names none. Before, it writes to the firmware's console.
 */
void console_init(const struct platform *platform);

/* The console's input at the interrupt controller, 0 if unknown. console_assert() asserts or releases that input. */
uint32_t console_interrupt(void);
void console_assert(bool asserted);

/* Sends a command to HTIF. Returns false if there is no HTIF. */
bool htif_command(uint64_t command);

#endif
