// SPDX-License-Identifier: BSD-2-Clause
/* explore [--bound N] [--requests N] [--plain] [--list] [NAME[:SCHEDULE]]...: explores all scenarios, explores those
 * whose name begins with a NAME, or replays one schedule. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "tests/self/explore/programs.h"
#include "tests/self/explore/search.h"

enum { USAGE = 2, PLAIN_BOUND = 1 };

static bool bounded;
static unsigned bound; /* the most preemptions */
static uint64_t states, schedules;
static unsigned found, passed, failed;

static double seconds(void)
{
	struct timespec time;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
	return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static void print_step(unsigned number, const char *text)
{
	printf("    %3u %s\n", number, text);
}

/* "a12d1": twelve steps of the first CPU, one of the device. */
static void print_schedule(const struct outcome *outcome)
{
	for (unsigned i = 0, from = 0; i < outcome->length; i++) {
		if (i + 1 < outcome->length && outcome->schedule[i + 1] == outcome->schedule[i])
			continue;
		printf("%c%u", actor_letters[outcome->schedule[i]], i + 1 - from);
		from = i + 1;
	}
}

static bool parse_schedule(const char *text, uint8_t *schedule, unsigned *length)
{
	for (*length = 0; *text;) {
		const char *letter = strchr(actor_letters, *text++);
		char *end;
		unsigned long count = strtoul(text, &end, 10);

		if (!letter || end == text || count > STEPS_MAX - *length)
			return false;
		text = end;
		while (count--)
			schedule[(*length)++] = (uint8_t)(letter - actor_letters);
	}
	return true;
}

/* False: there is no such schedule. */
static bool print_replay(const struct scenario *chosen, const uint8_t *schedule, unsigned length)
{
	unsigned at;

	if (!replay(chosen, schedule, length, print_step, &at)) {
		printf("    step %u of the schedule cannot be: that actor waits\n", at + 1);
		return false;
	}
	printf("    => %s\n", violated ? violated : "as it should be");
	return true;
}

/*
 * A plain search, which goes on from states that it has seen before, must give the same result. It runs with at most
 * one preemption, or none with store buffers, because more would take too long.
 */
static bool agrees_with_plain_search(const struct scenario *chosen, const struct outcome *outcome)
{
	static struct outcome plain;
	bool same;

	search_plain = true;
	search_up_to(chosen, chosen->weak ? 0 : PLAIN_BOUND, &plain);
	search_plain = false;
	same = plain.found ? outcome->found && plain.length == outcome->length &&
				     !memcmp(plain.schedule, outcome->schedule, plain.length)
			   : !outcome->found || outcome->preemptions > plain.preemptions;
	if (!same)
		printf("%s: the search misses something: without a memory it finds another counter-example\n",
		       chosen->name);
	return same;
}

static void explore(const struct scenario *chosen)
{
	const double start = seconds();
	static struct outcome outcome;
	bool right;

	if (bounded)
		search_up_to(chosen, bound, &outcome);
	else
		search(chosen, &outcome);
	states += outcome.states;
	schedules += outcome.schedules;
	found += outcome.found;
	right = !outcome.full && outcome.found == chosen->found &&
		(search_plain || agrees_with_plain_search(chosen, &outcome));
	passed += right;
	failed += !right;
	printf("%s %s: %s\n    ", right ? "ok" : "not ok", chosen->name, chosen->title);
	if (outcome.full)
		printf("given up: too many states, or a run without an end");
	else if (outcome.found)
		printf("counter-example of %u steps, %u preemptions%s", outcome.length, outcome.preemptions,
		       chosen->found ? "" : ": THERE SHOULD BE NONE");
	else if (outcome.all)
		printf("none in any interleaving, runs of %u steps%s", outcome.longest,
		       chosen->found ? ": THERE SHOULD BE ONE" : "");
	else
		printf("none with up to %u preemptions, runs of %u steps%s", outcome.preemptions, outcome.longest,
		       chosen->found ? ": THERE SHOULD BE ONE" : "");
	printf("; %u requests, %llu states, %llu schedules, %.2f s\n", requests_wanted(),
	       (unsigned long long)outcome.states, (unsigned long long)outcome.schedules, seconds() - start);
	if (!outcome.found)
		return;
	print_replay(chosen, outcome.schedule, outcome.length);
	printf("    again: make explore REPLAY=%s:", chosen->name);
	print_schedule(&outcome);
	printf("\n");
}

/* "NAME:SCHEDULE" */
static int replay_words(const char *words)
{
	const char *colon = strchr(words, ':');
	uint8_t schedule[STEPS_MAX];
	unsigned length;

	for (size_t i = 0; i < scenario_count; i++) {
		if (strlen(scenarios[i].name) != (size_t)(colon - words) ||
		    strncmp(scenarios[i].name, words, (size_t)(colon - words)) != 0)
			continue;
		if (!parse_schedule(colon + 1, schedule, &length)) {
			fprintf(stderr, "explore: a schedule is letters of \"%s\", each with a count\n", actor_letters);
			return USAGE;
		}
		printf("%s: %s\n", scenarios[i].name, scenarios[i].title);
		return print_replay(&scenarios[i], schedule, length) ? 0 : USAGE;
	}
	fprintf(stderr, "explore: no scenario of that name; --list names them\n");
	return USAGE;
}

static bool chosen(const struct scenario *candidate, int count, char **words)
{
	for (int i = 0; i < count; i++)
		if (!strncmp(candidate->name, words[i], strlen(words[i])))
			return true;
	return !count;
}

int main(int argc, char **argv)
{
	const double start = seconds();
	int at = 1;

	setvbuf(stdout, NULL, _IOLBF, 0);
	if (at + 1 < argc && !strcmp(argv[at], "--bound")) {
		bounded = true;
		bound = (unsigned)strtoul(argv[at + 1], NULL, 10);
		at += 2;
	}
	if (at + 1 < argc && !strcmp(argv[at], "--requests")) {
		more_requests = (unsigned)strtoul(argv[at + 1], NULL, 10);
		at += 2;
	}
	if (at < argc && !strcmp(argv[at], "--plain")) {
		search_plain = true;
		at++;
	}
	if (at < argc && !strcmp(argv[at], "--list")) {
		for (size_t i = 0; i < scenario_count; i++)
			printf("%-36s %s\n", scenarios[i].name, scenarios[i].title);
		return 0;
	}
	if (at < argc && strchr(argv[at], ':'))
		return replay_words(argv[at]);
	for (size_t i = 0; i < scenario_count; i++)
		if (chosen(&scenarios[i], argc - at, argv + at))
			explore(&scenarios[i]);
	printf("%llu states, %llu schedules, %u counter-examples, %.1f s\n", (unsigned long long)states,
	       (unsigned long long)schedules, found, seconds() - start);
	printf("%u passed, %u failed\n", passed, failed);
	return failed || !passed;
}
