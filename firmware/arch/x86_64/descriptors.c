// SPDX-License-Identifier: BSD-2-Clause
/* Segment, task state and interrupt descriptors. */
#include "firmware/arch/x86_64/descriptors.h"

#include "firmware/arch/cpus.h"
#include "firmware/arch/x86_64/stack.h"
#include "firmware/arch/x86_64/vectors.h"
#include "firmware/arch/x86_64/x86.h"

#define GDT_CODE64 0x00209b0000000000ull /* present, ring 0, execute/read, L */
#define GDT_DATA   0x00cf93000000ffffull /* present, ring 0, read/write, flat 4 GiB: for the 32-bit entry as well */
#define GDT_TSS	   0x0000890000000000ull /* present, 64-bit TSS, available */

#define GATE_INTERRUPT 0x8e /* present, ring 0, turns interrupts off */

/* Slots of the interrupt stack table. These three exceptions may come at any moment, so each has its own valid
 * stack. */
enum { IST_NONE, IST_NMI, IST_DOUBLE_FAULT, IST_MACHINE_CHECK, IST_COUNT = 7 };

struct __attribute__((packed)) tss {
	uint32_t reserved0;
	uint64_t rsp[3];
	uint64_t reserved1;
	uint64_t ist[IST_COUNT]; /* slot 1 first */
	uint64_t reserved2;
	uint16_t reserved3;
	uint16_t io_map;
};

struct gate {
	uint16_t offset_low;
	uint16_t selector;
	uint8_t ist;
	uint8_t type;
	uint16_t offset_middle;
	uint32_t offset_high;
	uint32_t reserved;
};

struct __attribute__((packed)) table_pointer {
	uint16_t limit;
	uint64_t base;
};

/* Each CPU has its own TSS. */
extern uint64_t descriptor_table[];
uint64_t descriptor_table[SELECTOR_TSS / 8 + 2 * CPUS_MAX] = {
	[SELECTOR_CODE64 / 8] = GDT_CODE64,
	[SELECTOR_DATA / 8] = GDT_DATA,
};
static struct tss tasks[CPUS_MAX];
static struct gate idt[VECTOR_COUNT];

/* The 32-bit entry loads this as well; it reads the lower half of the base only. */
extern const struct table_pointer gdt_pointer;
const struct table_pointer gdt_pointer = { sizeof(descriptor_table) - 1, (uint64_t)descriptor_table };

/* Loads a TSS. The stacks of the three exceptions follow one another up to `top`, in the order of their slots. */
static void task_load(uint32_t cpu, uintptr_t top)
{
	const uint32_t selector = SELECTOR_TSS + cpu * 2 * 8;
	struct tss *const task = &tasks[cpu];
	const uint64_t base = (uint64_t)task;

	for (uint32_t i = 0; i < TRAP_STACKS; i++)
		task->ist[i] = top - (TRAP_STACKS - 1 - i) * TRAP_STACK_SIZE;
	task->io_map = sizeof(*task);
	/* Mark the TSS as not busy: a CPU that is started again loads it again. */
	descriptor_table[selector / 8] =
		GDT_TSS | (sizeof(*task) - 1) | (base & 0xffffff) << 16 | (base >> 24 & 0xff) << 56;
	descriptor_table[selector / 8 + 1] = base >> 32;
	__asm__ volatile("ltr %w0" ::"r"(selector) : "memory");
}

static void gdt_load(void)
{
	__asm__ volatile("lgdt %0\n\t"
			 "pushq %1\n\t"
			 "leaq 1f(%%rip), %%rax\n\t"
			 "pushq %%rax\n\t"
			 "lretq\n"
			 "1:\n\t"
			 "movl %2, %%eax\n\t"
			 "movl %%eax, %%ds\n\t"
			 "movl %%eax, %%es\n\t"
			 "movl %%eax, %%ss\n\t"
			 "xorl %%eax, %%eax\n\t"
			 "movl %%eax, %%fs\n\t"
			 "movl %%eax, %%gs"
			 :
			 : "m"(gdt_pointer), "i"(SELECTOR_CODE64), "i"(SELECTOR_DATA)
			 : "rax", "memory");
}

static void idt_fill(const char *stubs)
{
	for (uint32_t vector = 0; vector < VECTOR_COUNT; vector++) {
		const uint64_t stub = (uint64_t)stubs + vector * TRAP_STUB_SIZE;

		idt[vector] = (struct gate){
			.offset_low = (uint16_t)stub,
			.offset_middle = (uint16_t)(stub >> 16),
			.offset_high = (uint32_t)(stub >> 32),
			.selector = SELECTOR_CODE64,
			.type = GATE_INTERRUPT,
		};
	}
	idt[VECTOR_NMI].ist = IST_NMI;
	idt[VECTOR_DOUBLE_FAULT].ist = IST_DOUBLE_FAULT;
	idt[VECTOR_MACHINE_CHECK].ist = IST_MACHINE_CHECK;
}

void descriptors_init_cpu(uint32_t cpu, uintptr_t stacks_top)
{
	const struct table_pointer pointer = { sizeof(idt) - 1, (uint64_t)idt };

	task_load(cpu, stacks_top);
	__asm__ volatile("lidt %0" ::"m"(pointer) : "memory");
}

void descriptors_init(const char *stubs)
{
	gdt_load();
	idt_fill(stubs);
	descriptors_init_cpu(0, (uintptr_t)trap_stacks_top);
}

/* The task register tells a CPU's number. */
uint32_t cpus_self(void)
{
	uint32_t selector;

	__asm__("str %0" : "=r"(selector));
	return (selector - SELECTOR_TSS) / (2 * 8);
}

void descriptors_drop(void)
{
	static const struct table_pointer nothing;

	__asm__ volatile("lidt %0" ::"m"(nothing) : "memory");
}
