/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a check is, and how it reports. To add a check, write a CHECK (declare.h) in a file of tests/checks;
 * docs/adding-a-check.md shows how. Its body states what should hold with expect() and require() (assert.h).
 *
 * A check starts with a device that was reset and whose interrupt line is held (interrupts are counted, no handler
 * runs). After the check, the framework resets the device and examines all guard bytes. A check that asserts nothing is
 * an ERROR.
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

/* In order of severity; the worst one is the result of a check. */
enum verdict { VERDICT_PASS, VERDICT_SKIP, VERDICT_WARN, VERDICT_FAIL, VERDICT_ERROR };

enum level {
	MUST,	   /* MUST, MUST NOT or SHALL in the specification */
	DESCRIBED, /* behaviour that the specification describes without such a keyword */
	SHOULD,	   /* SHOULD, SHOULD NOT: a failure is a WARN */
	ROBUST, /* the driver breaks a rule first: the device and the VMM survive, touch no memory that is not theirs,
		 * and work again after a reset. A failure is a WARN */
};

/* What a check needs. A member that is 0 needs nothing. */
struct needs {
	uint8_t transport; /* the transport whose registers the check judges. On another one the check is not in the
			      plan */
	uint32_t type;	   /* device id. On another type: not in the plan */
	uint8_t version;   /* 1: legacy layout, 2: modern layout (Version 2 or 3). On another layout: not in the plan */
	uint16_t queues;  /* this many virtqueues or more; fewer: SKIP, as for all needs below unless they say otherwise
			   */
	uint16_t entries; /* this QueueSizeMax of the request queue, or more */
	bool requests;	  /* the type has requests (make_request) */
	bool answers;	  /* its requests have device-writable bytes */
	bool line;	  /* an interrupt line that the platform can deliver */
	bool level_line;  /* ... announced as level-triggered */
	bool edge_line;	  /* ... announced as edge-triggered */
	bool stimulus;	  /* we can cause events on its other side (drivers/stimuli.h) */
	bool change;	  /* its configuration can be changed from outside: so, or by the host (change_config()) */
	uint8_t cpus;	  /* this many CPUs; fewer: not in the plan. They start when the first such check runs */
	bool msi;	  /* message signalled interrupts of any layout. None: not in the plan */
	bool slow;	  /* the check takes very long on a simulated CPU: touchstone.brief leaves it out */
	struct features features; /* the device offers all of these: OFFERS(bit) */
};

struct run;
struct basis;
struct options;

struct check {
	const char *id;			 /* "ring.wrap": a family, and a name in it; it never changes */
	const char *title;		 /* the property, as a sentence */
	const char *const *requirements; /* rows of requirements.csv; NULL ends the list */
	enum level level;
	struct needs needs;
	void (*body)(struct run *t, struct device *d);
};

/* The running check: the first argument of everything below. */
struct run {
	const struct check *check;
	struct device *device;
	struct device *devices; /* all devices, for checks that need two */
	unsigned device_count;
	struct random random;
	uint64_t seed;
	uint64_t printed_ns; /* when the last line of the check was printed, as far as sign_of_life() knows */
	const struct options *options;
	enum verdict verdict;
	bool reports_lost_device; /* this check must report a device that does not come back from the reset after it */
	bool peer; /* touchstone.peer: the other end of a network device answers, so that a missing answer is the
		      device's fault */
	bool loop; /* touchstone.loop: what a console device outputs on a port comes back as that port's input, so that
		      a missing echo is the device's fault */
	bool disk; /* touchstone.disk: what nobody wrote to a block device is the content that docs/environment.md
		      describes */
	bool change; /* touchstone.change: the host changes this device's configuration when the report asks for it */
	/* The check has shown that the device starts and serves ordinary requests, so that a refusal or an answer that
	 * goes wrong from then on is its own finding. Otherwise the framework finds out whether requests are served
	 * when one goes wrong (expect_ok() in assert.h). */
	bool controlled;
	/* What may spoil the property and is no fault of the device. When an assertion fails, it ends the check as a
	 * SKIP, or returns; then the check FAILs and ends, because it has left nothing of the check's life. It asserts
	 * nothing itself. */
	void (*excuse)(struct run *t, struct device *d);
	/* A first failure that waits for what the check builds on (tests/framework/basis.h) to be tried, and what the
	 * check had done with the device until then. */
	struct doubt {
		bool came;
		bool last; /* the check has ended with it, and need not run again */
		const char *file;
		int line;
		const char *row; /* that it names, if not the check's own */
		char property[160], got[96], want[96];
		unsigned uses; /* enum basis_use */
		struct features features;
	} doubt;
	bool stood_still; /* a CPU took no interrupt for so long that the verdict says nothing of the device */
	bool silent;	  /* it runs because another check builds on it, and prints nothing */
	bool sure;	  /* what the check builds on has been tried */
	const struct basis *broken; /* what the check builds on, and fails; NULL otherwise */
	const char *blamed;	    /* the row that it failed for, if that is not one of its own; NULL otherwise */
	unsigned assertions, failures;
	unsigned failures_hidden; /* of these, those that the report left out */
	/* For a body whose accesses to registers may trap on some machines, which is an answer, too. After a trap the
	 * body is called again; `accesses`, 0 at first, is the body's, which goes on with the next one. */
	bool may_trap;
	unsigned accesses;
	char reason[160]; /* why the check ended as a SKIP or an ERROR */
	/* A body sets this if it changed something that must be put back. It runs after the body, even if that ended
	 * early or trapped, with the device as the body left it. */
	void (*afterwards)(struct run *t, struct device *d);
};

/* Ends the check as a SKIP, because it lacks something that NEEDS cannot express. */
_Noreturn void skip(struct run *t, const char *format, ...) CHECK_FORMAT(2);
/* Ends the check as an ERROR: the fault is ours, not the device's. */
_Noreturn void abort_check(struct run *t, const char *format, ...) CHECK_FORMAT(2);
/* Asks the host to change the device's configuration, or to change it back: "# please change NAME". */
void please_change(struct run *t);
/* Prints what the device did where the specification leaves a choice. */
void info(struct run *t, const char *format, ...) CHECK_FORMAT(2);
#define SIGN_OF_LIFE_NS MILLISECONDS(500)
/* For a check that may take long: shows the runner, now and then, that the guest is alive. `round` says how far it is.
 */
void sign_of_life(struct run *t, uint32_t round);
/* Records a step in the journal, which the report prints with a failure. */
void step(struct run *t, const char *format, ...) CHECK_FORMAT(2);

/*
 * A driver function whose success is a precondition: goes on if it succeeded, and else ends the check. It is a SKIP if
 * the device is too small, or if the error has a row that the check does not name; an ERROR if the fault is ours.
 * require_ok() is for what may fail because of the conditions that the check made.
 */
#define need_ok(T, ERROR) check_need_ok((T), __FILE__, __LINE__, (ERROR))
/* A precondition that is not the property of the check: unless `held`, the check fails if `row`, of requirements.csv,
 * is among its requirements, and else ends as a SKIP that names the row. The format says what is needed, as a sentence.
 */
#define need_row(T, HELD, ROW, ...) check_need((T), __FILE__, __LINE__, (HELD), (ROW), __VA_ARGS__)
/* Returns `memory`, or ends the check as an ERROR if it is NULL. */
void *need_memory(struct run *t, void *memory);

void check_need_ok(struct run *t, const char *file, int line, enum driver_error error);
void check_need(struct run *t, const char *file, int line, bool held, const char *row, const char *format, ...)
	CHECK_FORMAT(6);

/* The check fails for `row`, whether it names that or not: what must hold after every check does not. */
void check_fail_row(struct run *t, const char *row, const char *format, ...) CHECK_FORMAT(3);

/* The same, unless the cause is something that the check builds on. Only after its body. */
void check_doubt_row(struct run *t, const char *row, const char *format, ...) CHECK_FORMAT(3);
/* The check fails by the failure that waited in t->doubt. */
void check_fail_doubted(struct run *t);

/* Starts the device in the plainest way and sends ordinary requests, one after the other. */
enum driver_error ordinary_life(struct device *device);

/* Is the row among the requirements of the check? */
bool check_names(const struct check *check, const char *row);

#endif
