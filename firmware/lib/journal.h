/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A journal of recent register accesses, interrupts and steps, in order and with times. It is a ring of the last
 * JOURNAL_SIZE events. The register accessors and interrupt handlers of all CPUs write it, and a failed check prints
 * it.
 */
#ifndef FIRMWARE_LIB_JOURNAL_H
#define FIRMWARE_LIB_JOURNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum journal_kind { JOURNAL_READ, JOURNAL_WRITE, JOURNAL_INTERRUPT, JOURNAL_STEP };

enum { JOURNAL_SIZE = 32, JOURNAL_TEXT = 72 };

struct journal_event {
	uint64_t time_ns;
	enum journal_kind kind;
	uint8_t width;		 /* of an access, in bytes */
	uint8_t cpu;		 /* CPU that accessed the register or took the interrupt */
	uint16_t repeated;	 /* how often the very same access followed directly; a polling loop is one event */
	uint32_t where;		 /* register offset or interrupt vector */
	uint64_t value;		 /* value read or written, or the line's GSI */
	char text[JOURNAL_TEXT]; /* device name of an access, or text of a step */
};

/* Forgets all events and counts times from now. */
void journal_clear(uint64_t now_ns);
void journal_access(uint64_t now_ns, uint32_t cpu, enum journal_kind kind, const char *device, uint32_t offset,
		    uint8_t width, uint32_t value);
void journal_interrupt(uint64_t now_ns, uint32_t cpu, uint32_t vector, uint32_t gsi);
void journal_step(uint64_t now_ns, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* A paused journal keeps no events. */
void journal_pause(bool paused);
/* A journal that is kept stays as it is, whatever else is called. */
void journal_keep(bool keep);

/* Calls visit() for each event that is still kept, oldest first; times are relative to the clear. Returns how many
 * older events were lost. */
uint32_t journal_visit(void (*visit)(const struct journal_event *event, void *context), void *context);

#endif
