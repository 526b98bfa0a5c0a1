/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Proof that the checks can fail: the reference devices get one defect of the catalogue after the other, and the checks
 * must notice each. The report has one line for each defect, which names the check that caught it.
 */
#ifndef TESTS_PROOF_H
#define TESTS_PROOF_H

#include <stdbool.h>

#include "drivers/device.h"
#include "tests/framework/options.h"

/* The catalogue of defects, as the reference provides it. Defects are numbered from 1. */
struct proof_defect {
	const char *name;
	uint64_t types;	   /* bit n: device id n */
	uint32_t versions; /* bit n: Version n */
};
struct proof_catalogue {
	bool (*describe)(unsigned defect, struct proof_defect *description); /* false after the last */
	void (*restart)(void *context, unsigned version, unsigned defect);   /* 0: healthy */
	void *context;
};

/*
 * Needs the reference's devices alone. With options->proof = PROOF_FIRST, each defect is shown to the check that
 * notices it first, and a defect that no check can notice is skipped. With PROOF_ALL, every check runs on every defect
 * that its device can have, and the report names all checks that notice it.
 */
void prove_checks(struct device *devices, unsigned count, const struct options *options,
		  const struct proof_catalogue *catalogue);

/* Maps the name of a defect to the id of its check for PROOF_FIRST. A defect that no check notices is missing. { NULL,
 * NULL } ends the list. */
struct proof_hint {
	const char *defect, *check;
};
extern const struct proof_hint proof_hints[];

#endif
