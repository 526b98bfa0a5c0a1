/* SPDX-License-Identifier: BSD-2-Clause */
/* The parts of the port's start that are in other files. */
#ifndef ARCH_RISCV64_MACHINE_H
#define ARCH_RISCV64_MACHINE_H

struct platform;

/* exit.c: stores how this platform is switched off. */
void exit_init(const struct platform *platform);

/* irq.c: finds the interrupt controllers, and those that interrupt us. */
void irq_init(const struct platform *platform);

#endif
