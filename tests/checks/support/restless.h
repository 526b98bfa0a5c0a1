/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a device may do at any time: change its configuration and say so (2.5, 3.2.1), and send a used buffer
 * notification for nothing (2.7.7.1: "The driver MUST handle spurious notifications"). A check that judges what must
 * not come, or counts what came, allows for it with these.
 */
#ifndef TESTS_CHECKS_SUPPORT_RESTLESS_H
#define TESTS_CHECKS_SUPPORT_RESTLESS_H

#include "tests/checks/support/common.h"

/* The configuration as it was at a moment: its generation, where there is one, and the fields that we know. */
struct config_view {
	uint32_t generation;
	uint32_t values[CONFIG_FIELDS_MAX];
};
void config_look(struct device *d, struct config_view *view);
/* Is there a sign that the configuration changed since? On the legacy layout, which has no generation, it may have. */
bool config_moved(struct device *d, const struct config_view *since);

/*
 * Acknowledges all causes until none is left, rearms the line, and returns the number of interrupts so far. An event
 * that comes later interrupts: the line is low, and its input is not masked. (A device that always shows a cause is
 * left as it is.)
 */
uint32_t quiet_line(struct device *d);

/*
 * Ends the check as a SKIP if the device changes its configuration by itself, or sends notifications for nothing, in a
 * life in which nothing else happens. To call when something came that must not come: else it returns false, with the
 * device in that life.
 */
bool restless(struct run *t, struct device *d);

/* The same for run.excuse, only if the configuration changes. */
void excuse_changes(struct run *t, struct device *d);

/* A property that such an event spoils. If it does not hold, the check ends: as a SKIP if the device is restless. */
#define require_at_rest(T, D, CONDITION, ...) \
	check_require(check_expect((T), __FILE__, __LINE__, (CONDITION) || restless((T), (D)), #CONDITION, __VA_ARGS__))

#endif
