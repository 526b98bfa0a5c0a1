// SPDX-License-Identifier: BSD-2-Clause
/* 32-bit code, whatever the loader's mode; it runs on a stack and in memory of its own, and writes the image alone. */
#include "firmware/boot/x86_64/packed/payload.h"

#include <stdbool.h>

#include "firmware/boot/packed/adler32.h"
#include "firmware/boot/packed/lzma.h"
#include "firmware/boot/x86_64/packed/distances.h"

#define UART_PORT 0x3f8

/* Called by entry.S. Returns when the image is where it belongs. */
void unpack(void);

/* Says so on the serial port, and ends the machine by a triple fault, for there is nothing to go on with. */
static _Noreturn void damaged(void)
{
	static const char text[] = "\n# fatal: this image is damaged: it does not unpack to what was packed\n";
	static const struct __attribute__((packed)) {
		uint16_t limit;
		uint64_t base;
	} no_table;

	for (const char *p = text; *p; p++)
		__asm__ volatile("outb %0, %1" ::"a"(*p), "Nd"((uint16_t)UART_PORT));
	__asm__ volatile("lidt %0; ud2" ::"m"(no_table));
	__builtin_unreachable();
}

void unpack(void)
{
	uint8_t *const image = (uint8_t *)payload.image;

	if (!lzma_unpack(image, payload.image_size, payload.bytes, payload.size))
		damaged();
	restore_distances(image, payload.image_size);
	if (adler32(image, payload.image_size) != payload.image_adler32)
		damaged();
}
