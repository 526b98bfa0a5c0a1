// SPDX-License-Identifier: BSD-2-Clause
#include "firmware/arch/riscv64/wired.h"

#include "firmware/arch/riscv64/percpu.h"
#include "firmware/arch/riscv64/riscv.h"
#include "firmware/machine.h"

uint32_t wired_output(const struct platform_irqchip *chip)
{
	for (uint32_t i = 0; i < chip->output_count; i++)
		if (chip->outputs[i].cpu == percpu[0].index && percpu[0].index != PLATFORM_NO_CPU &&
		    chip->outputs[i].cause == own_interrupt(INTERRUPT_EXTERNAL))
			return i + 1;
	return 0;
}
