// SPDX-License-Identifier: BSD-2-Clause
#include "tests/framework/plan.h"

#include "firmware/arch/cpus.h"
#include "firmware/lib/print.h"
#include "firmware/lib/string.h"
#include "tests/framework/bench.h"
#include "tests/framework/report.h"

bool plan_has(const struct check *check, const struct device *device)
{
	const struct needs *needs = &check->needs;
	uint8_t layout = transport_is_legacy(&device->transport) ? 1 : 2;

	return (!needs->transport || needs->transport == transport_kind(&device->transport)) &&
	       (!needs->type || needs->type == device->transport.device_id) &&
	       (!needs->version || needs->version == layout) && (!needs->msi || device->msi.layout) &&
	       needs->cpus <= cpus_count();
}

void plan_name(char name[PLAN_NAME_MAX], const struct check *check, const struct device *device)
{
	format_string(name, PLAN_NAME_MAX, "%s.%s", device->name, check->id);
}

bool plan_chooses(const char *name, const struct options *options)
{
	return (!options->only[0] || options_match(options->only, name)) &&
	       (!options->skip[0] || !options_match(options->skip, name));
}

/* touchstone.brief leaves it out. Who names checks gets what they name. */
static bool is_too_slow(const struct check *check, const struct options *options)
{
	return options->brief && check->needs.slow && !options->only[0];
}

unsigned plan_each(struct device *devices, unsigned count, const struct options *options,
		   void (*visit)(struct device *device, const struct check *check, const char *name, void *context),
		   void *context)
{
	const struct check *const *const begin = options->bench ? bench_checks : __start_checks;
	const struct check *const *const end = options->bench ? bench_checks + BENCH_CHECKS : __stop_checks;
	bool waiting = options->after[0];
	unsigned chosen = 0;

	for (unsigned i = 0; i < count; i++) {
		for (const struct check *const *at = begin; at != end; at++) {
			char name[PLAN_NAME_MAX];

			if (!plan_has(*at, &devices[i]) || is_too_slow(*at, options))
				continue;
			plan_name(name, *at, &devices[i]);
			if (waiting) {
				waiting = strcmp(name, options->after) != 0;
				continue;
			}
			if (!plan_chooses(name, options))
				continue;
			chosen++;
			if (visit)
				visit(&devices[i], *at, name, context);
		}
	}
	return chosen;
}

static void list_one(struct device *device, const struct check *check, const char *name, void *context)
{
	(void)device;
	(void)context;
	print("# check %s level=%s reqs=", name, level_names[check->level]);
	for (unsigned i = 0; check->requirements[i]; i++)
		print("%s%s", i ? "," : "", check->requirements[i]);
	print(" title=%s\n", check->title);
}

void plan_list(struct device *devices, unsigned count, const struct options *options)
{
	plan_each(devices, count, options, list_one, NULL);
	print("1..0\n");
	report_end(options->seed);
}
