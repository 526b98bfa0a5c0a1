/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * DMA memory under the address sanitizer: the guard bytes around each allocation are poisoned, so that the sanitizer
 * reports a driver or a check that believes a length from the device and leaves its buffer. -Wl,--wrap replaces
 * dma_alloc() for all callers.
 */
#ifndef TESTS_SELF_FUZZ_DMA_FUZZ_H
#define TESTS_SELF_FUZZ_DMA_FUZZ_H

#include <stddef.h>
#include <stdint.h>

/* The arena that devices may access, including the guards. A misbehaving device writes to all of it. */
extern uint8_t dma_fuzz_arena[];
enum { DMA_FUZZ_ARENA = 4 << 20 };

void dma_fuzz_init(void);

/* memcpy() on behalf of a device, which the sanitizer does not check. */
void *dma_fuzz_copy(void *to, const void *from, size_t size);

#endif
