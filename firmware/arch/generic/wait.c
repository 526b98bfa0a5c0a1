// SPDX-License-Identifier: BSD-2-Clause
#include <stddef.h>

#include "firmware/arch/clock.h"
#include "firmware/arch/generic/rest.h"

/*
 * Most answers come within microseconds, and are polled for. A wait that lasts longer rests in between, so that it
 * takes no CPU time from the device's own thread: for a part of the time that it has lasted, so that it ends little
 * later than it could. A device inside this program has no thread of its own, and is polled.
 */
#define POLL_FOR MICROSECONDS(200)
#define REST_MIN MICROSECONDS(50)
#define REST_MAX MILLISECONDS(1)
enum { PART_TO_REST = 2 };

static const struct wait_worker *worker;

void clock_on_wait(const struct wait_worker *next)
{
	worker = next;
}

/* How long to rest in a wait that has lasted for `lasted`, if at all: the deadline is not to be missed. */
static uint64_t time_to_rest(const struct patience *patience, uint64_t lasted)
{
	const uint64_t left = patience->deadline - patience->looked, part = lasted / PART_TO_REST;
	const uint64_t rest = part < REST_MAX ? part : REST_MAX;

	if (lasted < POLL_FOR || patience->looked >= patience->deadline)
		return 0;
	return rest < left ? rest : left;
}

bool clock_wait(struct patience *patience)
{
	const uint64_t lasted = patience->waits_since ? patience->looked - patience->waits_since : 0;
	const uint64_t rest = time_to_rest(patience, lasted);
	bool ends;

	if (worker)
		worker->work(worker->context);
	if (worker || rest < REST_MIN || !cpu_rest_for(rest))
		cpu_relax();
	ends = patience_ends(patience);
	if (!patience->waits_since)
		patience->waits_since = patience->looked;
	return ends;
}
