/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The registers of virtio-mmio, by offset: for the transport, for the layouts of message signalled interrupts, and for
 * checks of these registers themselves, which say NEEDS(.transport = TRANSPORT_MMIO). All other code calls the
 * operations of transport.h. All accesses come through here, which records them in the journal.
 */
#ifndef DRIVERS_TRANSPORT_MMIO_H
#define DRIVERS_TRANSPORT_MMIO_H

#include "drivers/spec/mmio.h"
#include "drivers/transport/transport.h"

/* Control registers: 32 bits, aligned (4.2.2.2). */
uint32_t reg_read(struct transport *transport, uint32_t offset);
void reg_write(struct transport *transport, uint32_t offset, uint32_t value);

/* Registers of other widths, which only some layouts of message signalled interrupts have. */
uint32_t reg_read_width(struct transport *transport, uint32_t offset, uint8_t width);
void reg_write_width(struct transport *transport, uint32_t offset, uint8_t width, uint32_t value);

#endif
