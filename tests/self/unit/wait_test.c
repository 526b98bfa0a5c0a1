// SPDX-License-Identifier: BSD-2-Clause
/* How long a wait lasts: which time counts against its limit. */
#include "tests/self/unit/unit.h"

#include "firmware/arch/clock.h"

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

static void begin(uint64_t turn, uint64_t nanoseconds)
{
	now = 5;
	step = MICROSECONDS(1);
	turns = 0;
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
