// SPDX-License-Identifier: BSD-2-Clause
/*
 * The checks themselves, one a run, on a reference device that misbehaves: after every few register accesses comes an
 * event that the input chooses. A register reads another value, a write is lost, the interrupt line changes, or the
 * used ring, a buffer or any other memory that a device can reach changes. Whatever happens, the check must end and
 * give a verdict, and the report must keep its format.
 *
 * Input: flags, device and size of the virtqueues, check (u16), defect and layout of message signalled interrupts
 * (u16), then u8 accesses to the next event, u8 kind, arguments, and so on.
 */
#include "tests/self/fuzz/fuzz.h"

#include <string.h>

#include "drivers/dma.h"
#include "drivers/spec/mmio.h"
#include "drivers/types/types.h"
#include "firmware/arch/generic/lines.h"
#include "firmware/arch/guard.h"
#include "firmware/arch/host/host.h"
#include "firmware/lib/print.h"
#include "firmware/lib/random.h"
#include "firmware/lib/string.h"
#include "model/model.h"
#include "tests/framework/plan.h"
#include "tests/framework/report.h"
#include "tests/framework/run.h"
#include "tests/guest/reference/reference.h"
#include "tests/self/fuzz/dma_fuzz.h"

enum {
	LINE_LIMIT = 510, /* docs/report.md */
	QUEUES_SEEN = 16,
	LEGACY_PAGE = 4096,
	BYTES_MAX = 32,
	NEAR = 1 << 14,
	TIMEOUT_MS = 100, /* in virtual time */
	PATIENCE_MS = 5,
	STEPS_MAX =
		3000, /* accesses and turns of waits: more than nearly all checks need, but some send 2^16 requests */

	/* Flags */
	VERSION_MASK = 3,
	SCHEDULE_SHIFT = 2,
	SCHEDULE_MASK = 3,
	WILD_DISCOVERY = 1 << 4,
	PEER = 1 << 5,
	READ_ONLY = 1 << 6,
	EDGE = 1 << 7,

	LAYOUT_SHIFT = 10, /* position in the number of the defect */
};

enum event {
	READ_OTHER,
	READ_FLIP,
	LOSE_WRITE,
	MOVE_INDEX,
	WRITE_USED,
	WRITE_FLAGS,
	WRITE_BUFFER,
	SCRIBBLE,
	MOVE_LINE,
	CHANGE_CONFIG,
	EVENTS
};

static struct input wild;
static unsigned countdown;
static uint32_t flip; /* bits to flip in the next value that is read */
static bool other, lose, running;
static unsigned steps;
static uint32_t other_value;

static struct seen {
	uint64_t desc, used;
	uint32_t size;
} queues[QUEUES_SEEN];
static struct seen selected; /* the queue whose registers are being written */
static unsigned queue_count;

static struct reference_machine machines[2], *machine; /* indexed by enum irq_trigger; the machine of this run */
static struct reference_bus copying_bus;
static const struct transport_bus *tame_bus; /* the bus of a device without events */
static struct device devices[REFERENCE_DEVICES];
static bool started;

/* ---- the report ---- */

static char line[LINE_LIMIT + 1];
static size_t line_length;

/* Checks that the report consists of printable lines of a bounded length. */
static void put_report(char byte)
{
	if (byte != '\n') {
		holds(byte >= 0x20 && byte < 0x7f);
		holds(line_length < LINE_LIMIT);
		line[line_length++] = byte;
		return;
	}
	line[line_length] = 0;
	line_length = 0;
	if (getenv("FUZZ_VERBOSE"))
		fprintf(stderr, "%s\n", line);
}

/* ---- the misbehaving device ---- */

static void device_writes(uint64_t address, const void *bytes, size_t size)
{
	if (dma_contains(address, size))
		dma_fuzz_copy((void *)(uintptr_t)address, bytes, size);
}

static void write_number(uint64_t address, uint64_t value, size_t size)
{
	device_writes(address, &value, size);
}

static const struct seen *any_queue(void)
{
	const uint8_t number = input_u8(&wild);

	/* Chooses one of the latest virtqueues, because older ones may be gone. */
	return queue_count ? &queues[(queue_count - 1 - number % QUEUES_SEEN) % QUEUES_SEEN] : &selected;
}

static void move_index(const struct seen *queue)
{
	uint16_t index = 0;

	if (!queue->size || !dma_contains(queue->used, VIRTQ_USED_BYTES(queue->size)))
		return;
	dma_fuzz_copy(&index, (const void *)(uintptr_t)(queue->used + 2), 2);
	write_number(queue->used + 2, (uint16_t)(index + (int8_t)input_u8(&wild)), 2);
}

static void write_used(const struct seen *queue)
{
	const uint64_t at = queue->size ? queue->used + 4 + 8ull * (input_u8(&wild) % queue->size) : 0;
	const uint8_t how = input_u8(&wild);

	if (how & 1)
		write_number(at, how & 2 ? input_u32(&wild) : input_u8(&wild), 4);
	if (how & 4)
		write_number(at + 4, how & 8 ? input_u32(&wild) : input_u16(&wild), 4);
}

static void write_flags(const struct seen *queue)
{
	const uint64_t event = queue->used + VIRTQ_USED_BYTES(queue->size) - 2;

	write_number(input_u8(&wild) & 1 ? event : queue->used, input_u16(&wild), 2);
}

static void write_buffer(const struct seen *queue)
{
	struct virtq_desc desc = { 0 };
	const uint64_t at = queue->size ? queue->desc + sizeof(desc) * (input_u8(&wild) % queue->size) : 0;
	const uint16_t offset = input_u16(&wild);
	size_t got;
	const uint8_t *bytes = input_bytes(&wild, 1 + input_u8(&wild) % BYTES_MAX, &got);

	if (!dma_contains(at, sizeof(desc)))
		return;
	dma_fuzz_copy(&desc, (const void *)(uintptr_t)at, sizeof(desc));
	if (desc.length)
		device_writes(desc.address + offset % desc.length, bytes, got);
}

static void scribble(void)
{
	const uint16_t at = input_u16(&wild);
	size_t got;
	const uint8_t *bytes = input_bytes(&wild, 1 + input_u8(&wild) % BYTES_MAX, &got);

	device_writes((uintptr_t)dma_fuzz_arena + at % NEAR, bytes, got);
}

static void event(struct reference_device *reference, uint8_t kind)
{
	switch (kind % EVENTS) {
	case READ_OTHER:
		other = true;
		other_value = input_u32(&wild);
		break;
	case READ_FLIP:
		flip = 1u << input_u8(&wild) % 32;
		break;
	case LOSE_WRITE:
		lose = true;
		break;
	case MOVE_INDEX:
		move_index(any_queue());
		break;
	case WRITE_USED:
		write_used(any_queue());
		break;
	case WRITE_FLAGS:
		write_flags(any_queue());
		break;
	case WRITE_BUFFER:
		write_buffer(any_queue());
		break;
	case SCRIBBLE:
		scribble();
		break;
	case MOVE_LINE:
		irq_soft_line_set(reference->line, input_u8(&wild) & 1);
		break;
	case CHANGE_CONFIG:
		model_config_change(&reference->model);
		break;
	}
}

/* Ends a check that goes on too long: one run must not cost as much as a thousand others. */
static void tire(void)
{
	if (++steps > STEPS_MAX && running && !lines_in_handler())
		guard_leave();
}

static bool work_and_tire(void *context)
{
	(void)context;
	tire();
	return machine->worker.work(machine->worker.context);
}

static const struct wait_worker tiring_worker = { .work = work_and_tire };

static void turn(struct reference_device *reference)
{
	tire();
	if (countdown) {
		countdown--;
		return;
	}
	if (!input_left(&wild))
		return;
	countdown = input_u8(&wild);
	event(reference, input_u8(&wild));
}

static uint32_t wild_read(void *context, uint32_t offset, uint8_t width)
{
	uint32_t value = tame_bus->read(context, offset, width);

	turn(context);
	if (other)
		value = other_value;
	value ^= flip;
	flip = 0;
	other = false;
	return width == 4 ? value : value & ((1u << 8 * width) - 1);
}

/* Records where the driver puts its virtqueues. */
static void watch_registers(uint32_t offset, uint32_t value)
{
	switch (offset) {
	case VIRTIO_MMIO_QUEUE_SIZE:
		selected.size = value;
		break;
	case VIRTIO_MMIO_QUEUE_DESC_LOW:
		selected.desc = value;
		break;
	case VIRTIO_MMIO_QUEUE_DEVICE_LOW:
		selected.used = value;
		break;
	case VIRTIO_MMIO_QUEUE_PFN:
		selected.desc = (uint64_t)value * LEGACY_PAGE;
		selected.used = selected.desc + VIRTQ_DESC_BYTES(selected.size) + VIRTQ_AVAIL_BYTES(selected.size);
		selected.used = (selected.used + LEGACY_PAGE - 1) & ~(LEGACY_PAGE - 1ull);
		queues[queue_count++ % QUEUES_SEEN] = selected;
		break;
	case VIRTIO_MMIO_QUEUE_READY:
		queues[queue_count++ % QUEUES_SEEN] = selected;
		break;
	}
}

static void wild_write(void *context, uint32_t offset, uint8_t width, uint32_t value)
{
	watch_registers(offset, value);
	turn(context);
	if (!lose)
		tame_bus->write(context, offset, width, value);
	lose = false;
}

static const struct transport_bus wild_bus = { .read = wild_read, .write = wild_write };

/* ---- one run ---- */

static void start_once(void)
{
	if (started)
		return;
	started = true;
	print_to(put_report);
	copying_bus = reference_direct_bus;
	copying_bus.copy = dma_fuzz_copy;
	for (unsigned i = 0; i < sizeof(machines) / sizeof(machines[0]); i++) {
		const struct reference_setup setup = { .line = (enum irq_trigger)i, .version = 2, .queue_size = 256 };

		holds(!reference_start(&machines[i], &setup, &copying_bus));
	}
	clock_on_wait(&tiring_worker);
}

/* Switches all devices on, with this defect. Every run must begin in the same state, or a finding would not repeat. */
static void power(uint8_t flags, uint16_t queue_size, uint16_t defect)
{
	struct reference_setup setup = {
		.schedule = (enum reference_schedule)((flags >> SCHEDULE_SHIFT & SCHEDULE_MASK) % 3),
		.layout = (enum reference_layout)((defect >> LAYOUT_SHIFT) % REFERENCE_LAYOUTS),
		.version = 1 + (flags & VERSION_MASK) % 3,
		.queue_size = queue_size,
		.read_only = flags & READ_ONLY,
		.seed = 1,
	};

	defect = (uint16_t)((defect & ((1u << LAYOUT_SHIFT) - 1)) % (model_defect_count() + 1));
	setup.defects[defect / 32] |= defect ? 1u << defect % 32 : 0;
	for (unsigned i = 0; i < REFERENCE_DEVICES; i++) {
		irq_line_attach(machines[IRQ_LEVEL].devices[i].line, NULL, NULL);
		irq_line_attach(machines[IRQ_EDGE].devices[i].line, NULL, NULL);
	}
	machine = &machines[flags & EDGE ? IRQ_EDGE : IRQ_LEVEL];
	holds(reference_rewind(machine, &setup));
}

/* False if the firmware would not go on with a device. */
static bool discover(void)
{
	memset(devices, 0, sizeof(devices));
	for (unsigned i = 0; i < REFERENCE_DEVICES; i++) {
		struct device *const device = &devices[i];

		device->transport = (struct transport){ .name = device->name };
		reference_connect(machine, i, &device->transport);
		tame_bus = device->transport.bus;
		device->transport.bus = &wild_bus;
		if (device_discover(device) != TRANSPORT_DEVICE)
			return false;
		format_string(device->name, sizeof(device->name), "ref%s%u", device->type->prefix, i);
	}
	return true;
}

static const struct check *choose(const struct device *device, unsigned number)
{
	const unsigned count = (unsigned)(all_checks.end - all_checks.begin);

	while (!plan_has(all_checks.begin[number % count], device))
		number++;
	return all_checks.begin[number % count];
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct options options = { .seed = 1, .repeat = 1, .timeout_ms = TIMEOUT_MS, .patience_ms = PATIENCE_MS };
	struct running run = { .devices = devices, .device_count = REFERENCE_DEVICES, .options = &options };
	const struct check *check;
	struct device *device;
	struct input rest;
	static const uint16_t sizes[] = { 256, 1, 2, 4, 8, 16, 64, 1024 };
	char name[PLAN_NAME_MAX];
	uint16_t number, queue_size;
	uint8_t flags, which;

	start_once();
	wild = (struct input){ data, data + size };
	flags = input_u8(&wild);
	which = input_u8(&wild);
	device = &devices[which % REFERENCE_DEVICES];
	queue_size = sizes[which / REFERENCE_DEVICES % (sizeof(sizes) / sizeof(sizes[0]))];
	number = input_u16(&wild);
	countdown = queue_count = flip = steps = 0;
	other = lose = false;
	dma_fuzz_init();
	dma_forget();
	host_interrupts_init();
	irq_enable(true);
	power(flags, queue_size, input_u16(&wild));

	rest = wild;
	if (!(flags & WILD_DISCOVERY))
		wild.end = wild.at;
	if (!discover())
		return 0;
	wild = rest;
	check = choose(device, number);
	options.peer = flags & PEER;
	plan_name(name, check, device);
	print_checksum_start();
	running = true;
	run_check(&run, check, device, name);
	running = false;
	report_end(options.seed);
	dma_forget();
	return 0;
}
