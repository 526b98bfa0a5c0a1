/* SPDX-License-Identifier: BSD-2-Clause */
/* Power State Coordination Interface (Arm DEN 0022): switches CPUs on and off, and the machine off. */
#ifndef ARCH_AARCH64_PSCI_H
#define ARCH_AARCH64_PSCI_H

#include <stdbool.h>
#include <stdint.h>

struct platform;

void psci_init(const struct platform *platform);

/* Returns only if there is no PSCI, or it cannot switch the machine off. */
void psci_system_off(void);

/* Starts a CPU at the physical address `entry` with `argument` in x0. Returns false if the CPU does not start. */
bool psci_cpu_on(uint64_t mpidr, uint64_t entry, uint64_t argument);

/* Switches the calling CPU off until psci_cpu_on(). Returns only if that is impossible. */
void psci_cpu_off(void);

/* Does PSCI report that the CPU is off? */
bool psci_cpu_is_off(uint64_t mpidr);

#endif
