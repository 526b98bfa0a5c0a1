# SPDX-License-Identifier: BSD-2-Clause
# Plain integer instructions only, as on all ports. Loaders put a flat image where they like: medany makes code find
# everything relative to itself, and -pie makes the linker keep relocations for the addresses in data. Aligned accesses
# only, because nothing may emulate the others. Nobody uses gp, so traps can: the linker knows no __global_pointer$$ to
# which it could relax addresses.
ARCH_CFLAGS := $(if $(findstring clang,$(CC)),-march=rv64imac,-march=rv64imac_zicsr_zifencei -mstrict-align) -mabi=lp64 -mcmodel=medany -fno-pie
ARCH_LDFLAGS := -Wl,-pie,--no-dynamic-linker,-z,max-page-size=4096,-z,noexecstack,-z,norelro,--no-warn-rwx-segments
ARCH_EXCLUDE := firmware/arch/generic/one_cpu.c
ARCH_IMAGE := touchstone.bin

# The cross compiler.
CROSS ?= riscv64-linux-gnu-
ifneq ($(filter gcc,$(CC)),)
override CC := $(CROSS)gcc
endif
ifneq ($(filter clang%,$(CC)),)
override CC := $(CC) --target=$(patsubst %-,%,$(CROSS))
endif
OBJCOPY := $(CROSS)objcopy
