/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef ARCH_X86_64_PAGING_H
#define ARCH_X86_64_PAGING_H

/*
 * Builds and loads our page tables: everything below 4 GiB at its own address, but not the first page and not the page below the stack.
 * machine_map() adds to them.
 */
void paging_init(void);

#endif
