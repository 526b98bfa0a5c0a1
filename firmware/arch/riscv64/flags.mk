# SPDX-License-Identifier: BSD-2-Clause
# Integers alone, as everywhere. Loaders put a flat image where they like: medany makes code that finds everything by its own address, and what is linked
# as -pie has relocations for the addresses in data. Aligned accesses: there may be nobody who makes up for others. gp is nobody's: the linker knows no
# __global_pointer$$ that it could relax addresses to, and traps use it.
ARCH_CFLAGS := $(if $(findstring clang,$(CC)),-march=rv64imac,-march=rv64imac_zicsr_zifencei -mstrict-align) -mabi=lp64 -mcmodel=medany -fno-pie
ARCH_LDFLAGS := -Wl,-pie,--no-dynamic-linker,-z,max-page-size=4096,-z,noexecstack,-z,norelro,--no-warn-rwx-segments
ARCH_EXCLUDE := firmware/arch/generic/one_cpu.c
ARCH_IMAGE := touchstone.bin

# A compiler for another machine than this one.
CROSS ?= riscv64-linux-gnu-
ifneq ($(filter gcc,$(CC)),)
override CC := $(CROSS)gcc
endif
ifneq ($(filter clang%,$(CC)),)
override CC := $(CC) --target=$(patsubst %-,%,$(CROSS))
endif
OBJCOPY := $(CROSS)objcopy
