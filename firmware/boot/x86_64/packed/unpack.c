// SPDX-License-Identifier: BSD-2-Clause
/* 32-bit code, whatever the loader's mode; it runs on a stack and in memory of its own, and writes the image alone. */
#include "firmware/boot/x86_64/packed/payload.h"

#include <stdbool.h>

#include "firmware/boot/packed/adler32.h"
#include "firmware/boot/packed/lzma.h"

#define UART_PORT 0x3f8

/* call and jmp with a distance of less than 16 MiB: its last byte is a sign. */
#define CALL	  0xe8
#define JMP	  0xe9
#define CALL_SIZE 5u

/* Called by entry.S. Returns when the image is where it belongs. */
void unpack(void);

/* The inverse of replace_distances() in linker/pack.py. */
static void restore_distances(uint8_t *image, uint32_t size)
{
	for (uint32_t i = 0; i + CALL_SIZE <= size; i++) {
		uint8_t *const p = &image[i];
		uint32_t distance;

		if ((*p != CALL && *p != JMP) || (p[4] != 0 && p[4] != 0xff))
			continue;
		distance = ((uint32_t)p[1] | (uint32_t)p[2] << 8 | (uint32_t)p[3] << 16 | (uint32_t)p[4] << 24) - i;
		p[1] = (uint8_t)distance;
		p[2] = (uint8_t)(distance >> 8);
		p[3] = (uint8_t)(distance >> 16);
		p[4] = distance >> 24 & 1 ? 0xff : 0;
	}
}

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
	if (!lzma_unpack(payload.image, payload.image_size, payload.bytes, payload.size))
		damaged();
	restore_distances(payload.image, payload.image_size);
	if (adler32(payload.image, payload.image_size) != payload.image_adler32)
		damaged();
}
