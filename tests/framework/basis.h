/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What checks build on. A device with one fault of a basic kind would fail hundreds of checks that ask for something
 * else. So before a check FAILs, the framework tries more basic ones on the same device. If one of them fails, the
 * first check ends as a SKIP that names it: the reader is told of one fault, once, by the check that is there for it.
 *
 * bases.c has the table, from the ground up. A check builds on an earlier entry unless it names that one's row; then
 * the failure is its own finding.
 */
#ifndef TESTS_FRAMEWORK_BASIS_H
#define TESTS_FRAMEWORK_BASIS_H

#include <stdbool.h>

#include "tests/framework/check.h"

/* What a check did with the device before it failed. */
enum basis_use {
	USES_CONFIG = 1,       /* it read the configuration space */
	USES_QUEUES = 2,       /* it set up virtqueues */
	USES_FEATURES = 4,     /* it accepted features besides VERSION_1 */
	USES_ITS_FEATURES = 8, /* it accepted all features that the basis needs */
};

struct basis {
	const char *id;	   /* of the check */
	const char *row;   /* of its rows: what it is the basis for */
	const char *under; /* globs of the ids of the checks that build on it */
	unsigned uses;	   /* ... if they did all of this */
};
extern const struct basis bases[]; /* { 0 } ends the table */

enum basis_answer {
	BASIS_HOLDS,   /* what the check builds on holds */
	BASIS_BROKEN,  /* t->broken, an entry of the table, does not */
	BASIS_UNKNOWN, /* some of it was not tried yet */
};

/* Starts to watch what a check does with its device. */
void basis_watch(struct device *device);
/* Remembers in t->doubt what the check has done so far. */
void basis_seen(struct run *t);
/* What is known of the checks that this one builds on, given what it has done? */
enum basis_answer basis_ask(struct run *t);
/* Tries those that are not known, until one fails, by calling `try`, which ends in basis_note(). */
void basis_try(struct run *t, void (*try)(struct run *t, const struct check *check));
/*
 * Tries those that the specification only recommends, before the check begins. If one of them fails, so may the check,
 * and has found nothing; after it, the failure could be what the check itself left in the device.
 */
void basis_try_recommended(struct run *t, void (*try)(struct run *t, const struct check *check));
/* A check ended. If others build on it, remembers how. */
void basis_note(const struct run *t);
/* The check of an entry. */
const struct check *basis_check(const struct basis *basis);
/* Has a check reported that this entry fails? From then on one has. */
bool basis_reported(const struct run *t, const struct basis *basis);
/* The check was tried, passed and had nothing to say: it need not run again when its turn comes. */
void basis_passed(const struct run *t);
bool basis_has_passed(const struct run *t);
/* Did the check fail before, when one was tried that builds on it? */
bool basis_failed_before(const struct run *t);

#endif
