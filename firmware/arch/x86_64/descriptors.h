/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef ARCH_X86_64_DESCRIPTORS_H
#define ARCH_X86_64_DESCRIPTORS_H

#include <stdint.h>

/* Loads our GDT, TSS and IDT: from here on every vector has a handler, the stub of its number, each TRAP_STUB_SIZE
 * long. For the CPU that boots. */
void descriptors_init(const char *stubs);

/* The TSS and the IDT, for another CPU, which has the GDT: traps that need a good stack have the three of
 * TRAP_STACK_SIZE below `stacks_top`. Afterwards cpus_self() tells its number. */
void descriptors_init_cpu(uint32_t cpu, uintptr_t stacks_top);

/* Takes every handler away, so that the next exception shuts the CPU down. */
void descriptors_drop(void);

#endif
