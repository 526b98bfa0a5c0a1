// SPDX-License-Identifier: BSD-2-Clause
/* Local APIC: Intel SDM volume 3, chapter "Advanced Programmable Interrupt Controller". */
#include "firmware/arch/x86_64/apic.h"

#include <arch/cpu.h>
#include <arch/mmio.h>

#include "firmware/arch/x86_64/vectors.h"
#include "firmware/arch/x86_64/x86.h"

/* Register offsets of xAPIC mode. In x2APIC mode, each 16 bytes are one MSR. */
/* clang-format off */
#define APIC_ID            0x020
#define   ID_XAPIC_SHIFT 24
#define APIC_TASK_PRIORITY 0x080
#define APIC_EOI           0x0b0
#define APIC_SPURIOUS      0x0f0
#define   SPURIOUS_ENABLE 0x100
#define APIC_IN_SERVICE    0x100 /* 8 registers of 32 bits, 0x10 apart */
#define APIC_ERROR_STATUS  0x280
#define APIC_COMMAND       0x300
#define   COMMAND_INIT         0x00000500
#define   COMMAND_STARTUP      0x00000600 /* the vector is the page of the code */
#define   COMMAND_PENDING      0x00001000 /* xAPIC only */
#define   COMMAND_ASSERT       0x00004000
#define   COMMAND_TO_SELF      0x00040000
#define APIC_COMMAND_HIGH  0x310 /* xAPIC only */
#define APIC_LVT_TIMER     0x320
#define   LVT_MASKED     0x00010000
#define   LVT_NMI        0x00000400
#define   TIMER_PERIODIC 0x00020000
#define APIC_LVT_LINT0     0x350
#define APIC_LVT_LINT1     0x360
#define APIC_LVT_ERROR     0x370
#define APIC_TIMER_INITIAL 0x380
#define APIC_TIMER_CURRENT 0x390
#define APIC_TIMER_DIVIDE  0x3e0
#define   DIVIDE_BY_1 0xb
/* clang-format on */

#define REGISTER_STRIDE	  0x10
#define BITS_PER_REGISTER 32u

/* 20 ms with a bus of 1 GHz, which common hypervisors emulate; up to a second with slower ones. */
#define TIMER_PERIOD 20000000u

/* How often we read COMMAND_PENDING. In a virtual machine it clears at once. */
#define COMMAND_SPINS 100000u

static bool present;
static bool x2apic;
static uintptr_t base;

static uint32_t apic_read(uint32_t offset)
{
	if (x2apic)
		return (uint32_t)msr_read(MSR_X2APIC_FIRST + offset / REGISTER_STRIDE);
	return mmio_read32(base + offset);
}

static void apic_write(uint32_t offset, uint32_t value)
{
	if (x2apic)
		msr_write(MSR_X2APIC_FIRST + offset / REGISTER_STRIDE, value);
	else
		mmio_write32(base + offset, value);
}

/* Enables the APIC, with all local interrupts masked except errors. */
static void enable(void)
{
	apic_write(APIC_SPURIOUS, SPURIOUS_ENABLE | VECTOR_SPURIOUS);
	apic_write(APIC_TASK_PRIORITY, 0);
	apic_write(APIC_LVT_TIMER, LVT_MASKED | VECTOR_WATCHDOG);
	apic_write(APIC_LVT_LINT0, LVT_MASKED);
	/* A message with a vector below 16 gets no further than the APIC, which reports it as an error. */
	apic_write(APIC_LVT_ERROR, VECTOR_APIC_ERROR);
	apic_write(APIC_ERROR_STATUS, 0);
	apic_eoi_all();
}

void apic_init(void)
{
	uint64_t msr;

	if (!(cpuid(CPUID_FEATURES).edx & FEATURES_EDX_APIC))
		return;
	msr = msr_read(MSR_APIC_BASE);
	if (!(msr & APIC_BASE_ENABLE)) {
		msr |= APIC_BASE_ENABLE;
		msr_write(MSR_APIC_BASE, msr);
	}
	x2apic = msr & APIC_BASE_X2APIC;
	base = msr & APIC_BASE_ADDRESS;
	present = true;

	enable();
	/* LINT1 is wired to the NMI button, with which one can ask a guest that hangs where it is. */
	apic_write(APIC_LVT_LINT1, LVT_NMI);
	apic_timer_start();
}

void apic_init_cpu(void)
{
	uint64_t msr = msr_read(MSR_APIC_BASE) | APIC_BASE_ENABLE;

	/* A CPU can go from xAPIC to x2APIC mode, or stay as it is; no other change is possible. */
	msr_write(MSR_APIC_BASE, msr);
	if (x2apic)
		msr_write(MSR_APIC_BASE, msr | APIC_BASE_X2APIC);
	enable();
	apic_write(APIC_LVT_LINT1, LVT_MASKED);
}

bool apic_present(void)
{
	return present;
}

uint32_t apic_id(void)
{
	return x2apic ? apic_read(APIC_ID) : apic_read(APIC_ID) >> ID_XAPIC_SHIFT;
}

bool apic_in_service(uint8_t vector)
{
	const uint32_t word = apic_read(APIC_IN_SERVICE + vector / BITS_PER_REGISTER * REGISTER_STRIDE);

	return word >> vector % BITS_PER_REGISTER & 1;
}

void apic_eoi(void)
{
	apic_write(APIC_EOI, 0);
}

void apic_eoi_all(void)
{
	for (uint32_t vector = VECTOR_EXCEPTIONS; vector < VECTOR_COUNT; vector += BITS_PER_REGISTER) {
		uint32_t word = apic_read(APIC_IN_SERVICE + vector / BITS_PER_REGISTER * REGISTER_STRIDE);

		for (; word; word &= word - 1)
			apic_eoi();
	}
}

/* Writes the command register. In xAPIC mode that is two registers, so no interrupt handler may come between them. */
static void send(uint32_t id, uint32_t command)
{
	bool on;

	if (x2apic) {
		/* This MSR write does not wait for earlier stores. The other CPU must see them before the interrupt. */
		__asm__ volatile("mfence; lfence" ::: "memory");
		msr_write(MSR_X2APIC_FIRST + APIC_COMMAND / REGISTER_STRIDE, (uint64_t)id << 32 | command);
		return;
	}
	on = interrupts_off();
	for (uint32_t i = 0; i < COMMAND_SPINS && mmio_read32(base + APIC_COMMAND) & COMMAND_PENDING; i++)
		cpu_relax();
	if (!(command & COMMAND_TO_SELF))
		mmio_write32(base + APIC_COMMAND_HIGH, id << ID_XAPIC_SHIFT);
	mmio_write32(base + APIC_COMMAND, command);
	interrupts_restore(on);
}

void apic_send_self(uint8_t vector)
{
	send(0, COMMAND_TO_SELF | COMMAND_ASSERT | vector);
}

void apic_send(uint32_t id, uint8_t vector)
{
	send(id, COMMAND_ASSERT | vector);
}

void apic_send_init(uint32_t id)
{
	send(id, COMMAND_ASSERT | COMMAND_INIT);
}

void apic_send_startup(uint32_t id, uint8_t page)
{
	send(id, COMMAND_ASSERT | COMMAND_STARTUP | page);
}

void apic_timer_start(void)
{
	apic_write(APIC_TIMER_DIVIDE, DIVIDE_BY_1);
	apic_write(APIC_LVT_TIMER, TIMER_PERIODIC | LVT_MASKED | VECTOR_WATCHDOG);
	apic_write(APIC_TIMER_INITIAL, TIMER_PERIOD);
}

uint32_t apic_timer_period(void)
{
	return TIMER_PERIOD;
}

uint32_t apic_timer_read(void)
{
	return apic_read(APIC_TIMER_CURRENT);
}

void apic_timer_interrupt(bool on)
{
	apic_write(APIC_LVT_TIMER, TIMER_PERIODIC | (on ? 0 : LVT_MASKED) | VECTOR_WATCHDOG);
}

static bool soon;

void apic_timer_soon(uint64_t counts)
{
	soon = true;
	apic_write(APIC_TIMER_INITIAL, counts < 1 ? 1 : counts < TIMER_PERIOD ? counts : TIMER_PERIOD);
}

void apic_timer_as_ever(void)
{
	if (soon)
		apic_write(APIC_TIMER_INITIAL, TIMER_PERIOD);
	soon = false;
}
