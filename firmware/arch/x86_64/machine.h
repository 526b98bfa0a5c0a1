/* SPDX-License-Identifier: BSD-2-Clause */
/* The parts of the port's start that are in other files. */
#ifndef ARCH_X86_64_MACHINE_H
#define ARCH_X86_64_MACHINE_H

struct platform;

/* exit.c: stores how this platform is switched off. */
void exit_init(const struct platform *platform);

/* vmm.c: finds out what machine_vmm() returns. */
void vmm_init(void);

#endif
