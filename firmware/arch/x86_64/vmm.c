// SPDX-License-Identifier: BSD-2-Clause
/* The hypervisor's name. */
#include "firmware/arch/machine.h"
#include "firmware/arch/x86_64/machine.h"
#include "firmware/arch/x86_64/x86.h"
#include "firmware/lib/string.h"

static char vmm[sizeof(uint32_t) * 3 + 1];

void vmm_init(void)
{
	const struct cpuid leaf = cpuid(CPUID_HYPERVISOR);
	const uint32_t signature[3] = { leaf.ebx, leaf.ecx, leaf.edx };

	if (cpuid(CPUID_FEATURES).ecx & FEATURES_ECX_HYPERVISOR)
		memcpy(vmm, signature, sizeof(signature));
}

const char *machine_vmm(void)
{
	return vmm;
}
