# SPDX-License-Identifier: BSD-2-Clause
# Plain integer instructions only: the smallest VMMs, and KVM's instruction emulator, know no others. No red zone,
# because interrupts use the same stack.
ARCH_CFLAGS := -m64 -march=x86-64 -mgeneral-regs-only -mno-red-zone -fcf-protection=none -fno-pic -mcmodel=small
ARCH_EXCLUDE := firmware/arch/generic/one_cpu.c
ARCH_LDFLAGS := -Wl,-z,max-page-size=4096,-z,noexecstack,--no-warn-rwx-segments
# The EFI application needs GNU-EFI; the other images do not.
ARCH_IMAGE := touchstone.elf touchstone.bzimage touchstone.flat $(if $(wildcard /usr/include/efi/efi.h),BOOTX64.EFI)
