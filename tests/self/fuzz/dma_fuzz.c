// SPDX-License-Identifier: BSD-2-Clause
#include "tests/self/fuzz/dma_fuzz.h"

#include <sanitizer/asan_interface.h>

#include "drivers/dma.h"

enum { REGIONS = 16384, PRIVATE_GAP = 16 };

uint8_t dma_fuzz_arena[DMA_FUZZ_ARENA] __attribute__((aligned(4096)));

static struct region {
	const uint8_t *start;
	size_t size;
} regions[REGIONS];
static size_t region_count;

void *__real_dma_alloc(size_t size, size_t align);
void *__real_dma_alloc_offset(size_t size, size_t align, size_t offset);
void *__real_dma_private(size_t size);
void __real_dma_forget(void);
bool __real_dma_guards_whole(struct dma_damage *damage);
void *__wrap_dma_alloc(size_t size, size_t align);
void *__wrap_dma_alloc_offset(size_t size, size_t align, size_t offset);
void *__wrap_dma_private(size_t size);
void __wrap_dma_forget(void);
bool __wrap_dma_guards_whole(struct dma_damage *damage);

static void poison(const uint8_t *start, size_t size)
{
	if (region_count == REGIONS)
		return;
	regions[region_count++] = (struct region){ start, size };
	__asan_poison_memory_region(start, size);
}

static void *guarded(uint8_t *buffer, size_t size)
{
	if (buffer) {
		poison(buffer - DMA_GUARD, DMA_GUARD);
		poison(buffer + size, DMA_GUARD);
	}
	return buffer;
}

/* Before an allocation no byte may be poisoned: dma.c fills a buffer together with its guards, and two neighbours may
 * share a granule of the sanitizer's shadow. */
static void unpoison_all(void)
{
	for (size_t i = 0; i < region_count; i++)
		__asan_unpoison_memory_region(regions[i].start, regions[i].size);
}

static void poison_all(void)
{
	for (size_t i = 0; i < region_count; i++)
		__asan_poison_memory_region(regions[i].start, regions[i].size);
}

void *__wrap_dma_alloc(size_t size, size_t align)
{
	return guarded(__real_dma_alloc(size, align), size);
}

void *__wrap_dma_alloc_offset(size_t size, size_t align, size_t offset)
{
	return guarded(__real_dma_alloc_offset(size, align, offset), size);
}

void *__wrap_dma_private(size_t size)
{
	uint8_t *const memory = __real_dma_private(size + PRIVATE_GAP);

	if (memory)
		poison(memory + size, PRIVATE_GAP);
	return memory;
}

void __wrap_dma_forget(void)
{
	unpoison_all();
	region_count = 0;
	__real_dma_forget();
}

bool __wrap_dma_guards_whole(struct dma_damage *damage)
{
	bool whole;

	unpoison_all();
	whole = __real_dma_guards_whole(damage);
	poison_all();
	return whole;
}

void dma_fuzz_init(void)
{
	dma_init(dma_fuzz_arena, sizeof(dma_fuzz_arena));
}

__attribute__((no_sanitize("address", "undefined"), no_builtin)) void *dma_fuzz_copy(void *to, const void *from,
										     size_t size)
{
	volatile uint8_t *out = to;
	const volatile uint8_t *in = from;

	while (size--)
		*out++ = *in++;
	return to;
}
