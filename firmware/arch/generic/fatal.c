// SPDX-License-Identifier: BSD-2-Clause
#include "firmware/arch/generic/fatal.h"

#include <stdarg.h>

#include "firmware/arch/machine.h"
#include "firmware/lib/print.h"

enum { FATAL_LINE_MAX = 160 };

static void put(const char *text)
{
	while (*text)
		machine_put(*text++);
}

void fatal_line(const char *format, ...)
{
	char text[FATAL_LINE_MAX];
	va_list arguments;

	va_start(arguments, format);
	vformat_string(text, sizeof(text), format, arguments);
	va_end(arguments);
	put("\n# fatal: ");
	put(text);
}

void fatal_stop(void)
{
	put("\n");
	machine_exit(false);
}
