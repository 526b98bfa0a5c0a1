// SPDX-License-Identifier: BSD-2-Clause
/* When the devices do their work, which the model leaves to its host. */
#include "tests/guest/reference/internal.h"

enum {
	PROMPT_UNITS = 256, /* units of work after one write: more than any write causes, but a limit */
	MIXED_ONE_IN = 4,   /* one register access in this many lets the device act */
	MIXED_UNITS = 3,    /* units of work in a turn of a wait */
	MIXED_BURST_ONE_IN = 8,
};

static void act_sometimes(struct reference_device *device)
{
	struct reference_machine *machine = device->machine;

	if (machine->setup.schedule == REFERENCE_MIXED && !random_below(&machine->choices, MIXED_ONE_IN))
		model_run(&device->model, 1);
}

void reference_after_read(struct reference_device *device)
{
	device->idle = false;
	act_sometimes(device);
}

void reference_after_write(struct reference_device *device)
{
	device->idle = false;
	if (device->machine->setup.schedule == REFERENCE_PROMPT)
		model_run(&device->model, PROMPT_UNITS);
	else
		act_sometimes(device);
}

/* For the schedule "mixed": mostly few units, sometimes as many as there are. */
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
		/* A defect may show in what the device does long after the last access. */
		worked |= !device->defective || model_has_work(&device->model);
		device->idle = !model_run(&device->model, units) && !device->defective;
	}
	return worked;
}
