// SPDX-License-Identifier: BSD-2-Clause
#include "tests/self/unit/found.h"

#include <stdarg.h>
#include <stdio.h>

#include "firmware/discovery/platform.h"

static char text[32768];
static size_t length;

__attribute__((format(printf, 1, 2))) static void say(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	length += (size_t)vsnprintf(text + length, sizeof(text) - length, format, arguments);
	va_end(arguments);
}

static void say_irq(const struct irq_source *irq)
{
	say(" irq %u%s%s", irq->gsi, irq->trigger == IRQ_LEVEL ? " level" : "",
	    irq->polarity == IRQ_ACTIVE_LOW ? " low" : "");
}

static void say_interrupts(const struct platform *platform)
{
	if (platform->lapic_base)
		say("lapic 0x%llx\n", (unsigned long long)platform->lapic_base);
	for (uint32_t i = 0; i < platform->cpu_count; i++)
		say("%s 0x%llx%s", i ? "" : "cpus", (unsigned long long)platform->cpus[i],
		    i == platform->cpu_count - 1 ? "\n" : "");
	for (uint32_t i = 0; i < platform->ioapic_count; i++)
		say("ioapic 0x%llx from %u\n", (unsigned long long)platform->ioapics[i].base,
		    platform->ioapics[i].gsi_base);
	for (uint32_t i = 0; i < platform->override_count; i++) {
		say("isa %u:", platform->overrides[i].isa);
		say_irq(&platform->overrides[i].source);
		say("\n");
	}
}

static void say_arm(const struct platform *platform)
{
	static const char *const kinds[] = { [IRQCHIP_GICV2] = "gicv2",
					     [IRQCHIP_GICV2M] = "gicv2m",
					     [IRQCHIP_GICV3] = "gicv3",
					     [IRQCHIP_GIC_ITS] = "its" };

	for (uint32_t i = 0; i < platform->irqchip_count; i++) {
		const struct platform_irqchip *chip = &platform->irqchips[i];

		say("%s", kinds[chip->kind]);
		for (uint32_t j = 0; j < chip->region_count; j++)
			say(" 0x%llx+0x%llx", (unsigned long long)chip->regions[j].base,
			    (unsigned long long)chip->regions[j].size);
		if (chip->redistributor_regions)
			say(" redistributors %u", chip->redistributor_regions);
		if (chip->inputs || chip->first_input)
			say(" inputs %u from %u", chip->inputs, chip->first_input);
		say("\n");
	}
	for (uint32_t i = 0; i < platform->timer_count; i++) {
		say("timer");
		say_irq(&platform->timers[i]);
		say("\n");
	}
	if (platform->uart.kind != UART_NONE) {
		say("uart %s 0x%llx width %u shift %u", platform->uart.kind == UART_16550 ? "16550" : "pl011",
		    (unsigned long long)platform->uart.base, platform->uart.width, platform->uart.shift);
		say_irq(&platform->uart.irq);
		say("\n");
	}
	if (platform->psci.conduit != PSCI_NONE)
		say("psci %s%s, cpu_on 0x%x\n", platform->psci.conduit == PSCI_HVC ? "hvc" : "smc",
		    platform->psci.has_versions ? "" : " of the first release", platform->psci.cpu_on);
}

static void say_power(const struct platform *platform)
{
	const struct platform_poweroff *poweroff = &platform->poweroff;

	if (poweroff->hardware_reduced)
		say("hardware-reduced\n");
	if (poweroff->sleep_address)
		say("sleep %s 0x%llx\n", poweroff->sleep_space == ACPI_SPACE_IO ? "port" : "at",
		    (unsigned long long)poweroff->sleep_address);
	if (poweroff->has_s5)
		say("s5 %u\n", poweroff->s5);
	if (poweroff->reset_address)
		say("reset %s 0x%llx = 0x%x\n", poweroff->reset_space == ACPI_SPACE_IO ? "port" : "at",
		    (unsigned long long)poweroff->reset_address, poweroff->reset_value);
	if (platform->pm_timer_port)
		say("pm timer port 0x%x\n", platform->pm_timer_port);
}

const char *found(const struct platform *platform)
{
	char who[32];

	length = 0;
	text[0] = 0;
	say_interrupts(platform);
	say_arm(platform);
	say_power(platform);
	for (uint32_t i = 0; i < platform->memory_count; i++)
		say("memory 0x%llx+0x%llx\n", (unsigned long long)platform->memory[i].base,
		    (unsigned long long)platform->memory[i].size);
	for (uint32_t i = 0; i < platform->window_count; i++) {
		const struct mmio_window *window = &platform->windows[i];

		say("%s 0x%llx+0x%llx", platform_announcers(window->announced, who, sizeof(who)),
		    (unsigned long long)window->base, (unsigned long long)window->size);
		say_irq(&window->irq);
		say("\n");
	}
	for (uint32_t i = 0; i < platform->warning_count; i++)
		say("! %s\n", platform->warnings[i]);
	if (platform->warnings_dropped)
		say("! and %u more\n", platform->warnings_dropped);
	return text;
}
