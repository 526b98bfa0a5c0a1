/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef ARCH_X86_64_PAGING_H
#define ARCH_X86_64_PAGING_H

#include <stdint.h>

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

/* Lets a page of RAM below 4 GiB be executed, too; its tables. */
uintptr_t paging_run_in(uintptr_t page);

#endif
