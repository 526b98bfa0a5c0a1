/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TESTS_SELF_PORT_TEST_H
#define TESTS_SELF_PORT_TEST_H

#include <stdbool.h>
#include <stdint.h>

enum { PORT_TEST_LINES = 3 }; /* the most that this test opens */

/* Prints a line of the report. */
void port_expect(bool good, const char *property);

/* Expects the function to end in a trap. */
void port_expect_trap(void (*function)(void *), void *argument, const char *property);

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

#endif
