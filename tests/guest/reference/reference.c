// SPDX-License-Identifier: BSD-2-Clause
#include "tests/guest/reference/reference.h"

#include <arch/manners.h>

#include "drivers/dma.h"
#include "drivers/spec/blk.h"
#include "drivers/spec/features.h"
#include "drivers/spec/mmio.h"
#include "firmware/arch/clock.h"
#include "firmware/arch/cpus.h"
#include "firmware/arch/irq.h"
#include "firmware/lib/random.h"
#include "firmware/lib/string.h"
#include "model/model.h"

enum {
	DISK_SECTORS = 256,
	PROMPT_UNITS = 256, /* of work after one write: more than any write causes, but not without end */
	MIXED_ONE_IN = 4,   /* register accesses that let the device act */
	MIXED_UNITS = 3,    /* done in a turn of a wait */
	MIXED_BURST_ONE_IN = 8,
	MIXED_BATCH = 3,     /* used buffers shown at once */
	MIXED_IN_FLIGHT = 6, /* requests taken before the first completes */
	OUTPUT_MAX = 256,    /* of a console, kept for whoever asks */
	DEFECT_NAME_MAX = 64,
	MESSAGES_MAX = 64,
};

#define SENDING_NS MILLISECONDS(30000)

enum schedule { PROMPT, LAZY, MIXED };

/* The layouts of message signalled interrupts, by the names that touchstone.ref-msi has for them. */
static const struct layout {
	const char *name;
	uint8_t msi;
	bool sharing, patch_state;
} layouts[] = {
	{ "none", MODEL_MSI_NONE, false, false },     { "draft3", MODEL_MSI_DRAFT3, false, false },
	{ "f40", MODEL_MSI_F40, true, false },	      { "dragonball", MODEL_MSI_DRAGONBALL, false, false },
	{ "f44", MODEL_MSI_F44, false, false },	      { "f40-patch", MODEL_MSI_F40, true, true },
	{ "f40-fixed", MODEL_MSI_F40, false, false }, { "f40-fixed-patch", MODEL_MSI_F40, false, true },
};
enum { LAYOUTS = sizeof(layouts) / sizeof(layouts[0]), LAYOUT_ALL = LAYOUTS };

static struct reference {
	struct model model;
	struct irq_line *line;
	uint8_t output[OUTPUT_MAX];
	uint32_t output_size;
	bool idle, defective; /* idle: nothing to do until a register is accessed */
} references[REFERENCE_DEVICES] __attribute__((section(".arena")));
static uint8_t disk[DISK_SECTORS * VIRTIO_BLK_SECTOR] __attribute__((section(".arena")));
static struct random choices; /* the devices' own, so that a check's random choices do not depend on them */
static enum schedule schedule;
static bool read_only;
static uint16_t queue_size;
static unsigned chosen_layout; /* of all devices; LAYOUT_ALL: each has another one */
/* Messages on their way. They leave when the model is left, because a handler may enter it again. */
static struct irq_message messages[MESSAGES_MAX];
static unsigned message_count;

static bool guest_read(void *context, uint64_t address, void *to, uint32_t length)
{
	(void)context;
	if (!dma_contains(address, length))
		return false;
	memcpy(to, (const void *)(uintptr_t)address, length);
	return true;
}

static bool guest_write(void *context, uint64_t address, const void *from, uint32_t length)
{
	(void)context;
	if (!dma_contains(address, length))
		return false;
	memcpy((void *)(uintptr_t)address, from, length);
	return true;
}

static void set_line(void *context, bool asserted)
{
	struct reference *reference = context;

	if (reference->line)
		irq_soft_line_set(reference->line, asserted);
}

static void send_message(void *context, uint64_t address, uint32_t data)
{
	(void)context;
	if (message_count < MESSAGES_MAX)
		messages[message_count++] = (struct irq_message){ .address = address, .data = data };
}

/* The model and what belongs to it: entered by one CPU at a time, and not by an interrupt handler on top of itself. */
static struct cpus_lock entered;
static uint64_t sent_until; /* somebody sends messages; if he was stopped while he did, not for ever */

static bool enter(void)
{
	const bool on = irq_enable(false);

	cpus_lock(&entered);
	return on;
}

/*
 * Messages go one at a time, each taken before the next one where interrupts are on: two to the same vector would be
 * one. Nobody is in the model meanwhile, unless he has other reasons.
 */
static void leave(bool on)
{
	if (!message_count || !deadline_passed(sent_until)) {
		cpus_unlock(&entered);
		irq_enable(on);
		return;
	}
	while (message_count) {
		struct irq_message message = messages[0];

		message_count--;
		memmove(messages, messages + 1, message_count * sizeof(message));
		sent_until = deadline_in(SENDING_NS);
		cpus_unlock(&entered);
		irq_message_send(&message);
		irq_enable(on);
		irq_settle();
		enter();
	}
	sent_until = 0;
	cpus_unlock(&entered);
	irq_enable(on);
}

static uint64_t draw(void *context)
{
	(void)context;
	return random_next(&choices);
}

static uint64_t now(void *context)
{
	(void)context;
	return clock_ns();
}

/* Port 0 is the console; what does not fit is dropped. */
static void output(void *context, uint32_t port, const uint8_t *bytes, uint32_t length)
{
	struct reference *reference = context;

	for (uint32_t i = 0; !port && i < length && reference->output_size < OUTPUT_MAX; i++)
		reference->output[reference->output_size++] = bytes[i];
}

/* An interrupt that the model raises is taken when it was left. */
static uint32_t bus_read(void *context, uint32_t offset, uint8_t width)
{
	struct reference *reference = context;
	const bool on = enter();
	uint32_t value = manners_read(&reference->model, offset, width);

	reference->idle = false;
	if (schedule == MIXED && !random_below(&choices, MIXED_ONE_IN))
		model_run(&reference->model, 1);
	leave(on);
	return value;
}

static void bus_write(void *context, uint32_t offset, uint8_t width, uint32_t value)
{
	struct reference *reference = context;
	const bool on = enter();

	reference->idle = false;
	manners_write(&reference->model, offset, width, value);
	if (schedule == PROMPT)
		model_run(&reference->model, PROMPT_UNITS);
	else if (schedule == MIXED && !random_below(&choices, MIXED_ONE_IN))
		model_run(&reference->model, 1);
	leave(on);
}

static const struct transport_bus reference_bus = { .read = bus_read, .write = bus_write };

/* ---- what happens from outside (drivers/stimuli.h) ---- */

static struct model *woken(void *context)
{
	struct reference *reference = context;

	reference->idle = false;
	return &reference->model;
}

static bool change_config(void *context)
{
	const bool on = enter();
	bool done = model_config_change(woken(context));

	leave(on);
	return done;
}

static bool announce(void *context)
{
	const bool on = enter();
	bool done = model_net_announce(woken(context));

	leave(on);
	return done;
}

static bool send_in(void *context, const void *bytes, uint32_t size)
{
	const bool on = enter();
	struct model *model = woken(context);
	bool done = model_net_receive(model, bytes, size) || model_console_input(model, 0, bytes, size);

	leave(on);
	return done;
}

static uint32_t take_out(void *context, void *bytes, uint32_t room)
{
	struct reference *reference = context;
	const bool on = enter();
	uint32_t size = reference->output_size < room ? reference->output_size : room;

	memcpy(bytes, reference->output, size);
	reference->output_size = 0;
	leave(on);
	return size;
}

static const struct stimuli reference_stimuli = { change_config, announce, send_in, take_out };

/* While the driver waits, all devices work. */
static bool work(void)
{
	const bool on = enter();
	bool worked = false;

	for (unsigned i = 0; i < REFERENCE_DEVICES; i++) {
		struct reference *reference = &references[i];
		unsigned units = 1;

		if (reference->idle)
			continue;
		/* Mostly slow, now and then as fast as it can. */
		if (schedule == MIXED)
			units = random_below(&choices, MIXED_BURST_ONE_IN) ? 1 + random_below(&choices, MIXED_UNITS)
									   : PROMPT_UNITS;
		/* A defect may show in what the device does long after it was left alone. */
		worked |= !reference->defective || model_has_work(&reference->model);
		reference->idle = !model_run(&reference->model, units) && !reference->defective;
	}
	leave(on);
	return worked;
}

/* Sets the named defects in every configuration. NULL, or what is wrong. */
static const char *read_defects(const char *names, uint32_t defects[MODEL_DEFECT_WORDS])
{
	while (*names) {
		char name[DEFECT_NAME_MAX];
		size_t length = 0;
		enum model_defect defect;

		for (; *names && *names != ','; names++)
			if (length + 1 < sizeof(name))
				name[length++] = *names;
		name[length] = 0;
		if (*names)
			names++;
		defect = model_defect_find(name);
		if (!defect)
			return "touchstone.defect names no defect of the catalogue";
		defects[defect / 32] |= 1u << (defect % 32);
	}
	return NULL;
}

static const char *read_schedule(const char *name)
{
	static const char *const names[] = { [PROMPT] = "prompt", [LAZY] = "lazy", [MIXED] = "mixed" };

	schedule = MIXED;
	for (unsigned i = 0; *name && i < sizeof(names) / sizeof(names[0]); i++)
		if (!strcmp(name, names[i])) {
			schedule = (enum schedule)i;
			return NULL;
		}
	return *name ? "touchstone.ref-schedule is none of prompt, lazy, mixed" : NULL;
}

static const char *read_layout(const char *name)
{
	chosen_layout = LAYOUT_ALL;
	if (!strcmp(name, "all"))
		return NULL;
	for (chosen_layout = 0; *name && chosen_layout < LAYOUTS; chosen_layout++)
		if (!strcmp(name, layouts[chosen_layout].name))
			return NULL;
	return *name ? "touchstone.ref-msi is no layout" : NULL;
}

/* Powers one device on. False: the model takes no such Version. */
static bool power_on(unsigned index, unsigned version, const uint32_t defects[MODEL_DEFECT_WORDS])
{
	static const uint32_t types[REFERENCE_DEVICES] = { VIRTIO_ID_BLOCK, VIRTIO_ID_NETWORK, VIRTIO_ID_ENTROPY,
							   VIRTIO_ID_CONSOLE };
	struct reference *reference = &references[index];
	const struct model_host host = {
		.context = reference,
		.read = guest_read,
		.write = guest_write,
		.set_line = set_line,
		.send_message = send_message,
		.random = draw,
		.now_ns = now,
		.output = output,
	};
	const struct layout *msi = &layouts[chosen_layout == LAYOUT_ALL ? 1 + index : chosen_layout];
	struct model_config config;

	if (msi->msi)
		version = msi->msi == MODEL_MSI_DRAFT3 ? VIRTIO_MMIO_VERSION_POLLED_RESET : VIRTIO_MMIO_VERSION_MODERN;
	model_config_default(&config, types[index], version);
	config.queue_size_max = queue_size;
	config.msi = msi->msi;
	config.msi_sharing = msi->sharing;
	config.msi_patch_state = msi->patch_state;
	config.shuffle = config.out_of_order = schedule == MIXED;
	config.batch = schedule == MIXED ? MIXED_BATCH : 1;
	config.in_flight = schedule == MIXED ? MIXED_IN_FLIGHT : 1;
	config.blk.disk = disk;
	config.blk.sectors = DISK_SECTORS;
	config.blk.read_only = read_only;
	config.net.responder = true;
	config.console.echo = true;
	memcpy(config.defects, defects, sizeof(config.defects));
	manners_configure(&config);
	reference->idle = reference->defective = false;
	for (unsigned i = 0; i < MODEL_DEFECT_WORDS; i++)
		reference->defective |= defects[i] != 0;
	irq_soft_line_set(reference->line, false);
	reference->output_size = 0;
	return model_init(&reference->model, &config, &host);
}

const char *reference_init(const struct reference_options *options)
{
	uint32_t defects[MODEL_DEFECT_WORDS] = { 0 };
	const bool edge = !strcmp(options->line, "edge");
	const char *wrong = read_schedule(options->schedule);

	if (!wrong)
		wrong = read_layout(options->msi);
	if (!wrong)
		wrong = read_defects(options->defects, defects);
	if (!wrong && *options->line && !edge && strcmp(options->line, "level"))
		wrong = "touchstone.ref-line is neither level nor edge";
	read_only = options->read_only;
	queue_size = (uint16_t)options->queue_size;
	random_seed(&choices, options->seed, random_hash("reference"));
	for (unsigned i = 0; !wrong && i < REFERENCE_DEVICES; i++) {
		references[i].line = irq_soft_line_open(edge ? IRQ_EDGE : IRQ_LEVEL);
		if (!references[i].line)
			wrong = "this machine has no interrupt for it";
		else if (!power_on(i, (unsigned)options->version, defects))
			wrong = "touchstone.ref-version is none of 1, 2, 3, or touchstone.ref-queue-size no power of "
				"two";
	}
	if (!wrong)
		clock_on_wait(work);
	return wrong;
}

bool reference_describe(unsigned defect, struct reference_defect *description)
{
	uint32_t flags = model_defect_flags((enum model_defect)defect);

	if (!defect || defect > model_defect_count())
		return false;
	*description = (struct reference_defect){
		.name = model_defect_name((enum model_defect)defect),
		.types = flags & MODEL_ON_ANY_TYPE,
		.versions = (flags & MODEL_ON_VERSION_1 ? 1u << 1 : 0) | (flags & MODEL_ON_VERSION_2 ? 1u << 2 : 0) |
			    (flags & MODEL_ON_VERSION_3 ? 1u << 3 : 0),
	};
	return true;
}

void reference_restart(unsigned version, unsigned defect)
{
	uint32_t defects[MODEL_DEFECT_WORDS] = { 0 };
	const uint32_t needs = model_defect_flags((enum model_defect)defect);
	const bool was_read_only = read_only, on = enter();
	const unsigned had_layout = chosen_layout;

	if (defect)
		defects[defect / 32] |= 1u << (defect % 32);
	read_only |= (needs & MODEL_NEEDS_READ_ONLY) != 0;
	if (needs & MODEL_NEEDS_MSI && !had_layout)
		chosen_layout = LAYOUT_ALL;
	for (unsigned i = 0; i < REFERENCE_DEVICES; i++)
		power_on(i, version, defects);
	read_only = was_read_only;
	chosen_layout = had_layout;
	leave(on);
}

bool reference_connect(unsigned index, struct transport *transport)
{
	transport->bus = &reference_bus;
	transport->bus_context = &references[index];
	transport->line = references[index].line;
	transport->stimuli = &reference_stimuli;
	return transport->line != NULL;
}
