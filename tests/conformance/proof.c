// SPDX-License-Identifier: BSD-2-Clause
#include "tests/conformance/proof.h"

#include "firmware/lib/print.h"
#include "firmware/lib/string.h"
#include "tests/conformance/check.h"
#include "tests/conformance/report.h"
#include "tests/conformance/run.h"

/* A device in this program answers within some turns of a wait or never. */
enum { PROOF_PATIENCE_MS = 20, PROOF_TIMEOUT_MS = 60000, NAME_MAX = 96 };

struct proof {
	struct device *devices;
	unsigned count;
	struct options options;
	const struct proof_catalogue *catalogue;
	const struct proof_defect *defect;
	unsigned number, version; /* of the defect */
	bool all;
	unsigned noticed;    /* checks that failed */
	const char *trouble; /* id of a check that ended in an ERROR */
};

/* Is one of the check's rows among the defect's? */
static bool shares_row(const struct check *check, const char *rows)
{
	for (const char *at = rows; *at;) {
		const char *end = strchr(at, ' ');
		size_t length = end ? (size_t)(end - at) : strlen(at);

		for (unsigned i = 0; check->requirements[i]; i++)
			if (strlen(check->requirements[i]) == length && !strncmp(check->requirements[i], at, length))
				return true;
		at += length + (end ? 1 : 0);
	}
	return false;
}

static bool is_chosen(const struct proof *proof, const struct device *device, const struct check *check)
{
	char name[NAME_MAX];

	format_string(name, sizeof(name), "%s.%s", device->name, check->id);
	return run_applies(check, device) && (!proof->options.only[0] || options_match(proof->options.only, name)) &&
	       !(proof->options.skip[0] && options_match(proof->options.skip, name));
}

/* Finds the devices anew: a defect may show in what discovery reads. False: one of them is not what it was. */
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

/* Runs the checks that share a row with the defect, or those that do not. Returns whether to go on. */
static bool run_those(struct proof *proof, bool sharing)
{
	for (unsigned i = 0; i < proof->count; i++) {
		struct device *device = &proof->devices[i];

		if (!(proof->defect->types >> device->transport.device_id & 1))
			continue;
		for (const struct check *const *at = __start_checks; at != __stop_checks; at++) {
			enum verdict verdict;

			if (shares_row(*at, proof->defect->rows) != sharing || !is_chosen(proof, device, *at))
				continue;
			print_mute(true);
			verdict = run_silently(*at, device, proof->devices, proof->count, &proof->options);
			print_mute(false);
			/* A device that a check left useless is switched off and on for the next one. */
			if (device->unusable) {
				proof->catalogue->restart(proof->version, proof->number);
				rediscover(proof);
			}
			if (verdict == VERDICT_ERROR)
				proof->trouble = (*at)->id;
			if (verdict != VERDICT_FAIL && verdict != VERDICT_WARN)
				continue;
			print("# caught-by %s.%s\n", device->name, (*at)->id);
			proof->noticed++;
			if (!proof->all)
				return false;
		}
	}
	return true;
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
		.all = !strcmp(options->proof, "all"),
	};
	unsigned planned = 0, number = 0;

	proof.options.timeout_ms = PROOF_TIMEOUT_MS;
	proof.options.patience_ms = PROOF_PATIENCE_MS;
	for (unsigned i = 1; catalogue->describe(i, &defect); i++)
		planned += options_match(options->defect[0] ? options->defect : "*", defect.name);
	print("1..%u\n", planned);
	for (unsigned i = 1; catalogue->describe(i, &defect); i++) {
		struct run result = { .verdict = VERDICT_FAIL };
		char name[NAME_MAX];
		bool found;

		if (!options_match(options->defect[0] ? options->defect : "*", defect.name))
			continue;
		proof.number = i;
		proof.version = version_of(&defect, options->ref_version);
		proof.noticed = 0;
		proof.trouble = NULL;
		format_string(name, sizeof(name), "proof.%s", defect.name);
		print("# start %s level=must reqs=%s\n", name, defect.rows);
		catalogue->restart(proof.version, i);
		found = rediscover(&proof);
		if (!found) {
			print("# caught-by discovery\n");
			proof.noticed++;
		}
		if (found && run_those(&proof, true))
			run_those(&proof, false);
		if (proof.trouble) {
			result.verdict = VERDICT_ERROR;
			format_string(result.reason, sizeof(result.reason), "%s ended in an ERROR", proof.trouble);
		} else if (proof.noticed) {
			result.verdict = VERDICT_PASS;
		}
		report_result(++number, name, &result);
		catalogue->restart((unsigned)options->ref_version, 0);
		rediscover(&proof);
	}
	report_end(options->seed);
}
