// SPDX-License-Identifier: BSD-2-Clause
/*
 * Other CPUs. In supervisor mode the firmware starts them (SBI HSM). In machine mode all harts start at once; all but
 * the first wait in the boot code.
 */
#include "firmware/arch/riscv64/cpus.h"

#include <arch/mmio.h>

#include "firmware/arch/generic/cpus.h"
#include "firmware/arch/irq.h"
#include "firmware/arch/machine.h"
#include "firmware/arch/riscv64/clock.h"
#include "firmware/arch/riscv64/imsic.h"
#include "firmware/arch/riscv64/paging.h"
#include "firmware/arch/riscv64/percpu.h"
#include "firmware/arch/riscv64/riscv.h"
#include "firmware/arch/riscv64/sbi.h"
#include "firmware/machine.h"

#define STOP_LIMIT  MILLISECONDS(2000)
#define START_LIMIT MILLISECONDS(1000)

enum { START_TRIES = 5 };

struct waiting_room *waiting_room;

static uint32_t count = 1;
static bool has_hsm, has_ipi;
static const struct cpu_program *volatile booting;

/* Software interrupts of machine mode: a 32-bit register for each CPU. */
static uintptr_t software_registers;   /* 0: none */
static uint32_t software_of[CPUS_MAX]; /* index + 1; 0: none */

static void use_software_registers(const struct platform_irqchip *chip)
{
	uint32_t place = 0;

	if (!machine_map(chip->regions[0].base, sizeof(uint32_t) * chip->output_count, true))
		return;
	software_registers = chip->regions[0].base;
	for (uint32_t i = 0; i < chip->output_count; i++) {
		if (chip->outputs[i].cause != INTERRUPT_SOFTWARE + INTERRUPT_MACHINE)
			continue;
		for (uint32_t cpu = 0; cpu < count; cpu++)
			if (percpu[cpu].index == chip->outputs[i].cpu && percpu[cpu].index != PLATFORM_NO_CPU)
				software_of[cpu] = place + 1;
		place++;
	}
}

void cpus_init(const struct platform *platform)
{
	for (uint32_t cpu = 0; cpu < CPUS_MAX; cpu++)
		percpu[cpu].index = PLATFORM_NO_CPU;
	for (uint32_t i = 0; i < platform->cpu_count; i++) {
		if (platform->cpus[i] == percpu[0].hart) {
			percpu[0].index = i;
		} else if (count < CPUS_MAX) {
			percpu[count].index = i;
			percpu[count++].hart = platform->cpus[i];
		}
	}
	has_hsm = sbi_has(SBI_HSM);
	has_ipi = sbi_has(SBI_IPI);
	for (uint32_t i = 0; machine_mode && i < platform->irqchip_count; i++)
		if (platform->irqchips[i].kind == IRQCHIP_CLINT || platform->irqchips[i].kind == IRQCHIP_MSWI)
			use_software_registers(&platform->irqchips[i]);
	if (!machine_mode && (!has_hsm || !has_ipi))
		count = 1; /* the firmware cannot start other CPUs */
}

uint32_t cpus_count(void)
{
	return count;
}

static void write_software_register(uint32_t cpu, uint32_t value)
{
	if (software_of[cpu])
		mmio_write32(software_registers + (software_of[cpu] - 1) * sizeof(uint32_t), value);
}

/*
 * Either mode can send itself the supervisor software interrupt. Machine mode takes it, since it delegates nothing.
 * Either mode's software interrupt ranks below external interrupts.
 */
void cpu_interrupt(uint32_t cpu)
{
	barrier_full(); /* the reason for the interrupt must be visible first */
	if (cpu == cpus_self())
		own_set(ip, 1u << INTERRUPT_SOFTWARE);
	else if (machine_mode)
		write_software_register(cpu, 1);
	else if (has_ipi)
		sbi_call(SBI_IPI, IPI_SEND, 1, percpu[cpu].hart, 0); /* a mask, whose bit 0 is that hart */
}

void cpu_interrupt_clear(void)
{
	own_clear(ip, 1u << INTERRUPT_SOFTWARE);
	if (machine_mode)
		write_software_register(cpus_self(), 0);
	barrier_full();
}

static struct percpu *starting;

static bool has_started(void)
{
	return __atomic_load_n(&starting->started, __ATOMIC_ACQUIRE);
}

static bool came_or_went(void)
{
	return has_started() || sbi_call(SBI_HSM, HSM_STATUS, starting->hart, 0, 0).value == HART_STOPPED;
}

/* A hart may stop before it gets here: some firmware sends it to the start of the image (boot/riscv64/early.S). */
static const char *start_by_firmware(struct percpu *other)
{
	starting = other;
	for (unsigned i = 0; i < START_TRIES; i++) {
		if (sbi_call(SBI_HSM, HSM_START, other->hart, (uintptr_t)cpu_start, (uintptr_t)other).error)
			return "the firmware does not start it";
		clock_spin(came_or_went, START_LIMIT);
		if (has_started())
			break;
	}
	return NULL;
}

/* Called by start.S. */
static void cpu_started(void)
{
	__atomic_store_n(&percpu_self()->started, 1, __ATOMIC_RELEASE);
	percpu_init(percpu_self());
	paging_enable();
	imsic_init_cpu();
	own_set(ie, own_bit(INTERRUPT_SOFTWARE) | 1u << INTERRUPT_SOFTWARE | own_bit(INTERRUPT_EXTERNAL));
	booting->enter();
}

const char *cpu_boot(uint32_t cpu, const struct cpu_program *program)
{
	struct percpu *const other = &percpu[cpu];

	other->stop = 0;
	other->pending = 0;
	other->stopped = 0;
	other->started = 0;
	percpu_prepare(other);
	other->entry = (uintptr_t)cpu_started;
	booting = program;
	if (!machine_mode)
		return start_by_firmware(other);
	if (!waiting_room || !software_of[cpu])
		return "it is nowhere to be found";
	waiting_room->entry = (uintptr_t)cpu_start;
	waiting_room->argument = (uintptr_t)other;
	barrier_write();
	waiting_room->hart = other->hart;
	cpu_interrupt(cpu);
	return NULL;
}

static struct percpu *stopping;

static bool is_stopped(void)
{
	return __atomic_load_n(&stopping->stopped, __ATOMIC_ACQUIRE) &&
	       (machine_mode || sbi_call(SBI_HSM, HSM_STATUS, stopping->hart, 0, 0).value == HART_STOPPED);
}

/* A CPU can only stop itself, so it has to take interrupts still. */
bool cpu_stop(uint32_t cpu)
{
	stopping = &percpu[cpu];
	__atomic_store_n(&stopping->stop, 1, __ATOMIC_RELEASE);
	cpu_interrupt(cpu);
	return clock_spin(is_stopped, STOP_LIMIT);
}

void cpu_leave(void)
{
	uint64_t hart = percpu_self()->hart;

	interrupts_off();
	own_write(ie, 0);
	if (machine_mode) {
		/* The waiting room may be waiting for another hart already, if CPU 0 gave up on this one. */
		__atomic_compare_exchange_n(&waiting_room->hart, &hart, UINT64_MAX, false, __ATOMIC_RELAXED,
					    __ATOMIC_RELAXED);
		/* Once `stopped` is set, the next software interrupt starts this CPU again. So clear the old one
		 * before. */
		cpu_interrupt_clear();
		__atomic_store_n(&percpu_self()->stopped, 1, __ATOMIC_RELEASE);
		__asm__ volatile("jr %0" ::"r"(waiting_room->park));
	}
	__atomic_store_n(&percpu_self()->stopped, 1, __ATOMIC_RELEASE);
	sbi_call(SBI_HSM, HSM_STOP, 0, 0, 0);
	for (;;)
		__asm__ volatile("wfi");
}

/* wfi ends when an enabled interrupt is pending, even while the CPU takes no interrupts. */
void cpu_rest(void)
{
	__asm__ volatile("wfi" ::: "memory");
	interrupts_restore(true);
	interrupts_off();
}

void cpu_wake(uint32_t cpu)
{
	cpu_interrupt(cpu);
}

/* The software interrupt stays enabled, because cpu_stop() uses it. */
void cpu_await_stop(void)
{
	own_write(ie, own_bit(INTERRUPT_SOFTWARE));
	for (;;)
		cpu_rest();
}
