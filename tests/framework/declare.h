/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How a check is declared:
 *
 *   CHECK(c_name, "family.what", REQ("row", ...), level, NEEDS(...), "The property holds")
 *   {
 *           the body, with t (struct run) and d (struct device)
 *   }
 *
 * Checks run in the order of their file, and the files in the order of CHECKS in the Makefile.
 */
#ifndef TESTS_FRAMEWORK_DECLARE_H
#define TESTS_FRAMEWORK_DECLARE_H

/* Rows of requirements.csv. */
#define REQ(...) ((const char *const[]){ __VA_ARGS__, NULL })
/* Members of struct needs; NEEDS(0): none. */
#define NEEDS(...)          \
	{                   \
		__VA_ARGS__ \
	}
/* For .features: one bit, or two bits of the same word. */
#define OFFERS(BIT)                                       \
	{                                                 \
		{                                         \
			[(BIT) / 32] = 1u << ((BIT) % 32) \
		}                                         \
	}
#define OFFERS_BOTH(ONE, OTHER)                                                  \
	{                                                                        \
		{                                                                \
			[(ONE) / 32] = 1u << ((ONE) % 32) | 1u << ((OTHER) % 32) \
		}                                                                \
	}

/* Without the attribute gcc may emit a file's variables in any order; clang keeps their order. */
#if __has_attribute(no_reorder)
#define IN_ORDER __attribute__((no_reorder))
#else
#define IN_ORDER
#endif

/*
 * Declares the body, describes it in a struct check, and puts a pointer to that into the section "checks". The section
 * is the list of all checks (all_checks in plan.h).
 */
#define CHECK(NAME, ID, REQUIREMENTS, LEVEL, NEEDED, TITLE)                                                           \
	static void NAME(struct run *t, struct device *d);                                                            \
	static const struct check check_##NAME = {                                                                    \
		.id = ID, .title = TITLE, .requirements = REQUIREMENTS, .level = LEVEL, .needs = NEEDED, .body = NAME \
	};                                                                                                            \
	static const struct check *const listed_##NAME IN_ORDER __attribute__((section("checks"), used)) =            \
		&check_##NAME;                                                                                        \
	static void NAME(struct run *t __attribute__((unused)), struct device *d __attribute__((unused)))

#endif
