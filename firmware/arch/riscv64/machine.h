/* SPDX-License-Identifier: BSD-2-Clause */
/* Parts of machine.c's start that live in files of their own. */
#ifndef ARCH_RISCV64_MACHINE_H
#define ARCH_RISCV64_MACHINE_H

struct platform;

/* exit.c: remembers how this platform is switched off. */
void exit_init(const struct platform *platform);

/* irq.c: interrupt controllers, and which of them reach us. */
void irq_init(const struct platform *platform);

#endif
