/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * DMA memory under the address sanitizer: the guard bytes around what the driver was given are poisoned, so that a
 * driver or a check that believes a length of the device is found where it leaves its buffer. Linked with
 * -Wl,--wrap: everybody's dma_alloc() is ours.
 */
#ifndef TESTS_SELF_FUZZ_DMA_FUZZ_H
#define TESTS_SELF_FUZZ_DMA_FUZZ_H

#include <stddef.h>
#include <stdint.h>

/* Bytes of the arena that devices may reach, with the guards: what a wild device writes. */
extern uint8_t dma_fuzz_arena[];
enum { DMA_FUZZ_ARENA = 4 << 20 };

void dma_fuzz_init(void);

/* memcpy() as a device does it: the sanitizer does not look. */
void *dma_fuzz_copy(void *to, const void *from, size_t size);

#endif
