/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Memory that devices may see. All memory that a check gives to a device comes from here, so that guard bytes surround
 * each ring and each buffer and reveal a stray write of the device. Addresses are physical and equal to the pointers.
 *
 * There is one arena; dma_forget() empties it between checks. The driver's own records come from its other end
 * (dma_private). So queues need no compile-time limit on their size, and a device that writes past its rings does not
 * reach the records that judge it.
 */
#ifndef DRIVERS_DMA_H
#define DRIVERS_DMA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	DMA_GUARD = 64, /* guard bytes before and after each allocation */
	DMA_GUARD_BYTE = 0xd7,
	DMA_FRESH_BYTE = 0xb6, /* fills a new buffer, so that a byte that the device did not write is recognised */
	DMA_ALLOCATIONS = 4096,
};

/* The arena is [memory, memory + size). dma_init_high() adds a second one above 4 GiB, for checks of 64-bit addresses.
 */
void dma_init(void *memory, size_t size);
/* The arena is smaller than the checks were written for, because the machine has no more. */
extern bool dma_is_cut;
void dma_init_high(void *memory, size_t size);

/* Forgets all allocations. */
void dma_forget(void);

/* `size` bytes at a multiple of `align` (a power of two), filled with DMA_FRESH_BYTE, between guards. NULL when the
 * arena is full. */
void *dma_alloc(size_t size, size_t align);
/* The same, at an address that is `offset` past a multiple of `align`: for checks of the smallest alignment that the
 * specification allows. */
void *dma_alloc_offset(size_t size, size_t align, size_t offset);
/* The same as dma_alloc(), above 4 GiB. NULL if there is no such RAM. */
void *dma_alloc_high(size_t size, size_t align);
/* Zeroed memory without guard bytes, whose address no device learns. */
void *dma_private(size_t size);

/* Is [address, address + length) memory of an arena? A device inside this program may access nothing else. */
bool dma_contains(uint64_t address, uint64_t length);

/* A guard byte that changed. */
struct dma_damage {
	const void *buffer; /* the allocation that it guards */
	size_t size;
	ptrdiff_t where; /* offset of the first changed byte from the start of the buffer: negative, or >= size */
	uint8_t found;
};

/* True if all guard bytes are whole; else *damage describes the first that is not. */
bool dma_guards_whole(struct dma_damage *damage);

#endif
