/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TESTS_CHECKS_SUPPORT_LOSSY_H
#define TESTS_CHECKS_SUPPORT_LOSSY_H

#include "tests/framework/check.h"

/*
 * No clause promises that a frame arrives, arrives once, or that nobody else sends one. For run.excuse: ends the check
 * as a SKIP if a life of ARP requests, sent one by one with buffers enough, shows that this network device loses
 * answers and delivers later ones, gets answers twice or frames that were not asked for, or has a link that goes up and
 * down. An answer that is late is not lost, and what still arrives for the check does not count; so a busy machine is
 * no excuse. Nor is a device that falls silent for good.
 */
void lossy_network(struct run *t, struct device *d);

#endif
