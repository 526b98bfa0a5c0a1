/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef ARCH_X86_64_PAGING_H
#define ARCH_X86_64_PAGING_H

/*
 * Builds and loads our page tables: everything below 4 GiB at its own address, except the pages below the stack.
 * machine_map() adds to them.
 */
void paging_init(void);

/*
 * Unmaps the first page, so that a NULL dereference traps. Not before the boot code has read what a loader may have
 * left there.
 */
void paging_drop_first_page(void);

#endif
