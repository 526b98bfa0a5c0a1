/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TESTS_SELF_PORT_TEST_H
#define TESTS_SELF_PORT_TEST_H

#include <stdbool.h>
#include <stdint.h>

enum { PORT_TEST_LINES = 3 }; /* that this test opens at most */

/* A line of the report. */
void port_expect(bool good, const char *property);

/* The function ends in a trap. */
void port_expect_trap(void (*function)(void *), void *argument, const char *property);

/* What only one architecture has: <arch>.c. */
void port_test_arch(void);

/*
 * The other CPUs (cpus.c). `absent` is one that the platform does not have, whatever it says; 0: none. `patient`: with
 * what takes seconds, which is enough on one machine of each kind.
 */
void port_test_cpus(uint32_t absent, bool patient);

/* Can this machine end a function that runs for ever? */
bool port_test_watchdog(void);

/* And one on another CPU that has interrupts off? */
bool port_test_stops_deaf(void);

#endif
