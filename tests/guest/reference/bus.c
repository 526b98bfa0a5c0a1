// SPDX-License-Identifier: BSD-2-Clause
/* The driver's side of a device: its registers, and the events that a check can cause from outside (drivers/stimuli.h).
 * Every call enters the models, and takes the interrupt that it causes when it leaves them. */
#include "tests/guest/reference/internal.h"

#include "firmware/lib/string.h"

static uint32_t direct_read(const void *context, struct model *model, uint32_t offset, uint8_t width)
{
	(void)context;
	return model_read(model, offset, width);
}

static void direct_write(const void *context, struct model *model, uint32_t offset, uint8_t width, uint32_t value)
{
	(void)context;
	model_write(model, offset, width, value);
}

const struct reference_bus reference_direct_bus = { .read = direct_read, .write = direct_write, .copy = memcpy };

static uint32_t read_register(void *context, uint32_t offset, uint8_t width)
{
	struct reference_device *device = context;
	const struct reference_bus *bus = device->machine->bus;
	const bool on = reference_enter(device->machine);
	const uint32_t value = bus->read(bus->context, &device->model, offset, width);

	reference_after_read(device);
	reference_leave(device->machine, on);
	return value;
}

static void write_register(void *context, uint32_t offset, uint8_t width, uint32_t value)
{
	struct reference_device *device = context;
	const struct reference_bus *bus = device->machine->bus;
	const bool on = reference_enter(device->machine);

	bus->write(bus->context, &device->model, offset, width, value);
	reference_after_write(device);
	reference_leave(device->machine, on);
}

const struct transport_bus reference_transport_bus = { .read = read_register, .write = write_register };

static bool change_config(void *context)
{
	struct reference_device *device = context;
	const bool on = reference_enter(device->machine);
	const bool done = model_config_change(&device->model);

	device->idle = false;
	reference_leave(device->machine, on);
	return done;
}

static bool ask(void *context)
{
	struct reference_device *device = context;
	const bool on = reference_enter(device->machine);
	const bool done = model_ask(&device->model);

	device->idle = false;
	reference_leave(device->machine, on);
	return done;
}

static bool send_in(void *context, const void *bytes, uint32_t size)
{
	struct reference_device *device = context;
	const bool on = reference_enter(device->machine);
	const bool done = model_input(&device->model, bytes, size);

	device->idle = false;
	reference_leave(device->machine, on);
	return done;
}

static uint32_t take_out(void *context, void *bytes, uint32_t room)
{
	struct reference_device *device = context;
	const bool on = reference_enter(device->machine);
	const uint32_t size = device->output_size < room ? device->output_size : room;

	memcpy(bytes, device->output, size);
	device->output_size = 0;
	reference_leave(device->machine, on);
	return size;
}

const struct stimuli reference_stimuli = { change_config, ask, send_in, take_out };
