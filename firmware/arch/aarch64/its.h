/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The Interrupt Translation Service of a GICv3: a write of an EventID to its register becomes an LPI. The bus adds a
 * DeviceID, which tells devices apart. Writes of a CPU have DeviceID 0, and so do those of devices that no IOMMU gives
 * an identity.
 */
#ifndef ARCH_AARCH64_ITS_H
#define ARCH_AARCH64_ITS_H

#include <stdbool.h>
#include <stdint.h>

struct platform_irqchip;

enum { ITS_EVENTS = 64 };

/* Initializes the ITS and tests it. Returns false if it does not work. */
bool its_init(const struct platform_irqchip *chip);

/* Routes an event to a CPU. The LPI of event n is GIC_LPI_FIRST + n. */
bool its_open(uint32_t event, uint32_t cpu);

/* The address to which messages are written. */
uint64_t its_translater(void);

/* Sends an event: by a write, if the register accepts writes of a CPU, otherwise by a command. */
void its_send(uint32_t event);

/* Called on another CPU, before its_open() for it. */
bool its_cpu_init(uint32_t cpu);

#endif
