// SPDX-License-Identifier: BSD-2-Clause
#include "tests/framework/report.h"

#include "firmware/lib/journal.h"
#include "firmware/lib/print.h"
#include "firmware/lib/string.h"
#include "tests/framework/requirements.h"

/*
 * The report prints this many failed assertions of a check, because one that fails in a loop would flood it, and of
 * later ones only those that say something new: from another place, or with another value.
 */
enum { FAILURES_SHOWN = 4, FAILURES_REMEMBERED = 16 };
static struct {
	int line;
	char got[24];
} shown[FAILURES_REMEMBERED];
static unsigned shown_count;

const char *const level_names[] = {
	[MUST] = "must", [DESCRIBED] = "described", [SHOULD] = "should", [ROBUST] = "robust"
};

struct report_counts report_counts;

void report_start(const struct check *check, const char *name)
{
	print("# start %s level=%s reqs=", name, level_names[check->level]);
	for (unsigned i = 0; check->requirements[i]; i++)
		print("%s%s", i ? "," : "", check->requirements[i]);
	print("\n");
}

static void report_event(const struct journal_event *event, void *context)
{
	const struct run *t = context;
	const struct transport *transport = &t->device->transport;
	const char *name = msi_register_name(&t->device->msi, event->where);
	bool same = !strcmp(event->text, transport->name);

	if (!name)
		name = transport_register_name(transport, event->where);
	print("#   log: +%lu us ", event->time_ns / 1000);
	switch (event->kind) {
	case JOURNAL_READ:
	case JOURNAL_WRITE:
		/* Leaves out what is obvious: the device, if it is the one under test, and the offset, if the register
		 * has a name. */
		print("%s%s%s ", same ? "" : event->text, same ? "" : " ",
		      event->kind == JOURNAL_READ ? "read" : "write");
		if (!name || transport_is_config(transport, event->where))
			print("%s 0x%03x", name ? name : "?", event->where);
		else
			print("%s", name);
		print("%s = 0x%lx",
		      event->width == 4	  ? ""
		      : event->width == 2 ? " (16 bits)"
					  : " (8 bits)",
		      event->value);
		break;
	case JOURNAL_INTERRUPT:
		print("interrupt vector 0x%x line %lu", event->where, event->value);
		break;
	case JOURNAL_STEP:
		print("step: %s", event->text);
		break;
	}
	if (event->cpu)
		print(" on cpu %u", event->cpu);
	if (event->repeated)
		print(" (and %u times more)", event->repeated);
	print("\n");
}

static void report_clause(const char *const *rows)
{
	print("#   clause:");
	for (unsigned i = 0; rows[i]; i++) {
		const char *section = requirement_section(rows[i]);

		if (!i && section && *section < 'a')
			print(" virtio 1.4 section");
		print("%s %s (%s)", i ? "," : "", section ? section : "?", rows[i]);
	}
	print("\n");
}

/* Counts the failure. Should it be printed? */
static bool is_worth_showing(struct run *t, const struct failure *failure)
{
	if (!t->failures++)
		shown_count = 0;
	for (unsigned i = 0; i < shown_count; i++)
		if (t->failures > FAILURES_SHOWN && shown[i].line == failure->line &&
		    !strncmp(shown[i].got, failure->got ? failure->got : "", sizeof(shown[i].got) - 1))
			return false;
	if (shown_count == FAILURES_REMEMBERED)
		return false;
	shown[shown_count].line = failure->line;
	format_string(shown[shown_count++].got, sizeof(shown[0].got), "%s", failure->got ? failure->got : "");
	return true;
}

void report_failure(struct run *t, const struct failure *failure, va_list arguments)
{
	uint32_t lost;

	if (!is_worth_showing(t, failure)) {
		t->failures_hidden++;
		return;
	}
	print("# %s: ", t->check->level >= SHOULD ? "warn" : "fail");
	vprint(failure->property, arguments);
	print("\n");
	if (t->failures == 1) {
		print("#   property: %s\n", t->check->title);
		report_clause(failure->row ? (const char *const[]){ failure->row, NULL } : t->check->requirements);
	}
	if (failure->got)
		print("#   got: %s\n", failure->got);
	if (failure->want)
		print("#   want: %s\n", failure->want);
	if (failure->file)
		print("#   at: %s:%d\n", failure->file, failure->line);
	if (t->failures > 1)
		return;
	print("#   replay: touchstone.only=%s.%s touchstone.seed=0x%lx\n", t->device->name, t->check->id, t->seed);
	lost = journal_visit(report_event, t);
	if (lost)
		print("#   log: %u earlier events are not shown\n", lost);
}

void report_result(unsigned number, const char *name, const struct run *t)
{
	report_counts.run++;
	report_counts.by_verdict[t->verdict]++;
	if (t->failures_hidden)
		print("#   %u more assertions of this check failed\n", t->failures_hidden);
	switch (t->verdict) {
	case VERDICT_PASS:
		print("ok %u %s\n", number, name);
		break;
	case VERDICT_SKIP:
		print("ok %u %s # SKIP %s\n", number, name, t->reason);
		break;
	case VERDICT_WARN:
		print("not ok %u %s # TODO %s %s\n", number, name, t->check->level == ROBUST ? "ROBUST" : "SHOULD",
		      t->check->title);
		break;
	case VERDICT_FAIL:
		print("not ok %u %s\n", number, name);
		break;
	case VERDICT_ERROR:
		print("not ok %u %s # ERROR %s\n", number, name, t->reason);
		break;
	}
}

void report_end(uint64_t seed)
{
	/* The checksum covers everything up to here, so take it before printing this line. */
	uint32_t checksum = print_checksum();
	const unsigned *by = report_counts.by_verdict;

	print("# end run=%u pass=%u fail=%u warn=%u skip=%u error=%u info=%u seed=0x%lx crc32=0x%08x\n",
	      report_counts.run, by[VERDICT_PASS], by[VERDICT_FAIL], by[VERDICT_WARN], by[VERDICT_SKIP],
	      by[VERDICT_ERROR], report_counts.infos, seed, checksum);
}
