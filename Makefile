# SPDX-License-Identifier: BSD-2-Clause
# `make help` lists the targets.

ARCH ?= x86_64
CC ?= gcc
ifeq ($(origin CC),default)
CC := gcc
endif
BUILD ?= build
OUT := $(BUILD)/$(ARCH)
PYTHON := /usr/bin/python3

WARNINGS := -Wall -Wextra -Werror -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wundef
include firmware/arch/$(ARCH)/flags.mk
CFLAGS := -std=c11 -O2 -g -ffreestanding -fno-strict-aliasing -fno-stack-protector -ffunction-sections -fdata-sections \
	  -fno-asynchronous-unwind-tables $(WARNINGS) $(ARCH_CFLAGS) -I. -Ifirmware/arch/$(ARCH)/include -Ifirmware/arch/generic/include

# The conformance checks, in the order in which they run.
CHECKS := identity features status reset config queue ring suppression notify interrupt legacy rng blk net console
CONFORMANCE := $(addprefix tests/conformance/,$(addsuffix .c,check options report run) $(wildcard $(addsuffix .c,$(CHECKS))))

SOURCES := firmware/main.c $(sort $(wildcard firmware/lib/*.c firmware/platform/*.c)) \
	   $(sort $(wildcard firmware/arch/$(ARCH)/*.c firmware/arch/$(ARCH)/*.S firmware/boot/$(ARCH)/*.c firmware/boot/$(ARCH)/*.S)) \
	   $(sort $(wildcard drivers/*.c)) \
	   $(addprefix tests/conformance/,$(addsuffix .c,check options report run)) \
	   $(wildcard $(addprefix tests/conformance/,$(addsuffix .c,$(CHECKS))))
OBJECTS := $(patsubst %,$(OUT)/%.o,$(SOURCES)) $(OUT)/gen/requirements.c.o

all: $(OUT)/touchstone.elf

$(OUT)/touchstone.elf: $(OUT)/touchstone.debug
	objcopy --strip-all $< $@

$(OUT)/touchstone.debug: $(OBJECTS) linker/$(ARCH).ld
	$(CC) $(CFLAGS) $(ARCH_LDFLAGS) -nostdlib -static -T linker/$(ARCH).ld -Wl,--gc-sections,--build-id=none -o $@ $(OBJECTS)

$(OUT)/gen/requirements.c: tests/conformance/requirements.csv tests/conformance/requirements.py
	@mkdir -p $(@D)
	$(PYTHON) tests/conformance/requirements.py $< > $@.new && mv $@.new $@

$(OUT)/gen/%.c.o: $(OUT)/gen/%.c
	$(CC) $(CFLAGS) -MMD -c $< -o $@

$(OUT)/%.c.o: %.c Makefile
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) -MMD -c $< -o $@

$(OUT)/%.S.o: %.S Makefile
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) -MMD -c $< -o $@

-include $(OBJECTS:.o=.d)

clean:
	rm -rf $(BUILD)

.PHONY: all clean
