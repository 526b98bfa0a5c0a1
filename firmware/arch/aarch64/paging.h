/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef ARCH_AARCH64_PAGING_H
#define ARCH_AARCH64_PAGING_H

/*
 * Builds and loads our page tables: they map this image at its own address, except for the guards below the stacks.
 * machine_map() adds to them.
 */
void paging_init(void);

#endif
