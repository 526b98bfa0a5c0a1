/* SPDX-License-Identifier: BSD-2-Clause */
/* Power State Coordination Interface (Arm DEN 0022): CPUs on, machine off. */
#ifndef ARCH_AARCH64_PSCI_H
#define ARCH_AARCH64_PSCI_H

#include <stdbool.h>
#include <stdint.h>

struct platform;

void psci_init(const struct platform *platform);

/* Comes back if there is no PSCI, or it cannot. */
void psci_system_off(void);

/* Starts a CPU at `entry`, which is a physical address, with `argument` in x0. False: it does not start. */
bool psci_cpu_on(uint64_t mpidr, uint64_t entry, uint64_t argument);

/* The CPU that asks is off until psci_cpu_on(). Comes back if it cannot. */
void psci_cpu_off(void);

/* Is it off, as far as PSCI tells? */
bool psci_cpu_is_off(uint64_t mpidr);

#endif
