// SPDX-License-Identifier: BSD-2-Clause
/* Starts a reference machine: opens its lines, and powers its devices on, once or again. */
#include "tests/guest/reference/internal.h"

#include "firmware/lib/string.h"

/* False: the model refuses the configuration. */
static bool power_on(struct reference_machine *machine, unsigned index, const struct reference_setup *setup)
{
	const struct reference_bus *bus = machine->bus;
	struct reference_device *device = &machine->devices[index];
	const struct model_host host = reference_host(device);
	struct model_config config;

	reference_configure(setup, index, &config);
	if (bus->configure)
		bus->configure(bus->context, &config);
	device->idle = device->defective = false;
	for (unsigned i = 0; i < MODEL_DEFECT_WORDS; i++)
		device->defective |= setup->defects[i] != 0;
	for (unsigned i = 0; i < MODEL_ODDITY_WORDS; i++)
		device->defective |= config.oddities[i] != 0;
	irq_soft_line_set(device->line, false);
	device->output_size = 0;
	return model_init(&device->model, &config, &host);
}

bool reference_rewind(struct reference_machine *machine, const struct reference_setup *setup)
{
	machine->setup = *setup;
	reference_disk_renew(&machine->disk);
	random_seed(&machine->choices, setup->seed, random_hash("reference"));
	machine->message_count = 0;
	machine->sending_until = 0;
	for (unsigned i = 0; i < REFERENCE_DEVICES; i++)
		if (!power_on(machine, i, setup))
			return false;
	return true;
}

static bool work(void *context)
{
	struct reference_machine *machine = context;
	const bool on = reference_enter(machine);
	const bool worked = reference_work(machine);

	reference_leave(machine, on);
	return worked;
}

const char *reference_start(struct reference_machine *machine, const struct reference_setup *setup,
			    const struct reference_bus *bus)
{
	memset(machine, 0, offsetof(struct reference_machine, disk));
	machine->bus = bus;
	machine->worker = (struct wait_worker){ .work = work, .context = machine };
	for (unsigned i = 0; i < REFERENCE_DEVICES; i++) {
		machine->devices[i].machine = machine;
		machine->devices[i].line = irq_soft_line_open(setup->line);
		if (!machine->devices[i].line)
			return "this machine has no interrupt for it";
	}
	return reference_rewind(machine, setup) ? NULL
						: "touchstone.ref-version is none of 1, 2, 3, or "
						  "touchstone.ref-queue-size no power of two";
}

void reference_restart(struct reference_machine *machine, unsigned version, unsigned defect)
{
	const uint32_t needs = defect ? model_defect_info((enum model_defect)defect)->extra : 0;
	const bool on = reference_enter(machine);
	struct reference_setup setup = machine->setup;

	setup.version = version;
	memset(setup.defects, 0, sizeof(setup.defects));
	if (defect)
		setup.defects[defect / 32] |= 1u << (defect % 32);
	if (needs & MODEL_NEEDS_READ_ONLY)
		setup.read_only = true;
	reference_disk_renew(&machine->disk);
	if (needs & MODEL_NEEDS_MSI && setup.layout == REFERENCE_MSI_NONE)
		setup.layout = REFERENCE_MSI_ALL;
	for (unsigned i = 0; i < REFERENCE_DEVICES; i++)
		power_on(machine, i, &setup);
	reference_leave(machine, on);
}

void reference_connect(struct reference_machine *machine, unsigned index, struct transport *transport)
{
	transport->ops = &transport_mmio;
	transport->bus = &reference_transport_bus;
	transport->bus_context = &machine->devices[index];
	transport->line = machine->devices[index].line;
	transport->stimuli = &reference_stimuli;
}
