// SPDX-License-Identifier: BSD-2-Clause
/*
 * Prints all checks and all defects of the reference device, for the scripts of this folder. Each is a line of fields
 * separated by tabs:
 *
 *   check   id  level  rows  needs, in words  title
 *   defect  name  rows  what the device does  who did it in the field
 *   oddity  name  types  versions  what excludes it  the clause that permits it  what the device does
 *
 * Checks come in the order in which they run, defects in the order of the catalogue. The program is the host port with
 * another main().
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/defects/catalogue.h"
#include "model/oddities/catalogue.h"
#include "tests/framework/check.h"
#include "tests/framework/report.h"
#include "tests/framework/plan.h"

static unsigned printed; /* number of the present check's needs */

#define NEED(...) (printf("%s", printed++ ? ", " : ""), printf(__VA_ARGS__))

static void print_features(const struct needs *needs)
{
	const char *between = "";

	for (unsigned bit = 0; bit < FEATURE_BITS; bit++) {
		if (!features_has(&needs->features, bit))
			continue;
		if (!*between)
			NEED("%s", "");
		printf("%s%s", between, feature_name(device_type_of(needs->type), bit));
		between = " and ";
	}
	if (*between)
		printf(" offered");
}

/* Clears each need in the copy after printing it, so that a new need without words is noticed. */
static void print_needs(const struct check *check)
{
	static const struct needs none;
	struct needs needs = check->needs;

	printed = 0;
	if (needs.type) {
		const char *title = device_type_of(needs.type)->title;

		NEED("%s %s", strchr("aeiou", title[0]) ? "an" : "a", title);
	}
	if (needs.transport)
		NEED("%s", needs.transport == TRANSPORT_MMIO ? "virtio-mmio" : "another transport");
	if (needs.version)
		NEED("the %s layout", needs.version == 1 ? "legacy" : "modern");
	if (needs.queues == 1)
		NEED("a virtqueue");
	else if (needs.queues)
		NEED("%u virtqueues", needs.queues);
	if (needs.entries)
		NEED("a virtqueue of %u entries", needs.entries);
	if (needs.requests)
		NEED("requests");
	if (needs.answers)
		NEED("requests with device-writable bytes");
	if (needs.line)
		NEED("an interrupt line");
	if (needs.level_line)
		NEED("a level-triggered interrupt line");
	if (needs.edge_line)
		NEED("an edge-triggered interrupt line");
	if (needs.stimulus)
		NEED("a stimulus that only the reference device gives");
	if (needs.change)
		NEED("a host that changes the configuration on request");
	if (needs.cpus)
		NEED("%u CPUs", needs.cpus);
	if (needs.msi)
		NEED("message signalled interrupts");
	if (needs.slow)
		NEED("time (touchstone.brief leaves it out)");
	print_features(&needs);
	if (!printed)
		printf("nothing");
	needs.type = needs.queues = needs.entries = needs.version = needs.cpus = 0;
	needs.transport = TRANSPORT_ANY;
	needs.requests = needs.answers = needs.line = needs.level_line = needs.edge_line = false;
	needs.stimulus = needs.change = needs.msi = needs.slow = false;
	needs.features = none.features;
	if (memcmp(&needs, &none, sizeof(needs))) {
		fprintf(stderr, "listing: %s has a need that tests/self/listing.c has no words for\n", check->id);
		exit(1);
	}
}

static void print_check(const struct check *check)
{
	printf("check\t%s\t%s\t", check->id, level_names[check->level]);
	for (unsigned i = 0; check->requirements[i]; i++)
		printf("%s%s", i ? " " : "", check->requirements[i]);
	printf("\t");
	print_needs(check);
	printf("\t%s\n", check->title);
}

int main(void)
{
	const char *nobody = "";

	for (const struct check *const *at = all_checks.begin; at != all_checks.end; at++)
		print_check(*at);
#define X(id, types, versions, extra, rows, what, seen) \
	printf("defect\t%s\t%s\t%s\t%s\n", #id, rows, what, (seen) ? (seen) : nobody);
	MODEL_CATALOGUE(X)
#undef X
#define X(id, types, versions, apart, clause, what) \
	printf("oddity\t%s\t%s\t%s\t%s\t%s\t%s\n", #id, #types, #versions, #apart, clause, what);
	MODEL_ODDITIES(X)
#undef X
	return 0;
}
