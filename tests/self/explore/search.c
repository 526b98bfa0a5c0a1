// SPDX-License-Identifier: BSD-2-Clause
/*
 * A depth-first search through the choices. It restores no state: each run starts from the beginning, repeats the
 * choices made so far, and takes the first alternative at each new fork. The next run takes another alternative at the
 * last fork that has one left. A run ends at a state that was reached before with as many preemptions left and in as
 * few steps.
 */
#include "tests/self/explore/search.h"

#include <stdlib.h>
#include <string.h>

#include "tests/self/explore/hash.h"

enum { SEEN_BITS = 21, SEEN_MAX = (1 << SEEN_BITS) / 4 * 3 };

static struct seen {
	uint64_t hash;
	uint32_t search; /* number of the search that stored the entry; 0: free */
	uint16_t depth, left;
} seen_states[1 << SEEN_BITS];
static uint32_t searches;
bool search_plain;

static struct fork {
	uint8_t actor;	 /* the alternative taken */
	uint16_t others; /* the set of alternatives still to be tried */
	uint16_t spent;	 /* preemptions before this fork */
} forks[STEPS_MAX];

static struct {
	unsigned allowed;
	unsigned made;	/* number of forks */
	bool cut;	/* an alternative was left out because it needs another preemption */
	unsigned found; /* length of the shortest counter-example; 0: none */
	bool first;	/* any counter-example will do, so a state counts as known however it was reached */
	struct outcome *outcome;
} now;

/* Remembers a state. True: it was known, and nothing new can come of it. */
static bool seen(uint64_t hash, unsigned left, unsigned depth)
{
	struct seen *slot = &seen_states[hash >> (64 - SEEN_BITS)];

	while (slot->search == searches && slot->hash != hash)
		slot = slot + 1 < seen_states + (1 << SEEN_BITS) ? slot + 1 : seen_states;
	if (slot->search == searches && slot->left >= left && slot->depth <= depth)
		return !search_plain;
	if (slot->search != searches && ++now.outcome->states > SEEN_MAX) {
		now.outcome->full = true;
		return true;
	}
	*slot = (struct seen){ .hash = hash, .search = searches, .depth = (uint16_t)depth, .left = (uint16_t)left };
	return false;
}

/* The actors that may act. The one that acted last comes first, if it can go on. */
static struct fork make_fork(unsigned able, enum actor_index last, unsigned spent)
{
	const bool goes_on = last != ACTORS && (able >> last & 1);
	struct fork fork = { .spent = (uint16_t)spent };

	fork.actor = (uint8_t)(goes_on ? last : (enum actor_index)__builtin_ctz(able));
	fork.others = (uint16_t)(able & ~(1u << fork.actor));
	if (goes_on && fork.others && spent == now.allowed && !now.first) {
		now.cut = true;
		fork.others = 0;
	}
	return fork;
}

static void run(unsigned known)
{
	enum actor_index last = ACTORS;
	unsigned spent = 0, able, depth;

	machine_start(scenario);
	for (depth = 0; !violated && (able = machine_enabled()) != 0; depth++) {
		if (depth >= known) {
			if (depth == STEPS_MAX) {
				now.outcome->full = true;
				return;
			}
			if ((now.found && depth >= now.found) ||
			    (now.first ? seen(machine_hash(), 0, 0)
				       : seen(hash_word(machine_hash(), (uint64_t)last), now.allowed - spent, depth)))
				return;
			forks[depth] = make_fork(able, last, spent);
			now.made = depth + 1;
		}
		spent = forks[depth].spent;
		spent += last != ACTORS && forks[depth].actor != last && (able >> last & 1);
		last = (enum actor_index)forks[depth].actor;
		machine_step(last);
	}
	if (depth > now.outcome->longest)
		now.outcome->longest = depth;
	if (!violated)
		machine_finish();
	if (violated && (!now.found || depth < now.found)) {
		now.found = depth;
		for (unsigned i = 0; i < depth; i++)
			now.outcome->schedule[i] = forks[i].actor;
	}
}

/* Takes the next alternative at the last fork that has one left. False: no fork has. */
static bool next_alternative(void)
{
	while (now.made && !forks[now.made - 1].others)
		now.made--;
	if (!now.made)
		return false;
	forks[now.made - 1].actor = (uint8_t)__builtin_ctz(forks[now.made - 1].others);
	forks[now.made - 1].others &= (uint16_t)(forks[now.made - 1].others - 1);
	return true;
}

/* Searches all schedules with `allowed` preemptions, or any number with `first`. */
static void pass(unsigned allowed, bool first)
{
	struct outcome *outcome = now.outcome;

	searches++;
	outcome->states = outcome->longest = 0;
	outcome->preemptions = now.allowed = allowed;
	now.first = first;
	now.made = now.found = 0;
	now.cut = false;
	do {
		run(now.made);
		outcome->schedules++;
	} while (!outcome->full && !(first && now.found) && next_alternative());
	outcome->length = now.found;
	outcome->found = now.found;
	outcome->all = !now.cut && !outcome->full;
}

static void deepen(unsigned bound, struct outcome *outcome)
{
	for (unsigned allowed = 0; allowed <= bound; allowed++) {
		pass(allowed, false);
		if (outcome->found || outcome->all || outcome->full)
			return;
	}
}

static void prepare(const struct scenario *chosen, struct outcome *outcome)
{
	memset(outcome, 0, sizeof(*outcome));
	now.outcome = outcome;
	scenario = chosen;
}

void search_up_to(const struct scenario *chosen, unsigned bound, struct outcome *outcome)
{
	prepare(chosen, outcome);
	deepen(bound, outcome);
}

void search(const struct scenario *chosen, struct outcome *outcome)
{
	prepare(chosen, outcome);
	if (!chosen->found) {
		pass(0, true);
		if (!outcome->found)
			return;
	}
	deepen(STEPS_MAX, outcome);
}

bool replay(const struct scenario *chosen, const uint8_t *schedule, unsigned length,
	    void (*step)(unsigned number, const char *text), unsigned *at)
{
	enum actor_index last = ACTORS;
	unsigned able;

	machine_start(chosen);
	telling = true;
	for (*at = 0; !violated && *at < STEPS_MAX && (able = machine_enabled()) != 0; ++*at) {
		struct stop stop;

		if (*at < length && !(able >> schedule[*at] & 1)) {
			telling = false;
			return false;
		}
		last = *at < length			      ? (enum actor_index)schedule[*at]
		       : last != ACTORS && (able >> last & 1) ? last
							      : (enum actor_index)__builtin_ctz(able);
		stop = *actor_stopped(last);
		machine_step(last);
		step(*at + 1, told(last, &stop));
	}
	if (!violated)
		machine_finish();
	telling = false;
	return true;
}
