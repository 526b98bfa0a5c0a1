// SPDX-License-Identifier: BSD-2-Clause
#include "tests/framework/check.h"

#include "firmware/arch/guard.h"
#include "firmware/lib/journal.h"
#include "firmware/lib/print.h"
#include "firmware/lib/string.h"
#include "tests/framework/report.h"

enum { TEXT = 96 };

static void worsen(struct run *t, enum verdict verdict)
{
	if (verdict > t->verdict)
		t->verdict = verdict;
}

static void failed(struct run *t, const struct assertion *assertion, const char *got, const char *want,
		   va_list arguments)
{
	worsen(t, t->check->level == SHOULD ? VERDICT_WARN : VERDICT_FAIL);
	report_failure(t, assertion, got, want, arguments);
	if (assertion->required)
		check_end(t);
}

bool check_expect(struct run *t, const struct assertion *assertion, int held, ...)
{
	va_list arguments;

	t->assertions++;
	if (!held) {
		va_start(arguments, held);
		failed(t, assertion, NULL, assertion->condition, arguments);
		va_end(arguments);
	}
	return held != 0;
}

bool check_expect_eq(struct run *t, const struct assertion *assertion, uint64_t got, uint64_t want, ...)
{
	char got_text[TEXT], want_text[TEXT];
	va_list arguments;

	t->assertions++;
	if (got == want)
		return true;
	format_string(got_text, sizeof(got_text), "0x%lx", got);
	format_string(want_text, sizeof(want_text), "0x%lx", want);
	va_start(arguments, want);
	failed(t, assertion, got_text, want_text, arguments);
	va_end(arguments);
	return false;
}

bool check_expect_ok(struct run *t, const struct assertion *assertion, const char *wrong, ...)
{
	va_list arguments;

	if (wrong == dma_exhausted || wrong == device_queue_too_small)
		need_added(t, wrong);
	/* For the checks of that clause to say, once. */
	if (wrong && device_clause(wrong) && !check_names(t->check, device_clause(wrong)))
		skip(t, "%s (%s)", wrong, device_clause(wrong));
	t->assertions++;
	if (!wrong)
		return true;
	va_start(arguments, wrong);
	failed(t, assertion, wrong, NULL, arguments);
	va_end(arguments);
	return false;
}

const char *device_clause(const char *wrong)
{
	if (wrong == device_no_reset)
		return "reset-01";
	if (wrong == device_features_kept)
		return "mmio-table-19";
	return wrong == device_queue_in_use ? "mmio-layout-05" : NULL;
}

bool check_names(const struct check *check, const char *row)
{
	for (unsigned i = 0; check->requirements[i]; i++)
		if (!strcmp(check->requirements[i], row))
			return true;
	return false;
}

void check_end(struct run *t)
{
	(void)t;
	guard_leave();
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

void broken(struct run *t, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	end_with(t, VERDICT_ERROR, format, arguments);
	va_end(arguments);
	guard_leave();
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

void need_added(struct run *t, const char *wrong)
{
	if (wrong == device_queue_too_small)
		skip(t, "%s", wrong);
	if (wrong)
		broken(t, "%s", wrong);
}

void *need_memory(struct run *t, void *memory)
{
	if (!memory)
		broken(t, "%s", dma_exhausted);
	return memory;
}
