// SPDX-License-Identifier: BSD-2-Clause
/* The console: a 16550 at COM1, polled. Without one, output is lost. */
#include "firmware/arch/x86_64/uart.h"

#include "firmware/arch/machine.h"
#include "firmware/arch/x86_64/clock.h"
#include "firmware/arch/x86_64/x86.h"

/* clang-format off */
#define UART 0x3f8
#define UART_DATA           (UART + 0)
#define UART_DIVISOR_LOW    (UART + 0) /* with LCR_DIVISOR */
#define UART_IER            (UART + 1)
#define UART_DIVISOR_HIGH   (UART + 1)
#define UART_IIR            (UART + 2) /* for reading */
#define   IIR_FIFO_ENABLED 0xc0
#define UART_FCR            (UART + 2) /* for writing */
#define   FCR_ENABLE_AND_CLEAR 0x07
#define UART_LCR            (UART + 3)
#define   LCR_8N1          0x03
#define   LCR_DIVISOR      0x80
#define UART_MCR            (UART + 4)
#define   MCR_DTR_RTS      0x03
#define UART_LSR            (UART + 5)
#define   LSR_THR_EMPTY    0x20
/* clang-format on */

#define DIVISOR_115200 1
#define FIFO_SIZE      16u

/*
 * How long the console may be busy before we drop a byte. A runner on a loaded host may not get to read for seconds.
 * The limit is shorter than a check's time limit.
 */
#define PATIENCE MILLISECONDS(8000)

static uint32_t fifo_size;
static uint32_t room; /* bytes that the transmitter accepts before we have to ask again */
static bool stuck;    /* the console never became ready: do not wait again until it does */

void uart_init(void)
{
	port_write8(UART_IER, 0);
	port_write8(UART_LCR, LCR_DIVISOR);
	port_write8(UART_DIVISOR_LOW, DIVISOR_115200);
	port_write8(UART_DIVISOR_HIGH, 0);
	port_write8(UART_LCR, LCR_8N1);
	port_write8(UART_FCR, FCR_ENABLE_AND_CLEAR);
	port_write8(UART_MCR, MCR_DTR_RTS);
	fifo_size = (port_read8(UART_IIR) & IIR_FIFO_ENABLED) == IIR_FIFO_ENABLED ? FIFO_SIZE : 1;
}

static bool ready(void)
{
	return port_read8(UART_LSR) & LSR_THR_EMPTY;
}

void machine_put(char byte)
{
	if (room == 0) {
		stuck = stuck ? !ready() : !clock_spin(ready, PATIENCE);
		if (stuck)
			return;
		room = fifo_size ? fifo_size : 1;
	}
	room--;
	port_write8(UART_DATA, (uint8_t)byte);
}
