# SPDX-License-Identifier: BSD-2-Clause
# Integers alone, as everywhere. Loaders put a flat image where they like: medany makes code that finds everything by its own address, and what is linked
# as -pie has relocations for the addresses in data. Aligned accesses: there may be nobody who makes up for others. gp is nobody's: the linker knows no
# __global_pointer$$ that it could relax addresses to, and traps use it.
ARCH_CFLAGS := $(if $(findstring clang,$(CC)),-march=rv64imac,-march=rv64imac_zicsr_zifencei -mstrict-align) -mabi=lp64 -mcmodel=medany -msave-restore -fno-pie
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

# Shared beginnings and ends save a tenth of the code, and cost two indirect jumps a call, each of which an emulator looks up: not where most calls are.
OFTEN_CALLED := drivers/device drivers/dma drivers/transport/mmio drivers/queue/split $(addprefix tests/guest/reference/,bus host machine schedule) firmware/lib/journal firmware/lib/random \
		firmware/arch/generic/cpus firmware/arch/generic/spin firmware/arch/generic/wait \
		$(addprefix firmware/arch/riscv64/,clock console irq) model/queue model/features model/run
$(OFTEN_CALLED:%=$(OUT)/%.c.o): CFLAGS += -mno-save-restore
