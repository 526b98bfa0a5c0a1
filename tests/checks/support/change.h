/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A change of the configuration from outside (2.5, 3.2.1): by a stimulus (drivers/stimuli.h), or by the host, which the
 * report asks for it (touchstone.change, docs/environment.md). NEEDS(.change = true) is for checks that use it.
 */
#ifndef TESTS_CHECKS_SUPPORT_CHANGE_H
#define TESTS_CHECKS_SUPPORT_CHANGE_H

#include "tests/framework/check.h"

/*
 * Changes the configuration, or changes it back. False: nothing can change, or the host does nothing. After true the
 * new values can be read from a device whose host was asked; one with a stimulus shows them when it next works.
 */
bool change_config(struct run *t, struct device *d);

#endif
