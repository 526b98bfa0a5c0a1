/* SPDX-License-Identifier: BSD-2-Clause */
/* The head of the report: what runs where, and with which options (docs/report.md). */
#ifndef TESTS_GUEST_ANNOUNCE_H
#define TESTS_GUEST_ANNOUNCE_H

#include "firmware/machine.h"
#include "tests/framework/options.h"

void announce_machine(const struct platform *platform);
/* For options_parse(). */
void announce_wrong_option(void *context, const char *what, const char *word);
/* The options that a run with the same results needs. */
void announce_options(const struct options *options);

#endif
