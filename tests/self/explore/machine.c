// SPDX-License-Identifier: BSD-2-Clause
/*
 * The machine around the drivers and the device: a bus, memory, the interrupt controllers of two CPUs; and the
 * properties, which are tested whenever the device sends or writes something.
 *
 * The device works in units (model_run()). In a fine scenario each of its accesses to the rings is a step. The device
 * holds its own lock during a unit, as a VMM does, so that register accesses wait for the end of the unit while memory
 * accesses do not.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "drivers/dma.h"
#include "drivers/spec/blk.h"
#include "drivers/spec/features.h"
#include "drivers/spec/mmio.h"
#include "drivers/spec/msi.h"
#include "firmware/arch/cpus.h"
#include "firmware/lib/journal.h"
#include "tests/self/explore/explore.h"
#include "tests/self/explore/hash.h"

enum { QUEUE_RESET_UNITS = 2, ARENA_BYTES = 12288, TEXT_MAX = 400, UNKNOWN = 0xff, DISK_SECTORS = 8, RING_FIRST = 4 };

struct world world;
struct model model;
struct device device;
const struct scenario *scenario;
const char *violated;
unsigned more_requests;
bool telling;

static uint8_t arena[ARENA_BYTES] __attribute__((aligned(4096)));
static uint8_t disk[DISK_SECTORS * VIRTIO_BLK_SECTOR];
static char violation_text[TEXT_MAX], story[TEXT_MAX], step_text[2 * TEXT_MAX];
static struct irq_line line; /* only its description by the platform matters */
static uint32_t last_value;  /* that a register read returned */
static uint64_t draws;

/* ---- descriptions of steps ---- */

void violation(const char *format, ...)
{
	va_list arguments;

	if (!violated) {
		va_start(arguments, format);
		vsnprintf(violation_text, sizeof(violation_text), format, arguments);
		va_end(arguments);
		violated = violation_text;
	}
	if (actor_running() != ACTORS)
		actor_ends_run();
}

void tell(const char *format, ...)
{
	size_t used = strlen(story);
	va_list arguments;

	if (!telling)
		return;
	if (used)
		used += (size_t)snprintf(story + used, sizeof(story) - used, ", ");
	va_start(arguments, format);
	vsnprintf(story + used, sizeof(story) - used, format, arguments);
	va_end(arguments);
}

void machine_watch(unsigned queue)
{
	const struct virtqueue *from = &device.queues[queue];

	world.rings[queue] = (struct rings){ .avail = from->avail, .used = from->used, .size = from->size };
}

/* The name of what is at an address of an available or used ring, or NULL. */
static const char *ring_name(const volatile void *address, uint16_t *value)
{
	static char name[80];
	const uintptr_t at = (uintptr_t)address;

	for (unsigned i = 0; i < QUEUES; i++) {
		const struct rings *queue = &world.rings[i];
		const uintptr_t avail = (uintptr_t)queue->avail, used = (uintptr_t)queue->used;
		const bool in_used = at >= used && at < used + VIRTQ_USED_BYTES(queue->size);
		const char *part;

		if (!queue->size || (!in_used && (at < avail || at >= avail + VIRTQ_AVAIL_BYTES(queue->size))))
			continue;
		memcpy(value, (const void *)at, sizeof(*value));
		part = at == avail						      ? "avail.flags"
		       : at == avail + 2					      ? "avail.idx"
		       : at == used						      ? "used.flags"
		       : at == used + 2						      ? "used.idx"
		       : !in_used && at == avail + VIRTQ_AVAIL_BYTES(queue->size) - 2 ? "used_event"
		       : in_used && at == used + VIRTQ_USED_BYTES(queue->size) - 2    ? "avail_event"
										      : NULL;
		if (part)
			snprintf(name, sizeof(name), "%s of queue %u", part, i);
		else if (in_used)
			snprintf(name, sizeof(name), "used.ring[%u].%s of queue %u",
				 (unsigned)(at - used - RING_FIRST) / 8, (at - used - RING_FIRST) % 8 ? "len" : "id",
				 i);
		else
			snprintf(name, sizeof(name), "avail.ring[%u] of queue %u",
				 (unsigned)(at - avail - RING_FIRST) / 2, i);
		return name;
	}
	return NULL;
}

static const char *register_name(uint32_t offset)
{
	const char *name = device.msi.layout ? msi_register_name(&device.msi, offset) : NULL;

	if (!name)
		name = transport_register_name(&device.transport, offset);
	return name ? name : "a notification address";
}

static int put_stop(char *text, size_t size, enum actor_index actor, const struct stop *stop)
{
	const char *who = actor_name(actor), *name;
	uint16_t value = 0;

	switch (stop->kind) {
	case STOP_READ_REGISTER:
		return snprintf(text, size, "%s reads %s: 0x%x", who, register_name(stop->offset), last_value);
	case STOP_WRITE_REGISTER:
		return snprintf(text, size, "%s writes %s 0x%x", who, register_name(stop->offset), stop->value);
	case STOP_READ_RING:
		name = ring_name(stop->at, &value);
		return snprintf(text, size, "%s reads %s: %u", who, name, value);
	case STOP_WRITE_RING:
		name = ring_name(stop->at, &value);
		stores_hold(stop->at, &value);
		return snprintf(text, size, "%s writes %s = %u", who, name, value);
	case STOP_WAIT:
		return snprintf(text, size, "%s %s", who, stop->text);
	case STOP_TURN:
		return snprintf(text, size, "%s looks again", who);
	case STOP_INTERRUPT:
		return snprintf(text, size, "%s takes an interrupt", who);
	case STOP_UNIT:
		return snprintf(text, size, "%s",
				*story		 ? "device"
				: scenario->fine ? "device begins to work"
						 : "device works, nothing to be seen of it");
	case STOP_EVENT:
		return snprintf(text, size, "outside: %s", stop->text);
	case STOP_STORE:
		return snprintf(text, size, "%s", who);
	}
	return 0;
}

const char *told(enum actor_index actor, const struct stop *stop)
{
	int used = put_stop(step_text, sizeof(step_text), actor, stop);

	if (*story)
		snprintf(step_text + used, sizeof(step_text) - (size_t)used, ": %s", story);
	return step_text;
}

/* ---- messages and the line ---- */

struct irq_message target_message(unsigned target)
{
	return (struct irq_message){ .address = (uint64_t)(target + 1) << 32 | 0xfee00000u | target << 12,
				     .data = 0x41 + target };
}

static const char *source_name(unsigned source)
{
	static char name[] = "virtqueue 0";

	name[sizeof(name) - 2] = (char)('0' + source - SOURCE_QUEUE0);
	return source == SOURCE_CONFIG ? "the configuration" : name;
}

/* Finds the targets to which the parts of a message belong. */
static void take_apart(uint64_t address, uint32_t data, unsigned part[3])
{
	part[0] = part[1] = part[2] = UNKNOWN;
	for (unsigned i = 0; i < TARGETS; i++) {
		const struct irq_message message = target_message(i);

		if ((uint32_t)message.address == (uint32_t)address)
			part[0] = i;
		if (message.address >> 32 == address >> 32)
			part[1] = i;
		if (message.data == data)
			part[2] = i;
	}
}

static void message_arrives(unsigned target)
{
	for (unsigned i = 0; i < SOURCES; i++) {
		struct source *source = &world.sources[i];

		if (source->target != target && !(source->changing && source->next == target))
			continue;
		if (source->masked)
			violation("a message of %s although it is masked", source_name(i));
		if (!source->causes)
			violation("a message of %s without an event", source_name(i));
		if (source->sent++)
			violation("two messages of %s at once", source_name(i));
		source->causes--;
		world.latched[target % CPUS] |= 1u << target;
		return;
	}
	violation("misdirected: message %u is nobody's now", target);
}

static void send_message(void *context, uint64_t address, uint32_t data)
{
	unsigned part[3];

	(void)context;
	tell("sends 0x%llx/0x%x", (unsigned long long)address, data);
	if (world.silent)
		violation("a message after the reset was complete");
	take_apart(address, data, part);
	if (part[0] == UNKNOWN || part[0] != part[1] || part[0] != part[2])
		violation("a message that nobody composed: 0x%llx/0x%x has the low half of the address of message %u, "
			  "the high half of %u, the data of %u",
			  (unsigned long long)address, data, part[0], part[1], part[2]);
	message_arrives(part[0]);
}

static void set_line(void *context, bool asserted)
{
	(void)context;
	tell(asserted ? "raises the line" : "lowers the line");
	world.line = asserted;
	if (!asserted)
		return;
	if (world.silent)
		violation("the line is raised after the reset was complete");
	if (!world.line_causes)
		violation("the line is raised without an event");
	world.line_causes--;
	if (scenario->edge)
		world.latched[0] |= 1u << VECTOR_LINE;
}

/* ---- memory, as the device sees it ---- */

static void device_stop(uint64_t address, bool write)
{
	uint16_t value;

	if (scenario->fine && actor_running() == DEVICE && ring_name((void *)(uintptr_t)address, &value))
		actor_stop((struct stop){ .kind = write ? STOP_WRITE_RING : STOP_READ_RING,
					  .at = (void *)(uintptr_t)address });
}

static bool memory_read(void *context, uint64_t address, void *to, uint32_t length)
{
	uint16_t value;

	(void)context;
	if (!dma_contains(address, length))
		return false;
	device_stop(address, false);
	memcpy(to, (const void *)(uintptr_t)address, length);
	if (ring_name((void *)(uintptr_t)address, &value)) {
		stores_read((void *)(uintptr_t)address, to, length);
		memcpy(&value, to, sizeof(value));
		actor_learns(value);
	}
	return true;
}

void machine_event(unsigned source, unsigned count)
{
	world.sources[source].causes += (uint8_t)count;
	world.line_causes += (uint8_t)count;
	world.line_events += (uint8_t)count;
}

/* An advance of the used index is an event of its virtqueue. */
static void note_used(uint64_t address, const void *from)
{
	for (unsigned i = 0; i < QUEUES; i++) {
		const struct rings *queue = &world.rings[i];
		uint16_t index;

		if (!queue->size || address != (uintptr_t)&queue->used->index)
			continue;
		memcpy(&index, from, sizeof(index));
		if ((int16_t)(index - queue->avail->index) > 0)
			violation("the device uses a buffer that is not available yet: used.idx %u, avail.idx %u",
				  index, queue->avail->index);
		machine_event(SOURCE_QUEUE0 + i, (uint16_t)(index - queue->used->index));
		if (!scenario->fine)
			tell("used.idx of queue %u = %u", i, index);
	}
}

/* Writing a used element takes two stores. */
static bool write_later(uint64_t address, const void *from, uint32_t length)
{
	const uint32_t half = length > 4 ? 4 : length;

	return stores_write((void *)(uintptr_t)address, from, half) &&
	       (half == length ||
		stores_write((void *)(uintptr_t)(address + half), (const uint8_t *)from + half, length - half));
}

static bool memory_write(void *context, uint64_t address, const void *from, uint32_t length)
{
	(void)context;
	if (!dma_contains(address, length))
		return false;
	device_stop(address, true);
	if (world.silent)
		violation("the device writes to memory after the reset was complete");
	note_used(address, from);
	if (machine_ring_name((void *)(uintptr_t)address) && write_later(address, from, length))
		return true;
	memcpy((void *)(uintptr_t)address, from, length);
	return true;
}

static uint64_t draw(void *context)
{
	(void)context;
	return ++draws * 0x9e3779b97f4a7c15u;
}

const char *machine_ring_name(const volatile void *address)
{
	uint16_t value;

	return ring_name(address, &value);
}

void machine_ring_access(const volatile void *address, unsigned width, bool write)
{
	uint16_t value;

	if (actor_running() == ACTORS || !scenario->fine || !ring_name(address, &value))
		return;
	actor_stop((struct stop){ .kind = write ? STOP_WRITE_RING : STOP_READ_RING, .at = address });
	if (write)
		stores_coming(address, width);
	ring_name(address, &value);
	actor_learns(value); /* 32-bit ids and lengths are small numbers here */
}

/* ---- registers ---- */

static uint32_t bus_read(void *context, uint32_t offset, uint8_t width)
{
	(void)context;
	actor_stop((struct stop){ .kind = STOP_READ_REGISTER, .offset = offset, .width = width });
	last_value = model_read(&model, offset, width);
	actor_learns(last_value);
	return last_value;
}

static void bus_write(void *context, uint32_t offset, uint8_t width, uint32_t value)
{
	(void)context;
	actor_stop((struct stop){ .kind = STOP_WRITE_REGISTER, .offset = offset, .width = width, .value = value });
	model_write(&model, offset, width, value);
}

static const struct transport_bus bus = { .read = bus_read, .write = bus_write };

/* ---- actors other than the guest's ---- */

static void device_body(void)
{
	for (;;) {
		actor_forgets();
		actor_stop((struct stop){ .kind = STOP_UNIT });
		world.unit = true;
		model_run(&model, 1);
		world.unit = false;
	}
}

/* Handles interrupts. After the end of one, a level line that is still asserted interrupts again by itself. */
static void handle(unsigned cpu)
{
	for (;;) {
		uint32_t vector = VECTOR_LINE;

		actor_forgets();
		actor_stop((struct stop){ .kind = STOP_INTERRUPT });
		world.in_handler[cpu] = true;
		if (world.latched[cpu]) {
			vector = (uint32_t)__builtin_ctz(world.latched[cpu]);
			world.latched[cpu] &= ~(1u << vector);
		}
		actor_learns(vector);
		if (vector == VECTOR_LINE && world.line_interrupts++ == world.line_events)
			violation("the line has interrupted more often than there were events");
		if (vector == VECTOR_LINE)
			tell("of the line");
		else
			tell("message %u", vector);
		scenario->program->handler(cpu, vector);
		world.in_handler[cpu] = false;
	}
}

static void handler0_body(void)
{
	handle(0);
}

static void handler1_body(void)
{
	handle(1);
}

static bool disk_read(void *context, uint64_t sector, uint8_t *bytes)
{
	(void)context;
	memcpy(bytes, disk + sector * VIRTIO_BLK_SECTOR, VIRTIO_BLK_SECTOR);
	return true;
}

static bool disk_write(void *context, uint64_t sector, const uint8_t *bytes)
{
	(void)context;
	memcpy(disk + sector * VIRTIO_BLK_SECTOR, bytes, VIRTIO_BLK_SECTOR);
	return true;
}

/* ---- a run ---- */

static void power_on(void)
{
	const struct model_host host = {
		.read = memory_read,
		.write = memory_write,
		.set_line = set_line,
		.send_message = send_message,
		.random = draw,
		.disk_read = disk_read,
		.disk_write = disk_write,
	};
	struct model_config config;

	draws = 0;
	model_config_default(&config, scenario->type ? scenario->type : VIRTIO_ID_ENTROPY,
			     scenario->version ? scenario->version : VIRTIO_MMIO_VERSION_MODERN);
	config.queue_size_max = 16;
	config.msi = scenario->layout;
	config.msi_sharing = scenario->sharing;
	config.batch = scenario->batch ? scenario->batch : 1;
	config.in_flight = config.batch;
	config.queue_reset_units = QUEUE_RESET_UNITS;
	config.blk.sectors = DISK_SECTORS;
	if (!model_init(&model, &config, &host)) {
		fprintf(stderr, "%s: no such device\n", scenario->name);
		exit(2);
	}
}

void machine_start(const struct scenario *chosen)
{
	const struct program *program = chosen->program;
	void (*const bodies[ACTORS])(void) = {
		[CPU0] = program->cpu[0],
		[CPU1] = program->cpu[1],
		[HANDLER0] = handler0_body,
		[HANDLER1] = handler1_body,
		[DEVICE] = device_body,
		[OUTSIDE] = program->outside,
		[CPU_OLDEST] = chosen->weak ? stores_cpu_oldest : NULL,
		[CPU_NEWEST] = chosen->weak ? stores_cpu_newest : NULL,
		[DEVICE_OLDEST] = chosen->weak ? stores_device_oldest : NULL,
		[DEVICE_NEWEST] = chosen->weak ? stores_device_newest : NULL,
	};

	scenario = chosen;
	violated = NULL;
	*story = 0;
	memset(&world, 0, sizeof(world));
	memset(&device, 0, sizeof(device));
	memset(arena, 0, sizeof(arena));
	for (unsigned i = 0; i < SOURCES; i++)
		world.sources[i].target = UNKNOWN;
	dma_init(arena, sizeof(arena));
	power_on();
	line.source.trigger = chosen->edge ? IRQ_EDGE : IRQ_LEVEL;
	device.transport = (struct transport){ .name = "device", .ops = &transport_mmio, .bus = &bus, .line = &line };
	program->prepare();
	model_set_defect(&model, chosen->defect, true);
	*story = 0;
	stores_start();
	actors_start(bodies);
}

static bool enabled(enum actor_index actor)
{
	const struct stop *stop = actor_stopped(actor);

	if (actor_finished(actor) || (actor <= CPU1 && world.in_handler[actor]))
		return false;
	switch (stop->kind) {
	case STOP_READ_REGISTER:
	case STOP_WRITE_REGISTER:
	case STOP_EVENT:
		return !world.unit;
	case STOP_READ_RING:
	case STOP_WRITE_RING:
		return true;
	case STOP_WAIT:
		return stop->met();
	case STOP_TURN:
		return actor_could_turn(actor);
	case STOP_INTERRUPT:
		return world.latched[actor - HANDLER0] || (actor == HANDLER0 && world.line && !scenario->edge);
	case STOP_UNIT:
		return model_has_work(&model);
	case STOP_STORE:
		return stores_can(actor);
	}
	return false;
}

unsigned machine_enabled(void)
{
	unsigned set = 0;

	for (unsigned i = 0; i < ACTORS; i++)
		set |= (unsigned)enabled((enum actor_index)i) << i;
	return set;
}

/* Describes the unit of work that the device did, before what it wrote. */
static void tell_work(const struct model *before)
{
	char effects[TEXT_MAX];

	snprintf(effects, sizeof(effects), "%s", story);
	*story = 0;
	for (unsigned i = 0; i < QUEUES; i++)
		if (before->queue[i].signalled != model.queue[i].signalled)
			tell("used buffer notification of queue %u", i);
	if (before->config_changed && !model.config_changed)
		tell("configuration change notification");
	if (before->reset_units)
		tell(model.reset_units ? "a step of the reset" : "the reset is complete");
	if (*effects)
		tell("%s", effects);
}

void machine_step(enum actor_index actor)
{
	static struct model before;

	*story = 0;
	for (unsigned i = 0; i < SOURCES; i++)
		world.sources[i].sent = 0;
	if (telling)
		before = model;
	actor_step(actor);
	if (telling && actor == DEVICE)
		tell_work(&before);
}

/* Hashes all that can matter from here on, without the chain that the device walked last. */
uint64_t machine_hash(void)
{
	const size_t first = offsetof(struct model, defects);
	uint64_t hash = actors_hash(0);

	hash = hash_bytes(hash, (const uint8_t *)&model + first, offsetof(struct model, chain) - first);
	hash = hash_bytes(hash, &model.sectors, sizeof(model.sectors));
	hash = hash_bytes(hash, &world, sizeof(world));
	hash = hash_bytes(hash, &device, sizeof(device));
	return hash_bytes(hash, arena, sizeof(arena));
}

void machine_finish(void)
{
	*story = 0;
	for (unsigned i = 0; i < CPUS && !violated; i++)
		if (scenario->program->cpu[i] && !actor_finished((enum actor_index)i))
			violation("%s waits for ever: it %s", actor_name((enum actor_index)i),
				  actor_stopped((enum actor_index)i)->text ? actor_stopped((enum actor_index)i)->text
									   : "looks again and again");
	if (!violated)
		scenario->program->finish();
}

/* ---- the functions of a port that the drivers call ---- */

uint64_t clock_ns(void)
{
	return 0;
}

bool clock_wait(struct patience *patience)
{
	(void)patience;
	actor_stop((struct stop){ .kind = STOP_TURN });
	if (actor_running() == ACTORS)
		model_run(&model, 1);
	return false;
}

void cpu_relax(void)
{
}

void journal_access(uint64_t now_ns, uint32_t cpu, enum journal_kind kind, const char *name, uint32_t offset,
		    uint8_t width, uint32_t value)
{
	(void)now_ns, (void)cpu, (void)kind, (void)name, (void)offset, (void)width, (void)value;
}

uint32_t cpus_self(void)
{
	return 0;
}
