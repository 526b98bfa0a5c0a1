/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef ARCH_AARCH64_UART_H
#define ARCH_AARCH64_UART_H

struct platform_uart;

/* Makes a UART the console, polled, 8N1, at its present speed. Without a console, output is lost. */
void uart_init(const struct platform_uart *uart);

#endif
