// SPDX-License-Identifier: BSD-2-Clause
/*
 * Windows at the addresses that known VMMs use, for a loader that passes on neither ACPI nor a command line. The probe
 * writes nothing and reads only MagicValue. A read of an address without a device traps, or returns anything but the
 * magic value.
 */
#include "firmware/discovery/platform.h"

#define VIRTIO_MAGIC 0x74726976u /* "virt": virtio 1.4 section 4.2.2 */

/*
 * A VMM fills its windows from the first one on. So the probe of a place ends at the first window that does not answer,
 * and the place counts if at least `least` windows answered. The interrupt of window i is gsi + i, edge, active high
 * unless `level`.
 */
static const struct place {
	const char *vmm;
	uint64_t base;
	uint32_t stride, least, most, gsi;
	bool level;
} places[] = {
	/* 24 transports use the 24 inputs of a second I/O APIC; 8 use ISA interrupts if there is no ACPI. */
	{ "QEMU microvm with two I/O APICs", 0xfeb00000, 0x200, 24, 24, 24, true },
	{ "QEMU microvm without ACPI", 0xfeb00000, 0x200, 1, 8, 5, false },
	{ "Firecracker 1.13 or later", 0xc0001000, 0x1000, 1, 19, 5, false },
	{ "Firecracker before 1.13, or libkrun", 0xd0000000, 0x1000, 1, 19, 5, false },
	{ "StratoVirt microvm", 0xf0100000, 0x200, 1, 11, 5, false },
};

static uint32_t count_answers(const struct place *place)
{
	uint32_t count = 0, magic;

	while (count < place->most && platform_read32(place->base + (uint64_t)count * place->stride, &magic) &&
	       magic == VIRTIO_MAGIC)
		count++;
	return count;
}

static void add_place(struct platform *platform, const struct place *place, uint32_t count)
{
	platform_warn(platform, "probe: nothing was announced; %u windows from 0x%llx on, interrupts assumed as in %s",
		      count, (unsigned long long)place->base, place->vmm);
	for (uint32_t i = 0; i < count; i++) {
		struct mmio_window window = {
			.base = place->base + (uint64_t)i * place->stride,
			.size = place->stride,
			.irq = platform_isa_source(platform, place->gsi + i),
			.announced = ANNOUNCED_PROBE,
		};

		if (place->level)
			window.irq.trigger = IRQ_LEVEL;
		platform_add_window(platform, &window);
	}
}

void platform_probe(struct platform *platform)
{
	for (uint32_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		uint32_t count = count_answers(&places[i]);

		if (count >= places[i].least) {
			add_place(platform, &places[i], count);
			return;
		}
	}
}
