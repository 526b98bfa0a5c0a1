// SPDX-License-Identifier: BSD-2-Clause
#include "firmware/arch/riscv64/imsic.h"

#include "firmware/arch/machine.h"
#include "firmware/arch/riscv64/percpu.h"
#include "firmware/arch/riscv64/riscv.h"
#include "firmware/machine.h"

/* Registers behind iselect and ireg. */
/* clang-format off */
#define EIDELIVERY  0x70
#define EITHRESHOLD 0x72
#define EIP_FIRST   0x80
#define EIE_FIRST   0xc0 /* every second one has 64 identities */
#define EIE_END     0x100
/* clang-format on */

#define TOPEI_IDENTITY_SHIFT 16
#define FILE_SHIFT	     12 /* an interrupt file is a page */

static uint32_t chip_number, identities, stride_shift;
static uintptr_t first_page, pages[CPUS_MAX];
static uint32_t places[CPUS_MAX];

static void indirect_write(uint64_t which, uint64_t value)
{
	if (machine_mode) {
		csr_write(CSR_MISELECT, which);
		csr_write(CSR_MIREG, value);
	} else {
		csr_write(CSR_SISELECT, which);
		csr_write(CSR_SIREG, value);
	}
}

static void indirect_change(uint64_t which, uint64_t bits, bool on)
{
	if (machine_mode) {
		csr_write(CSR_MISELECT, which);
		if (on)
			csr_set(CSR_MIREG, bits);
		else
			csr_clear(CSR_MIREG, bits);
	} else {
		csr_write(CSR_SISELECT, which);
		if (on)
			csr_set(CSR_SIREG, bits);
		else
			csr_clear(CSR_SIREG, bits);
	}
}

/* The interrupt files follow one another, each CPU's own before those of its guests, in one or more regions. */
static uintptr_t page_at(const struct platform_irqchip *chip, uint32_t place)
{
	uint64_t offset = (uint64_t)place << stride_shift;

	for (uint32_t i = 0; i < chip->region_count; i++) {
		if (offset < chip->regions[i].size)
			return machine_map(chip->regions[i].base + offset, PAGE_SIZE, true)
				       ? chip->regions[i].base + offset
				       : 0;
		offset -= chip->regions[i].size;
	}
	return 0;
}

static bool use(const struct platform_irqchip *chip)
{
	stride_shift = FILE_SHIFT + chip->guest_index_bits;
	for (uint32_t i = 0; i < chip->output_count; i++)
		for (uint32_t cpu = 0; cpu < CPUS_MAX; cpu++)
			if (chip->outputs[i].cause == own_interrupt(INTERRUPT_EXTERNAL) &&
			    chip->outputs[i].cpu == percpu[cpu].index && percpu[cpu].index != PLATFORM_NO_CPU) {
				pages[cpu] = page_at(chip, i);
				places[cpu] = i;
			}
	if (!pages[0])
		return false;
	first_page = chip->regions[0].base;
	identities = chip->inputs;
	return true;
}

void imsic_init(const struct platform *platform)
{
	for (uint32_t i = 0; i < platform->irqchip_count && !identities; i++)
		if (platform->irqchips[i].kind == IRQCHIP_IMSIC && use(&platform->irqchips[i]))
			chip_number = i + 1;
	imsic_init_cpu();
}

void imsic_init_cpu(void)
{
	if (!identities)
		return;
	indirect_write(EIDELIVERY, 0);
	for (uint64_t which = 0; which * 32 <= identities; which += 2) {
		indirect_write(EIP_FIRST + which, 0);
		indirect_write(EIE_FIRST + which, UINT64_MAX);
	}
	indirect_write(EITHRESHOLD, 0);
	indirect_write(EIDELIVERY, 1);
}

void imsic_mask(uint32_t identity, bool masked)
{
	const uint64_t which = identity / 64 * 2, bit = 1ull << identity % 64;
	const bool on = interrupts_off(); /* the interrupt handler selects registers as well */

	if (!masked)
		indirect_change(EIP_FIRST + which, bit, false);
	indirect_change(EIE_FIRST + which, bit, !masked);
	interrupts_restore(on);
}

uint32_t imsic_identities(void)
{
	return identities;
}

uint32_t imsic_chip(void)
{
	return chip_number;
}

uintptr_t imsic_page(uint32_t cpu)
{
	return pages[cpu];
}

uint32_t imsic_place(uint32_t cpu)
{
	return places[cpu];
}

uint32_t imsic_stride_shift(void)
{
	return stride_shift;
}

uintptr_t imsic_base(void)
{
	return first_page;
}

uint32_t imsic_claim(void)
{
	uint64_t top = 0;

	if (!identities)
		return 0;
	if (machine_mode)
		__asm__ volatile("csrrw %0, " CSR_TEXT(CSR_MTOPEI) ", zero" : "=r"(top)::"memory");
	else
		__asm__ volatile("csrrw %0, " CSR_TEXT(CSR_STOPEI) ", zero" : "=r"(top)::"memory");
	return (uint32_t)(top >> TOPEI_IDENTITY_SHIFT);
}
