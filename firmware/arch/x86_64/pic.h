/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef ARCH_X86_64_PIC_H
#define ARCH_X86_64_PIC_H

/* Moves the two 8259s' vectors away from the exceptions and masks every input. Harmless on a machine without 8259s. */
void pic_mask_all(void);

#endif
