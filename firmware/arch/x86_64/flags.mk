# SPDX-License-Identifier: BSD-2-Clause
# Plain integer instructions only: the smallest VMMs and software KVMs emulate no others. No red zone: interrupts use the same stack.
ARCH_CFLAGS := -m64 -march=x86-64 -mgeneral-regs-only -mno-red-zone -fcf-protection=none -fno-pic -mcmodel=small
ARCH_EXCLUDE := firmware/arch/generic/one_cpu.c
ARCH_LDFLAGS := -Wl,-z,max-page-size=4096,-z,noexecstack,--no-warn-rwx-segments
