/* SPDX-License-Identifier: BSD-2-Clause */
/* What the main program needs of a port besides interrupts and the clock: start, print, stop. */
#ifndef FIRMWARE_ARCH_MACHINE_H
#define FIRMWARE_ARCH_MACHINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "firmware/machine.h"

/* The architecture's name as reports print it: "x86_64". */
extern const char machine_arch[];

/* Sets up descriptor tables, page tables, traps, and the console. No other function of the port may be called
 * before. */
void machine_early_init(void);

/* Sets up interrupt controllers and the clock, as the platform describes them. Returns with interrupts on. */
void machine_init(const struct platform *platform);

/* Writes a byte to the console by polling, with a bounded wait: a console that never becomes ready loses output but
 * does not hang us. */
void machine_put(char byte);

/*
 * Maps [address, address + size) at its own address, as device memory if `device`. Returns false if the port cannot. A
 * CPU that runs already sees a new mapping at once, but may keep using the old one where the mapping changed.
 */
bool machine_map(uint64_t address, uint64_t size, bool device);

/* Returns what the hypervisor calls itself ("KVMKVMKVM", "TCGTCGTCGTCG"), or "" if it does not say. */
const char *machine_vmm(void);

/* Reads a register that may not exist: returns false if the read trapped. */
bool machine_probe_read32(uint64_t address, uint32_t *value);

/* Memory and registers for discovery, on top of machine_map() and machine_probe_read32(). */
extern const struct memory_access machine_memory;

/* Ends the machine, by every way that the port knows in turn, and then stops the CPU. `success` chooses the exit
 * status where a way out has one. */
_Noreturn void machine_exit(bool success);

#endif
