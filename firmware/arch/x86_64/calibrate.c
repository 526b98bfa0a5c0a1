// SPDX-License-Identifier: BSD-2-Clause
/*
 * The frequency of the time stamp counter. No source for it is always there, so this file has a list of sources, in the
 * order in which we trust them.
 */
#include "firmware/arch/x86_64/clock.h"

#include "firmware/arch/machine.h"
#include "firmware/arch/x86_64/apic.h"
#include "firmware/arch/x86_64/x86.h"
#include "firmware/lib/print.h"
#include "firmware/lib/string.h"
#include "firmware/machine.h"

/* A frequency outside these limits is an error, of the source or of ours. */
#define HZ_MIN 100000000ull
#define HZ_MAX 10000000000ull

#define HZ_PER_KHZ 1000u

static bool plausible(uint64_t hz)
{
	return hz >= HZ_MIN && hz <= HZ_MAX;
}

static bool vmm_is(const char *name)
{
	return strcmp(machine_vmm(), name) == 0;
}

#define VMM_KVM	   "KVMKVMKVM"
#define VMM_TCG	   "TCGTCGTCGTCG"
#define VMM_VMWARE "VMwareVMware"
#define VMM_ACRN   "ACRNACRNACRN"

/* Sources that tell the frequency. Each returns 0 if it does not know. */

/* This leaf comes from VMware. Some other hypervisors have it with the same meaning, others use it for something
 * else. EAX: TSC in kHz. */
static uint64_t from_hypervisor_leaf(void)
{
	if (!vmm_is(VMM_KVM) && !vmm_is(VMM_VMWARE) && !vmm_is(VMM_ACRN))
		return 0;
	if (cpuid(CPUID_HYPERVISOR).eax < CPUID_HYPERVISOR_TIMING)
		return 0;
	return (uint64_t)cpuid(CPUID_HYPERVISOR_TIMING).eax * HZ_PER_KHZ;
}

/* EBX/EAX: ratio of TSC to crystal; ECX: crystal in Hz, which many CPUs omit. */
static uint64_t from_tsc_leaf(void)
{
	struct cpuid leaf;

	if (cpuid(0).eax < CPUID_TSC)
		return 0;
	leaf = cpuid(CPUID_TSC);
	if (leaf.eax == 0 || leaf.ebx == 0)
		return 0;
	return (uint64_t)leaf.ecx * leaf.ebx / leaf.eax;
}

/*
 * KVM's paravirtual clock, Documentation/virt/kvm/x86/msr.rst: ns = (ticks << shift) * multiplier / 2^32. KVM fills it
 * in before it resumes the CPU.
 */
/* clang-format off */
#define FEATURE_CLOCKSOURCE2 (1u << 3)
#define MSR_KVM_SYSTEM_TIME_NEW 0x4b564d01
#define   SYSTEM_TIME_ENABLE 1u
#define PVCLOCK_SHIFT_MAX 31
/* clang-format on */

static uint64_t from_pvclock(void)
{
	static volatile struct {
		uint32_t version, gap;
		uint64_t tsc, system_time;
		uint32_t multiplier;
		int8_t shift;
		uint8_t flags, pad[2];
	} clock __attribute__((aligned(64)));
	uint64_t hz;

	if (!vmm_is(VMM_KVM) || !(cpuid(CPUID_HYPERVISOR_FEATURES).eax & FEATURE_CLOCKSOURCE2))
		return 0;
	msr_write(MSR_KVM_SYSTEM_TIME_NEW, (uintptr_t)&clock | SYSTEM_TIME_ENABLE);
	cpuid(0); /* exits to the hypervisor, in case the write did not */
	msr_write(MSR_KVM_SYSTEM_TIME_NEW, 0);
	if (clock.multiplier == 0 || clock.shift > PVCLOCK_SHIFT_MAX || clock.shift < -PVCLOCK_SHIFT_MAX)
		return 0;
	hz = (NS_PER_SECOND << 32) / clock.multiplier;
	return clock.shift < 0 ? hz << -clock.shift : hz >> clock.shift;
}

/*
 * Counters to measure against. A reading is the number of ticks since some moment. hz is 0 if the counter does not
 * exist or does not count.
 */

struct counter {
	const char *name;
	uint64_t hz;
	uint32_t (*read)(void);
	uint32_t (*elapsed)(uint32_t from, uint32_t to);
};

uint64_t apic_timer_hz(void)
{
	/* Both emulate a bus of 1 GHz: one tick is a nanosecond. */
	return apic_present() && (vmm_is(VMM_TCG) || vmm_is(VMM_KVM)) ? NS_PER_SECOND : 0;
}

static uint32_t apic_elapsed(uint32_t from, uint32_t to)
{
	return to <= from ? from - to : from + apic_timer_period() - to;
}

/* Channel 2 of the 8254, which raises no interrupt, as a free-running 16-bit counter. */
/* clang-format off */
#define PIT_HZ 1193182u
#define PIT_CHANNEL2 0x42
#define PIT_COMMAND  0x43
#define   COMMAND_CHANNEL2_LATCH   0x80
#define   COMMAND_CHANNEL2_COUNTER 0xb4 /* low byte, then high byte; mode 2: counts down and reloads */
#define PIT_GATE     0x61
#define   GATE_CHANNEL2 0x01
#define   GATE_SPEAKER  0x02
#define PIT_RANGE 0x10000u
/* clang-format on */

static uint32_t pit_read(void)
{
	uint32_t low;

	port_write8(PIT_COMMAND, COMMAND_CHANNEL2_LATCH);
	low = port_read8(PIT_CHANNEL2);
	return low | (uint32_t)port_read8(PIT_CHANNEL2) << 8;
}

static uint32_t pit_elapsed(uint32_t from, uint32_t to)
{
	return (from - to) % PIT_RANGE;
}

static void pit_start(void)
{
	port_write8(PIT_GATE, (port_read8(PIT_GATE) & ~GATE_SPEAKER) | GATE_CHANNEL2);
	port_write8(PIT_COMMAND, COMMAND_CHANNEL2_COUNTER);
	port_write8(PIT_CHANNEL2, 0);
	port_write8(PIT_CHANNEL2, 0); /* 0 means 65536 */
}

/* The ACPI power management timer: free-running, at least 24 bits. */
#define PM_TIMER_HZ   3579545u
#define PM_TIMER_MASK 0x00ffffffu

static uint16_t pm_timer_port;

static uint32_t pm_timer_read(void)
{
	return port_read32(pm_timer_port) & PM_TIMER_MASK;
}

static uint32_t pm_timer_elapsed(uint32_t from, uint32_t to)
{
	return (to - from) & PM_TIMER_MASK;
}

/* A counter and the TSC, read at the same moment. */
struct moment {
	uint32_t ticks;
	uint64_t tsc;
};

enum { READINGS = 4 };

/* Takes the fastest of several readings, because an interruption makes a reading longer. */
static struct moment read_moment(const struct counter *counter)
{
	struct moment best = { 0 };
	uint64_t shortest = UINT64_MAX;

	for (uint32_t i = 0; i < READINGS; i++) {
		const uint64_t before = tsc_read();
		const uint32_t ticks = counter->read();
		const uint64_t width = tsc_read() - before;

		if (width < shortest) {
			shortest = width;
			best.ticks = ticks;
			best.tsc = before + width / 2;
		}
	}
	return best;
}

/* In TSC ticks: the interval of the fastest TSC, doubled. A measurement that takes longer was interrupted. */
#define PATIENCE (2 * CLOCK_ASSUMED_HZ / (NS_PER_SECOND / CALIBRATION_NS))

/* Returns 0 if the counter does not advance by the interval in time, or if we were interrupted, since the counter
 * may then have wrapped. */
static uint64_t measure_once(const struct counter *counter)
{
	const uint32_t interval = (uint32_t)(counter->hz * CALIBRATION_NS / NS_PER_SECOND);
	const struct moment start = read_moment(counter);
	struct moment end;
	uint64_t now;

	do {
		now = tsc_read();
	} while (counter->elapsed(start.ticks, counter->read()) < interval && now - start.tsc <= PATIENCE);
	end = read_moment(counter);
	if (end.tsc - start.tsc > PATIENCE || counter->elapsed(start.ticks, end.ticks) < interval)
		return 0;
	return (end.tsc - start.tsc) * counter->hz / counter->elapsed(start.ticks, end.ticks);
}

/* Even the slowest counter ticks once in a microsecond, so a counter that does not exist is detected soon. */
#define COUNTS_TSC (CLOCK_ASSUMED_HZ / 50000)

static bool counts(const struct counter *counter)
{
	const uint32_t first = counter->read();
	const uint64_t start = tsc_read();
	uint64_t now;

	do {
		now = tsc_read();
		if (counter->elapsed(first, counter->read()) != 0)
			return true;
	} while (now - start <= COUNTS_TSC);
	return false;
}

/* Measure again if the host was busy for a while. */
enum { TRIES = 3 };

static uint64_t measure(const struct counter *counter)
{
	uint64_t hz = 0;

	if (!counts(counter))
		return 0;
	for (uint32_t i = 0; i < TRIES && hz == 0; i++)
		hz = measure_once(counter);
	return hz;
}

struct answer {
	const char *source;
	uint64_t hz;
};

enum { ANSWERS_WANTED = 2 };

static uint32_t ask_counter(struct answer *answers, uint32_t count, const struct counter *counter)
{
	if (count == ANSWERS_WANTED || counter->hz == 0)
		return count;
	answers[count] = (struct answer){ counter->name, measure(counter) };
	return count + (plausible(answers[count].hz) ? 1 : 0);
}

static uint32_t ask(struct answer *answers, const struct platform *platform)
{
	const struct answer said[] = {
		{ "hypervisor leaf", from_hypervisor_leaf() },
		{ "cpuid leaf 0x15", from_tsc_leaf() },
		{ "kvmclock", from_pvclock() },
	};
	const struct counter apic = { "local APIC timer", apic_timer_hz(), apic_timer_read, apic_elapsed };
	const struct counter pit = { "PIT", PIT_HZ, pit_read, pit_elapsed };
	const struct counter pm_timer = { "ACPI PM timer", PM_TIMER_HZ, pm_timer_read, pm_timer_elapsed };
	uint32_t count = 0;

	for (uint32_t i = 0; i < sizeof(said) / sizeof(said[0]) && count == 0; i++)
		if (plausible(said[i].hz))
			answers[count++] = said[i];
	count = ask_counter(answers, count, &apic);
	if (count < ANSWERS_WANTED)
		pit_start();
	count = ask_counter(answers, count, &pit);
	pm_timer_port = platform->pm_timer_port;
	if (pm_timer_port)
		count = ask_counter(answers, count, &pm_timer);
	return count;
}

/* Tenths of a percent: two answers agree if they differ by no more than this. */
#define PER_MILLE	1000u
#define AGREE_PER_MILLE 10u

uint64_t calibrate_tsc(const struct platform *platform, char *how, size_t size)
{
	struct answer answers[ANSWERS_WANTED];
	const uint32_t count = ask(answers, platform);
	uint64_t difference;
	uint32_t per_mille;

	if (count == 0) {
		format_string(how, size, "no source tells (assumed)");
		return CLOCK_ASSUMED_HZ;
	}
	if (count == 1) {
		format_string(how, size, "%s (sure)", answers[0].source);
		return answers[0].hz;
	}
	difference = answers[0].hz > answers[1].hz ? answers[0].hz - answers[1].hz : answers[1].hz - answers[0].hz;
	per_mille = (uint32_t)((difference * PER_MILLE + answers[0].hz - 1) / answers[0].hz);
	format_string(how, size, "%s and %s %s %u.%u%%", answers[0].source, answers[1].source,
		      per_mille <= AGREE_PER_MILLE ? "agree within" : "DISAGREE by", per_mille / 10, per_mille % 10);
	return answers[0].hz;
}
