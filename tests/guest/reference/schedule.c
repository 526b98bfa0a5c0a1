// SPDX-License-Identifier: BSD-2-Clause
/* When the devices do their work: the model leaves that to its host. */
#include "tests/guest/reference/internal.h"

enum {
	PROMPT_UNITS = 256, /* of work after one write: more than any write causes, but not without end */
	MIXED_ONE_IN = 4,   /* register accesses that let the device act */
	MIXED_UNITS = 3,    /* done in a turn of a wait */
	MIXED_BURST_ONE_IN = 8,
};

static void act_now_and_then(struct reference_device *device)
{
	struct reference_machine *machine = device->machine;

	if (machine->setup.schedule == REFERENCE_MIXED && !random_below(&machine->choices, MIXED_ONE_IN))
		model_run(&device->model, 1);
}

void reference_after_read(struct reference_device *device)
{
	device->idle = false;
	act_now_and_then(device);
}

void reference_after_write(struct reference_device *device)
{
	device->idle = false;
	if (device->machine->setup.schedule == REFERENCE_PROMPT)
		model_run(&device->model, PROMPT_UNITS);
	else
		act_now_and_then(device);
}

/* Mixed: mostly slow, now and then as fast as it can. */
static unsigned units_a_turn(struct reference_machine *machine)
{
	if (machine->setup.schedule != REFERENCE_MIXED)
		return 1;
	return random_below(&machine->choices, MIXED_BURST_ONE_IN) ? 1 + random_below(&machine->choices, MIXED_UNITS)
								   : PROMPT_UNITS;
}

bool reference_work(struct reference_machine *machine)
{
	bool worked = false;

	for (unsigned i = 0; i < REFERENCE_DEVICES; i++) {
		struct reference_device *device = &machine->devices[i];
		unsigned units;

		if (device->idle)
			continue;
		units = units_a_turn(machine);
		/* A defect may show in what the device does long after it was left alone. */
		worked |= !device->defective || model_has_work(&device->model);
		device->idle = !model_run(&device->model, units) && !device->defective;
	}
	return worked;
}
