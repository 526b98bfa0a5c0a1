/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef ARCH_X86_64_PAGING_H
#define ARCH_X86_64_PAGING_H

#include <stdint.h>

/*
 * Builds and loads our page tables: they map everything below 4 GiB at its own address, except for the guards below the
 * stacks. machine_map() adds to them.
 */
void paging_init(void);

/*
 * Unmaps the first page, so that a NULL dereference traps. The boot code must have read before what a loader may have
 * left there.
 */
void paging_drop_first_page(void);

/* Makes a page of RAM below 4 GiB executable, and returns the page tables' address. */
uintptr_t paging_run_in(uintptr_t page);

#endif
