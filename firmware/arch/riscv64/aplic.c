// SPDX-License-Identifier: BSD-2-Clause
/*
 * The Advanced Platform-Level Interrupt Controller (Advanced Interrupt Architecture, chapter 4). It either interrupts
 * CPUs directly or sends messages to their IMSICs.
 */
#include <arch/mmio.h>

#include "firmware/arch/cpus.h"
#include "firmware/arch/machine.h"
#include "firmware/arch/riscv64/imsic.h"
#include "firmware/arch/riscv64/riscv.h"
#include "firmware/arch/riscv64/wired.h"
#include "firmware/machine.h"

/* clang-format off */
#define DOMAINCFG        0x0000
#define   DOMAINCFG_ENABLE   0x00000100
#define   DOMAINCFG_MESSAGES 0x00000004
#define SOURCECFG(INPUT) (0x0000 + 4 * (uintptr_t)(INPUT)) /* inputs begin with 1 */
#define   SOURCE_INACTIVE 0
#define   SOURCE_RISING   4
#define   SOURCE_FALLING  5
#define   SOURCE_HIGH     6
#define   SOURCE_LOW      7
#define MMSIADDRCFG      0x1bc0 /* machine mode only: the address of its messages */
#define MMSIADDRCFGH     0x1bc4
#define   MMSI_PLACE_BITS_SHIFT   12 /* LHXW */
#define   MMSI_PLACE_STRIDE_SHIFT 20 /* LHXS */
#define SETIP(INPUT)     (0x1c00 + 4 * ((uintptr_t)(INPUT) / 32)) /* for reading: pending inputs */
#define SETIPNUM         0x1cdc
#define IN_CLRIP(INPUT)  (0x1d00 + 4 * ((uintptr_t)(INPUT) / 32)) /* for reading: asserted inputs */
#define SETIENUM         0x1edc
#define CLRIENUM         0x1fdc
#define TARGET(INPUT)    (0x3000 + 4 * (uintptr_t)(INPUT))
#define   TARGET_PLACE_SHIFT 18
#define   TARGET_PRIORITY    1
#define IDC(PLACE)       (0x4000 + 32 * (uintptr_t)(PLACE))
#define   IDC_DELIVERY  0x00
#define   IDC_FORCE     0x04
#define   IDC_THRESHOLD 0x08
#define   IDC_CLAIM     0x1c
#define     CLAIM_INPUT_SHIFT 16
#define APLIC_SIZE       0x4000
#define APLIC_INPUTS     1024
/* clang-format on */

#define PAGE_SHIFT 12

static uintptr_t base;
static uint32_t place, inputs;
static bool messages;

static bool is_set(uintptr_t word, uint32_t input)
{
	return mmio_read32(base + word) >> input % 32 & 1;
}

static uint32_t mode_of(const struct irq_source *source)
{
	const bool high = source->polarity == IRQ_ACTIVE_HIGH;

	if (source->trigger == IRQ_LEVEL)
		return high ? SOURCE_HIGH : SOURCE_LOW;
	return high ? SOURCE_RISING : SOURCE_FALLING;
}

static bool open(struct irq_source *source, uint32_t identity)
{
	const uint32_t input = source->gsi;

	if (!input || input >= inputs)
		return false;
	mmio_write32(base + SOURCECFG(input), mode_of(source));
	mmio_write32(base + TARGET(input), place << TARGET_PLACE_SHIFT | (messages ? identity : TARGET_PRIORITY));
	if (mmio_read32(base + SOURCECFG(input)) == SOURCE_INACTIVE)
		return false;
	if (messages) {
		imsic_mask(identity, true);
		mmio_write32(base + SETIENUM, input);
	}
	return true;
}

/*
 * If the controller sends messages, masking masks the message's identity in the IMSIC and forgets an old message. A
 * level that stays asserted sends only one message, so the controller has to look at it again after the line is
 * unmasked.
 */
static void mask_message(const struct irq_source *source, uint32_t identity, bool masked)
{
	imsic_mask(identity, masked);
	if (!masked && source->trigger == IRQ_LEVEL && is_set(IN_CLRIP(source->gsi), source->gsi))
		mmio_write32(base + SETIPNUM, source->gsi);
}

static void complete_message(const struct irq_source *source, bool parked)
{
	if (!parked && source->trigger == IRQ_LEVEL && is_set(IN_CLRIP(source->gsi), source->gsi))
		mmio_write32(base + SETIPNUM, source->gsi);
}

/* Making an input inactive also clears its pending bit. */
static void mask_direct(const struct irq_source *source, uint32_t identity, bool masked)
{
	(void)identity;
	mmio_write32(base + SOURCECFG(source->gsi), masked ? SOURCE_INACTIVE : mode_of(source));
	if (!masked)
		mmio_write32(base + SETIENUM, source->gsi);
}

/* A level that falls before it is claimed is no interrupt. QEMU's controller reports it all the same, so skip it. */
static uint32_t claim(void)
{
	uint32_t input;

	do
		input = mmio_read32(base + IDC(place) + IDC_CLAIM) >> CLAIM_INPUT_SHIFT;
	while (input && mmio_read32(base + SOURCECFG(input)) >= SOURCE_HIGH && !is_set(IN_CLRIP(input), input));
	return input;
}

/* The claim has completed the interrupt. */
static void complete_direct(const struct irq_source *source, bool parked)
{
	(void)source;
	(void)parked;
}

/* The specification says that an asserted level is pending. In QEMU it becomes pending only when it rises. */
static bool forgets(const struct irq_source *source)
{
	return is_set(IN_CLRIP(source->gsi), source->gsi) && !is_set(SETIP(source->gsi), source->gsi);
}

/* In machine mode no firmware has told the controller where the IMSICs are. */
static void address_messages(void)
{
	const uint32_t stride = imsic_stride_shift() - PAGE_SHIFT;
	const uint64_t page = imsic_base() >> PAGE_SHIFT;
	uint32_t bits = 0;

	for (uint32_t cpu = 0; cpu < cpus_count(); cpu++)
		while (imsic_place(cpu) >> bits)
			bits++;
	mmio_write32(base + MMSIADDRCFG, (uint32_t)page);
	mmio_write32(base + MMSIADDRCFGH,
		     (uint32_t)(page >> 32) | bits << MMSI_PLACE_BITS_SHIFT | stride << MMSI_PLACE_STRIDE_SHIFT);
}

static void start_direct(void)
{
	mmio_write32(base + DOMAINCFG, DOMAINCFG_ENABLE);
	mmio_write32(base + IDC(place) + IDC_FORCE, 0);
	mmio_write32(base + IDC(place) + IDC_THRESHOLD, 0);
	mmio_write32(base + IDC(place) + IDC_DELIVERY, 1);
}

static void start_messages(void)
{
	if (machine_mode)
		address_messages();
	mmio_write32(base + DOMAINCFG, DOMAINCFG_ENABLE | DOMAINCFG_MESSAGES);
}

/*
 * Leaves no input enabled or pending, whatever was there before. An inactive input is neither; but QEMU 7.2 does not
 * initialize this state, and ignores a CLRIENUM of an input that is inactive. Making it inactive clears both there.
 */
static void forget_inputs(void)
{
	for (uint32_t input = 1; input < inputs; input++) {
		mmio_write32(base + CLRIENUM, input);
		mmio_write32(base + SOURCECFG(input), SOURCE_INACTIVE);
	}
}

const struct wired_controller *aplic_init(const struct platform_irqchip *chip)
{
	static const struct wired_controller direct = {
		.open = open, .mask = mask_direct, .claim = claim, .complete = complete_direct, .forgets = forgets
	};
	static const struct wired_controller by_message = { .open = open,
							    .mask = mask_message,
							    .complete = complete_message };
	const uint32_t output = wired_output(chip);

	messages = chip->messages_to && chip->messages_to == imsic_chip();
	if (!messages && !output)
		return NULL;
	place = messages ? imsic_place(0) : output - 1;
	if (!machine_map(chip->regions[0].base, messages ? APLIC_SIZE : IDC(place + 1), true))
		return NULL;
	base = chip->regions[0].base;
	inputs = chip->inputs && chip->inputs < APLIC_INPUTS ? chip->inputs + 1 : APLIC_INPUTS;
	forget_inputs();
	if (messages)
		start_messages();
	else
		start_direct();
	return messages ? &by_message : &direct;
}
