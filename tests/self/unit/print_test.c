// SPDX-License-Identifier: BSD-2-Clause
/* What a reader of the report may rely on in print(). */
#include "tests/self/unit/unit.h"

#include <stdlib.h>

#include "firmware/lib/print.h"

enum { LINE_LIMIT = 510 }; /* docs/report.md */

static char output[4096];
static size_t length;

static void take(char byte)
{
	if (length + 1 < sizeof(output))
		output[length++] = byte;
	output[length] = 0;
}

static void begin(void)
{
	length = 0;
	output[0] = 0;
	print_to(take);
}

UNIT_TEST(an_ordinary_line_is_printed_as_it_is)
{
	begin();
	print("# %s %u\n", "device", 7u);
	unit_text(output, "# device 7\n");
}

/* The names of all features of a network device do not fit into a line. */
UNIT_TEST(a_line_that_is_too_long_is_cut)
{
	char want[LINE_LIMIT + 2];

	begin();
	for (unsigned i = 0; i < 100; i++)
		print("%s", "123456789 ");
	print("\nnext\n");
	memset(want, 0, sizeof(want));
	for (unsigned i = 0; i < LINE_LIMIT; i++)
		want[i] = "123456789 "[i % 10];
	memcpy(want + LINE_LIMIT - 3, "...", 3);
	unit_equal(length, LINE_LIMIT + 1 + strlen("next\n"));
	unit_true(!strncmp(output, want, LINE_LIMIT));
	unit_text(output + LINE_LIMIT, "\nnext\n");
}

/* The checksum covers what was printed, or the runner would reject the report. */
UNIT_TEST(what_is_cut_is_not_in_the_checksum)
{
	uint32_t cut;

	begin();
	print_checksum_start();
	print("%0600u\n", 0u);
	cut = print_checksum();
	print_checksum_start();
	print("%0507u...\n", 0u);
	unit_equal(print_checksum(), cut);
}

UNIT_TEST(the_longest_line_that_is_not_cut)
{
	begin();
	print("%507u\n", 1u);
	unit_equal(length, 508);
	unit_text(output + 506, "1\n");
}
