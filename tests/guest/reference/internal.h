/* SPDX-License-Identifier: BSD-2-Clause */
/* Declarations that only the files of the reference machine share. */
#ifndef TESTS_GUEST_REFERENCE_INTERNAL_H
#define TESTS_GUEST_REFERENCE_INTERNAL_H

#include "tests/guest/reference/reference.h"

/* host.c: the functions that the model of a device calls, and the lock around every call of a model. */
struct model_host reference_host(struct reference_device *device);
/* Returns whether interrupts were on, which reference_leave() takes. */
bool reference_enter(struct reference_machine *machine);
/* Delivers the messages that the models have sent meanwhile. */
void reference_leave(struct reference_machine *machine, bool interrupts_on);

/* schedule.c. The first two are called after a register access; all three need the lock. */
void reference_after_read(struct reference_device *device);
void reference_after_write(struct reference_device *device);
/* Lets all devices work for one turn of a wait. Returns whether one of them did. */
bool reference_work(struct reference_machine *machine);

/* disk.c: forgets what was written; reads and writes a sector. */
void reference_disk_renew(struct reference_disk *disk);
void reference_disk_read(const struct reference_disk *disk, uint64_t sector, uint8_t *bytes);
bool reference_disk_write(struct reference_disk *disk, uint64_t sector, const uint8_t *bytes);

/* setup.c: makes the configuration of device `index`. */
void reference_configure(const struct reference_setup *setup, unsigned index, struct model_config *config);

/* bus.c: the driver's side of a device. The context of both is struct reference_device. */
extern const struct transport_bus reference_transport_bus;
extern const struct stimuli reference_stimuli;

#endif
