// SPDX-License-Identifier: BSD-2-Clause
/* Warnings about the platform's description, kept until the report can print them. */
#include "firmware/lib/print.h"
#include "firmware/discovery/platform.h"

void platform_warn(struct platform *platform, const char *format, ...)
{
	va_list arguments;

	if (platform->warning_count == PLATFORM_WARNINGS) {
		platform->warnings_dropped++;
		return;
	}
	va_start(arguments, format);
	vformat_string(platform->warnings[platform->warning_count++], PLATFORM_WARNING_MAX, format, arguments);
	va_end(arguments);
}
