/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef ARCH_X86_64_DESCRIPTORS_H
#define ARCH_X86_64_DESCRIPTORS_H

#include <stdint.h>

/* Loads our GDT, TSS and IDT on CPU 0. From here on every vector has a handler: the stub of its number, each
 * TRAP_STUB_SIZE bytes long. */
void descriptors_init(const char *stubs);

/* Loads the TSS and the IDT on another CPU, which has loaded the GDT already. The exceptions that need their own
 * stacks use three of TRAP_STACK_SIZE below `stacks_top`. From here on cpus_self() returns the CPU's number. */
void descriptors_init_cpu(uint32_t cpu, uintptr_t stacks_top);

/* Removes all handlers, so that the next exception shuts the CPU down. */
void descriptors_drop(void);

#endif
