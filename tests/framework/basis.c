// SPDX-License-Identifier: BSD-2-Clause
#include "tests/framework/basis.h"

#include "firmware/lib/string.h"
#include "tests/framework/options.h"
#include "tests/framework/plan.h"

enum { BASES_MAX = 96 };

enum state { UNKNOWN, HOLDS, BROKEN };

/* What is known of one device, the one whose checks are running. */
static struct {
	const struct device *device;
	uint32_t discovery;
	enum state state[BASES_MAX];
	const struct basis *broken[BASES_MAX]; /* the entry itself, or what that builds on */
	bool reported[BASES_MAX];
	bool passed[BASES_MAX]; /* with nothing to say */
} known;

static void know(const struct device *device)
{
	if (known.device == device && known.discovery == device->discovery)
		return;
	memset(&known, 0, sizeof(known));
	known.device = device;
	known.discovery = device->discovery;
}

const struct check *basis_check(const struct basis *basis)
{
	for (const struct check *const *at = all_checks.begin; at != all_checks.end; at++)
		if (!strcmp((*at)->id, basis->id))
			return *at;
	return NULL;
}

/* The number of entries before the check's own. All, if it has none. */
static unsigned entries_before(const struct check *check)
{
	unsigned count = 0;

	while (count < BASES_MAX && bases[count].id && strcmp(bases[count].id, check->id))
		count++;
	return count;
}

void basis_watch(struct device *device)
{
	device->transport.config_reads = device->queues_set_up = 0;
	device->ever_accepted = NO_FEATURES;
}

void basis_seen(struct run *t)
{
	const struct device *d = t->device;
	struct features features = d->ever_accepted;

	t->doubt.uses = (d->transport.config_reads ? USES_CONFIG : 0) | (d->queues_set_up ? USES_QUEUES : 0);
	features = features_without(features_without(features, VIRTIO_F_VERSION_1), VIRTIO_F_ACCESS_PLATFORM);
	features = features_without(features, VIRTIO_F_ORDER_PLATFORM);
	if (!features_equal(&features, &NO_FEATURES))
		t->doubt.uses |= USES_FEATURES;
	t->doubt.features = d->ever_accepted;
}

/* Does the running check, after what it did, build on this one? */
static bool builds_on(const struct run *t, const struct basis *basis)
{
	const struct check *check;
	struct features common;

	if ((basis->uses & ~USES_ITS_FEATURES & ~t->doubt.uses) || !options_match(basis->under, t->check->id) ||
	    check_names(t->check, basis->row))
		return false;
	check = basis_check(basis);
	if (!check || !plan_has(check, t->device))
		return false;
	common = features_and(check->needs.features, t->doubt.features);
	return !(basis->uses & USES_ITS_FEATURES) || features_equal(&common, &check->needs.features);
}

/* The first entry that the check builds on and that is in one of two states, or the end of the table. */
static unsigned first_in(const struct run *t, enum state one, enum state other)
{
	const unsigned end = entries_before(t->check);

	know(t->device);
	for (unsigned i = 0; i < end; i++)
		if ((known.state[i] == one || known.state[i] == other) && builds_on(t, &bases[i]))
			return i;
	return end;
}

enum basis_answer basis_ask(struct run *t)
{
	const unsigned at = first_in(t, BROKEN, UNKNOWN);

	if (at == entries_before(t->check))
		return BASIS_HOLDS;
	t->broken = known.broken[at];
	return known.state[at] == BROKEN ? BASIS_BROKEN : BASIS_UNKNOWN;
}

void basis_try(struct run *t, void (*try)(struct run *t, const struct check *check))
{
	unsigned last = BASES_MAX;

	while (basis_ask(t) == BASIS_UNKNOWN) {
		const unsigned at = first_in(t, UNKNOWN, UNKNOWN);

		if (at == last || t->device->unusable)
			return;
		try(t, basis_check(&bases[at]));
		last = at;
	}
}

void basis_try_recommended(struct run *t, void (*try)(struct run *t, const struct check *check))
{
	const unsigned end = entries_before(t->check);

	for (unsigned i = 0; i < end && !t->device->unusable; i++) {
		const struct check *check;

		know(t->device);
		if (known.state[i] != UNKNOWN || !options_match(bases[i].under, t->check->id) ||
		    check_names(t->check, bases[i].row))
			continue;
		check = basis_check(&bases[i]);
		if (check && check->level >= SHOULD && plan_has(check, t->device))
			try(t, check);
	}
}

void basis_note(const struct run *t)
{
	const unsigned at = entries_before(t->check);

	if (at == BASES_MAX || !bases[at].id || t->stood_still)
		return;
	know(t->device);
	if (!t->silent && t->verdict >= VERDICT_WARN)
		known.reported[at] = true;
	if (known.state[at] == BROKEN)
		return;
	known.state[at] = t->broken || t->verdict >= VERDICT_WARN ? BROKEN : HOLDS;
	known.broken[at] = t->broken ? t->broken : &bases[at];
}

bool basis_reported(const struct run *t, const struct basis *basis)
{
	bool *const reported = &known.reported[basis - bases];
	bool before;

	know(t->device);
	before = *reported;
	*reported = true;
	return before;
}

bool basis_failed_before(const struct run *t)
{
	const unsigned at = entries_before(t->check);

	know(t->device);
	return at < BASES_MAX && bases[at].id && known.state[at] == BROKEN && known.broken[at] == &bases[at];
}

void basis_passed(const struct run *t)
{
	const unsigned at = entries_before(t->check);

	know(t->device);
	if (at < BASES_MAX && bases[at].id)
		known.passed[at] = true;
}

bool basis_has_passed(const struct run *t)
{
	const unsigned at = entries_before(t->check);

	know(t->device);
	return at < BASES_MAX && bases[at].id && known.passed[at];
}
