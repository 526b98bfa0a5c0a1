# SPDX-License-Identifier: BSD-2-Clause
# Plain integer instructions only, as on all ports. Position-independent, because loaders put an arm64 Image where they
# like. Aligned accesses only: the MMU is off for a while, and then all memory is device memory. No calls to a library
# of atomic operations.
ARCH_CFLAGS := -march=armv8-a -mtune=cortex-a53 -mgeneral-regs-only -mstrict-align -fpie -include firmware/arch/aarch64/hidden.h -mno-outline-atomics
ARCH_LDFLAGS := -Wl,-pie,--no-dynamic-linker,-z,max-page-size=4096,-z,noexecstack,-z,norelro,--no-warn-rwx-segments
ARCH_EXCLUDE := firmware/arch/generic/one_cpu.c
# The EFI application needs GNU-EFI's headers; the image does not.
ARCH_IMAGE := touchstone.Image $(if $(wildcard /usr/include/efi/efi.h),BOOTAA64.EFI)

# The cross compiler.
CROSS ?= aarch64-linux-gnu-
OBJCOPY := $(CROSS)objcopy
ifneq ($(filter gcc,$(CC)),)
override CC := $(CROSS)gcc
endif
ifneq ($(filter clang%,$(CC)),)
override CC := $(CC) --target=$(patsubst %-,%,$(CROSS))
endif
