/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef ARCH_X86_64_UART_H
#define ARCH_X86_64_UART_H

/* Initializes COM1 for machine_put(): 115200 8N1, no interrupts. */
void uart_init(void);

#endif
