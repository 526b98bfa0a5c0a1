/* SPDX-License-Identifier: BSD-2-Clause */
/* The guest programs of the scenarios (guests.c), and the parts that they share (programs.c). */
#ifndef TESTS_SELF_EXPLORE_PROGRAMS_H
#define TESTS_SELF_EXPLORE_PROGRAMS_H

#include "tests/self/explore/explore.h"

extern const struct program program_change, program_two_cpus, program_two_queues, program_wire, program_suppress,
	program_publish, program_capacity, program_reset, program_toggle, program_start, program_kick,
	program_queue_reset;

/* Ends the explorer, because a preparation failed, which should not happen. */
_Noreturn void give_up(const char *why);
void must(enum driver_error error);

/* Goes from discovery to FEATURES_OK, with these features and those of the layout. */
void discover(struct features wanted);
/* Sets up a virtqueue, from QueueSel to QueueReady. */
void set_up(unsigned queue);
/* Gives each source its message, counting from target 0, unmasks all and enables messages. */
void give_messages(unsigned queues);
/* How many requests the scenario wants. */
unsigned requests_wanted(void);
/* Makes `count` requests available on a virtqueue, and tells the device. */
void offer(unsigned queue, unsigned count);
/* Makes one request available, without the notification. */
void offer_one(unsigned queue);
/* Takes the used buffers. */
void drain(unsigned queue);
/* Checks, at the end, that the device has returned everything that was offered. */
void nothing_left(void);

/* Takes the guest's lock, unless the scenario is `bare`. */
void lock(void);
void unlock(void);
/* Stops until met() holds; `text` for "cpu0 ...". */
void wait_for(bool (*met)(void), const char *text);

/* Gives a virtqueue a new message, as a driver should, or, if `bare`, without the mask. */
void change(unsigned queue, unsigned target, bool bare);

#endif
