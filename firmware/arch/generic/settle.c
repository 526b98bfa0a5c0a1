// SPDX-License-Identifier: BSD-2-Clause
/* Tells "no interrupt came" from "no interrupt came yet". */
#include "firmware/arch/generic/settle.h"

#include "firmware/arch/cpus.h"
#include "firmware/arch/generic/lines.h"
#include "firmware/arch/generic/spin.h"
#include "firmware/arch/irq.h"

/* Far longer than a virtual CPU is ever kept from running, and shorter than a check's time limit. */
#define SETTLE_LIMIT MILLISECONDS(4000)
/* For a CPU that still owes an answer from last time, a short wait is enough. */
#define SETTLE_AGAIN MILLISECONDS(100)

/* Requests and answers are numbered, so that a late answer does not count for the next request. */
static struct settling {
	uint32_t asked, answered;
} cpus[CPUS_MAX];

static struct cpus_lock waiting;
static const struct settling *volatile awaited; /* whose answer the holder of the lock waits for */
static volatile uint32_t unsettled_count, unsettled_cpu;

uint32_t settle_asked(void)
{
	return __atomic_load_n(&cpus[cpus_self()].asked, __ATOMIC_ACQUIRE);
}

void settle_answer(uint32_t asked)
{
	__atomic_store_n(&cpus[cpus_self()].answered, asked, __ATOMIC_RELEASE);
}

void settle_abandon(void)
{
	cpus_unlock(&waiting);
}

static bool has_answered(void)
{
	return __atomic_load_n(&awaited->answered, __ATOMIC_ACQUIRE) == awaited->asked;
}

/* Returns false if there is no interrupt controller, so nothing to wait for. */
static bool settle(uint32_t cpu)
{
	bool owes;

	awaited = &cpus[cpu];
	owes = !has_answered();
	__atomic_store_n(&cpus[cpu].asked, cpus[cpu].asked + 1, __ATOMIC_RELEASE);
	if (!cpu_settle(cpu)) {
		settle_answer(cpus[cpu].asked);
		return false;
	}
	if (!has_answered() && !clock_spin(has_answered, owes ? SETTLE_AGAIN : SETTLE_LIMIT)) {
		unsettled_cpu = cpu;
		unsettled_count++;
	}
	return true;
}

void irq_settle(void)
{
	const uint32_t self = cpus_self();
	const bool on = irq_enable(false);

	irq_enable(on);
	if (!on || lines_in_handler())
		return;
	/* Interrupts stay on meanwhile, because another CPU may be waiting for our answer. */
	cpus_lock(&waiting);
	for (uint32_t cpu = 0; cpu < CPUS_MAX; cpu++)
		if ((cpu == self || !cpu || cpus_in_use(cpu)) && !settle(cpu))
			break;
	cpus_unlock(&waiting);
}

/* Settles after masking: takes the interrupts that were already on their way, so that the count does not change
 * later. */
void irq_line_park(struct irq_line *line)
{
	const bool on = irq_enable(false);

	lines_park(line);
	irq_enable(on);
	irq_settle();
}

bool irq_line_asserted(struct irq_line *line)
{
	irq_line_rearm(line);
	irq_settle();
	return line->parked;
}

uint32_t irq_unsettled(uint32_t *cpu)
{
	*cpu = unsettled_cpu;
	return unsettled_count;
}
