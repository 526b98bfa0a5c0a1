/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TESTS_SELF_PORT_TEST_H
#define TESTS_SELF_PORT_TEST_H

#include <stdbool.h>
#include <stdint.h>

#include "firmware/arch/clock.h"
#include "firmware/arch/guard.h"
#include "firmware/arch/irq.h"

#define PORT_TEST_LONG MILLISECONDS(5000) /* long enough for all that ends, on a host under load */

enum { PORT_TEST_LINES = 3 }; /* the most that this test opens */

/* Prints a line of the report. */
void port_expect(bool good, const char *property);

/* Expects the function to end in a trap. */
void port_expect_trap(void (*function)(void *), void *argument, const char *property);

/* common.c: functions that loop for ever, recurse until the stack is used up (the argument points to a char), and run
 * into an invalid instruction. */
void port_loops(void *argument);
void port_recurses(void *argument);
void port_is_invalid(void *argument);

/* Tests that code and constants cannot be written and that data, such as `code`, which would return, cannot be
 * executed. NULL: without the latter. */
void port_test_protection(void *code);

/* Tests that the message arrives on its line, and that a message that matches no target is counted. */
void port_test_message(struct irq_line *line, const struct irq_message *message);

/* Starts CPU 1. Returns false if there is none. */
bool port_start_second_cpu(void);

/* Runs a function there, and returns whether it ended in this way. */
bool port_second_cpu_ends(void (*function)(void *), void *argument, enum guard_end end, struct guard_trap *trap);

/* <arch>.c: tests what only one architecture has. */
void port_test_arch(void);

/*
 * cpus.c: tests the other CPUs. `absent` is a CPU that is announced but does not exist; 0: none. `patient` adds tests
 * that take seconds, for which one machine of each kind is enough.
 */
void port_test_cpus(uint32_t absent, bool patient);

/* Can this machine end a function that runs for ever? */
bool port_test_watchdog(void);

/* Can it stop another CPU whose function has turned interrupts off? */
bool port_test_stops_deaf(void);

/* Is it known at once that a CPU does not exist? If not, only machines with the word "absent" test it. */
bool port_test_knows_absent(void);

#endif
