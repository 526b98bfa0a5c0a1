// SPDX-License-Identifier: BSD-2-Clause
/* Turns options into a setup, and a setup into the configuration of each device. */
#include "tests/guest/reference/internal.h"

#include "drivers/spec/mmio.h"
#include "firmware/lib/string.h"

enum {
	MIXED_BATCH = 3,     /* used buffers published at once */
	MIXED_IN_FLIGHT = 6, /* requests taken before the first completes */
	DEFECT_NAME_MAX = 64,
};

static const struct layout {
	const char *name; /* the word of touchstone.ref-msi */
	enum model_msi_layout msi;
	bool sharing, patch_state;
} layouts[REFERENCE_LAYOUTS] = {
	[REFERENCE_MSI_NONE] = { "none", MODEL_MSI_NONE, false, false },
	[REFERENCE_MSI_DRAFT3] = { "draft3", MODEL_MSI_DRAFT3, false, false },
	[REFERENCE_MSI_F40] = { "f40", MODEL_MSI_F40, true, false },
	[REFERENCE_MSI_DRAGONBALL] = { "dragonball", MODEL_MSI_DRAGONBALL, false, false },
	[REFERENCE_MSI_F44] = { "f44", MODEL_MSI_F44, false, false },
	[REFERENCE_MSI_F40_PATCH] = { "f40-patch", MODEL_MSI_F40, true, true },
	[REFERENCE_MSI_F40_FIXED] = { "f40-fixed", MODEL_MSI_F40, false, false },
	[REFERENCE_MSI_F40_FIXED_PATCH] = { "f40-fixed-patch", MODEL_MSI_F40, false, true },
};

/* ---- options ---- */

static const char *read_schedule(enum reference_schedule *schedule, const char *name)
{
	static const char *const names[] = {
		[REFERENCE_PROMPT] = "prompt",
		[REFERENCE_LAZY] = "lazy",
		[REFERENCE_MIXED] = "mixed",
	};

	*schedule = REFERENCE_MIXED;
	if (!*name)
		return NULL;
	for (unsigned i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (!strcmp(name, names[i])) {
			*schedule = (enum reference_schedule)i;
			return NULL;
		}
	return "touchstone.ref-schedule is none of prompt, lazy, mixed";
}

static const char *read_layout(enum reference_layout *layout, const char *name)
{
	*layout = strcmp(name, "all") ? REFERENCE_MSI_NONE : REFERENCE_MSI_ALL;
	if (!*name || *layout == REFERENCE_MSI_ALL)
		return NULL;
	for (unsigned i = 0; i < REFERENCE_LAYOUTS; i++)
		if (!strcmp(name, layouts[i].name)) {
			*layout = (enum reference_layout)i;
			return NULL;
		}
	return "touchstone.ref-msi is no layout";
}

static const char *read_line(enum irq_trigger *line, const char *name)
{
	*line = strcmp(name, "edge") ? IRQ_LEVEL : IRQ_EDGE;
	return !*name || *line == IRQ_EDGE || !strcmp(name, "level") ? NULL
								     : "touchstone.ref-line is neither level nor edge";
}

/* Reads names separated by commas. */
static const char *read_defects(uint32_t defects[MODEL_DEFECT_WORDS], const char *names)
{
	memset(defects, 0, MODEL_DEFECT_WORDS * sizeof(defects[0]));
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

const char *reference_read_options(struct reference_setup *setup, const struct options *options)
{
	/* A proof sets the defects itself, one after the other; touchstone.defect only chooses among them. */
	const char *const defects = options->proof ? "" : options->defect;
	const char *wrong = read_schedule(&setup->schedule, options->ref_schedule);

	if (!wrong)
		wrong = read_layout(&setup->layout, options->ref_msi);
	if (!wrong)
		wrong = read_defects(setup->defects, defects);
	if (!wrong)
		wrong = read_line(&setup->line, options->ref_line);
	setup->version = (unsigned)options->ref_version;
	setup->queue_size = (uint16_t)options->ref_queue_size;
	setup->read_only = options->ref_read_only;
	setup->seed = options->seed;
	return wrong;
}

/* ---- devices ---- */

static enum reference_layout layout_of(enum reference_layout chosen, unsigned index)
{
	enum { FIRST = REFERENCE_MSI_DRAFT3, IN_TURN = REFERENCE_MSI_F44 + 1 - FIRST };

	return chosen == REFERENCE_MSI_ALL ? (enum reference_layout)(FIRST + index % IN_TURN) : chosen;
}

void reference_configure(const struct reference_setup *setup, unsigned index, struct model_config *config)
{
	const bool mixed = setup->schedule == REFERENCE_MIXED;
	const struct layout *layout = &layouts[layout_of(setup->layout, index)];
	unsigned version = setup->version;

	if (layout->msi == MODEL_MSI_DRAFT3)
		version = VIRTIO_MMIO_VERSION_POLLED_RESET;
	else if (layout->msi != MODEL_MSI_NONE)
		version = VIRTIO_MMIO_VERSION_MODERN;
	model_config_default(config, model_device_id(index), version);
	config->queue_size_max = setup->queue_size;
	config->msi = (uint8_t)layout->msi;
	config->msi_sharing = layout->sharing;
	config->msi_patch_state = layout->patch_state;
	config->shuffle = config->out_of_order = mixed;
	config->batch = mixed ? MIXED_BATCH : 1;
	config->in_flight = mixed ? MIXED_IN_FLIGHT : 1;
	config->blk.sectors = REFERENCE_DISK_SECTORS;
	config->blk.read_only = setup->read_only;
	config->net.responder = true;
	config->console.echo = true;
	memcpy(config->defects, setup->defects, sizeof(config->defects));
}
