/* SPDX-License-Identifier: BSD-2-Clause */
/* Parts of machine.c's start that live in files of their own. */
#ifndef ARCH_X86_64_MACHINE_H
#define ARCH_X86_64_MACHINE_H

struct platform;

/* exit.c: remembers how this platform is switched off. */
void exit_init(const struct platform *platform);

/* vmm.c: finds out what machine_vmm() tells. */
void vmm_init(void);

#endif
