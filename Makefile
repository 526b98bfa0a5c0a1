# SPDX-License-Identifier: BSD-2-Clause
# `make help` lists the targets. V=1 shows the commands.

ARCH ?= x86_64
ifeq ($(origin CC),default)
CC := gcc
endif
OBJCOPY ?= objcopy
BUILD ?= build
OUT := $(BUILD)/$(ARCH)
PYTHON := /usr/bin/python3
# For programs in Python: where the runner's package is, and where bytecode goes instead of into the tree.
export PYTHONPATH := $(CURDIR)/host
export PYTHONPYCACHEPREFIX := $(CURDIR)/build/pycache
Q := $(if $(V),,@)

include firmware/arch/$(ARCH)/flags.mk
WARNINGS := -Wall -Wextra -Werror -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wundef
INCLUDES := -I. -Ifirmware/arch/$(ARCH)/include -Ifirmware/arch/generic/include
OPTIMIZE := -O2
CFLAGS = -std=c11 $(OPTIMIZE) -g -ffreestanding -fno-strict-aliasing -fno-stack-protector -ffunction-sections -fdata-sections \
	  -fno-asynchronous-unwind-tables $(WARNINGS) $(ARCH_CFLAGS) $(INCLUDES)

# The files of checks, in the order in which the checks run.
CHECKS := $(patsubst %,tests/checks/%.c,identity status features reset config queue request framing ring \
	  queue_reset suppression notify every_queue stopping interrupt msi races legacy rng blk blk_data blk_shapes \
	  blk_flight blk_limits net net_receive net_transmit net_control net_filters net_queues net_rss net_offload \
	  console console_ports robust)
DISCOVERY := $(sort $(wildcard firmware/discovery/*.c firmware/discovery/*/*.c))
DRIVERS := $(sort $(wildcard drivers/*.c drivers/*/*.c))
MODEL := $(sort $(wildcard model/*.c model/*/*.c))
FRAMEWORK := $(sort $(wildcard tests/framework/*.c))
SUPPORT := $(sort $(wildcard tests/checks/support/*.c))
GUEST := $(sort $(wildcard tests/guest/*.c tests/guest/*/*.c))
SOURCES := $(GUEST) $(sort $(wildcard firmware/lib/*.c firmware/arch/generic/*.c)) $(DISCOVERY) $(DRIVERS) $(MODEL) \
	   $(sort $(wildcard $(addprefix firmware/arch/$(ARCH)/*,.c .S) $(addprefix firmware/boot/$(ARCH)/*,.c .S))) \
	   $(FRAMEWORK) $(SUPPORT) $(CHECKS) $(ARCH_SOURCES)
OBJECTS := $(patsubst %,$(OUT)/%.o,$(filter-out $(ARCH_EXCLUDE),$(SOURCES))) $(OUT)/gen/requirements.c.o

# What runs once, or waits for devices, is made small: an image has to stay below 1 MiB.
$(OUT)/tests/%.o $(OUT)/model/%.o: OPTIMIZE := -Os

image: $(addprefix $(OUT)/,$(or $(ARCH_IMAGE),touchstone.elf)) ## the images of ARCH: x86_64 (if it is not given), aarch64, riscv64

# The host port: a program, not an image.
$(OUT)/touchstone: $(OBJECTS)
	@echo "  LINK    $@"
	$(Q)$(CC) $(CFLAGS) $(ARCH_LDFLAGS) -o $@ $(OBJECTS)

-include $(sort $(wildcard firmware/boot/$(ARCH)/*/Makefile.inc))

# The image with its symbols, for a debugger. It boots, too.
$(OUT)/touchstone.debug: $(OBJECTS) linker/$(ARCH).ld
	@echo "  LINK    $@"
	$(Q)$(CC) $(CFLAGS) $(ARCH_LDFLAGS) -nostdlib -static -T linker/$(ARCH).ld -Wl,--gc-sections,--build-id=none -o $@ $(OBJECTS)

# The image as it is shipped: an ELF without symbols, or the bytes that a loader copies.
$(OUT)/%.elf: $(OUT)/%.debug
	@echo "  STRIP   $@"
	$(Q)$(OBJCOPY) --strip-all $< $@

FLATTEN = $(Q)echo "  FLATTEN $@" && $(OBJCOPY) -O binary $< $@

$(OUT)/%.bin: $(OUT)/%.debug
	$(FLATTEN)

$(OUT)/%.Image: $(OUT)/%.debug
	$(FLATTEN)

.PRECIOUS: $(OUT)/%.debug $(OUT)/%.bin

$(OUT)/gen/requirements.c: tests/checks/requirements.csv tests/framework/requirements.py
	@mkdir -p $(@D)
	@echo "  GEN     $@"
	$(Q)$(PYTHON) tests/framework/requirements.py $< > $@.new && mv $@.new $@

$(OUT)/gen/%.c.o: $(OUT)/gen/%.c Makefile firmware/arch/$(ARCH)/flags.mk
	@echo "  CC      $<"
	$(Q)$(CC) $(CFLAGS) -MMD -MP -c $< -o $@

$(OUT)/%.o: % Makefile firmware/arch/$(ARCH)/flags.mk
	@mkdir -p $(@D)
	@echo "  CC      $<"
	$(Q)$(CC) $(CFLAGS) -MMD -MP -c $< -o $@

# A header that was removed is no prerequisite any more, but a dependency file of an earlier build may name it.
%.h: ;

# The architectures that a compiler is installed for; ARCHES=x86_64 for fewer.
ARCHES = x86_64 $(foreach arch,aarch64 riscv64,$(if $(shell command -v $(arch)-linux-gnu-gcc),$(arch)))
EFI_DISK := $(BUILD)/touchstone-efi.img
DIST = touchstone-$(shell sed -n 's/^.define TOUCHSTONE_VERSION "\(.*\)"/\1/p' tests/guest/announce.c)

all: $(ARCHES:%=images-%) ## every image of every architecture that has a compiler here, and a disk for EFI firmware
	$(Q)linker/efi_disk.sh $(EFI_DISK) $$(ls $(ARCHES:%=$(BUILD)/%/BOOT*.EFI) 2>/dev/null)
	@echo "  IMAGES  $(ARCHES)"

images-%:
	@$(MAKE) --no-print-directory ARCH=$* image

list-images:
	@echo $(addprefix $(OUT)/,$(or $(ARCH_IMAGE),touchstone.elf))

dist: all docs ## a release: all of that, the runner and the documentation; every clean build makes the same bytes
	@echo "  DIST    $(BUILD)/$(DIST).tar.gz"
	$(Q)host/dist.sh $(BUILD)/$(DIST).tar.gz $(BUILD) $(ARCHES)

run: image ## boots the image on stock QEMU and judges the report: the same as ./run.sh
	./run.sh

clean: ## removes everything that was built
	rm -rf $(BUILD)

help: ## this list
	@sed -n 's/^\([a-z][a-z-]*\):.* ## /\1\t/p' Makefile tests/self/Makefile.inc tests/self/*/Makefile.inc | expand -t 16

include tests/self/Makefile.inc

.PHONY: image all list-images dist run clean help
.DEFAULT_GOAL := image
.DELETE_ON_ERROR:
-include $(OBJECTS:.o=.d)
