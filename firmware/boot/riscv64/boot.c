// SPDX-License-Identifier: BSD-2-Clause
/* The boot protocol of Linux for RISC-V (Documentation/arch/riscv/boot.rst), which passes a hart's number and a
 * device tree and nothing else. */
#include "firmware/arch/machine.h"
#include "firmware/arch/riscv64/cpus.h"
#include "firmware/arch/riscv64/percpu.h"
#include "firmware/arch/riscv64/riscv.h"
#include "firmware/arch/riscv64/traps.h"
#include "firmware/machine.h"

/* tests/guest/main.c */
_Noreturn void firmware_main(const struct boot_info *boot);

/* Called by entry.S on our stack, with .bss zeroed. */
_Noreturn void boot_riscv(uint64_t hart, uint64_t fdt, struct waiting_room *room, bool machine);

_Noreturn void boot_riscv(uint64_t hart, uint64_t fdt, struct waiting_room *room, bool machine)
{
	static struct boot_info boot;
	uint32_t found;

	machine_mode = machine;
	waiting_room = room;
	percpu_trap_entry = machine ? trap_entry_machine : trap_entry_supervisor;
	percpu[0].hart = hart;
	percpu_prepare(&percpu[0]);
	percpu_init(&percpu[0]);
	machine_early_init();
	boot.protocol = machine ? "riscv-machine" : "riscv-sbi";
	/* A loader that passes no device tree may leave any value in a1. */
	if (machine_map(fdt, sizeof(found), false) && machine_probe_read32(fdt, &found))
		boot.fdt = fdt;
	firmware_main(&boot);
}
