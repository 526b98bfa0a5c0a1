// SPDX-License-Identifier: BSD-2-Clause
/* Which checks are in the plan of a device. No machine shows this as long as all devices use the same transport. */
#include "tests/self/unit/unit.h"

#include "drivers/transport/ops.h"
#include "firmware/arch/cpus.h"
#include "tests/framework/plan.h"
#include "tests/framework/report.h"

static const struct transport_ops mmio = { .kind = TRANSPORT_MMIO }, another = { .kind = TRANSPORT_MMIO + 1 };

static bool planned(const struct transport_ops *ops, struct needs needs)
{
	const struct check check = { .id = "made.up", .needs = needs };
	const struct device device = { .transport = { .ops = ops, .version = 2 } };

	return plan_has(&check, &device);
}

UNIT_TEST(a_check_of_the_registers_of_one_transport_is_not_for_another)
{
	unit_true(planned(&mmio, (struct needs){ .transport = TRANSPORT_MMIO }));
	unit_true(!planned(&another, (struct needs){ .transport = TRANSPORT_MMIO }));
}

UNIT_TEST(any_other_check_is_for_every_transport)
{
	unit_true(planned(&mmio, (struct needs){ .version = 2 }));
	unit_true(planned(&another, (struct needs){ .version = 2 }));
	unit_true(!planned(&another, (struct needs){ .version = 1 }));
}

/* The definitions that the plan needs. */
static const struct check *const listed __attribute__((section("checks"), used));
const char *const level_names[ROBUST + 1];

bool options_match(const char *globs, const char *name)
{
	(void)globs, (void)name;
	return false;
}

void report_end(uint64_t seed)
{
	(void)seed;
}

enum transport_kind transport_kind(const struct transport *transport)
{
	return transport->ops->kind;
}

uint32_t cpus_count(void)
{
	return 1;
}
