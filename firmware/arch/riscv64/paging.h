/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef ARCH_RISCV64_PAGING_H
#define ARCH_RISCV64_PAGING_H

/* Builds page tables and turns them on, in supervisor mode with Sv39. Otherwise there is no translation. */
void paging_init(void);

/* Turns the same tables on for another CPU. */
void paging_enable(void);

#endif
