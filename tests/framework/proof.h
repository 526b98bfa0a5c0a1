/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Proof that the checks can fail: the reference device is given one defect of its catalogue after the other, and the
 * checks must notice each. The result is one line of the report for each defect, and what caught it.
 */
#ifndef TESTS_CONFORMANCE_PROOF_H
#define TESTS_CONFORMANCE_PROOF_H

#include <stdbool.h>

#include "drivers/device.h"
#include "tests/framework/options.h"

/* The catalogue, which is not ours. Defects have numbers from 1 on. */
struct proof_defect {
	const char *name;
	uint64_t types;	   /* bit n: device id n */
	uint32_t versions; /* bit n: Version n */
};
struct proof_catalogue {
	bool (*describe)(unsigned defect, struct proof_defect *description); /* false behind the last */
	void (*restart)(void *context, unsigned version, unsigned defect);   /* 0: healthy */
	void *context;
};

/*
 * Runs on the reference's devices alone. options->proof: PROOF_FIRST shows each defect to the check that notices it the
 * soonest, and skips those that none can notice; PROOF_ALL runs every check on every defect that its device can have,
 * and names all that notice.
 */
void prove_checks(struct device *devices, unsigned count, const struct options *options,
		  const struct proof_catalogue *catalogue);

/* By the name of a defect, the id of the check of PROOF_FIRST. { NULL, NULL } at the end; a defect that no check
 * notices is not in it. */
struct proof_hint {
	const char *defect, *check;
};
extern const struct proof_hint proof_hints[];

#endif
