# SPDX-License-Identifier: BSD-2-Clause
# Plain integer instructions only, as everywhere. Position-independent: loaders put an arm64 Image where they like. Aligned accesses only, for a while
# the MMU is off, and then all memory is device memory. No atomics by way of a library.
ARCH_CFLAGS := -march=armv8-a -mtune=cortex-a53 -mgeneral-regs-only -mstrict-align -fpie -include firmware/arch/aarch64/hidden.h -mno-outline-atomics
ARCH_LDFLAGS := -Wl,-pie,--no-dynamic-linker,-z,max-page-size=4096,-z,noexecstack,-z,norelro,--no-warn-rwx-segments
ARCH_EXCLUDE := firmware/arch/generic/one_cpu.c
# The EFI application needs GNU-EFI, without which the other can be made.
ARCH_IMAGE := touchstone.Image $(if $(wildcard /usr/include/efi/efi.h),BOOTAA64.EFI)

# A compiler for another machine than this one.
CROSS ?= aarch64-linux-gnu-
OBJCOPY := $(CROSS)objcopy
ifneq ($(filter gcc,$(CC)),)
override CC := $(CROSS)gcc
endif
ifneq ($(filter clang%,$(CC)),)
override CC := $(CC) --target=$(patsubst %-,%,$(CROSS))
endif
