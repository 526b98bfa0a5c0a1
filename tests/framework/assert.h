/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Assertions. Each takes the running check and a format with arguments that states the property; the report prints it
 * if the property does not hold. After expect...() the check goes on, and learns from its value whether the property
 * held; require...() ends the check if it did not.
 */
#ifndef TESTS_FRAMEWORK_ASSERT_H
#define TESTS_FRAMEWORK_ASSERT_H

#include <stdbool.h>
#include <stdint.h>

#include "drivers/errors.h"

struct run;

/* The condition is true. (require() does not use expect(): that would print the condition with its macros expanded.) */
#define expect(T, CONDITION, ...) check_expect((T), __FILE__, __LINE__, (CONDITION), #CONDITION, __VA_ARGS__)
#define require(T, CONDITION, ...) \
	check_require(check_expect((T), __FILE__, __LINE__, (CONDITION), #CONDITION, __VA_ARGS__))

/* Two numbers are equal. */
#define expect_eq(T, GOT, WANT, ...)  check_expect_eq((T), __FILE__, __LINE__, (GOT), (WANT), __VA_ARGS__)
#define require_eq(T, GOT, WANT, ...) check_require(expect_eq(T, GOT, WANT, __VA_ARGS__))

/*
 * A driver function succeeded. Otherwise the check FAILs; but it ends as an ERROR (or, for a limit, a SKIP) if the
 * failure is ours, and as a SKIP if only the checks of another row report it: if the device cannot be started, or if it
 * serves no ordinary requests either, which the framework tries before the check FAILs. need_ok() is for preconditions.
 */
#define expect_ok(T, ERROR, ...)  check_expect_ok((T), __FILE__, __LINE__, (ERROR), __VA_ARGS__)
#define require_ok(T, ERROR, ...) check_require(expect_ok(T, ERROR, __VA_ARGS__))

/* A search for violations found none. FOUND is NULL, or a phrase that describes what was found. */
#define expect_none(T, FOUND, ...) check_expect_none((T), __FILE__, __LINE__, (FOUND), __VA_ARGS__)

/* The functions behind the macros. CHECK_FORMAT: the compiler compares the AT-th argument, a format, with those that
 * follow. */
#define CHECK_FORMAT(AT) __attribute__((format(printf, AT, AT + 1)))

bool check_expect(struct run *t, const char *file, int line, bool held, const char *condition, const char *format, ...)
	CHECK_FORMAT(6);
bool check_expect_eq(struct run *t, const char *file, int line, uint64_t got, uint64_t want, const char *format, ...)
	CHECK_FORMAT(6);
bool check_expect_ok(struct run *t, const char *file, int line, enum driver_error error, const char *format, ...)
	CHECK_FORMAT(5);
bool check_expect_none(struct run *t, const char *file, int line, const char *found, const char *format, ...)
	CHECK_FORMAT(5);
void check_require(bool held); /* ends the check unless `held` */

#endif
