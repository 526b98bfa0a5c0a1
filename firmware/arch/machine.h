/* SPDX-License-Identifier: BSD-2-Clause */
/* What main needs of a port besides interrupts and the clock: start, speak, stop. */
#ifndef FIRMWARE_ARCH_MACHINE_H
#define FIRMWARE_ARCH_MACHINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "firmware/machine.h"

/* Name of the architecture as reports print it: "x86_64". */
extern const char machine_arch[];

/* Descriptor tables, page tables, traps, the console. Before this nothing else of the port may be called. */
void machine_early_init(void);

/* Interrupt controllers and clock, as the platform describes them. Interrupts are on when it returns. */
void machine_init(const struct platform *platform);

/* Writes a byte to the console, polled, with a bounded wait: a console that never becomes ready loses output, it does
 * not hang us. */
void machine_put(char byte);

/*
 * Makes [address, address + size) reachable at its own address, device memory if `device`. False if the port cannot.
 * What was reachable otherwise before may stay so for other CPUs that run already; what was not is reachable for all.
 */
bool machine_map(uint64_t address, uint64_t size, bool device);

/* What the hypervisor calls itself ("KVMKVMKVM", "TCGTCGTCGTCG"), "" if it does not say. */
const char *machine_vmm(void);

/* A read that may fault: false if it trapped. For probing windows that may not exist. */
bool machine_probe_read32(uint64_t address, uint32_t *value);

/* Memory and registers for discovery, by the two above. */
extern const struct memory_access machine_memory;

/* Ends the machine. `success` only chooses the status where the way out can carry one. Tries every way out it knows,
 * then stops the CPU. */
_Noreturn void machine_exit(bool success);

#endif
