// SPDX-License-Identifier: BSD-2-Clause
/* Turns options into a setup, and a setup into the configuration of each device. */
#include "tests/guest/reference/internal.h"

#include "drivers/spec/mmio.h"
#include "firmware/lib/string.h"

enum {
	MIXED_BATCH = 3,     /* used buffers published at once */
	MIXED_IN_FLIGHT = 6, /* requests taken before the first completes */
	NAME_MAX = 64,	     /* of a defect or an oddity */
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

static enum reference_layout layout_of(enum reference_layout chosen, unsigned index)
{
	enum { FIRST = REFERENCE_MSI_DRAFT3, IN_TURN = REFERENCE_MSI_F44 + 1 - FIRST };

	return chosen == REFERENCE_MSI_ALL ? (enum reference_layout)(FIRST + index % IN_TURN) : chosen;
}

static unsigned version_of(const struct reference_setup *setup, unsigned index)
{
	const struct layout *layout = &layouts[layout_of(setup->layout, index)];

	if (layout->msi == MODEL_MSI_DRAFT3)
		return VIRTIO_MMIO_VERSION_POLLED_RESET;
	return layout->msi != MODEL_MSI_NONE ? VIRTIO_MMIO_VERSION_MODERN : setup->version;
}

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

static unsigned find_defect(const char *name)
{
	return model_defect_find(name);
}

static unsigned find_oddity(const char *name)
{
	return model_oddity_find(name);
}

/* Reads names separated by commas into a set. False: `find` does not know one of them. */
static bool read_names(uint32_t *set, size_t words, const char *names, unsigned (*find)(const char *name))
{
	memset(set, 0, words * sizeof(set[0]));
	while (*names) {
		char name[NAME_MAX];
		size_t length = 0;
		unsigned found;

		for (; *names && *names != ','; names++)
			if (length + 1 < sizeof(name))
				name[length++] = *names;
		name[length] = 0;
		if (*names)
			names++;
		found = find(name);
		if (!found)
			return false;
		set[found / 32] |= 1u << (found % 32);
	}
	return true;
}

static bool has(const uint32_t *set, unsigned number)
{
	return set[number / 32] >> (number % 32) & 1;
}

static bool can_show(const struct reference_setup *setup, enum model_oddity oddity)
{
	for (unsigned i = 0; i < REFERENCE_DEVICES; i++)
		if (model_oddity_fits(oddity, model_device_id(i), version_of(setup, i)))
			return true;
	return false;
}

/* Can devices of this setup have the oddities, all together? */
static const char *judge_oddities(const struct reference_setup *setup)
{
	const unsigned count = model_oddity_count();

	for (unsigned one = 1; one <= count; one++) {
		if (!has(setup->oddities, one))
			continue;
		if (!can_show(setup, (enum model_oddity)one))
			return "touchstone.oddity names an oddity that a device of this Version does not have";
		for (unsigned other = 1; other < one; other++)
			if (has(setup->oddities, other) &&
			    model_oddities_apart((enum model_oddity)one, (enum model_oddity)other))
				return "touchstone.oddity names two oddities that exclude each other";
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
	if (!wrong && !read_names(setup->defects, MODEL_DEFECT_WORDS, defects, find_defect))
		wrong = "touchstone.defect names no defect of the catalogue";
	if (!wrong && !read_names(setup->oddities, MODEL_ODDITY_WORDS, options->oddity, find_oddity))
		wrong = "touchstone.oddity names no oddity of the catalogue";
	if (!wrong)
		wrong = read_line(&setup->line, options->ref_line);
	setup->version = (unsigned)options->ref_version;
	setup->queue_size = (uint16_t)options->ref_queue_size;
	setup->read_only = options->ref_read_only;
	setup->seed = options->seed;
	return wrong ? wrong : judge_oddities(setup);
}

/* ---- devices ---- */

void reference_configure(const struct reference_setup *setup, unsigned index, struct model_config *config)
{
	const bool mixed = setup->schedule == REFERENCE_MIXED;
	const struct layout *layout = &layouts[layout_of(setup->layout, index)];
	const unsigned version = version_of(setup, index);

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
	for (unsigned i = 1; i <= model_oddity_count(); i++)
		if (has(setup->oddities, i) && model_oddity_fits((enum model_oddity)i, config->device_id, version))
			config->oddities[i / 32] |= 1u << (i % 32);
}
