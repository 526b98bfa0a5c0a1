// SPDX-License-Identifier: BSD-2-Clause
#include "tests/framework/proof.h"

#include "firmware/lib/print.h"
#include "firmware/lib/string.h"
#include "tests/framework/plan.h"
#include "tests/framework/report.h"
#include "tests/framework/run.h"

/* Short waits: a device in this program answers within a few turns of a wait, or never. */
enum {
	PROOF_ATTEMPTS = 8, /* some defects show only sometimes, so the check tries again with another seed */
	PROOF_PATIENCE_MS = 20,
	PROOF_TIMEOUT_MS = 60000,
};

struct proof {
	struct device *devices;
	unsigned count;
	struct options options;
	uint64_t seed;
	const struct proof_catalogue *catalogue;
	const struct proof_defect *defect;
	unsigned number, version; /* the defect's number, and the devices' Version */
	bool all;
	const char *hint;    /* id of the check that notices it first; NULL: no check can */
	unsigned noticed;    /* number of checks that failed */
	const char *trouble; /* id of a check that ended as an ERROR */
};

static bool is_chosen(const struct proof *proof, const struct device *device, const struct check *check)
{
	char name[PLAN_NAME_MAX];

	plan_name(name, check, device);
	return plan_has(check, device) && plan_chooses(name, &proof->options);
}

/* Discovers the devices again, because a defect may show in what discovery reads. False: a device is no longer what it
 * was. */
static bool rediscover(struct proof *proof)
{
	bool same = true;

	print_mute(true);
	for (unsigned i = 0; i < proof->count; i++) {
		uint32_t id = proof->devices[i].transport.device_id;

		if (device_discover(&proof->devices[i]) != TRANSPORT_DEVICE ||
		    proof->devices[i].transport.device_id != id || proof->devices[i].unusable) {
			same = false;
			proof->devices[i].transport.device_id = id;
		}
	}
	print_mute(false);
	return same;
}

/* Runs one check on one device with the defect. Returns whether the check noticed it. */
static bool try(struct proof *proof, const struct check *check, struct device *device)
{
	uint64_t began = clock_ns();
	unsigned infos = report_counts.infos;
	const char *blamed;
	enum verdict verdict;

	print_mute(true);
	verdict = run_silently(check, device, proof->devices, proof->count, &proof->options, proof->seed, &blamed);
	print_mute(false);
	report_counts.infos = infos;
	/* The check left the device useless: switch the devices off and on for the next one. */
	if (device->unusable) {
		proof->catalogue->restart(proof->catalogue->context, proof->version, proof->number);
		rediscover(proof);
	}
	if (verdict == VERDICT_ERROR)
		proof->trouble = check->id;
	if (verdict != VERDICT_FAIL && verdict != VERDICT_WARN)
		return false;
	print("# caught-by %s.%s after %lu us: %s%s%s\n", device->name, check->id,
	      (clock_ns() - began) / MICROSECONDS(1), verdict == VERDICT_FAIL ? "FAIL" : "WARN", blamed ? " " : "",
	      blamed ? blamed : "");
	proof->noticed++;
	return true;
}

/* The id of the check that notices a defect first; NULL: no check can. */
static const char *hint_for(const char *defect)
{
	const struct proof_hint *hint = proof_hints;

	while (hint->defect && strcmp(hint->defect, defect))
		hint++;
	return hint->check;
}

static bool is_hint(const struct proof *proof, const struct check *check)
{
	return proof->hint && !strcmp(proof->hint, check->id);
}

/* Runs all checks, or only the one that is known to notice the defect, on each device until the defect shows. */
static void try_checks(struct proof *proof)
{
	for (unsigned i = 0; i < proof->count; i++) {
		struct device *device = &proof->devices[i];

		if (device->type->id > 63 || !(proof->defect->types >> device->type->id & 1))
			continue;
		for (const struct check *const *at = all_checks.begin; at != all_checks.end; at++)
			if ((proof->all || is_hint(proof, *at)) && is_chosen(proof, device, *at) &&
			    try(proof, *at, device) && !proof->all)
				return;
	}
}

static unsigned version_of(const struct proof_defect *defect, uint64_t preferred)
{
	if (defect->versions >> preferred & 1)
		return (unsigned)preferred;
	for (unsigned version = 3; version; version--)
		if (defect->versions >> version & 1)
			return version;
	return (unsigned)preferred;
}

void prove_checks(struct device *devices, unsigned count, const struct options *options,
		  const struct proof_catalogue *catalogue)
{
	struct proof_defect defect;
	struct proof proof = {
		.devices = devices,
		.count = count,
		.options = *options,
		.catalogue = catalogue,
		.defect = &defect,
		.all = options->proof == PROOF_ALL,
	};
	unsigned planned = 0, number = 0;

	proof.options.timeout_ms = PROOF_TIMEOUT_MS;
	proof.options.patience_ms = PROOF_PATIENCE_MS;
	for (unsigned i = 1; catalogue->describe(i, &defect); i++)
		planned += options_match(options->defect[0] ? options->defect : "*", defect.name);
	print("1..%u\n", planned);
	for (unsigned i = 1; catalogue->describe(i, &defect); i++) {
		struct run result = { .verdict = VERDICT_FAIL };
		char name[PLAN_NAME_MAX];
		bool found;

		if (!options_match(options->defect[0] ? options->defect : "*", defect.name))
			continue;
		proof.number = i;
		proof.hint = hint_for(defect.name);
		proof.version = version_of(&defect, options->ref_version);
		proof.noticed = 0;
		proof.trouble = NULL;
		format_string(name, sizeof(name), "proof.%s", defect.name);
		print("# start %s level=must reqs=\n", name);
		catalogue->restart(catalogue->context, proof.version, i);
		found = rediscover(&proof);
		if (!found) {
			print("# caught-by discovery\n");
			proof.noticed++;
		}
		for (unsigned attempt = 0; found && !proof.noticed && attempt < (proof.all ? 1 : PROOF_ATTEMPTS);
		     attempt++) {
			proof.seed = options->seed + attempt;
			try_checks(&proof);
		}
		if (!proof.noticed && !proof.all && !proof.hint) {
			result.verdict = VERDICT_SKIP;
			format_string(result.reason, sizeof(result.reason), "no check can notice it");
		} else if (proof.trouble) {
			result.verdict = VERDICT_ERROR;
			format_string(result.reason, sizeof(result.reason), "%s ended in an ERROR", proof.trouble);
		} else if (proof.noticed) {
			result.verdict = VERDICT_PASS;
		}
		report_result(++number, name, &result);
		catalogue->restart(catalogue->context, (unsigned)options->ref_version, 0);
		rediscover(&proof);
	}
	report_end(options->seed);
}
