// SPDX-License-Identifier: BSD-2-Clause
#include "tests/framework/check.h"

#include "firmware/arch/guard.h"
#include "firmware/lib/journal.h"
#include "firmware/lib/print.h"
#include "firmware/lib/string.h"
#include "tests/framework/basis.h"
#include "tests/framework/report.h"

enum { TEXT = 96 };

static void worsen(struct run *t, enum verdict verdict)
{
	if (verdict > t->verdict)
		t->verdict = verdict;
}

static void fail(struct run *t, const struct failure *failure, va_list arguments)
{
	worsen(t, t->check->level >= SHOULD ? VERDICT_WARN : VERDICT_FAIL);
	report_failure(t, failure, arguments);
}

/*
 * Does the failure wait because something that the check builds on fails, or has yet to be tried? `last`: the check
 * ends with it.
 */
static bool doubt(struct run *t, const struct failure *failure, bool last, va_list arguments)
{
	const enum basis_answer answer = t->sure ? BASIS_HOLDS : basis_ask(t);

	if (answer == BASIS_HOLDS)
		return false;
	t->doubt.came = true;
	t->doubt.last = last;
	t->doubt.file = failure->file;
	t->doubt.line = failure->line;
	t->doubt.row = failure->row;
	vformat_string(t->doubt.property, sizeof(t->doubt.property), failure->property, arguments);
	format_string(t->doubt.got, sizeof(t->doubt.got), "%s", failure->got ? failure->got : "");
	format_string(t->doubt.want, sizeof(t->doubt.want), "%s", failure->want ? failure->want : "");
	return true;
}

static void failed(struct run *t, const struct failure *failure, bool last, va_list arguments)
{
	void (*const excuse)(struct run * t, struct device * d) = t->excuse;
	const bool first = t->verdict < VERDICT_WARN;

	if (first)
		basis_seen(t);
	if (excuse && first)
		excuse(t, t->device); /* if time runs out here, it is tried again with new time */
	t->excuse = NULL;
	if (first) {
		va_list again;

		va_copy(again, arguments);
		if (doubt(t, failure, excuse || last, again))
			guard_leave();
		va_end(again);
	}
	fail(t, failure, arguments);
	if (excuse || last)
		guard_leave();
}

static void fail_again(struct run *t, const struct failure *failure, ...)
{
	va_list arguments;

	va_start(arguments, failure);
	fail(t, failure, arguments);
	va_end(arguments);
}

void check_fail_doubted(struct run *t)
{
	const struct doubt *doubt = &t->doubt;

	if (doubt->row) {
		check_fail_row(t, doubt->row, "%s", doubt->property);
		return;
	}
	fail_again(t,
		   &(struct failure){ .file = doubt->file,
				      .line = doubt->line,
				      .property = "%s",
				      .got = *doubt->got ? doubt->got : NULL,
				      .want = *doubt->want ? doubt->want : NULL },
		   doubt->property);
}

void check_require(bool held)
{
	if (!held)
		guard_leave();
}

bool check_expect(struct run *t, const char *file, int line, bool held, const char *condition, const char *format, ...)
{
	va_list arguments;

	t->assertions++;
	if (held)
		return true;
	va_start(arguments, format);
	failed(t, &(struct failure){ .file = file, .line = line, .property = format, .want = condition }, false,
	       arguments);
	va_end(arguments);
	return false;
}

bool check_expect_eq(struct run *t, const char *file, int line, uint64_t got, uint64_t want, const char *format, ...)
{
	char got_text[TEXT], want_text[TEXT];
	va_list arguments;

	t->assertions++;
	if (got == want)
		return true;
	format_string(got_text, sizeof(got_text), "0x%lx", got);
	format_string(want_text, sizeof(want_text), "0x%lx", want);
	va_start(arguments, format);
	failed(t,
	       &(struct failure){ .file = file, .line = line, .property = format, .got = got_text, .want = want_text },
	       false, arguments);
	va_end(arguments);
	return false;
}

/* Ends the check because of an error that is no fault of the device. */
static void need_no_fault_of_ours(struct run *t, enum driver_error error)
{
	const struct device_type *type = t->device->type;

	if (driver_error_info(error)->fault == DRIVER_FAULT_LIMIT)
		skip(t, "%s", driver_error_text(error));
	if (error == DRIVER_DMA_EXHAUSTED && dma_is_cut)
		skip(t, "the machine has too little memory behind our image");
	if (error == DRIVER_DMA_EXHAUSTED && type->large_requests && type->large_requests(t->device))
		skip(t, "our memory is too small for requests of this device's size");
	abort_check(t, "%s", driver_error_text(error));
}

static bool check_names_error(const struct check *check, enum driver_error error)
{
	const struct driver_error_info *info = driver_error_info(error);

	return !info->row ||
	       (!info->legal && (check_names(check, info->row) || (info->also && check_names(check, info->also))));
}

static _Noreturn void skip_for(struct run *t, enum driver_error error)
{
	skip(t, "%s (%s)", driver_error_text(error), driver_error_info(error)->row);
}

enum driver_error ordinary_life(struct device *device)
{
	enum { REQUESTS = 2 * DEVICE_QUEUE_SIZE + 1 };
	enum driver_error error = device_start(device, NO_FEATURES);

	for (unsigned i = 0; !error && i < REQUESTS; i++)
		error = device_do_request(device, i);
	return error;
}

/*
 * A request went wrong under the conditions of a check. Does the device serve ordinary requests? If not, that is for
 * the checks of its row to report, and this one ends as a SKIP.
 */
static void control(struct run *t, enum driver_error found)
{
	const uint64_t tag = t->device->failed_tag;
	enum driver_error error;

	journal_pause(true); /* the log of a failure shows what the check did */
	error = ordinary_life(t->device);
	/* Perhaps it is this request that cannot be served, whatever the conditions: a disk may have a bad sector. */
	if (!error)
		error = device_do_request(t->device, tag);
	journal_pause(false);
	if (driver_error_info(error)->fault == DRIVER_FAULT_DEVICE && error && !check_names_error(t->check, error))
		skip_for(t, error);
	/* No ordinary request can be made (the virtqueue may be too short), so nothing tells whether a legal answer is
	 * that of this device to all requests. */
	if (error && driver_error_info(found)->legal)
		skip_for(t, found);
}

bool check_expect_ok(struct run *t, const char *file, int line, enum driver_error error, const char *format, ...)
{
	const struct driver_error_info *info = driver_error_info(error);
	char got[TEXT];
	va_list arguments;
	bool foreign = error && !check_names_error(t->check, error);

	if (info->fault != DRIVER_FAULT_DEVICE)
		need_no_fault_of_ours(t, error);
	if (foreign && !(t->controlled ? info->in_check : info->serving))
		skip_for(t, error);
	if (foreign && !t->controlled)
		control(t, error);
	t->assertions++;
	if (!error)
		return true;
	va_start(arguments, format);
	format_string(got, sizeof(got), "%s", info->text);
	if (error == DRIVER_NO_RESET)
		format_string(got, sizeof(got), "%s, for %lu ms", info->text,
			      transport_reset_patience_ns / MILLISECONDS(1));
	/* The control has left nothing of the check's life. */
	failed(t, &(struct failure){ .file = file, .line = line, .property = format, .got = got },
	       foreign && !t->controlled, arguments);
	va_end(arguments);
	return false;
}

void check_fail_row(struct run *t, const char *row, const char *format, ...)
{
	va_list arguments;

	if (t->verdict < VERDICT_WARN)
		t->blamed = row;
	va_start(arguments, format);
	fail(t, &(struct failure){ .property = format, .row = row }, arguments);
	va_end(arguments);
}

void check_doubt_row(struct run *t, const char *row, const char *format, ...)
{
	va_list arguments;
	bool waits = false;

	if (t->verdict < VERDICT_WARN) {
		basis_seen(t);
		t->doubt.uses |= USES_QUEUES; /* whoever did */
		va_start(arguments, format);
		waits = doubt(t, &(struct failure){ .property = format, .row = row }, true, arguments);
		va_end(arguments);
	}
	if (waits)
		return;
	va_start(arguments, format);
	if (t->verdict < VERDICT_WARN)
		t->blamed = row;
	fail(t, &(struct failure){ .property = format, .row = row }, arguments);
	va_end(arguments);
}

bool check_expect_none(struct run *t, const char *file, int line, const char *found, const char *format, ...)
{
	va_list arguments;

	t->assertions++;
	if (!found)
		return true;
	va_start(arguments, format);
	failed(t, &(struct failure){ .file = file, .line = line, .property = format, .got = found }, false, arguments);
	va_end(arguments);
	return false;
}

static void end_with(struct run *t, enum verdict verdict, const char *format, va_list arguments)
{
	if (verdict > t->verdict)
		vformat_string(t->reason, sizeof(t->reason), format, arguments);
	worsen(t, verdict);
}

void skip(struct run *t, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	end_with(t, VERDICT_SKIP, format, arguments);
	va_end(arguments);
	guard_leave();
}

void abort_check(struct run *t, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	end_with(t, VERDICT_ERROR, format, arguments);
	va_end(arguments);
	guard_leave();
}

void please_change(struct run *t)
{
	print("# please change %s\n", t->device->name);
}

void info(struct run *t, const char *format, ...)
{
	va_list arguments;

	(void)t;
	report_counts.infos++;
	print("# info: ");
	va_start(arguments, format);
	vprint(format, arguments);
	va_end(arguments);
	print("\n");
}

void sign_of_life(struct run *t, uint32_t round)
{
	if (!deadline_passed(t->printed_ns + SIGN_OF_LIFE_NS))
		return;
	print("# round %u seed=0x%lx\n", round, t->seed);
	t->printed_ns = clock_ns();
}

void step(struct run *t, const char *format, ...)
{
	char text[JOURNAL_TEXT];
	va_list arguments;

	(void)t;
	va_start(arguments, format);
	vformat_string(text, sizeof(text), format, arguments);
	va_end(arguments);
	journal_step(clock_ns(), "%s", text);
}

void check_need_ok(struct run *t, const char *file, int line, enum driver_error error)
{
	if (driver_error_info(error)->fault != DRIVER_FAULT_DEVICE)
		need_no_fault_of_ours(t, error);
	if (error && !check_names_error(t->check, error))
		skip_for(t, error);
	if (error)
		check_require(check_expect(t, file, line, false, "no error of the driver",
					   "what the check needs works: %s", driver_error_text(error)));
}

void check_need(struct run *t, const char *file, int line, bool held, const char *row, const char *format, ...)
{
	char text[sizeof(t->reason)];
	va_list arguments;

	if (held)
		return;
	va_start(arguments, format);
	vformat_string(text, sizeof(text), format, arguments);
	va_end(arguments);
	if (!check_names(t->check, row))
		skip(t, "does not hold: %s (%s)", text, row);
	check_require(check_expect(t, file, line, false, row, "%s", text));
}

void *need_memory(struct run *t, void *memory)
{
	if (!memory)
		need_no_fault_of_ours(t, DRIVER_DMA_EXHAUSTED);
	return memory;
}
