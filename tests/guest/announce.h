/* SPDX-License-Identifier: BSD-2-Clause */
/* The head of the report: which program runs on which machine, with which options (docs/report.md). */
#ifndef TESTS_GUEST_ANNOUNCE_H
#define TESTS_GUEST_ANNOUNCE_H

#include "firmware/machine.h"
#include "tests/framework/options.h"

void announce_machine(const struct platform *platform);
/* The `warn` of options_parse(). */
void announce_wrong_option(void *context, const char *what, const char *word);
/* Prints the options that another run needs to repeat this one. */
void announce_options(const struct options *options);

#endif
