/* SPDX-License-Identifier: BSD-2-Clause */
/* The reference device with the manners of a VMM: the word narrow=NAME of the command line. tests/self/narrow/narrow.c
 */
#ifndef ARCH_MANNERS_H
#define ARCH_MANNERS_H

#include <stdint.h>

struct model;
struct model_config;

/* With touchstone.isolated the devices are new for each check. */
#define manners_renew(FUNCTION) (run_renew = (FUNCTION))

/* Before power on: what the device is. */
void manners_configure(struct model_config *config);
/* In place of model_read(), model_write(). */
uint32_t manners_read(struct model *m, uint32_t offset, uint8_t width);
void manners_write(struct model *m, uint32_t offset, uint8_t width, uint32_t value);

#endif
