// SPDX-License-Identifier: BSD-2-Clause
#include "tests/framework/run.h"

#include "drivers/quirks.h"
#include "firmware/arch/cpus.h"
#include "firmware/arch/guard.h"
#include "firmware/lib/journal.h"
#include "firmware/lib/print.h"
#include "firmware/lib/string.h"
#include "tests/framework/basis.h"
#include "tests/framework/plan.h"
#include "tests/framework/report.h"

enum {
	TEXT_MAX = 96,
	ROUND_MS = 100,
	RESET_PATIENCE_TENTHS = 25, /* a reset may take this many tenths of what an answer may take */
	RESETS = 100,		    /* in a check */
	SLOW_TIMES = 12,	    /* a check that takes very long may take so many times touchstone.timeout */
};
#define DAMAGE_PATIENCE_NS MILLISECONDS(200)
#define BOUNDS_ROW	   "sdesc-04"	   /* the device writes to device-writable buffers and to its rings only */
#define SLOW_NS		   MILLISECONDS(5) /* for a request: many of them take long */

bool run_was_good(void)
{
	return !report_counts.by_verdict[VERDICT_FAIL] && !report_counts.by_verdict[VERDICT_ERROR];
}

/* Does the host change this device's configuration on request (touchstone.change)? */
static bool host_changes(const struct device *device, const struct options *options)
{
	return options->change[0] && options_match(options->change, device->name);
}

/* Returns NULL, or a phrase for the need that is not met. */
static const char *unmet(const struct run *t, char text[TEXT_MAX])
{
	const struct check *check = t->check;
	const struct device *device = t->device;
	const struct needs *needs = &check->needs;
	const struct irq_line *line = device->transport.line;

	if (device->unusable) {
		const struct driver_error_info *error = driver_error_info(device->unusable);

		if (!error->row)
			return error->text;
		if (check_names(check, error->row))
			return NULL;
		format_string(text, TEXT_MAX, "%s (%s)", error->text, error->row);
		return text;
	}
	for (unsigned bit = 0; bit < FEATURE_BITS; bit++) {
		const char *name;

		if (!features_has(&needs->features, bit) || device_offers(device, bit))
			continue;
		name = feature_name(device->type, bit);
		format_string(text, TEXT_MAX, "the device does not offer %s (bit %u)", name ? name : "feature", bit);
		return text;
	}
	if (needs->queues > device->queue_count) {
		format_string(text, TEXT_MAX, "needs %u virtqueues, the device has %u", needs->queues,
			      device->queue_count);
		return text;
	}
	if (needs->requests && !device->type->make_request)
		return "we know no harmless request for this type of device";
	if (needs->requests && device->type->request_queue >= device->queue_count)
		return "the virtqueue for requests does not exist";
	if (needs->answers && !device->type->answers)
		return "requests of this type of device have no device-writable part";
	if (needs->entries > device->queue_max[device->type->request_queue]) {
		format_string(text, TEXT_MAX, "needs a virtqueue of %u entries, the device has %u", needs->entries,
			      device->queue_max[device->type->request_queue]);
		return text;
	}
	if ((needs->line || needs->level_line || needs->edge_line) && !line)
		return "the platform announced no interrupt that we can receive";
	if (needs->level_line && line->source.trigger != IRQ_LEVEL)
		return "the interrupt line is announced as edge-triggered";
	if (needs->edge_line && line->source.trigger != IRQ_EDGE)
		return "the interrupt line is announced as level-triggered";
	if (needs->stimulus && !device->transport.stimuli)
		return "needs a stimulus that only the reference device gives";
	if (needs->change && !device->transport.stimuli && !t->change)
		return "nobody is there to change the configuration (touchstone.change)";
	for (uint32_t cpu = 1; cpu < needs->cpus; cpu++) {
		const char *wrong = cpus_start(cpu);

		if (!wrong)
			continue;
		format_string(text, TEXT_MAX, "needs %u CPUs; CPU %u: %s", needs->cpus, cpu, wrong);
		return text;
	}
	return NULL;
}

static void call_body(void *argument)
{
	struct run *t = argument;

	/* The device did not come back from an earlier reset. This check reports it; later ones will be skipped. */
	if (t->device->unusable == DRIVER_NO_RESET) {
		t->device->unusable = DRIVER_LOST;
		require_ok(t, DRIVER_NO_RESET, "the device comes back from the resets between checks");
	}
	t->check->body(t, t->device);
}

static void call_afterwards(void *argument)
{
	struct run *t = argument;

	t->afterwards(t, t->device);
}

/* Puts the device and its line into the state in which a check starts. */
static void back_to_start(struct device *device)
{
	unsigned queues = 0;

	while (queues < DEVICE_QUEUES && device->queues[queues].size)
		queues++;
	if (!device->unusable) {
		device_clear_interrupts(device);
		device->unusable = device_reset(device);
	}
	/* A virtqueue may survive the reset. Then the device is unusable, because later checks would fail for what this
	 * one left. */
	while (!device->unusable && queues--)
		if (!WAIT_UNTIL(!device_queue_used(device, (uint16_t)queues), device_patience_ns))
			device->unusable = DRIVER_QUEUE_IN_USE;
	if (!device->transport.line)
		return;
	irq_settle();
	irq_line_attach(device->transport.line, NULL, NULL);
	irq_settle();
}

/*
 * Does the device, or another one that the check used, write outside of its buffers even with ordinary requests? Gives
 * up the memory of the check.
 */
static bool damages_always(struct run *t)
{
	const uint64_t patience = device_patience_ns;
	struct dma_damage damage;
	bool whole = true;

	/* Only requests that are answered show anything. */
	if (patience > DAMAGE_PATIENCE_NS)
		device_patience_ns = DAMAGE_PATIENCE_NS;
	for (unsigned i = 0; whole && i < t->device_count; i++) {
		struct device *device = &t->devices[i];

		if (device->unusable || !device->type->make_request ||
		    device->type->request_queue >= device->queue_count)
			continue;
		dma_forget();
		journal_pause(true); /* the log of a failure shows what the check did */
		(void)ordinary_life(device);
		back_to_start(device);
		journal_pause(false);
		whole = dma_guards_whole(&damage);
	}
	dma_forget();
	device_patience_ns = patience;
	return !whole;
}

/* Did an earlier check of the device report such damage? Remembers it. */
static bool damage_is_known(struct device *device, const struct dma_damage *damage)
{
	const unsigned known = device->damage_count < DEVICE_DAMAGES ? device->damage_count : DEVICE_DAMAGES;

	for (unsigned i = 0; i < known; i++)
		if (device->damages[i].size == damage->size && device->damages[i].where == damage->where)
			return true;
	device->damages[device->damage_count++ % DEVICE_DAMAGES] = *damage;
	return false;
}

/* A device that damages memory around its buffers has one check for it, or is told so once for each kind of damage. */
static void judge_damage(struct run *t, const struct dma_damage *damage)
{
	const char *why = NULL;

	if (t->doubt.came) /* the check has failed, for what may be the cause of this, too */
		return;
	if (!check_names(t->check, BOUNDS_ROW)) {
		if (damage_is_known(t->device, damage))
			why = "the device wrote outside of its buffers, as in an earlier check";
		else if (damages_always(t))
			why = "a device writes outside of its buffers with any request";
	}
	if (!why) {
		check_doubt_row(t, BOUNDS_ROW, "the device wrote 0x%02x at byte %ld of a buffer of %lu bytes",
				damage->found, (long)damage->where, damage->size);
		return;
	}
	if (t->verdict >= VERDICT_SKIP)
		return;
	t->verdict = VERDICT_SKIP;
	format_string(t->reason, sizeof(t->reason), "%s (%s)", why, BOUNDS_ROW);
}

/* Judges what must hold after every check: the device comes back from a reset, and has written only to memory that it
 * was given. */
static void judge_leftovers(void *argument)
{
	struct run *t = argument;
	struct dma_damage damage;
	bool was_usable = !t->device->unusable;

	back_to_start(t->device);
	/* A check that used a second device and ended early left that running, on memory that the next check gets. */
	for (unsigned i = 0; i < t->device_count; i++)
		if (t->devices[i].queues[0].size)
			back_to_start(&t->devices[i]);
	if (was_usable && t->device->unusable == DRIVER_NO_RESET && t->reports_lost_device)
		check_fail_row(t, driver_error_info(DRIVER_NO_RESET)->row,
			       "the device comes back from a reset after this check");
	if (!dma_guards_whole(&damage))
		judge_damage(t, &damage);
}

/* A check ran out of time. It ends as a SKIP if requests take long on this device, or if there is another excuse. */
static void doubt_time(void *context)
{
	enum { REQUESTS = 4 };
	struct run *t = context;
	const uint64_t began = clock_ns();
	unsigned served = 0;

	if (t->device->type->make_request && !device_start(t->device, NO_FEATURES))
		while (served < REQUESTS && !device_do_request(t->device, served))
			served++;
	if (served == REQUESTS && clock_ns() - began >= REQUESTS * SLOW_NS)
		skip(t, "the device is too slow for touchstone.timeout");
	if (t->excuse)
		t->excuse(t, t->device);
}

static void guarded(struct run *t, void (*function)(void *), uint64_t timeout_ms)
{
	struct guard_trap trap = { 0 };
	enum guard_end end;
	unsigned accesses;

	do {
		accesses = t->accesses;
		end = guard_run(function, t, MILLISECONDS(timeout_ms), &trap);
		if (end == GUARD_TRAPPED && t->may_trap)
			info(t, "an access to a register traps: %s, address 0x%lx", trap.name, trap.data);
	} while (end == GUARD_TRAPPED && t->may_trap && t->accesses > accesses);

	if (end == GUARD_TIMED_OUT) {
		(void)guard_run(doubt_time, t, MILLISECONDS(timeout_ms), &trap);
		if (t->verdict != VERDICT_PASS)
			return;
	}
	if (end == GUARD_TRAPPED)
		format_string(t->reason, sizeof(t->reason), "trap: %s at 0x%lx, address 0x%lx, error 0x%lx", trap.name,
			      trap.address, trap.data, trap.error);
	else if (end == GUARD_TIMED_OUT)
		format_string(t->reason, sizeof(t->reason), "the check did not end within %lu ms, at 0x%lx", timeout_ms,
			      trap.address);
	else
		return;
	t->verdict = VERDICT_ERROR;
}

/* A check that found no interrupt has waited for those on their way (irq_settle). If a CPU took none for so long that
 * the wait gave up, the check must not pass. */
static void doubt_silence(struct run *t, uint32_t before)
{
	uint32_t cpu;

	if (irq_unsettled(&cpu) == before)
		return;
	print("# warning: CPU %u took no interrupt of ours for seconds: what did not come may have been on its way\n",
	      cpu);
	/* It may have failed for that: nothing else needs to be tried. */
	if (t->doubt.came && t->verdict == VERDICT_PASS)
		check_fail_doubted(t);
	if (t->verdict == VERDICT_SKIP || t->verdict == VERDICT_ERROR)
		return;
	t->stood_still = true;
	format_string(t->reason, sizeof(t->reason), "%sCPU %u took no interrupt of ours for seconds",
		      t->verdict == VERDICT_PASS ? "" : "the machine stood still: ", cpu);
	t->verdict = t->verdict == VERDICT_PASS ? VERDICT_SKIP : VERDICT_ERROR;
}

/* The work after a check's body must end before the runner gives up the VMM, which it does after 45 seconds of silence.
 */
enum { TIDY_TIMEOUT_MS = 4500 };

/* Switches the quirk on, except for the checks that judge the defect it works around. */
static void apply_quirk(const struct check *check, struct device *device)
{
	const struct quirk *quirk = quirk_of(device);
	bool judged = false;

	for (unsigned i = 0; quirk && quirk->judged_by[i]; i++)
		judged |= check_names(check, quirk->judged_by[i]);
	device->whole_queues = quirk && quirk->whole_queues && !judged;
}

/* Reports once for each device that its used lengths are not relied on. */
static void tell_of_lengths(struct run *t)
{
	const struct odd_length *odd = &t->device->odd_length;

	if (!odd->came || t->device->odd_length_told)
		return;
	t->device->odd_length_told = true;
	info(t, "a used length of %u, where %u to %u bytes are written: only the checks of the used length judge that",
	     odd->said, odd->least, odd->most);
}

/* Reports once for each device which features are always accepted, because it refused to work without them. */
static void tell_of_least(struct run *t)
{
	const struct features *least = &t->device->least;

	if (t->device->least_told || features_equal(least, &NO_FEATURES))
		return;
	t->device->least_told = true;
	info(t, "the device refuses smaller sets of features than bits 0x%x 0x%x 0x%x 0x%x, which are always accepted",
	     least->word[0], least->word[1], least->word[2], least->word[3]);
}

/* Runs the body, and what must hold after every check. */
static void run_body(struct run *t)
{
	const struct options *options = t->options;
	const uint64_t tidy_timeout = options->timeout_ms < TIDY_TIMEOUT_MS ? options->timeout_ms : TIDY_TIMEOUT_MS;
	struct guard_trap trap = { 0 };
	uint32_t unsettled, cpu;

	t->printed_ns = clock_ns();
	random_seed(&t->random, t->seed, random_hash(t->check->id));
	dma_forget();
	journal_clear(clock_ns());
	t->controlled = false;
	t->assertions = t->accesses = 0;
	t->may_trap = false;
	t->afterwards = NULL;
	t->excuse = NULL;
	unsettled = irq_unsettled(&cpu);
	for (unsigned i = 0; i < t->device_count; i++)
		apply_quirk(t->check, &t->devices[i]);
	basis_watch(t->device);
	/* A round of a race takes less than ROUND_MS. A check of a device with a slow reset takes as long as its
	 * resets. */
	guarded(t, call_body,
		options->timeout_ms * (t->check->needs.slow ? SLOW_TIMES : 1) + ROUND_MS * options->rounds +
			RESETS * (t->device->reset_ns / MILLISECONDS(1)));
	t->may_trap = false;
	if (t->afterwards)
		guarded(t, call_afterwards, tidy_timeout);
	if (!t->assertions && t->verdict == VERDICT_PASS) {
		string_copy(t->reason, sizeof(t->reason), "the check asserted nothing");
		t->verdict = VERDICT_ERROR;
	}
	/* A function that still runs on another CPU may go on using the device. */
	if (cpus_release(&trap) && t->verdict < VERDICT_ERROR) {
		format_string(t->reason, sizeof(t->reason), "another CPU: %s at 0x%lx",
			      *trap.name ? trap.name : "no end of what it was given", trap.address);
		t->verdict = VERDICT_ERROR;
	}
	guarded(t, judge_leftovers, tidy_timeout);
	doubt_silence(t, unsettled);
}

static void run_once(struct run *t, const struct options *options, uint64_t seed);

/* Runs another check on the device, and prints nothing. */
static void try_basis(struct run *t, const struct check *check)
{
	const unsigned infos = report_counts.infos;
	struct run x = {
		.check = check,
		.device = t->device,
		.devices = t->devices,
		.device_count = t->device_count,
		.peer = t->peer,
		.loop = t->loop,
		.disk = t->disk,
		.change = t->change,
		.silent = true,
	};
	static uint64_t printed_ns; /* shows the runner that the guest is alive */
	const bool was_usable = !t->device->unusable;
	bool muted;

	if (deadline_passed(printed_ns + SIGN_OF_LIFE_NS)) {
		print("# tries %s.%s, on which %s builds\n", t->device->name, check->id, t->check->id);
		printed_ns = clock_ns();
	}
	muted = print_mute(true);
	run_once(&x, t->options, t->seed);
	print_mute(muted);
	if (x.verdict == VERDICT_PASS && report_counts.infos == infos)
		basis_passed(&x);
	report_counts.infos = infos;
	if (was_usable && t->device->unusable == DRIVER_NO_RESET && t->reports_lost_device)
		check_fail_row(t, driver_error_info(DRIVER_NO_RESET)->row,
			       "the device comes back from a reset after %s, on which this check builds", check->id);
}

/* Does a check report what the running one builds on, and fails? It may have done so, or still have its turn. */
static bool is_reported(const struct run *t)
{
	char name[PLAN_NAME_MAX];

	plan_name(name, basis_check(t->broken), t->device);
	return (!t->options->isolated && t->options->proof != PROOF_FIRST && plan_chooses(name, t->options)) ||
	       basis_reported(t, t->broken);
}

static void end_explained(struct run *t)
{
	/* A failure that comes of what the specification only recommends is none. */
	if (t->silent || basis_check(t->broken)->level >= SHOULD || is_reported(t)) {
		t->verdict = VERDICT_SKIP;
		format_string(t->reason, sizeof(t->reason), "fails, as does %s, on which it builds (%s)", t->broken->id,
			      t->broken->row);
		return;
	}
	check_fail_row(t, t->broken->row, "%s holds, on which this check builds: %s", t->broken->id,
		       basis_check(t->broken)->title);
}

/* The check failed. Does something that it builds on fail, too? */
static void settle_doubt(struct run *t)
{
	journal_keep(true); /* the log of a failure shows what the check did */
	if (t->verdict < VERDICT_WARN && !t->broken)
		basis_try(t, try_basis);
	journal_keep(false);
	if (t->verdict >= VERDICT_WARN)
		return; /* for another reason, which may be the cause */
	if (t->broken) {
		end_explained(t);
		return;
	}
	t->sure = true;
	if (!t->doubt.last) {
		t->verdict = VERDICT_PASS;
		run_body(t);
		if (t->verdict >= VERDICT_WARN)
			return;
	}
	check_fail_doubted(t); /* it does not fail each time, or has spoilt what it needs */
}

static void run_once(struct run *t, const struct options *options, uint64_t seed)
{
	char text[TEXT_MAX];
	const char *why;

	t->seed = seed;
	t->options = options;
	why = unmet(t, text);
	/* A robust check may have ruined the device, for good, so that others fail for its reason. */
	t->sure = t->check->level == ROBUST;
	t->doubt.came = false;
	t->broken = NULL;
	device_patience_ns = MILLISECONDS(options->patience_ms);
	/* No clause bounds the time of a reset (2.4.2). */
	transport_reset_patience_ns = device_patience_ns * RESET_PATIENCE_TENTHS / 10;
	if (!why && !t->sure && !t->silent) {
		basis_try_recommended(t, try_basis);
		t->broken = NULL;
		why = unmet(t, text);
	}
	if (why) {
		string_copy(t->reason, sizeof(t->reason), why);
		if (t->verdict < VERDICT_SKIP)
			t->verdict = VERDICT_SKIP;
		basis_note(t);
		return;
	}
	run_body(t);
	if (t->doubt.came)
		settle_doubt(t);
	if (!t->silent && t->verdict == VERDICT_PASS && basis_failed_before(t))
		check_fail_row(t, t->check->requirements[0],
			       "the property holds each time: it did not when a check was doubted that builds on it");
	basis_note(t);
	if (t->silent)
		return;
	tell_of_lengths(t);
	tell_of_least(t);
}

enum verdict run_silently(const struct check *check, struct device *device, struct device *devices, unsigned count,
			  const struct options *options, uint64_t seed, const char **blamed)
{
	struct run t = {
		.check = check,
		.device = device,
		.devices = devices,
		.device_count = count,
		.peer = options->peer,
		.loop = options->loop,
		.disk = options->disk,
		.change = host_changes(device, options),
		.reports_lost_device = true,
	};

	run_once(&t, options, seed);
	*blamed = t.blamed;
	return t.verdict;
}

/* Is a check of the reset's own clause still to run? Then that one reports a device that does not come back from a
 * reset, and not this check. */
static bool clause_comes(const struct check *check)
{
	const struct check *const *at = all_checks.end;

	while (at != all_checks.begin && *--at != check)
		if (check_names(*at, driver_error_info(DRIVER_NO_RESET)->row))
			return true;
	return false;
}

void run_check(struct running *running, const struct check *check, struct device *device, const char *name)
{
	struct run t = {
		.check = check,
		.device = device,
		.devices = running->devices,
		.device_count = running->device_count,
		.peer = running->options->peer,
		.loop = running->options->loop,
		.disk = running->options->disk,
		.change = host_changes(device, running->options),
		.reports_lost_device = !running->options->isolated &&
				       (running->options->only[0] || running->options->skip[0] || !clause_comes(check)),
	};
	uint64_t printed_ns = clock_ns();
	/* The same seed asks the same questions. */
	const bool ran = running->options->repeat == 1 && running->options->proof == PROOF_NONE && !device->unusable &&
			 basis_has_passed(&t);

	report_start(check, name);
	for (uint64_t i = 0; i < running->options->repeat && !ran; i++) {
		uint64_t seed = running->options->seed + i;

		/* Shows the runner that the guest is alive, and the user the seed of a round that kills the VMM. */
		if (i && deadline_passed(printed_ns + SIGN_OF_LIFE_NS)) {
			print("# round %lu seed=0x%lx\n", i + 1, seed);
			printed_ns = clock_ns();
		}
		run_once(&t, running->options, seed);
	}
	report_result(++running->number, name, &t);
}

static void run_planned(struct device *device, const struct check *check, const char *name, void *context)
{
	run_check(context, check, device, name);
}

void run_checks(const struct plan *plan, const char *why_none)
{
	struct running running = {
		.devices = plan->devices,
		.device_count = plan->device_count,
		.options = plan->options,
	};
	unsigned planned;

	if (plan->options->list) {
		plan_list(plan);
		return;
	}
	planned = plan_each(plan, NULL, NULL);
	if (!planned)
		print("# nothing to test: %s\n",
		      plan->device_count ? "no check is chosen by touchstone.only, skip and after" : why_none);
	print("1..%u\n", planned);
	plan_each(plan, run_planned, &running);
	report_end(plan->options->seed);
}
