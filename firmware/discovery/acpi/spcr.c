// SPDX-License-Identifier: BSD-2-Clause
/* The serial port console redirection table (Microsoft's SPCR, release 4), and the kinds of ports (Microsoft's DBG2).
 */
#include "firmware/discovery/acpi/acpi.h"

enum {
	SPCR_KIND = 36,	   /* u8 */
	SPCR_ADDRESS = 40, /* generic address; 0: there is no console */
	SPCR_GSI = 54,	   /* u32 */
	SPCR_SIZE = 58,

	KIND_16550 = 0x00,
	KIND_16550_SUBSET = 0x01,
	KIND_PL011 = 0x03,
	KIND_SBSA_32 = 0x0d, /* the SBSA's subset of a PL011, with 32-bit accesses */
	KIND_SBSA = 0x0e,
	KIND_16550_GENERIC = 0x12, /* as the generic address describes it */

	ACCESS_MAX = 3, /* 4 bytes */
	PL011_WIDTH = 4,
};

static enum uart_kind kind_of(uint8_t kind)
{
	switch (kind) {
	case KIND_16550:
	case KIND_16550_SUBSET:
	case KIND_16550_GENERIC:
		return UART_16550;
	case KIND_PL011:
	case KIND_SBSA_32:
	case KIND_SBSA:
		return UART_PL011;
	default:
		return UART_NONE;
	}
}

/* The distance of a 16550's registers is their width or that of an access, whichever is larger. */
static void read_16550(const uint8_t *generic, struct platform_uart *uart)
{
	const uint8_t access = generic[GENERIC_ACCESS_SIZE], bits = generic[GENERIC_BITS];

	uart->shift = access && access <= ACCESS_MAX ? access - 1 : 0;
	uart->width = (uint8_t)(1 << uart->shift);
	while (bits > 8u << uart->shift && uart->shift < ACCESS_MAX - 1)
		uart->shift++;
}

void acpi_read_spcr(struct platform *platform, const struct acpi_table *spcr)
{
	const uint8_t *generic = spcr->bytes + SPCR_ADDRESS;
	struct platform_uart uart = { .width = PL011_WIDTH };
	uint32_t unused;

	if (platform->uart.kind != UART_NONE)
		return;
	if (spcr->length < SPCR_SIZE) {
		acpi_warn(platform, spcr, "length 0x%x is too short; ignored", spcr->length);
		return;
	}
	uart.base = acpi_load64(generic + GENERIC_ADDRESS);
	uart.kind = kind_of(spcr->bytes[SPCR_KIND]);
	if (!uart.base)
		return;
	if (uart.kind == UART_NONE || generic[GENERIC_SPACE] != ACPI_SPACE_MEMORY) {
		acpi_warn(platform, spcr, "a console of type 0x%x in space %u; ignored", spcr->bytes[SPCR_KIND],
			  generic[GENERIC_SPACE]);
		return;
	}
	if (!platform_read32(uart.base, &unused)) {
		acpi_warn(platform, spcr, "no console answers at 0x%llx; ignored", (unsigned long long)uart.base);
		return;
	}
	if (uart.kind == UART_16550)
		read_16550(generic, &uart);
	uart.irq.gsi = acpi_load32(spcr->bytes + SPCR_GSI);
	platform->uart = uart;
}
