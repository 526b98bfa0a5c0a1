// SPDX-License-Identifier: BSD-2-Clause
#include "tests/framework/plan.h"

#include "firmware/arch/cpus.h"
#include "firmware/lib/print.h"
#include "firmware/lib/string.h"
#include "tests/framework/report.h"

/* The linker defines these as the ends of the section that CHECK fills. */
extern const struct check *const __start_checks[], *const __stop_checks[];

const struct check_list all_checks = { __start_checks, __stop_checks };

bool check_names(const struct check *check, const char *row)
{
	for (unsigned i = 0; check->requirements[i]; i++)
		if (!strcmp(check->requirements[i], row))
			return true;
	return false;
}

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

/* Does touchstone.brief leave it out? A user who names checks with `only` gets them all. */
static bool is_too_slow(const struct check *check, const struct options *options)
{
	return options->brief && check->needs.slow && !options->only[0];
}

unsigned plan_each(const struct plan *plan,
		   void (*visit)(struct device *device, const struct check *check, const char *name, void *context),
		   void *context)
{
	const struct options *options = plan->options;
	bool waiting = options->after[0];
	unsigned chosen = 0;

	for (unsigned i = 0; i < plan->device_count; i++) {
		for (const struct check *const *at = plan->checks.begin; at != plan->checks.end; at++) {
			char name[PLAN_NAME_MAX];

			if (!plan_has(*at, &plan->devices[i]) || is_too_slow(*at, options))
				continue;
			plan_name(name, *at, &plan->devices[i]);
			if (waiting) {
				waiting = strcmp(name, options->after) != 0;
				continue;
			}
			if (!plan_chooses(name, options))
				continue;
			chosen++;
			if (visit)
				visit(&plan->devices[i], *at, name, context);
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

void plan_list(const struct plan *plan)
{
	plan_each(plan, list_one, NULL);
	print("1..0\n");
	report_end(plan->options->seed);
}
