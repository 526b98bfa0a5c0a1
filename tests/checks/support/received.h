/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What holds for every received packet (5.1.9.4.1), whatever the check is about. wire_take() calls it.
 *
 * A breach is a failure of the running check if that names the row. Otherwise it is noted, and net.every-header or
 * net.every-header-advice reports it. If another check has done so, they are SKIPs: one deviation is one FAIL.
 */
#ifndef TESTS_CHECKS_SUPPORT_RECEIVED_H
#define TESTS_CHECKS_SUPPORT_RECEIVED_H

#include "tests/checks/support/wire.h"

void received_judge(struct run *t, const struct wire_receiver *rx, const struct wire_packet *packet);

/* Expects that no breach whose row the check names was noted since the device was discovered. Returns how many packets
 * were judged since; 0: it expected nothing. */
uint32_t received_report(struct run *t, struct device *d);

#endif
