/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef ARCH_X86_64_UART_H
#define ARCH_X86_64_UART_H

/* COM1, 115200 8N1, no interrupts. machine_put() writes to it. */
void uart_init(void);

#endif
