/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TESTS_SELF_NARROW_H
#define TESTS_SELF_NARROW_H

#include "tests/guest/reference/reference.h"

/* The bus of a reference machine that behaves at its registers as the VMM of that name, name[0..length). False: no such
 * VMM is known. */
bool narrow_bus(const char *name, size_t length, struct reference_bus *bus);

#endif
