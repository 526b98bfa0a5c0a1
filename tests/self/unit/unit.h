/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Unit tests on the host. A test program is a file that includes this header once and contains tests:
 *
 *     UNIT_TEST(an_empty_list_has_no_head)
 *     {
 *             unit_equal(list_length(&list), 0);
 *     }
 *
 * A failed assertion is printed, and the test goes on. A test that asserts nothing fails. The program runs all tests,
 * or those whose name contains its first argument, and ends with "N passed, N failed"; its exit status is 0 only if
 * something ran and nothing failed.
 */
#ifndef TESTS_SELF_UNIT_UNIT_H
#define TESTS_SELF_UNIT_UNIT_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

struct unit_test {
	const char *name;
	void (*run)(void);
	struct unit_test *next;
};

static struct unit_test *unit_first, **unit_end = &unit_first;
static unsigned unit_asserted, unit_failed;
static const char *unit_row_name; /* a failure is printed with it */

static void unit_register(struct unit_test *test)
{
	*unit_end = test;
	unit_end = &test->next;
}

#define UNIT_TEST(NAME)                                                       \
	static void NAME(void);                                               \
	static struct unit_test NAME##_test = { .name = #NAME, .run = NAME }; \
	__attribute__((constructor)) static void NAME##_register(void)        \
	{                                                                     \
		unit_register(&NAME##_test);                                  \
	}                                                                     \
	static void NAME(void)

/* Names the row of a table that the next assertions are about. */
static inline void unit_row(const char *name)
{
	unit_row_name = name;
}

/* Counts an assertion. If it does not hold, the caller prints more. */
static bool unit_check(bool holds, const char *file, int line, const char *what)
{
	unit_asserted++;
	if (!holds) {
		unit_failed++;
		printf("%s:%d: %s%s%s\n", file, line, unit_row_name ? unit_row_name : "", unit_row_name ? ": " : "",
		       what);
	}
	return holds;
}

static inline void unit_check_equal(uint64_t got, uint64_t want, const char *file, int line, const char *what)
{
	if (!unit_check(got == want, file, line, what))
		printf("    got %llu (0x%llx), want %llu (0x%llx)\n", (unsigned long long)got, (unsigned long long)got,
		       (unsigned long long)want, (unsigned long long)want);
}

static inline void unit_check_text(const char *got, const char *want, const char *file, int line, const char *what)
{
	if (!unit_check(!strcmp(got, want), file, line, what))
		printf("    got \"%s\", want \"%s\"\n", got, want);
}

static inline void unit_check_contains(const char *text, const char *part, const char *file, int line, const char *what)
{
	if (!unit_check(strstr(text, part) != NULL, file, line, what))
		printf("    got \"%s\", want \"%s\" in it\n", text, part);
}

#define UNIT_COUNT(ARRAY) (sizeof(ARRAY) / sizeof((ARRAY)[0]))

#define unit_true(CONDITION) ((void)unit_check((CONDITION), __FILE__, __LINE__, #CONDITION))
#define unit_equal(GOT, WANT) \
	unit_check_equal((uint64_t)(GOT), (uint64_t)(WANT), __FILE__, __LINE__, #GOT " equals " #WANT)
#define unit_text(GOT, WANT)	  unit_check_text((GOT), (WANT), __FILE__, __LINE__, #GOT " is the text " #WANT)
#define unit_contains(TEXT, PART) unit_check_contains((TEXT), (PART), __FILE__, __LINE__, #TEXT " contains " #PART)

int main(int argc, char **argv)
{
	unsigned passed = 0, failed = 0;

	setvbuf(stdout, NULL, _IOLBF, 0); /* the output before a crash must name the test */
	for (struct unit_test *test = unit_first; test; test = test->next) {
		if (argc > 1 && !strstr(test->name, argv[1]))
			continue;
		unit_asserted = unit_failed = 0;
		unit_row(NULL);
		test->run();
		if (!unit_asserted)
			printf("%s: asserts nothing\n", test->name);
		if (unit_failed)
			printf("%s: %u of %u assertions failed\n", test->name, unit_failed, unit_asserted);
		if (unit_asserted && !unit_failed)
			passed++;
		else
			failed++;
	}
	printf("%u passed, %u failed\n", passed, failed);
	return failed || !passed;
}

#endif
