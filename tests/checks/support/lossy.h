/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TESTS_CHECKS_SUPPORT_LOSSY_H
#define TESTS_CHECKS_SUPPORT_LOSSY_H

#include "tests/framework/check.h"

/*
 * No clause promises that a frame arrives, arrives once, or that nobody else sends one. For run.excuse: ends the check
 * as a SKIP if a network device loses some of the answers to ARP requests that are sent one by one, with buffers
 * enough, gets frames that were not asked for, or has a link that goes up and down.
 */
void lossy_network(struct run *t, struct device *d);

#endif
