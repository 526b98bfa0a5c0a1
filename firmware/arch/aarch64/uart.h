/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef ARCH_AARCH64_UART_H
#define ARCH_AARCH64_UART_H

struct platform_uart;

/* The console from now on, polled; 8N1, at the speed that it has. Before, and without one, what is written is lost. */
void uart_init(const struct platform_uart *uart);

#endif
