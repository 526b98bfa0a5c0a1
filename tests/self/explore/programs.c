// SPDX-License-Identifier: BSD-2-Clause
/* The parts of guest programs: calls of the drivers, in the order that the specification requires. */
#include "tests/self/explore/programs.h"

#include <stdio.h>
#include <stdlib.h>

#include "drivers/spec/features.h"

enum { REQUESTS = 16, QUEUE_ENTRIES = 16 };

static struct request requests[QUEUES][REQUESTS];

_Noreturn void give_up(const char *why)
{
	fprintf(stderr, "%s: %s\n", scenario->name, why);
	exit(2);
}

void must(enum driver_error error)
{
	if (error)
		give_up(driver_error_text(error));
}

void discover(struct features wanted)
{
	if (device_discover(&device) != TRANSPORT_DEVICE)
		give_up("no device was found");
	must(device.unusable);
	if (scenario->layout && !device.msi.layout)
		give_up("the layout was not found");
	for (unsigned i = 0; i < FEATURE_WORDS; i++)
		wanted.word[i] |= device.msi.features.word[i];
	device_greet(&device);
	must(device_negotiate(&device, wanted));
}

void set_up(unsigned queue)
{
	enum driver_error error = device_setup_queue(&device, (uint16_t)queue, QUEUE_ENTRIES);

	if (error)
		violation("%s", driver_error_text(error));
	machine_watch(queue);
}

static void give(uint32_t source, unsigned target)
{
	const struct irq_message message = target_message(target);

	msi_do(&device, MSI_SET, source, &message);
	if (device.msi.sharing)
		msi_map(&device, source, msi_number(&device, source));
	if (msi_can(&device.msi, MSI_UNMASK))
		msi_do(&device, MSI_UNMASK, source, NULL);
}

void give_messages(unsigned queues)
{
	const bool first = msi_is(&device.msi, MSI_ENABLES_FIRST);

	if (first)
		msi_do(&device, MSI_ENABLE, 0, NULL);
	for (unsigned i = 0; i <= queues; i++) {
		world.sources[i].target = (uint8_t)i;
		give(i ? i - 1 : MSI_CONFIG, i);
	}
	if (!first)
		msi_do(&device, MSI_ENABLE, 0, NULL);
	world.messages_on = true;
}

unsigned requests_wanted(void)
{
	return scenario->events + (scenario->events && !scenario->found ? more_requests : 0);
}

void offer_one(unsigned index)
{
	struct virtqueue *queue = &device.queues[index];
	struct request *request = &requests[index][world.offered[index]++];

	actor_learns(world.offered[index]);
	if (world.offered[index] > QUEUE_ENTRIES)
		give_up("more requests than the virtqueue has entries");
	must(device_make_request(&device, request, world.offered[index]));
	if (virtqueue_add(queue, request->segments, request->count, NULL, request) < 0)
		give_up("no room for a request");
}

void offer(unsigned index, unsigned count)
{
	while (count--)
		offer_one(index);
	virtqueue_kick(&device.queues[index]);
}

void drain(unsigned index)
{
	struct virtqueue *queue = &device.queues[index];
	struct completion done;
	enum driver_error error;

	for (;;) {
		switch (virtqueue_pop(queue, &done, &error)) {
		case VIRTQUEUE_EMPTY:
			return;
		case VIRTQUEUE_WRONG:
			violation("%s", driver_error_text(error));
			return;
		case VIRTQUEUE_POPPED:
			world.taken[index]++;
			tell("takes used entry %u of queue %u", world.taken[index] - 1u, index);
		}
	}
}

void nothing_left(void)
{
	for (unsigned i = 0; i < QUEUES; i++) {
		if (world.taken[i] == world.offered[i])
			continue;
		if (world.rings[i].used->index != world.taken[i])
			violation("used entry %u of queue %u is never seen: no interrupt came for it, or none that was "
				  "heard",
				  world.taken[i], i);
		else
			violation("buffer %u of queue %u is never used: the device was not told of it, or did not hear",
				  world.taken[i], i);
	}
}

static bool unlocked(void)
{
	return !world.locked;
}

void wait_for(bool (*met)(void), const char *text)
{
	actor_stop((struct stop){ .kind = STOP_WAIT, .met = met, .text = text });
}

void lock(void)
{
	if (scenario->bare)
		return;
	wait_for(unlocked, "takes the lock");
	world.locked = true;
}

void unlock(void)
{
	world.locked = false;
}

/* The drivers' lock. In a scenario with one CPU it does nothing, to save the steps. */
void cpus_lock(struct cpus_lock *of)
{
	(void)of;
	if (scenario->program->cpu[1])
		lock();
}

void cpus_unlock(struct cpus_lock *of)
{
	(void)of;
	unlock();
}

void change(unsigned queue, unsigned target, bool bare)
{
	struct source *source = &world.sources[SOURCE_QUEUE0 + queue];
	const struct irq_message message = target_message(target);
	const bool masks = !bare && msi_can(&device.msi, MSI_MASK);

	if (masks) {
		msi_do(&device, MSI_MASK, queue, NULL);
		source->masked = true;
	}
	source->next = (uint8_t)target;
	source->changing = true;
	msi_do(&device, MSI_SET, queue, &message);
	source->target = (uint8_t)target;
	source->changing = false;
	tell("the message of virtqueue %u is number %u from here on", queue, target);
	if (!masks)
		return;
	source->masked = false;
	msi_do(&device, MSI_UNMASK, queue, NULL);
}
