/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Comes before everything else: what is declared and defined elsewhere is in the same image, so its address is a
 * distance, and needs no table that somebody would have to fill in.
 */
#ifndef __ASSEMBLER__
#pragma GCC visibility push(hidden)
#endif
