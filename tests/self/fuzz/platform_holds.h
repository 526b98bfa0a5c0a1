/* SPDX-License-Identifier: BSD-2-Clause */
/* What must hold of a struct platform, whatever the loader and the tables say. */
#ifndef TESTS_SELF_FUZZ_PLATFORM_HOLDS_H
#define TESTS_SELF_FUZZ_PLATFORM_HOLDS_H

#include "firmware/discovery/platform.h"

void platform_holds(const struct platform *platform);

#endif
