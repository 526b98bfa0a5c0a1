// SPDX-License-Identifier: BSD-2-Clause
/* How long a wait lasts: which time counts against its limit. */
#include "tests/self/unit/unit.h"

#include "firmware/arch/clock.h"
#include "firmware/arch/generic/rest.h"

static uint64_t now, step, turns;
static uint64_t still_at, still_for; /* the turn in which the machine stands still, and for how long */

uint64_t clock_ns(void)
{
	return now;
}

void cpu_relax(void)
{
	now += ++turns == still_at ? still_for : step;
}

static bool can_rest;
static uint64_t rested, longest;

bool cpu_rest_for(uint64_t nanoseconds)
{
	if (!can_rest)
		return false;
	now += nanoseconds;
	rested += nanoseconds;
	longest = nanoseconds > longest ? nanoseconds : longest;
	turns++;
	return true;
}

static void begin(uint64_t turn, uint64_t nanoseconds)
{
	now = 5;
	step = MICROSECONDS(1);
	turns = rested = longest = 0;
	can_rest = false;
	still_at = turn;
	still_for = nanoseconds;
}

/* Waits for up to a millisecond, in turns of a microsecond. */
static bool waited_for(uint64_t wanted_turns)
{
	return WAIT_UNTIL(turns >= wanted_turns, MILLISECONDS(1));
}

UNIT_TEST(patience_ends_after_the_time_that_was_given)
{
	begin(0, 0);
	unit_equal(waited_for(UINT64_MAX), false);
	unit_equal(turns, 1000);
}

UNIT_TEST(what_comes_in_time_is_seen)
{
	begin(0, 0);
	unit_equal(waited_for(999), true);
	unit_equal(now, 5 + MICROSECONDS(999));
}

UNIT_TEST(what_comes_with_the_last_turn_is_seen)
{
	begin(0, 0);
	unit_equal(waited_for(1000), true);
}

/* A host that takes the CPU away for two seconds takes it from the device as well. */
UNIT_TEST(time_in_which_the_machine_stood_still_does_not_count)
{
	begin(3, MILLISECONDS(2000));
	unit_equal(waited_for(1001), true);
	begin(3, MILLISECONDS(2000));
	unit_equal(waited_for(UINT64_MAX), false);
	unit_equal(turns, 1001);
}

/* On a busy machine this CPU waits for its turn, and so does the device. */
UNIT_TEST(the_turns_of_other_threads_do_not_count)
{
	begin(3, MILLISECONDS(3));
	unit_equal(waited_for(1001), true);
	begin(3, MILLISECONDS(3));
	unit_equal(waited_for(UINT64_MAX), false);
	unit_equal(turns, 1001);
}

/* A wait gets no more than a multiple of its time for that: a slow access takes as long as a turn. */
UNIT_TEST(turns_are_forgiven_in_proportion)
{
	begin(0, 0);
	step = MILLISECONDS(3);
	unit_equal(waited_for(UINT64_MAX), false);
	unit_equal(now, 5 + MILLISECONDS(6));
}

/* An access takes that long. */
UNIT_TEST(a_short_while_counts)
{
	begin(3, MICROSECONDS(1500));
	unit_equal(waited_for(UINT64_MAX), false);
	unit_equal(turns, 3);
}

/* A device that takes a second for each access must not make a wait endless. */
UNIT_TEST(it_is_not_forgiven_for_ever)
{
	begin(0, 0);
	step = MILLISECONDS(1000);
	unit_equal(waited_for(UINT64_MAX), false);
	unit_equal(now, 5 + MILLISECONDS(6000));
}

/* The time that the first wait took is missing from the second. */
UNIT_TEST(one_patience_may_be_shared)
{
	struct patience patience = patience_begin(MILLISECONDS(1));

	begin(0, 0);
	patience = patience_begin(MILLISECONDS(1));
	unit_equal(WAIT_WITHIN(&patience, turns >= 600), true);
	unit_equal(WAIT_WITHIN(&patience, turns >= 1200), false);
	unit_equal(turns, 1000);
}

/* The CPU is left to the device's thread, but what comes within microseconds is not delayed. */
UNIT_TEST(a_long_wait_rests_and_a_short_one_polls)
{
	begin(0, 0);
	can_rest = true;
	unit_equal(WAIT_UNTIL(now >= MICROSECONDS(200), MILLISECONDS(100)), true);
	unit_equal(rested, 0);
	unit_equal(WAIT_UNTIL(false, MILLISECONDS(100)), false);
	unit_equal(rested > MILLISECONDS(90), true);
	unit_equal(longest <= MILLISECONDS(1), true);
}

UNIT_TEST(a_rest_does_not_go_beyond_the_deadline)
{
	begin(0, 0);
	can_rest = true;
	unit_equal(WAIT_UNTIL(false, MICROSECONDS(2345)), false);
	unit_equal(rested > 0, true);
	unit_equal(now <= 5 + MICROSECONDS(2346), true);
}

/* What comes after a long wait is waited for anew. */
UNIT_TEST(each_wait_of_one_patience_polls_first)
{
	struct patience patience = { 0 };
	uint64_t from;

	begin(0, 0);
	can_rest = true;
	patience = patience_begin(MILLISECONDS(100));
	unit_equal(WAIT_WITHIN(&patience, now >= MILLISECONDS(10)), true);
	from = now;
	rested = 0;
	unit_equal(WAIT_WITHIN(&patience, now >= from + MICROSECONDS(150)), true);
	unit_equal(rested, 0);
}

static bool nothing_to_do(void *context)
{
	(void)context;
	return false;
}

/* A device inside this program has no thread of its own. */
UNIT_TEST(a_worker_is_not_kept_waiting)
{
	static const struct wait_worker worker = { .work = nothing_to_do };

	begin(0, 0);
	can_rest = true;
	clock_on_wait(&worker);
	unit_equal(WAIT_UNTIL(false, MILLISECONDS(10)), false);
	clock_on_wait(NULL);
	unit_equal(rested, 0);
}
