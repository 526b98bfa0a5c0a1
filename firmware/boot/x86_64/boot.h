/* SPDX-License-Identifier: BSD-2-Clause */
/* What the boot protocols of x86_64 share. */
#ifndef FIRMWARE_BOOT_X86_64_BOOT_H
#define FIRMWARE_BOOT_X86_64_BOOT_H

#include <stdbool.h>
#include <stdint.h>

#include "firmware/machine.h"

/* Adds usable RAM. Ignores a range that is empty or wraps around. Counts one for which the table has no room. */
void boot_add_memory(struct boot_info *boot, uint64_t base, uint64_t size);

/* Makes what a loader points to readable. Returns false if that is impossible; the pointer then counts as not given. */
bool boot_reach(uint64_t address, uint64_t size);

/* Goes on to firmware_main(). From here on the first page is unmapped. */
_Noreturn void boot_finish(struct boot_info *boot);

#endif
