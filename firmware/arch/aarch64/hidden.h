/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Included before everything else. Tells the compiler that whatever another file defines is in the same image. So code
 * reaches it by its distance and needs no table of addresses that a loader would have to fill in.
 */
#ifndef __ASSEMBLER__
#pragma GCC visibility push(hidden)
#endif
