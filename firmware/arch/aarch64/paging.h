/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef ARCH_AARCH64_PAGING_H
#define ARCH_AARCH64_PAGING_H

/*
 * Builds and loads our page tables: this image at its own address, except the pages below the stacks, and nothing else.
 * machine_map() adds to them.
 */
void paging_init(void);

#endif
