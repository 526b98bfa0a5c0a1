/* SPDX-License-Identifier: BSD-2-Clause */
/* What our EFI application passes to the image in x0, where other loaders pass a device tree. */
#ifndef FIRMWARE_BOOT_AARCH64_HANDOVER_H
#define FIRMWARE_BOOT_AARCH64_HANDOVER_H

#include <stdint.h>

#define HANDOVER_MAGIC	    0x696665656e6f7473u /* "stoneefi" */
#define HANDOVER_MEMORY_MAX 32

/* Addresses are physical; 0 = not given. */
struct handover {
	uint64_t magic, devicetree, rsdp, cmdline;
	struct {
		uint64_t base, size; /* usable RAM */
	} memory[HANDOVER_MEMORY_MAX];
	uint64_t memory_count;
};

#endif
