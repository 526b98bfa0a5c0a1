/* SPDX-License-Identifier: BSD-2-Clause */
/* The result of discovery as text. */
#ifndef TESTS_SELF_UNIT_FOUND_H
#define TESTS_SELF_UNIT_FOUND_H

#include "firmware/machine.h"

/*
 * Returns what discovery found, one line for each item, and then its warnings, which begin with "! ". An item that is
 * not there has no line. An interrupt is edge triggered and active high unless its line says "level" or "low". A test
 * compares the whole text, so it also notices an item that should not be there. The text is valid until the next call.
 */
const char *found(const struct platform *platform);

#endif
