/* SPDX-License-Identifier: BSD-2-Clause */
/* The end that nobody wanted: speaks past the report, on the console itself, and stops the machine. */
#ifndef ARCH_GENERIC_FATAL_H
#define ARCH_GENERIC_FATAL_H

/* A line "# fatal: ..."; the stream may be in the middle of another one. */
void fatal_line(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* After the last line. Does not come back to the caller, even when stopping fails in turn. */
_Noreturn void fatal_stop(void);

/* Both. */
#define fatal(...)                       \
	do {                             \
		fatal_line(__VA_ARGS__); \
		fatal_stop();            \
	} while (0)

#endif
