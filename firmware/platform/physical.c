// SPDX-License-Identifier: BSD-2-Clause
/* Physical memory as discovery sees it: identity mapped, where the port can map it. */
#include "firmware/arch/machine.h"
#include "firmware/platform/platform.h"

enum { FIRST_PAGE_END = 0x1000 }; /* ports leave the first page out, so that a null pointer traps */

const void *platform_physical(uint64_t address, uint64_t size)
{
	if (address < FIRST_PAGE_END || !size || size > UINTPTR_MAX - address)
		return NULL;
	return machine_map(address, size, false) ? (const void *)(uintptr_t)address : NULL;
}
