// SPDX-License-Identifier: BSD-2-Clause
/* The functions that the models call, for memory, interrupts and random numbers; and the lock that admits one caller at
 * a time. */
#include "tests/guest/reference/internal.h"

#include "drivers/dma.h"
#include "firmware/lib/string.h"

#define SENDING_NS MILLISECONDS(30000)

bool reference_enter(struct reference_machine *machine)
{
	const bool on = irq_enable(false);

	cpus_lock(&machine->entered);
	return on;
}

/*
 * Sends messages one by one, and takes each interrupt before the next message, because two on one vector would merge.
 * It releases the lock meanwhile, because a handler may access the device.
 */
void reference_leave(struct reference_machine *machine, bool interrupts_on)
{
	if (!machine->message_count || !deadline_passed(machine->sending_until)) {
		cpus_unlock(&machine->entered);
		irq_enable(interrupts_on);
		return;
	}
	while (machine->message_count) {
		struct irq_message message = machine->messages[0];

		machine->message_count--;
		memmove(machine->messages, machine->messages + 1, machine->message_count * sizeof(message));
		machine->sending_until = deadline_in(SENDING_NS);
		cpus_unlock(&machine->entered);
		irq_message_send(&message);
		irq_enable(interrupts_on);
		irq_settle();
		reference_enter(machine);
	}
	machine->sending_until = 0;
	cpus_unlock(&machine->entered);
	irq_enable(interrupts_on);
}

static bool read_memory(void *context, uint64_t address, void *to, uint32_t length)
{
	const struct reference_device *device = context;

	if (!dma_contains(address, length))
		return false;
	device->machine->bus->copy(to, (const void *)(uintptr_t)address, length);
	return true;
}

static bool write_memory(void *context, uint64_t address, const void *from, uint32_t length)
{
	const struct reference_device *device = context;

	if (!dma_contains(address, length))
		return false;
	device->machine->bus->copy((void *)(uintptr_t)address, from, length);
	return true;
}

static void set_line(void *context, bool asserted)
{
	const struct reference_device *device = context;

	irq_soft_line_set(device->line, asserted);
}

static void send_message(void *context, uint64_t address, uint32_t data)
{
	struct reference_machine *machine = ((struct reference_device *)context)->machine;

	if (machine->message_count < REFERENCE_MESSAGES_MAX)
		machine->messages[machine->message_count++] = (struct irq_message){ .address = address, .data = data };
}

static uint64_t draw(void *context)
{
	return random_next(&((struct reference_device *)context)->machine->choices);
}

static uint64_t now(void *context)
{
	(void)context;
	return clock_ns();
}

/* Keeps the output of port 0, which is the console, and drops what does not fit. */
static void output(void *context, uint32_t port, const uint8_t *bytes, uint32_t length)
{
	struct reference_device *device = context;

	for (uint32_t i = 0; !port && i < length && device->output_size < REFERENCE_OUTPUT_MAX; i++)
		device->output[device->output_size++] = bytes[i];
}

static bool disk_read(void *context, uint64_t sector, uint8_t *bytes)
{
	reference_disk_read(&((struct reference_device *)context)->machine->disk, sector, bytes);
	return true;
}

static bool disk_write(void *context, uint64_t sector, const uint8_t *bytes)
{
	return reference_disk_write(&((struct reference_device *)context)->machine->disk, sector, bytes);
}

struct model_host reference_host(struct reference_device *device)
{
	return (struct model_host){
		.context = device,
		.read = read_memory,
		.write = write_memory,
		.set_line = set_line,
		.send_message = send_message,
		.random = draw,
		.now = now,
		.output = output,
		.disk_read = disk_read,
		.disk_write = disk_write,
	};
}
