// SPDX-License-Identifier: BSD-2-Clause
/* Nanoseconds from the `time` register. If the CPU lacks it, from the memory-mapped timer whose value it shows. */
#include "firmware/arch/riscv64/clock.h"

#include <arch/mmio.h>

#include "firmware/arch/machine.h"
#include "firmware/arch/riscv64/percpu.h"
#include "firmware/arch/riscv64/riscv.h"
#include "firmware/arch/riscv64/sbi.h"
#include "firmware/arch/riscv64/traps.h"
#include "firmware/lib/print.h"
#include "firmware/machine.h"

enum { DESCRIPTION_MAX = 96 };

#define NS_PER_SECOND	 1000000000ull
#define HZ_PER_KHZ	 1000u
#define KHZ_PER_MHZ	 1000u
#define MULTIPLIER_SHIFT 32u

/* The frequency in most emulators. */
#define HZ_ASSUMED 10000000u
#define HZ_MIN	   1000u
#define HZ_MAX	   10000000000ull

/* Registers of a CLINT, which is machine mode's timer: one comparator for each CPU, and the time. An ACLINT has two
 * regions for them. */
#define CLINT_COMPARE 0x4000
#define CLINT_TIME    0xbff8

static uint64_t start, start_ns, hz = HZ_ASSUMED, multiplier = (NS_PER_SECOND << MULTIPLIER_SHIFT) / HZ_ASSUMED;
static uintptr_t time_register, compare_registers; /* 0: none */
static uint32_t compare_of[CPUS_MAX];		   /* index + 1; 0: none */
static bool has_time, has_sbi_timer;
static char description[DESCRIPTION_MAX] = "not measured yet";

/* Reads two halves, because some emulators allow no access of 64 bits. */
static uint64_t read_halves(uintptr_t address)
{
	uint32_t high, low;

	do {
		high = mmio_read32(address + 4);
		low = mmio_read32(address);
	} while (high != mmio_read32(address + 4));
	return (uint64_t)high << 32 | low;
}

static void write_halves(uintptr_t address, uint64_t value)
{
	mmio_write32(address + 4, UINT32_MAX); /* prevents a comparator that is too low between the two writes */
	mmio_write32(address, (uint32_t)value);
	mmio_write32(address + 4, (uint32_t)(value >> 32));
}

static uint64_t ticks_read(void)
{
	static uint64_t asked;

	if (has_time)
		return csr_read(time);
	/* Without any clock, count the calls, so that every wait ends. */
	return time_register ? read_halves(time_register) : ++asked;
}

void clock_early_init(void)
{
	uint64_t ticks;

	has_time = probe_time(&ticks);
}

static inline uint64_t ns_at(uint64_t ticks)
{
	return start_ns + (uint64_t)((unsigned __int128)(ticks - start) * multiplier >> MULTIPLIER_SHIFT);
}

static __attribute__((noinline)) uint64_t clock_ns_without_time(void)
{
	return ns_at(ticks_read());
}

/* Called at every access to a device register, so the common case makes no calls. */
uint64_t clock_ns(void)
{
	return has_time ? ns_at(csr_read(time)) : clock_ns_without_time();
}

const char *clock_description(void)
{
	return description;
}

static void use_timer(const struct platform_irqchip *chip)
{
	const bool clint = chip->kind == IRQCHIP_CLINT;
	const uint64_t size = clint ? CLINT_TIME + sizeof(uint64_t) : sizeof(uint64_t);
	uint32_t place = 0;

	if ((!clint && chip->region_count < 2) || !machine_map(chip->regions[0].base, size, true))
		return;
	time_register = clint ? chip->regions[0].base + CLINT_TIME : chip->regions[0].base;
	compare_registers = clint ? chip->regions[0].base + CLINT_COMPARE : chip->regions[1].base;
	for (uint32_t i = 0; i < chip->output_count; i++) {
		if (chip->outputs[i].cause != INTERRUPT_TIMER + INTERRUPT_MACHINE)
			continue;
		for (uint32_t cpu = 0; cpu < CPUS_MAX; cpu++)
			if (percpu[cpu].index == chip->outputs[i].cpu && percpu[cpu].index != PLATFORM_NO_CPU)
				compare_of[cpu] = place + 1;
		place++;
	}
}

void clock_init(const struct platform *platform)
{
	const bool said = platform->timebase_hz >= HZ_MIN && platform->timebase_hz <= HZ_MAX;
	const uint64_t now_ns = clock_ns();
	uint32_t khz;

	for (uint32_t i = 0; machine_mode && i < platform->irqchip_count; i++)
		if (platform->irqchips[i].kind == IRQCHIP_CLINT || platform->irqchips[i].kind == IRQCHIP_MTIMER)
			use_timer(&platform->irqchips[i]);
	has_sbi_timer = sbi_has(SBI_TIME);
	if (said)
		hz = platform->timebase_hz;
	start = ticks_read();
	start_ns = now_ns;
	multiplier = (NS_PER_SECOND << MULTIPLIER_SHIFT) / hz;
	khz = (uint32_t)(hz / HZ_PER_KHZ);
	format_string(description, sizeof(description), "%s %u.%03u MHz, %s",
		      has_time	      ? "time register"
		      : time_register ? "mtime"
				      : "no clock",
		      khz / KHZ_PER_MHZ, khz % KHZ_PER_MHZ,
		      said ? "as the device tree has it" : "assumed: the device tree does not say");
}

bool clock_has_timer(void)
{
	return !machine_mode || compare_of[cpus_self()];
}

static void set_timer(uint64_t ticks)
{
	if (machine_mode)
		write_halves(compare_registers + (compare_of[cpus_self()] - 1) * sizeof(uint64_t), ticks);
	else if (has_sbi_timer)
		sbi_call(SBI_TIME, TIME_SET_TIMER, ticks, 0, 0);
	else
		sbi_call(SBI_LEGACY_SET_TIMER, 0, ticks, 0, 0);
}

void clock_timer_start(uint64_t nanoseconds)
{
	if (!clock_has_timer())
		return;
	set_timer(ticks_read() + hz * (nanoseconds / MICROSECONDS(1)) / (NS_PER_SECOND / MICROSECONDS(1)));
	own_set(ie, own_bit(INTERRUPT_TIMER));
}

void clock_timer_stop(void)
{
	own_clear(ie, own_bit(INTERRUPT_TIMER));
}
