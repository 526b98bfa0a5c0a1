// SPDX-License-Identifier: BSD-2-Clause
/* The console, polled. Without one, output is lost. */
#include "firmware/arch/riscv64/console.h"

#include <arch/mmio.h>

#include "firmware/arch/machine.h"
#include "firmware/arch/riscv64/clock.h"
#include "firmware/arch/riscv64/riscv.h"
#include "firmware/arch/riscv64/sbi.h"
#include "firmware/arch/riscv64/traps.h"
#include "firmware/machine.h"

/* 16550: register numbers. */
/* clang-format off */
#define UART_THR 0
#define UART_IER 1
#define   IER_THR_EMPTY 0x02
#define UART_IIR 2 /* for reading */
#define   IIR_FIFO_ENABLED 0xc0
#define UART_FCR 2 /* for writing */
#define   FCR_ENABLE_AND_CLEAR 0x07
#define UART_LCR 3
#define   LCR_8N1 0x03
#define UART_MCR 4
#define   MCR_DTR_RTS 0x03
#define UART_LSR 5
#define   LSR_THR_EMPTY 0x20
#define UART_REGISTERS 8
/* clang-format on */

#define FIFO_SIZE 16u

/*
 * HTIF has two 64-bit registers, tohost and fromhost. A command is written to tohost in two halves; the upper half
 * triggers it. When the command is done, tohost is 0 again.
 */
#define HTIF_SIZE	   16
#define HTIF_HALF	   8 /* distance of the two registers */
#define HTIF_HIGH	   4
#define HTIF_COMMAND_SHIFT 48 /* device << 8 | command */
#define HTIF_GETCHAR	   (0x100ull << HTIF_COMMAND_SHIFT)
#define HTIF_PUTCHAR	   (0x101ull << HTIF_COMMAND_SHIFT)

/*
 * How long the console may be busy before we drop a byte. A runner on a loaded host may not get to read for seconds.
 * The limit is shorter than a check's time limit.
 */
#define PATIENCE MILLISECONDS(8000)

static struct platform_uart uart;
static uintptr_t tohost; /* 0: no HTIF */
static bool has_debug_console;
static uint32_t fifo_size;
static uint32_t room; /* bytes that the transmitter accepts before we have to ask again */
static bool stuck;    /* the console never became ready: do not wait again until it does */

static void write_register(uint32_t number, uint8_t value)
{
	const uintptr_t address = uart.base + ((uintptr_t)number << uart.shift);

	if (uart.width == sizeof(uint32_t))
		mmio_write32(address, value);
	else if (uart.width == sizeof(uint16_t))
		mmio_write16(address, value);
	else
		mmio_write8(address, value);
}

static uint8_t read_register(uint32_t number)
{
	const uintptr_t address = uart.base + ((uintptr_t)number << uart.shift);

	if (uart.width == sizeof(uint32_t))
		return (uint8_t)mmio_read32(address);
	if (uart.width == sizeof(uint16_t))
		return (uint8_t)mmio_read16(address);
	return mmio_read8(address);
}

static void uart_init(const struct platform_uart *said)
{
	if (said->kind != UART_16550 || !machine_map(said->base, (uint64_t)UART_REGISTERS << said->shift, true))
		return;
	uart = *said;
	/* Keep the rate that the firmware chose. */
	write_register(UART_IER, 0);
	write_register(UART_LCR, LCR_8N1);
	write_register(UART_FCR, FCR_ENABLE_AND_CLEAR);
	write_register(UART_MCR, MCR_DTR_RTS);
	fifo_size = (read_register(UART_IIR) & IIR_FIFO_ENABLED) == IIR_FIFO_ENABLED ? FIFO_SIZE : 1;
}

static void write_htif(uintptr_t address, uint64_t value)
{
	mmio_write32(address, (uint32_t)value);
	mmio_write32(address + HTIF_HIGH, (uint32_t)(value >> 32));
}

/*
 * Device trees do not say which of the two registers comes first: in QEMU it is fromhost, in TinyEMU tohost. Find out
 * with a harmless command: it vanishes from tohost and stays in fromhost.
 */
static void htif_init(const struct platform_uart *said)
{
	const uintptr_t second = said->base + HTIF_HALF;
	uint32_t word;

	if (said->kind != UART_HTIF || !machine_map(said->base, HTIF_SIZE, true) || !probe_read32(second, &word))
		return;
	write_htif(second, HTIF_GETCHAR);
	tohost = second;
	if (!mmio_read32(second + HTIF_HIGH))
		return;
	write_htif(second, 0);
	tohost = said->base;
}

void console_init(const struct platform *platform)
{
	htif_init(&platform->htif);
	has_debug_console = sbi_has(SBI_DBCN);
	uart_init(&platform->uart);
}

uint32_t console_interrupt(void)
{
	return uart.kind == UART_16550 && uart.irq.gsi != IRQ_NO_GSI ? uart.irq.gsi : 0;
}

void console_assert(bool asserted)
{
	write_register(UART_IER, asserted ? IER_THR_EMPTY : 0);
}

bool htif_command(uint64_t command)
{
	if (tohost)
		write_htif(tohost, command);
	return tohost;
}

static bool ready(void)
{
	room = read_register(UART_LSR) & LSR_THR_EMPTY ? fifo_size : 0;
	return room;
}

static void put_uart(char byte)
{
	if (!room)
		stuck = stuck ? !ready() : !clock_spin(ready, PATIENCE);
	if (!room)
		return;
	room--;
	write_register(UART_THR, (uint8_t)byte);
}

void machine_put(char byte)
{
	if (uart.kind == UART_16550)
		put_uart(byte);
	else if (htif_command(HTIF_PUTCHAR | (uint8_t)byte) || machine_mode)
		return;
	else if (has_debug_console)
		sbi_call(SBI_DBCN, DBCN_WRITE_BYTE, (uint8_t)byte, 0, 0);
	else
		sbi_call(SBI_LEGACY_PUTCHAR, 0, (uint8_t)byte, 0, 0);
}
