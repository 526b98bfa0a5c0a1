/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a check is and what it may say. To add one, write one CHECK (declare.h) in a file of tests/checks;
 * docs/adding-a-check.md shows how. Its body states what should hold with expect() and require() (assert.h).
 *
 * A check starts with a reset device whose interrupt line is held (counted, no handler), and is followed by a reset and
 * a look at all guard bytes. It must assert something: silence is an ERROR.
 */
#ifndef TESTS_FRAMEWORK_CHECK_H
#define TESTS_FRAMEWORK_CHECK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "drivers/dma.h"
#include "drivers/request.h"
#include "firmware/arch/clock.h"
#include "firmware/lib/random.h"
#include "tests/framework/assert.h"
#include "tests/framework/declare.h"

/* By severity; the worst of a check counts. */
enum verdict { VERDICT_PASS, VERDICT_SKIP, VERDICT_WARN, VERDICT_FAIL, VERDICT_ERROR };

enum level {
	MUST,	   /* MUST, MUST NOT, SHALL of the specification */
	DESCRIBED, /* register or ring behaviour that it states without a keyword */
	SHOULD,	   /* SHOULD, SHOULD NOT: a failure is a WARN */
};

/* What a device must have for a check to apply. Zero: no need. */
struct needs {
	uint8_t transport; /* the one whose registers are the subject. Another one: the check is not in the plan */
	uint32_t type;	   /* device id. Another type: not in the plan */
	uint8_t version;   /* 1: legacy layout, 2: modern layout (Version 2 or 3). Another layout: not in the plan */
	uint16_t queues;   /* at least so many virtqueues; fewer: SKIP, as for all needs below */
	uint16_t entries;  /* QueueSizeMax of the request queue at least this */
	bool requests;	   /* the type makes requests */
	bool answers;	   /* its requests have device-writable bytes */
	bool line;	   /* an interrupt line that the platform can deliver */
	bool level_line;   /* ... announced as level-triggered */
	bool edge_line;	   /* ... announced as edge-triggered */
	bool stimulus;	   /* its other side does what we ask it for (drivers/stimuli.h) */
	uint8_t cpus;	   /* so many CPUs. Fewer: not in the plan. They are started when the first such check runs */
	bool msi;	   /* message signalled interrupts of any layout. None: not in the plan */
	bool slow;	   /* takes longer on a model than all other checks: left out with touchstone.brief */
	struct features features; /* offered, all of them: OFFERS(bit) */
};

struct run;
struct options;

struct check {
	const char *id;			 /* "ring.wrap": family, then what; stable for ever */
	const char *title;		 /* the property, as a sentence */
	const char *const *requirements; /* rows of requirements.csv, NULL at the end */
	enum level level;
	struct needs needs;
	void (*body)(struct run *t, struct device *d);
};

/* The running check: the first argument of everything below. */
struct run {
	const struct check *check;
	struct device *device;
	struct device *devices; /* all of them, for checks that involve two */
	unsigned device_count;
	struct random random;
	uint64_t seed;
	const struct options *options;
	enum verdict verdict;
	bool aftermath; /* a device that does not come back from the reset after the check is this check's to report */
	bool peer; /* option: the other end of a network device is known to answer, so that silence is the device's */
	unsigned assertions, failures;
	char reason[160]; /* of a SKIP or an ERROR */
	/* Set by a body that changed what must be put back: runs after it, also when it ended early or trapped. The
	 * device is as the body left it. */
	void (*afterwards)(struct run *t, struct device *d);
};

/* Ends the check as a SKIP: a need is not met that NEEDS cannot say. */
_Noreturn void skip(struct run *t, const char *format, ...) CHECK_FORMAT(2);
/* Ends it as an ERROR: the fault is ours, not the device's. */
_Noreturn void abort_check(struct run *t, const char *format, ...) CHECK_FORMAT(2);
/* What the device did where the specification leaves the choice. */
void info(struct run *t, const char *format, ...) CHECK_FORMAT(2);
/* A step, for the log of a failure. */
void step(struct run *t, const char *format, ...) CHECK_FORMAT(2);

/* The driver can do what the check needs. Otherwise the check ends: as a SKIP if the device is too small for it, as an
 * ERROR for anything else. */
void need_ok(struct run *t, enum driver_error error);
/* DMA memory, or the check ends as an ERROR. */
void *need_memory(struct run *t, void *memory);

/* Is the row among the requirements of the check? */
bool check_names(const struct check *check, const char *row);

#endif
