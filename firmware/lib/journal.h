/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What happened lately: register accesses, interrupts and steps, in order, with times. A ring that keeps the last
 * JOURNAL_SIZE events; written by the register accessors and interrupt handlers of all CPUs, printed when a check
 * fails.
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
	uint8_t width;	   /* bytes, of an access */
	uint8_t cpu;	   /* that did it, or took it */
	uint16_t repeated; /* how often the very same access followed directly; polling loops fold into one event */
	uint32_t where;	   /* register offset, or interrupt vector */
	uint64_t value;	   /* value read or written, or the line's GSI */
	char text[JOURNAL_TEXT]; /* device name of an access; text of a step */
};

/* Forgets everything; times count from now. */
void journal_clear(uint64_t now_ns);
void journal_access(uint64_t now_ns, uint32_t cpu, enum journal_kind kind, const char *device, uint32_t offset,
		    uint8_t width, uint32_t value);
void journal_interrupt(uint64_t now_ns, uint32_t cpu, uint32_t vector, uint32_t gsi);
void journal_step(uint64_t now_ns, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Nothing is kept between the two calls. */
void journal_pause(bool paused);

/* Calls visit for each event that is still kept, oldest first; times are relative to the clear. Returns how many older
 * ones were lost. */
uint32_t journal_visit(void (*visit)(const struct journal_event *event, void *context), void *context);

#endif
