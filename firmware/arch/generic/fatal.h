/* SPDX-License-Identifier: BSD-2-Clause */
/* A fatal error: prints to the console, bypassing the report, and stops the machine. */
#ifndef ARCH_GENERIC_FATAL_H
#define ARCH_GENERIC_FATAL_H

/* Prints a line "# fatal: ...". It begins with a newline, since the report may be in the middle of a line. */
void fatal_line(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Ends the last line and stops the machine. Never returns, even if stopping traps. */
_Noreturn void fatal_stop(void);

/* Prints the line and stops. */
#define fatal(...)                       \
	do {                             \
		fatal_line(__VA_ARGS__); \
		fatal_stop();            \
	} while (0)

#endif
