// SPDX-License-Identifier: BSD-2-Clause
#include <stddef.h>

#include "firmware/arch/clock.h"

/*
 * Waiting loops poll far more often than every 50 ms, and so does a guard's timer. So a longer gap means that the host
 * descheduled us. The limit is shorter than the runner's wait for a line of the report.
 */
#define STOOD_STILL	 MILLISECONDS(50)
#define FORGIVEN_AT_MOST MILLISECONDS(5000)

static const struct wait_worker *worker;

void clock_on_wait(const struct wait_worker *next)
{
	worker = next;
}

bool patience_ends(struct patience *patience)
{
	const uint64_t now = clock_ns();
	uint64_t still = now - patience->looked;

	patience->looked = now;
	if (still >= STOOD_STILL) {
		if (still > FORGIVEN_AT_MOST - patience->forgiven)
			still = FORGIVEN_AT_MOST - patience->forgiven;
		patience->forgiven += still;
		patience->deadline += still;
	}
	return now >= patience->deadline;
}

bool clock_wait(struct patience *patience)
{
	if (worker)
		worker->work(worker->context);
	cpu_relax();
	return patience_ends(patience);
}
