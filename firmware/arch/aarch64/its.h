/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The Interrupt Translation Service of a GICv3: a write of an EventID to its register becomes an LPI. Devices are told
 * apart by DeviceIDs that come along on the bus; ours, which is what a CPU's writes and those of devices without an
 * IOMMU's identity have, is 0.
 */
#ifndef ARCH_AARCH64_ITS_H
#define ARCH_AARCH64_ITS_H

#include <stdbool.h>
#include <stdint.h>

struct platform_irqchip;

enum { ITS_EVENTS = 64 };

/* Makes it ready, and tries whether it works. False: it does not. */
bool its_init(const struct platform_irqchip *chip);

/* Events have the LPI of their number from GIC_LPI_FIRST on; this one goes to that CPU. */
bool its_open(uint32_t event, uint32_t cpu);

/* Where messages are written to. */
uint64_t its_translater(void);

/* Sends one: by a write, if the register takes it from a CPU, otherwise by a command. */
void its_send(uint32_t event);

/* Another CPU, by itself, before its_open() for it. */
bool its_cpu_init(uint32_t cpu);

#endif
