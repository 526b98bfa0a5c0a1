// SPDX-License-Identifier: BSD-2-Clause
#include "tests/checks/support/change.h"

#include "drivers/device.h"
#include "firmware/lib/journal.h"
#include "tests/checks/support/restless.h"

#define HOST_PATIENCE_NS MILLISECONDS(4000) /* the host is a program beside the VMM, and may have to wait for a CPU */

static bool can_change(const struct device *d)
{
	for (unsigned i = 0; i < d->type->fields.count; i++)
		if (d->type->fields.at[i].changes && device_has_field(d, &d->type->fields.at[i]))
			return true;
	return false;
}

static bool differs(struct device *d, const struct config_view *before)
{
	struct config_view now;

	config_look(d, &now);
	for (unsigned i = 0; i < d->type->fields.count; i++)
		if (now.values[i] != before->values[i])
			return true;
	return false;
}

static bool away; /* the host has changed the configuration, and not yet changed it back */

static bool ask_host(struct run *t, struct device *d)
{
	struct config_view before;
	bool changed;

	config_look(d, &before);
	please_change(t);
	journal_pause(true); /* the log of a failure shows what the check did */
	changed = WAIT_UNTIL(differs(d, &before), HOST_PATIENCE_NS);
	journal_pause(false);
	away ^= changed;
	return changed;
}

static void change_back(struct run *t, struct device *d)
{
	if (away)
		(void)ask_host(t, d);
}

bool change_config(struct run *t, struct device *d)
{
	if (d->transport.stimuli)
		return d->transport.stimuli->change_config(d->transport.bus_context);
	if (!t->change || !can_change(d))
		return false;
	if (!t->afterwards)
		t->afterwards = change_back;
	return ask_host(t, d);
}
