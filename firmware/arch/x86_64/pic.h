/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef ARCH_X86_64_PIC_H
#define ARCH_X86_64_PIC_H

/* Moves the two 8259s away from the exceptions and masks every input. Harmless where there are none. */
void pic_mask_all(void);

#endif
