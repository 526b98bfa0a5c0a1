// SPDX-License-Identifier: BSD-2-Clause
/* The console: a PL011 or a 16550, polled. */
#include "firmware/arch/aarch64/uart.h"

#include <arch/mmio.h>

#include "firmware/arch/aarch64/clock.h"
#include "firmware/arch/machine.h"
#include "firmware/machine.h"

/* PL011 (Arm DDI 0183): byte offsets. */
/* clang-format off */
#define PL011_DR    0x00
#define PL011_FR    0x18
#define   FR_TX_FULL  0x20
#define   FR_TX_EMPTY 0x80
#define PL011_LCR_H 0x2c
#define   LCR_H_8BIT_FIFO 0x70
#define PL011_CR    0x30
#define   CR_ENABLE_TX 0x101
#define PL011_IMSC  0x38

/* 16550: register numbers. */
#define NS16550_THR 0
#define NS16550_IER 1
#define NS16550_IIR 2 /* for reading */
#define   IIR_FIFO_ENABLED 0xc0
#define NS16550_FCR 2 /* for writing */
#define   FCR_ENABLE_AND_CLEAR 0x07
#define NS16550_LCR 3
#define   LCR_8N1 0x03
#define NS16550_LSR 5
#define   LSR_THR_EMPTY 0x20
/* clang-format on */

enum { REGISTERS_SIZE = 0x1000 };

#define FIFO_SIZE 16u /* the smallest FIFO of a PL011 as well */

/*
 * How long the console may be busy before we drop a byte. A runner on a loaded host may not get to read for seconds.
 * The limit is shorter than a check's time limit.
 */
#define PATIENCE MILLISECONDS(8000)

static struct platform_uart uart; /* UART_NONE until uart_init() */
static uint32_t fifo_size;
static uint32_t room; /* bytes that the transmitter accepts before we have to ask again */
static bool stuck;    /* the console never became ready: do not wait again until it does */

static uint32_t read16550(uint32_t number)
{
	const uint64_t address = uart.base + ((uint64_t)number << uart.shift);

	return uart.width == 4 ? mmio_read32(address) : uart.width == 2 ? mmio_read16(address) : mmio_read8(address);
}

static void write16550(uint32_t number, uint8_t value)
{
	const uint64_t address = uart.base + ((uint64_t)number << uart.shift);

	if (uart.width == 4)
		mmio_write32(address, value);
	else if (uart.width == 2)
		mmio_write16(address, value);
	else
		mmio_write8(address, value);
}

void uart_init(const struct platform_uart *found)
{
	uart.kind = UART_NONE;
	if ((found->kind != UART_PL011 && found->kind != UART_16550) || !machine_map(found->base, REGISTERS_SIZE, true))
		return;
	uart = *found;
	if (uart.kind == UART_PL011) {
		mmio_write32(uart.base + PL011_IMSC, 0);
		mmio_write32(uart.base + PL011_LCR_H, LCR_H_8BIT_FIFO);
		mmio_write32(uart.base + PL011_CR, CR_ENABLE_TX);
	} else {
		write16550(NS16550_IER, 0);
		write16550(NS16550_LCR, LCR_8N1);
		write16550(NS16550_FCR, FCR_ENABLE_AND_CLEAR);
		fifo_size = (read16550(NS16550_IIR) & IIR_FIFO_ENABLED) == IIR_FIFO_ENABLED ? FIFO_SIZE : 1;
	}
}

static bool ready(void)
{
	if (uart.kind == UART_PL011) {
		const uint32_t flags = mmio_read32(uart.base + PL011_FR);

		room = flags & FR_TX_FULL ? 0 : flags & FR_TX_EMPTY ? FIFO_SIZE : 1;
	} else {
		room = read16550(NS16550_LSR) & LSR_THR_EMPTY ? fifo_size : 0;
	}
	return room;
}

void machine_put(char byte)
{
	if (uart.kind == UART_NONE)
		return;
	if (!room)
		stuck = stuck ? !ready() : !clock_spin(ready, PATIENCE);
	if (!room)
		return;
	room--;
	if (uart.kind == UART_PL011)
		mmio_write32(uart.base + PL011_DR, (uint8_t)byte);
	else
		write16550(NS16550_THR, (uint8_t)byte);
}
