/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * An artificial machine for discovery: physical memory and device registers.
 *
 * Every platform_physical() returns a copy of exactly the requested size, so that the address sanitizer reports a read
 * of even one byte more.
 */
#ifndef TESTS_SELF_UNIT_MACHINE_H
#define TESTS_SELF_UNIT_MACHINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "firmware/machine.h"

/* What discovery accesses in place of a port's memory; machine_reset() installs it. */
extern const struct memory_access made_up_memory;

/* Empties the machine. Each test begins with this. */
void machine_reset(void);

/* Puts bytes at a physical address; they are copied. Returns the copy, which may be changed. */
uint8_t *machine_place(uint64_t address, const void *bytes, size_t size);

/* Puts a 32-bit register at an address. A read where no register is traps. */
void machine_place_register(uint64_t address, uint32_t value);

/* How often registers were read. */
unsigned machine_register_reads(void);

/* How many bytes discovery has requested. */
uint64_t machine_bytes_read(void);

#endif
