// SPDX-License-Identifier: BSD-2-Clause
#include "firmware/arch/aarch64/psci.h"

#include "firmware/arch/aarch64/traps.h"
#include "firmware/machine.h"

/* Function identifiers; for those that take addresses, the 64-bit variants. */
#define CPU_OFF	      0x84000002u
#define SYSTEM_OFF    0x84000008u
#define CPU_ON	      0xc4000003u
#define AFFINITY_INFO 0xc4000004u
#define INFO_OFF      1

static enum psci_conduit conduit;
static bool has_versions;
static uint32_t cpu_on = CPU_ON;

void psci_init(const struct platform *platform)
{
	conduit = platform->psci.conduit;
	has_versions = platform->psci.has_versions;
	if (!has_versions)
		cpu_on = platform->psci.cpu_on;
}

/* Returns a negative value if PSCI refused or there is no conduit. */
static int32_t call(uint32_t function, uint64_t a, uint64_t b, uint64_t c)
{
	switch (conduit) {
	case PSCI_HVC:
		return (int32_t)probe_hvc(function, a, b, c);
	case PSCI_SMC:
		return (int32_t)probe_smc(function, a, b, c);
	default:
		return PROBE_NO_CALL;
	}
}

void psci_system_off(void)
{
	if (has_versions)
		call(SYSTEM_OFF, 0, 0, 0);
}

bool psci_cpu_on(uint64_t mpidr, uint64_t entry, uint64_t argument)
{
	return cpu_on && call(cpu_on, mpidr, entry, argument) == 0;
}

void psci_cpu_off(void)
{
	if (has_versions)
		call(CPU_OFF, 0, 0, 0);
}

bool psci_cpu_is_off(uint64_t mpidr)
{
	return has_versions && call(AFFINITY_INFO, mpidr, 0, 0) == INFO_OFF;
}
