/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TESTS_SELF_NARROW_H
#define TESTS_SELF_NARROW_H

#include "tests/guest/reference/reference.h"

/* Makes a bus whose registers behave as those of the VMM called name[0..length). False: there is no such VMM. */
bool narrow_bus(const char *name, size_t length, struct reference_bus *bus);

#endif
