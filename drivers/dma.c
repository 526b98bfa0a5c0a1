// SPDX-License-Identifier: BSD-2-Clause
#include "drivers/dma.h"

#include <arch/cpu.h>

#include "firmware/lib/string.h"

static struct arena {
	uint8_t *start;
	size_t size;
	size_t used; /* bytes taken from the front */
	size_t top;  /* where the driver's own memory starts */
} low, high;

static struct {
	uint8_t *buffer;
	size_t size;
} allocations[DMA_ALLOCATIONS];
static size_t allocation_count;

bool dma_is_cut;

void dma_init(void *memory, size_t size)
{
	low = (struct arena){ .start = memory, .size = size, .top = size };
	allocation_count = 0;
}

void dma_init_high(void *memory, size_t size)
{
	high = (struct arena){ .start = memory, .size = size, .top = size };
}

void dma_forget(void)
{
	low.used = high.used = 0;
	low.top = low.size;
	allocation_count = 0;
}

/* Takes `size` bytes that start `offset` past a multiple of `align`, and leaves room for `before` bytes in front of
 * them and `after` bytes behind. NULL if they do not fit. */
static uint8_t *take(struct arena *arena, size_t before, size_t size, size_t after, size_t align, size_t offset)
{
	uintptr_t start = (uintptr_t)arena->start + arena->used + before;
	uintptr_t aligned = ((start + align - 1) & ~(uintptr_t)(align - 1)) + offset;
	size_t end = aligned - (uintptr_t)arena->start + size + after;

	if (!arena->start || size > arena->top || end > arena->top)
		return NULL;
	arena->used = end;
	return (uint8_t *)aligned;
}

static void *guarded(struct arena *arena, size_t size, size_t align, size_t offset)
{
	uint8_t *buffer;

	if (allocation_count == DMA_ALLOCATIONS)
		return NULL;
	buffer = take(arena, DMA_GUARD, size, DMA_GUARD, align, offset);
	if (!buffer)
		return NULL;
	memset(buffer - DMA_GUARD, DMA_GUARD_BYTE, DMA_GUARD);
	memset(buffer, DMA_FRESH_BYTE, size);
	memset(buffer + size, DMA_GUARD_BYTE, DMA_GUARD);
	allocations[allocation_count].buffer = buffer;
	allocations[allocation_count++].size = size;
	return buffer;
}

void *dma_alloc(size_t size, size_t align)
{
	return guarded(&low, size, align, 0);
}

void *dma_alloc_offset(size_t size, size_t align, size_t offset)
{
	return guarded(&low, size, align, offset);
}

void *dma_alloc_high(size_t size, size_t align)
{
	return guarded(&high, size, align, 0);
}

void *dma_private(size_t size)
{
	uintptr_t start = (uintptr_t)low.start, end = start + low.top;
	uintptr_t memory = (end - size) & ~(uintptr_t)15;

	if (!low.start || size > low.top || memory < start + low.used)
		return NULL;
	low.top = memory - start;
	return memset((void *)memory, 0, size);
}

static bool arena_contains(const struct arena *arena, uint64_t address, uint64_t length)
{
	uint64_t offset = address - (uintptr_t)arena->start; /* huge if the address is below */

	return arena->start && offset <= arena->top && length <= arena->top - offset;
}

bool dma_contains(uint64_t address, uint64_t length)
{
	return arena_contains(&low, address, length) || arena_contains(&high, address, length);
}

static bool guard_whole(const uint8_t *guard, size_t allocation, ptrdiff_t where, struct dma_damage *damage)
{
	size_t i = memory_unlike(guard, DMA_GUARD_BYTE, DMA_GUARD);

	if (i == DMA_GUARD)
		return true;
	*damage = (struct dma_damage){
		.buffer = allocations[allocation].buffer,
		.size = allocations[allocation].size,
		.where = where + (ptrdiff_t)i,
		.found = guard[i],
	};
	return false;
}

bool dma_guards_whole(struct dma_damage *damage)
{
	barrier_full(); /* read memory as it is now, not as the compiler remembers it */
	for (size_t i = 0; i < allocation_count; i++) {
		const uint8_t *buffer = allocations[i].buffer;
		size_t size = allocations[i].size;

		if (!guard_whole(buffer - DMA_GUARD, i, -DMA_GUARD, damage) ||
		    !guard_whole(buffer + size, i, (ptrdiff_t)size, damage))
			return false;
	}
	return true;
}
