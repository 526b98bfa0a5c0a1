// SPDX-License-Identifier: BSD-2-Clause
/* The guest programs of the scenarios. */
#include "drivers/interrupt.h"
#include "drivers/types/blk.h"
#include "drivers/spec/features.h"
#include "firmware/lib/string.h"
#include "tests/self/explore/programs.h"

enum { STATUS_READS = 8, KICK_ENTRIES = 16, KICK_PAGE = 4096 };

/* ---- a message changes while its virtqueue is in use ---- */

static void start(struct features wanted, unsigned queues)
{
	discover(wanted);
	for (uint16_t i = 0; i < queues; i++)
		set_up(i);
	if (device.msi.layout)
		give_messages(queues);
	device_go(&device);
}

static void change_prepare(void)
{
	start(NO_FEATURES, 1);
	offer(0, requests_wanted());
}

/* Changes from message 1 to 2, back, and so on, and so from one CPU to the other. */
static void change_cpu(void)
{
	for (unsigned i = 0; i < scenario->rounds; i++)
		change(0, i % 2 ? 1 : 2, scenario->bare);
}

static void drain_first(unsigned cpu, uint32_t vector)
{
	(void)cpu, (void)vector;
	drain(0);
}

const struct program program_change = {
	.prepare = change_prepare,
	.cpu = { change_cpu },
	.handler = drain_first,
	.finish = nothing_left,
};

/* Runs the drivers' own handler. The driver will look at a configuration change that the handler has seen. */
static void service(void)
{
	const uint32_t config = device.config_interrupts;

	actor_learns(config);
	device_service(&device);
	if (device.config_interrupts != config)
		world.config_heard = world.config_changes;
	if (device.causeless_interrupts && !scenario->edge)
		violation("an interrupt without a cause in InterruptStatus");
}

/* ---- two CPUs with one source each ---- */

static void two_prepare(void)
{
	start(FEATURE(VIRTIO_BLK_F_MQ), 2);
	offer(0, requests_wanted());
	offer(1, requests_wanted());
}

/* Each part takes the drivers' own lock. */
static void two_cpu0(void)
{
	change(0, 3, false);
}

static void two_cpu1(void)
{
	change(1, 4, false);
}

/* Targets 1 and 3 belong to virtqueue 0, targets 2 and 4 to virtqueue 1. */
static void two_handler(unsigned cpu, uint32_t vector)
{
	(void)cpu;
	drain(vector % 2 ? 0 : 1);
}

const struct program program_two_cpus = {
	.prepare = two_prepare,
	.cpu = { two_cpu0, two_cpu1 },
	.handler = two_handler,
	.finish = nothing_left,
};

/* ---- two CPUs set up one virtqueue each ---- */

static void queues_prepare(void)
{
	discover(FEATURE(VIRTIO_BLK_F_MQ));
}

static bool joined(void)
{
	return world.joined;
}

static void queues_cpu0(void)
{
	lock();
	set_up(0);
	unlock();
	wait_for(joined, "sees that the other CPU is done");
	device_go(&device);
	offer(0, 1);
	offer(1, 1);
}

static void queues_cpu1(void)
{
	lock();
	set_up(1);
	unlock();
	world.joined = true;
}

static void serve_all(unsigned cpu, uint32_t vector)
{
	(void)cpu, (void)vector;
	service();
	for (unsigned i = 0; i < QUEUES; i++)
		if (device.queues[i].size)
			drain(i);
}

const struct program program_two_queues = {
	.prepare = queues_prepare,
	.cpu = { queues_cpu0, queues_cpu1 },
	.handler = serve_all,
	.finish = nothing_left,
};

/* ---- the line ---- */

static void wire_prepare(void)
{
	start(NO_FEATURES, 1);
	offer(0, requests_wanted());
}

/* Acknowledges first, then drains: a buffer that is used after the look at the ring asserts the line again. */
static void wire_handler(unsigned cpu, uint32_t vector)
{
	(void)cpu, (void)vector;
	if (scenario->bare)
		drain(0);
	service();
	if (!scenario->bare)
		drain(0);
}

static void resize(void)
{
	if (scenario->type != VIRTIO_ID_BLOCK)
		return;
	actor_stop((struct stop){ .kind = STOP_EVENT, .text = "the disk grows" });
	world.config_changes++;
	machine_event(SOURCE_CONFIG, 1);
	model_config_change(&model);
}

static void wire_finish(void)
{
	nothing_left();
	if (!violated && world.config_heard != world.config_changes)
		violation("the driver never hears of the configuration change");
}

const struct program program_wire = {
	.prepare = wire_prepare,
	.handler = wire_handler,
	.outside = resize,
	.finish = wire_finish,
};

/* ---- the driver suppresses notifications while it works ---- */

static void suppress_prepare(void)
{
	start(scenario->event_idx ? FEATURE(VIRTIO_F_EVENT_IDX) : NO_FEATURES, 1);
	if (scenario->event_idx)
		virtqueue_set_used_event(&device.queues[0], 0);
	offer(0, requests_wanted());
}

/* The driver has looked at the ring and will not look again without an interrupt, so it asks for the next notification.
 */
static void ask(struct virtqueue *queue)
{
	if (scenario->event_idx)
		virtqueue_set_used_event(queue, queue->used_seen);
	else
		virtqueue_set_no_interrupt(queue, false);
}

static bool interrupted(void)
{
	return world.woken;
}

static void suppress_cpu(void)
{
	struct virtqueue *queue = &device.queues[0];

	while (world.taken[0] != requests_wanted()) {
		wait_for(interrupted, "sleeps until there was an interrupt");
		world.woken = false;
		if (!scenario->event_idx)
			virtqueue_set_no_interrupt(queue, true);
		do {
			drain(0);
			ask(queue);
		} while (!scenario->bare && virtqueue_used_waiting(queue));
	}
}

static void suppress_handler(unsigned cpu, uint32_t vector)
{
	(void)cpu, (void)vector;
	if (!device.msi.layout)
		service();
	world.woken = true;
}

const struct program program_suppress = {
	.prepare = suppress_prepare,
	.cpu = { suppress_cpu },
	.handler = suppress_handler,
	.finish = nothing_left,
};

/* ---- the driver makes buffers available while the device looks for them ---- */

static void publish_prepare(void)
{
	start(scenario->event_idx ? FEATURE(VIRTIO_F_EVENT_IDX) : NO_FEATURES, 1);
}

static void publish_cpu(void)
{
	struct virtqueue *queue = &device.queues[0];

	for (unsigned i = 0; i < requests_wanted(); i++) {
		const uint16_t old = queue->published;

		actor_learns(old);
		offer_one(0);
		virtqueue_publish(queue);
		if (virtqueue_should_notify(queue, old))
			virtqueue_notify(queue);
	}
}

static bool all_used(void)
{
	return device.queues[0].used->index == world.offered[0];
}

/* Of the driver's rings only accesses to the available ring are steps; other scenarios cover the rest. */
static void publish_finish(void)
{
	if (!all_used())
		nothing_left();
	else
		drain(0);
}

static void acknowledge(unsigned cpu, uint32_t vector)
{
	(void)cpu, (void)vector;
	service();
}

const struct program program_publish = {
	.prepare = publish_prepare,
	.cpu = { publish_cpu },
	.handler = acknowledge,
	.finish = publish_finish,
};

/* ---- a field of 8 bytes changes while the driver reads it ---- */

static void capacity_prepare(void)
{
	start(NO_FEATURES, 1);
}

/* Both halves change (model_config_change()). */
static void capacity_cpu(void)
{
	const uint64_t before = model.config.blk.sectors, after = before + 0x100000001, got = blk_capacity(&device);

	if (got != before && got != after)
		violation("the capacity was never 0x%llx: it is 0x%llx or 0x%llx", (unsigned long long)got,
			  (unsigned long long)before, (unsigned long long)after);
}

const struct program program_capacity = {
	.prepare = capacity_prepare,
	.cpu = { capacity_cpu },
	.handler = acknowledge,
	.outside = resize,
	.finish = nothing_left,
};

/* ---- a reset while requests are in flight ---- */

static void reset_prepare(void)
{
	start(NO_FEATURES, 1);
	offer(0, requests_wanted());
}

static void clear_records(void)
{
	for (unsigned i = 0; i < QUEUES; i++)
		world.offered[i] = world.taken[i] = 0;
	for (unsigned i = 0; i < SOURCES; i++)
		world.sources[i].causes = world.sources[i].masked = 0;
	world.line_causes = 0;
}

/* An event may be pending while masked. After the reset the device is set up again, and everything starts at 0. */
static void reset_cpu(void)
{
	enum driver_error error;

	if (device.msi.layout && msi_can(&device.msi, MSI_MASK)) {
		msi_do(&device, MSI_MASK, 0, NULL);
		world.sources[SOURCE_QUEUE0].masked = true;
	}
	error = device_reset(&device);
	if (error)
		violation("%s", driver_error_text(error));
	clear_records();
	world.silent = true;
	if (world.line)
		violation("the line is asserted although the reset is complete");
	for (unsigned i = 0; i < STATUS_READS; i++)
		transport_status(&device.transport);
	world.latched[0] = world.latched[1] = 0;
	world.silent = false;
	device_greet(&device);
	error = device_negotiate(&device, device.msi.features);
	if (error)
		violation("%s", driver_error_text(error));
	set_up(0);
	if (device.msi.layout)
		give_messages(1);
	device_go(&device);
	offer(0, 1);
}

static void reset_handler(unsigned cpu, uint32_t vector)
{
	(void)cpu, (void)vector;
	if (!device.msi.layout)
		device_service(&device); /* an interrupt from before the reset may still come, and find no cause */
	if (device.queues[0].size)
		drain(0);
}

const struct program program_reset = {
	.prepare = reset_prepare,
	.cpu = { reset_cpu },
	.handler = reset_handler,
	.finish = nothing_left,
};

/* ---- the driver turns messages off and on again ---- */

/* Turns messages off, with the source masked if the layout has masks, so that pending events move to the line; and
 * turns messages on again. */
static void toggle_cpu(void)
{
	const bool masks = msi_can(&device.msi, MSI_MASK);

	if (masks) {
		msi_do(&device, MSI_MASK, 0, NULL);
		world.sources[SOURCE_QUEUE0].masked = true;
	}
	msi_do(&device, MSI_DISABLE, 0, NULL);
	if (masks) {
		msi_do(&device, MSI_UNMASK, 0, NULL);
		world.sources[SOURCE_QUEUE0].masked = false;
	}
	if (scenario->rounds > 1)
		msi_do(&device, MSI_ENABLE, 0, NULL);
}

static void toggle_handler(unsigned cpu, uint32_t vector)
{
	(void)cpu;
	if (vector == VECTOR_LINE)
		service();
	drain(0);
}

const struct program program_toggle = {
	.prepare = change_prepare,
	.cpu = { toggle_cpu },
	.handler = toggle_handler,
	.finish = nothing_left,
};

/* ---- the driver sets DRIVER_OK with buffers already available ---- */

static void start_prepare(void)
{
	discover(NO_FEATURES);
}

static void start_cpu(void)
{
	set_up(0);
	for (unsigned i = 0; i < requests_wanted(); i++)
		offer_one(0);
	virtqueue_publish(&device.queues[0]);
	device_go(&device);
	virtqueue_notify(&device.queues[0]);
}

const struct program program_start = {
	.prepare = start_prepare,
	.cpu = { start_cpu },
	.handler = wire_handler,
	.finish = wire_finish,
};

/* ---- a notification races with QueueReady and DRIVER_OK ---- */

static void kick_prepare(void)
{
	discover(NO_FEATURES);
	if (!virtqueue_alloc(&device.queues[0], &device.transport, 0, KICK_ENTRIES, false))
		give_up("no memory for the rings");
	machine_watch(0);
	for (unsigned i = 0; i < requests_wanted(); i++)
		offer_one(0);
	virtqueue_publish(&device.queues[0]);
}

static void kick_cpu0(void)
{
	device_go(&device);
	virtqueue_register(&device.queues[0], KICK_PAGE);
}

/* 4.2.2: the specification does not say that a notification which comes early is lost. */
static void kick_cpu1(void)
{
	virtqueue_notify(&device.queues[0]);
}

const struct program program_kick = {
	.prepare = kick_prepare,
	.cpu = { kick_cpu0, kick_cpu1 },
	.handler = wire_handler,
	.finish = wire_finish,
};

/* ---- a virtqueue is reset with requests in flight ---- */

static void queue_reset_prepare(void)
{
	start(FEATURE(VIRTIO_F_RING_RESET), 1);
	offer(0, requests_wanted());
}

static void queue_reset_cpu(void)
{
	struct transport *transport = &device.transport;

	transport_select_queue(transport, 0);
	transport_set_queue_reset(transport, 1);
	WAIT_UNTIL(!transport_queue_reset(transport), MILLISECONDS(1000));
	world.silent = true;
	virtqueue_notify(&device.queues[0]); /* the queue is in its reset, so the device must ignore this */
	for (unsigned i = 0; i < STATUS_READS; i++)
		transport_status(transport);
	world.silent = false;
	clear_records();
	memset(&device.queues[0], 0, sizeof(device.queues[0]));
	set_up(0);
	offer(0, 1);
}

const struct program program_queue_reset = {
	.prepare = queue_reset_prepare,
	.cpu = { queue_reset_cpu },
	.handler = reset_handler,
	.finish = nothing_left,
};
