// SPDX-License-Identifier: BSD-2-Clause
/* Puts the image behind itself, wherever that is, and its addresses right. On a stack and in memory of its own. */
#include "firmware/boot/riscv64/packed/payload.h"

#include <stdbool.h>

#include "firmware/boot/movable/addresses.h"
#include "firmware/boot/packed/adler32.h"
#include "firmware/boot/packed/lzma.h"

/* jal: a distance in halves of words, in four pieces. auipc and what completes it: an address in 20 bits and 12. */
#define OPCODE_MASK   0x7fu
#define OPCODE_JAL    0x6fu
#define OPCODE_AUIPC  0x17u
#define OPCODE_LOAD   0x03u
#define OPCODE_ADDI   0x13u
#define OPCODE_JALR   0x67u
#define REGISTER_MASK 0x1fu
#define TARGET_SHIFT  7	 /* register that is written */
#define SOURCE_SHIFT  15 /* register that is read */
#define DISTANCE_MASK 0xfffffu

#define IMAGE_ALIGNMENT 0x1000u /* as in linker/riscv64.ld */

/* A device tree's first words, big-endian: magic value and size. */
#define FDT_MAGIC    0xd00dfeedu
#define FDT_SIZE_MAX 0x200000u

/* SBI's system reset extension: shut down. */
#define SBI_SRST 0x53525354u

extern uint8_t unpacker_end[];

/* Called by entry.S. Returns where the image begins to run. */
uintptr_t unpack(const uint8_t *fdt, bool machine);

static uint32_t load(const uint8_t *at)
{
	return (uint32_t)at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
}

static void store(uint8_t *at, uint32_t word)
{
	for (uint32_t i = 0; i < sizeof(word); i++)
		at[i] = (uint8_t)(word >> 8 * i);
}

static bool is_call(uint32_t word)
{
	const uint32_t link = word >> TARGET_SHIFT & REGISTER_MASK;

	return (word & OPCODE_MASK) == OPCODE_JAL && (link == 0 || link == 1 || link == 5);
}

static bool is_pair(uint32_t word, uint32_t after)
{
	const uint32_t base = word >> TARGET_SHIFT & REGISTER_MASK, opcode = after & OPCODE_MASK;

	return (word & OPCODE_MASK) == OPCODE_AUIPC && base && (after >> SOURCE_SHIFT & REGISTER_MASK) == base &&
	       (opcode == OPCODE_LOAD || opcode == OPCODE_ADDI || opcode == OPCODE_JALR);
}

/* The inverse of replace_distances_riscv() in linker/pack.py. */
static void restore_distances(uint8_t *image, uint32_t size, struct addresses *addresses)
{
	uint32_t i = 0;

	while (i + 8 <= size) {
		const uint32_t word = load(image + i), after = load(image + i + 4);
		uint32_t distance;

		if (is_call(word)) {
			distance = ((word >> 12) - i / 2) & DISTANCE_MASK;
			store(image + i, (word & 0xfff) | (distance >> 19 & 1) << 31 | (distance & 0x3ff) << 21 |
						 (distance >> 10 & 1) << 20 | (distance >> 11 & 0xff) << 12);
			i += 4;
		} else if (is_pair(word, after)) {
			distance = addresses_next(addresses) - i;
			store(image + i, (word & 0xfff) | ((distance + 0x800) & 0xfffff000));
			store(image + i + 4, (after & 0xfffff) | distance << 20);
			i += 8;
		} else {
			i += 2;
		}
	}
}

/* There is no console yet to say so on: ends the machine, where anybody can, which is no end of a report. */
static _Noreturn void damaged(bool machine)
{
	register uint64_t type __asm__("a0") = 0;
	register uint64_t reason __asm__("a1") = 1;
	register uint64_t function __asm__("a6") = 0;
	register uint64_t extension __asm__("a7") = SBI_SRST;

	if (!machine)
		__asm__ volatile("ecall" : "+r"(type), "+r"(reason) : "r"(function), "r"(extension) : "memory");
	for (;;)
		__asm__ volatile("wfi");
}

static uint32_t load_big(const uint8_t *at)
{
	return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

static uintptr_t align(uintptr_t address)
{
	return (address + IMAGE_ALIGNMENT - 1) & ~(uintptr_t)(IMAGE_ALIGNMENT - 1);
}

/*
 * Behind us; some loaders put the device tree there, not far away: then behind that. It is looked at only where the
 * image would be written anyway, for a1 may be anything, and nobody takes a trap yet.
 */
static uint8_t *find_room(const uint8_t *fdt)
{
	const uintptr_t tree = (uintptr_t)fdt, end = (uintptr_t)unpacker_end, image = align(end);

	if (tree < end || tree >= image + payload.memory || tree % sizeof(uint64_t) || load_big(fdt) != FDT_MAGIC ||
	    load_big(fdt + 4) > FDT_SIZE_MAX)
		return (uint8_t *)image;
	return (uint8_t *)align(tree + load_big(fdt + 4));
}

uintptr_t unpack(const uint8_t *fdt, bool machine)
{
	const uint32_t words = payload.image_size / sizeof(uint64_t);
	const uint32_t bare = payload.image_size - payload.holes * sizeof(uint64_t);
	uint8_t *const image = find_room(fdt);
	const uint32_t *const list = (const uint32_t *)(image + payload.image_size);
	const uint8_t *const places = (const uint8_t *)(list + payload.addresses);
	struct addresses addresses;

	if (!lzma_unpack(image + payload.image_size - bare, bare + payload.addresses * sizeof(*list) + payload.places,
			 payload.bytes, payload.size))
		damaged(machine);
	addresses_begin(&addresses, image, payload.image_size, list, payload.addresses);
	addresses_make_room((uint64_t *)image, words, payload.holes, places, payload.places);
	restore_distances(image, payload.text_size, &addresses);
	addresses_restore((uint64_t *)image, words, places, payload.places, &addresses);
	if (adler32(image, payload.image_size) != payload.adler32)
		damaged(machine);
	addresses_relocate((uint64_t *)image, words, places, payload.places);
	return (uintptr_t)image + payload.entry;
}
