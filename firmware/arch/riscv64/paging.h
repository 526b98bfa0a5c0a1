/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef ARCH_RISCV64_PAGING_H
#define ARCH_RISCV64_PAGING_H

/* Builds page tables and turns them on, where there are any: supervisor mode with Sv39. Otherwise addresses are bare.
 */
void paging_init(void);

/* The same tables, on another CPU. */
void paging_enable(void);

#endif
