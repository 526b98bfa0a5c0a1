/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Memory that devices may see. Everything that a check gives to a device comes from here, so that each ring and each
 * buffer stands between guard bytes and a stray write of the device is noticed. Addresses are physical and equal to the
 * pointers.
 *
 * There is one arena; dma_forget() empties it between checks. What the driver keeps for itself comes from its other end
 * (dma_private): the size of a queue needs no compile-time limit, and a device that writes past its rings does not
 * reach the books that judge it.
 */
#ifndef DRIVERS_DMA_H
#define DRIVERS_DMA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	DMA_GUARD = 64, /* guard bytes before and after each allocation */
	DMA_GUARD_BYTE = 0xd7,
	DMA_FRESH_BYTE = 0xb6, /* what a new buffer is filled with, so that an unwritten byte is known */
	DMA_ALLOCATIONS = 2048,
};

/* The arena is [memory, memory + size). A second one above 4 GiB may be added for checks of 64-bit addresses. */
void dma_init(void *memory, size_t size);
void dma_init_high(void *memory, size_t size);

/* Forgets all allocations. */
void dma_forget(void);

/* `size` bytes at a multiple of `align` (a power of two), filled with DMA_FRESH_BYTE, between guards. NULL when the
 * arena is full. */
void *dma_alloc(size_t size, size_t align);
/* The same, at an address that is `offset` past a multiple of `align`: for the least alignment that the specification
 * allows. */
void *dma_alloc_offset(size_t size, size_t align, size_t offset);
/* The same as dma_alloc(), above 4 GiB. NULL if there is no such RAM. */
void *dma_alloc_high(size_t size, size_t align);
/* Zeroed memory that no device is told about; no guards. */
void *dma_private(size_t size);

/* Is [address, address + length) memory of an arena? What a device inside this program may reach. */
bool dma_contains(uint64_t address, uint64_t length);

/* A guard that changed. */
struct dma_damage {
	const void *buffer; /* the allocation whose guard it is */
	size_t size;
	ptrdiff_t where; /* of the first changed byte, from the start of the buffer: negative, or >= size */
	uint8_t found;
};

/* True if all guards are whole; else tells of the first that is not. */
bool dma_guards_whole(struct dma_damage *damage);

#endif
