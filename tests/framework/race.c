// SPDX-License-Identifier: BSD-2-Clause
#include "tests/framework/race.h"

#include <arch/cpu.h>

#include "firmware/arch/cpus.h"
#include "firmware/arch/guard.h"
#include "firmware/lib/print.h"
#include "firmware/lib/string.h"
#include "tests/framework/options.h"

enum {
	DELAY_DOUBLINGS = 16,
	MILLION = 1000000,
	ROUNDS_LEAST = 4, /* however slow the device is */
	TIME_SHARE = 8,	  /* of touchstone.timeout, for the rounds */
};
#define JOIN_NS	 MILLISECONDS(8000) /* the host may stop that CPU for seconds */
#define SHORT_NS MILLISECONDS(5)

void race_begin(struct race *race, struct run *t, uint32_t usual)
{
	*race = (struct race){ .t = t, .printed_ns = clock_ns(), .two = !cpus_start(1) };
	race->rounds = t->options->rounds ? (uint32_t)t->options->rounds : usual;
	race->enough_ns = deadline_in(MILLISECONDS(t->options->timeout_ms) / TIME_SHARE);
}

/* A random delay of up to 65 microseconds; every power of 2 of nanoseconds is equally likely. */
static uint64_t random_delay(struct race *race)
{
	return random_below(&race->t->random, 1u << (1 + random_below(&race->t->random, DELAY_DOUBLINGS)));
}

bool race_next(struct race *race)
{
	struct run *const t = race->t;

	if (!t->options->rounds && race->round >= ROUNDS_LEAST && deadline_passed(race->enough_ns))
		race->rounds = race->round;
	if (race->round == race->rounds)
		return false;
	random_seed(&t->random, t->seed + race->round++, random_hash(t->check->id));
	race->delay_ns = random_delay(race);
	if (t->options->delay != OPTION_ANY_DELAY)
		race->delay_ns = t->options->delay;
	if (deadline_passed(race->printed_ns + SIGN_OF_LIFE_NS)) {
		print("# round %u seed=0x%lx\n", race->round, t->seed + race->round - 1);
		race->printed_ns = clock_ns();
	}
	return true;
}

static void spend(uint64_t nanoseconds)
{
	const uint64_t deadline = deadline_in(nanoseconds);

	while (!deadline_passed(deadline))
		cpu_relax();
}

static void other_half(void *context)
{
	struct race *const race = context;

	spend(race->delay_ns);
	race->function(race->argument);
}

void race_fire(struct race *race, void (*function)(void *argument), void *argument)
{
	race->function = function;
	race->argument = argument;
	if (!race->two)
		function(argument);
	else if (!cpus_begin(1, other_half, race))
		abort_check(race->t, "another CPU does not rest when it should");
}

void race_join(struct race *race)
{
	struct guard_trap trap;

	if (race->two && cpus_wait(1, JOIN_NS, &trap) != GUARD_RETURNED)
		abort_check(race->t, "the other CPU: %s at 0x%lx", *trap.name ? trap.name : "no end", trap.address);
}

void race_pause(struct race *race)
{
	spend(random_delay(race));
}

uint64_t race_patience(const struct race *race)
{
	return race->lost ? SHORT_NS : device_patience_ns;
}

bool race_lost(struct race *race)
{
	if (race->lost++)
		return false;
	race->first_round = race->round;
	race->first_delay_ns = race->delay_ns;
	return true;
}

static uint64_t square_root(uint64_t value)
{
	uint64_t root = 0;

	for (uint64_t bit = 1ull << 31; bit; bit >>= 1)
		if ((root | bit) * (root | bit) <= value)
			root |= bit;
	return root;
}

/*
 * Wilson's interval for `shown` of `rounds`, in parts per million: (k + z^2/2 -+ z sqrt(k (n - k) / n + z^2/4)) /
 * (n + z^2) with z = 1.96, everything times 10000.
 */
static void bounds(uint64_t shown, uint64_t rounds, uint32_t *least, uint32_t *most)
{
	const uint64_t one = 10000, z_squared = 38416, whole = rounds * one + z_squared;
	const uint64_t middle = shown * one + z_squared / 2;
	const uint64_t half = square_root(z_squared * (shown * (rounds - shown) * one / rounds + z_squared / 4));

	*least = (uint32_t)(middle > half ? (middle - half) * MILLION / whole : 0);
	*most = (uint32_t)((middle + half) * MILLION / whole);
}

void race_report(const struct race *race, const char *how)
{
	struct run *const t = race->t;
	uint32_t least, most;

	if (!race->lost && !t->options->rounds)
		return;
	bounds(race->lost, race->rounds, &least, &most);
	info(t, "race lost in %u of %u rounds%s: 95%% sure, %u to %u of a million; cpus %u", race->lost, race->rounds,
	     how, least, most, 1 + race->two);
	if (race->lost)
		info(t, "first in round %u; again: touchstone.race=%s touchstone.seed=0x%lx touchstone.delay=%lu",
		     race->first_round, strchr(t->check->id, '.') + 1, t->seed + race->first_round - 1,
		     race->first_delay_ns);
}

void race_end(const struct race *race)
{
	race_report(race, "");
	expect_eq(race->t, race->lost, 0, "rounds in which the race was lost");
}
