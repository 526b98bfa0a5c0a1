/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef ARCH_X86_64_DESCRIPTORS_H
#define ARCH_X86_64_DESCRIPTORS_H

/* Loads our GDT, TSS and IDT: from here on every vector has a handler. */
void descriptors_init(void);

/* Takes every handler away, so that the next exception shuts the CPU down. */
void descriptors_drop(void);

#endif
