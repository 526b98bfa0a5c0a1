// SPDX-License-Identifier: BSD-2-Clause
/* The flat file: its image goes right behind it, wherever it is. */
#include "firmware/boot/aarch64/packed/payload.h"

#define SYSTEM_OFF 0x84000008u

extern uint8_t unpacker_end[];

/* Called by entry.S. Returns where the image begins to run. */
uintptr_t unpack_behind(void);

/* There is no console yet to say so on: ends the machine, which is no end of a report. */
static _Noreturn void damaged(void)
{
	register uint64_t function __asm__("x0") = SYSTEM_OFF;

	__asm__ volatile("hvc #0" : "+r"(function)::"x1", "x2", "x3", "memory");
	for (;;)
		__asm__ volatile("wfi");
}

uintptr_t unpack_behind(void)
{
	const uintptr_t behind = (uintptr_t)unpacker_end + IMAGE_ALIGNMENT - 1;
	const uintptr_t entry = unpack((uint8_t *)(behind & ~(uintptr_t)(IMAGE_ALIGNMENT - 1)));

	if (!entry)
		damaged();
	return entry;
}
