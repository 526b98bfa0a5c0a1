// SPDX-License-Identifier: BSD-2-Clause
#include "tests/guest/memory.h"

#include "drivers/dma.h"
#include "firmware/arch/machine.h"

enum { ARENA_BYTES = 8 << 20, HIGH_ARENA_BYTES = 1 << 20 };
#define FOUR_GIB (1ull << 32)

/* Not part of .bss: nothing needs it zeroed, and clearing it would take most of the boot. */
static uint8_t arena[ARENA_BYTES] __attribute__((section(".arena.last"), aligned(4096)));

static void use_high_memory(const struct platform *platform)
{
	for (unsigned i = 0; i < platform->memory_count; i++) {
		const uint64_t end = platform->memory[i].base + platform->memory[i].size;
		uint64_t base = platform->memory[i].base;

		if (base < FOUR_GIB)
			base = FOUR_GIB;
		if (end > base && end - base >= HIGH_ARENA_BYTES && machine_map(base, HIGH_ARENA_BYTES, false)) {
			dma_init_high((void *)(uintptr_t)base, HIGH_ARENA_BYTES);
			return;
		}
	}
}

/* As much of the arena as is memory. A firmware may keep what lies behind the image. */
static uint32_t arena_bytes(const struct platform *platform)
{
	const uint64_t start = (uintptr_t)arena;

	for (unsigned i = 0; i < platform->memory_count; i++) {
		const uint64_t base = platform->memory[i].base, size = platform->memory[i].size;

		if (start >= base && start - base < size && size - (start - base) < sizeof(arena))
			return (uint32_t)(size - (start - base));
	}
	return sizeof(arena);
}

void memory_for_devices(const struct platform *platform)
{
	const uint32_t size = arena_bytes(platform);

	dma_is_cut = size < sizeof(arena);
	dma_init(arena, size);
	use_high_memory(platform);
}
