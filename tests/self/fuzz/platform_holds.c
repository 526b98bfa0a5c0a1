// SPDX-License-Identifier: BSD-2-Clause
#include "tests/self/fuzz/platform_holds.h"

#include <string.h>

#include "tests/self/fuzz/fuzz.h"

enum { WINDOW_MIN = 0x100, IO_PORTS = 0x10000 };

static void memory_holds(const struct platform *p)
{
	holds(p->memory_count <= PLATFORM_MEMORY);
	for (uint32_t i = 0; i < p->memory_count; i++) {
		holds(p->memory[i].size && p->memory[i].size <= UINT64_MAX - p->memory[i].base);
		holds(!i || p->memory[i - 1].base + p->memory[i - 1].size < p->memory[i].base);
	}
}

static void windows_hold(const struct platform *p)
{
	holds(p->window_count <= PLATFORM_WINDOWS);
	for (uint32_t i = 0; i < p->window_count; i++) {
		const struct mmio_window *window = &p->windows[i];
		const uint64_t end = window->base + window->size;

		holds(window->size >= WINDOW_MIN && window->base % 4 == 0 && end > window->base);
		holds(window->announced);
		holds(!i || window[-1].base + window[-1].size <= window->base);
		for (uint32_t j = 0; j < p->memory_count; j++)
			holds(end <= p->memory[j].base || p->memory[j].base + p->memory[j].size <= window->base);
	}
}

static void interrupts_hold(const struct platform *p)
{
	holds(p->ioapic_count <= PLATFORM_IOAPICS && p->override_count <= PLATFORM_OVERRIDES);
	holds(p->cpu_count <= PLATFORM_CPUS);
	for (uint32_t i = 0; i < p->ioapic_count; i++)
		for (uint32_t j = 0; j < i; j++)
			holds(p->ioapics[i].base != p->ioapics[j].base &&
			      p->ioapics[i].gsi_base != p->ioapics[j].gsi_base);
	for (uint32_t i = 0; i < p->override_count; i++)
		for (uint32_t j = 0; j < i; j++)
			holds(p->overrides[i].isa != p->overrides[j].isa);
	for (uint32_t i = 0; i < p->cpu_count; i++)
		for (uint32_t j = 0; j < i; j++)
			holds(p->cpus[i] != p->cpus[j]);
}

static void irqchips_hold(const struct platform *p)
{
	holds(p->irqchip_count <= PLATFORM_IRQCHIPS);
	for (uint32_t i = 0; i < p->irqchip_count; i++) {
		const struct platform_irqchip *chip = &p->irqchips[i];

		holds(chip->region_count && chip->region_count <= PLATFORM_IRQCHIP_REGIONS);
		for (uint32_t j = 0; j < chip->region_count; j++)
			holds(chip->regions[j].size <= UINT64_MAX - chip->regions[j].base);
		holds(chip->redistributor_regions < chip->region_count && chip->messages_to <= p->irqchip_count);
		holds(chip->output_count <= PLATFORM_IRQCHIP_OUTPUTS);
		for (uint32_t j = 0; j < chip->output_count; j++)
			holds(chip->outputs[j].cpu < p->cpu_count || chip->outputs[j].cpu == PLATFORM_NO_CPU);
	}
	holds(p->timer_count <= PLATFORM_TIMERS);
}

static void uart_holds(const struct platform_uart *uart)
{
	holds(uart->kind <= UART_HTIF && uart->shift <= 3 && uart->width <= 4);
	holds(uart->kind == UART_NONE || uart->width == 1 || uart->width == 2 || uart->width == 4);
}

/* Checks that a register that was found can be written to. */
static void register_holds(uint64_t address, uint8_t space)
{
	holds(!address || space == ACPI_SPACE_MEMORY || (space == ACPI_SPACE_IO && address < IO_PORTS));
}

static void warnings_hold(const struct platform *p)
{
	holds(p->warning_count <= PLATFORM_WARNINGS);
	holds(!p->warnings_dropped || p->warning_count == PLATFORM_WARNINGS);
	for (uint32_t i = 0; i < p->warning_count; i++) {
		const char *end = memchr(p->warnings[i], 0, PLATFORM_WARNING_MAX);

		holds(end && end > p->warnings[i]);
		for (const char *at = p->warnings[i]; at < end; at++)
			holds(*at >= 0x20 && *at < 0x7f);
	}
}

void platform_holds(const struct platform *platform)
{
	holds(memchr(platform->cmdline, 0, PLATFORM_CMDLINE_MAX));
	memory_holds(platform);
	windows_hold(platform);
	interrupts_hold(platform);
	irqchips_hold(platform);
	uart_holds(&platform->uart);
	uart_holds(&platform->htif);
	register_holds(platform->poweroff.sleep_address, platform->poweroff.sleep_space);
	register_holds(platform->poweroff.reset_address, platform->poweroff.reset_space);
	warnings_hold(platform);
}
