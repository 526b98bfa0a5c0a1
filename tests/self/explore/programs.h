/* SPDX-License-Identifier: BSD-2-Clause */
/* What the guest does in the scenarios; programs.c has what all of them are made of. */
#ifndef TESTS_SELF_EXPLORE_PROGRAMS_H
#define TESTS_SELF_EXPLORE_PROGRAMS_H

#include "tests/self/explore/explore.h"

extern const struct program program_change, program_two_cpus, program_two_queues, program_wire, program_suppress,
	program_publish, program_capacity, program_reset, program_toggle, program_start, program_kick,
	program_queue_reset;

/* The preparations cannot go wrong: if they do, the program ends. */
_Noreturn void give_up(const char *why);
void must(enum driver_error error);

/* Discovery up to FEATURES_OK, with these features and those of the layout. */
void discover(struct features wanted);
/* A virtqueue, from QueueSel to QueueReady. */
void set_up(unsigned queue);
/* Message `target` for each source from target 0 on, messages on, nothing masked. */
void give_messages(unsigned queues);
/* How many there are to be. */
unsigned requests_wanted(void);
/* Makes `count` requests available on a virtqueue, and tells the device. */
void offer(unsigned queue, unsigned count);
/* One of them; without the notification. */
void offer_one(unsigned queue);
/* Takes what has come back. */
void drain(unsigned queue);
/* What must hold at the end: nothing that was offered is left. */
void nothing_left(void);

/* The guest's lock, unless the scenario does without. */
void lock(void);
void unlock(void);
/* Stops until met() holds; `text` for "cpu0 ...". */
void wait_for(bool (*met)(void), const char *text);

/* A new message for a virtqueue, as a driver should give it, or `bare`: without the mask. */
void change(unsigned queue, unsigned target, bool bare);

#endif
