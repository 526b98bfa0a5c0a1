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

static uint64_t at_most(uint64_t value, uint64_t limit)
{
	return value < limit ? value : limit;
}

bool clock_wait(struct patience *patience)
{
	const uint64_t lasted = patience->waits_since ? patience->looked - patience->waits_since : 0;
	const uint64_t left = patience->deadline - at_most(patience->looked, patience->deadline);
	const uint64_t rest = at_most(at_most(lasted / PART_TO_REST, REST_MAX), left);
	bool ends;

	if (worker)
		worker->work(worker->context);
	if (worker || lasted < POLL_FOR || rest < REST_MIN || !cpu_rest_for(rest))
		cpu_relax();
	ends = patience_ends(patience);
	if (!patience->waits_since)
		patience->waits_since = patience->looked;
	return ends;
}
