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
Q := $(if $(V),,@)

include firmware/arch/$(ARCH)/flags.mk
WARNINGS := -Wall -Wextra -Werror -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wundef
INCLUDES := -I. -Ifirmware/arch/$(ARCH)/include -Ifirmware/arch/generic/include
# Instructions that stay in the order of the source repeat each other more often: 5 % of a packed image.
COMPILER_CFLAGS := $(if $(findstring clang,$(CC)),,-fno-schedule-insns2)
CFLAGS := -std=c11 -Oz $(COMPILER_CFLAGS) -g -ffreestanding -fno-strict-aliasing -fno-stack-protector -ffunction-sections -fdata-sections \
	  -fno-asynchronous-unwind-tables $(WARNINGS) $(ARCH_CFLAGS) $(INCLUDES)

# The files of checks, in the order in which the checks run.
CHECKS := $(patsubst %,tests/checks/%.c,identity features status reset config queue framing ring queue_reset suppression notify \
	  interrupt msi races legacy rng blk blk_data net net_control console)
DISCOVERY := $(sort $(wildcard firmware/discovery/*.c firmware/discovery/*/*.c))
DRIVERS := $(sort $(wildcard drivers/*.c drivers/*/*.c))
MODEL := $(sort $(wildcard model/*.c model/*/*.c))
FRAMEWORK := $(sort $(wildcard tests/framework/*.c))
SUPPORT := $(sort $(wildcard tests/checks/support/*.c))
GUEST := $(sort $(wildcard tests/guest/*.c tests/guest/*/*.c))
SOURCES := $(GUEST) $(sort $(wildcard firmware/lib/*.c firmware/arch/generic/*.c)) $(DISCOVERY) $(DRIVERS) $(MODEL) \
	   $(sort $(wildcard $(addprefix firmware/arch/$(ARCH)/*,.c .S) $(addprefix firmware/boot/$(ARCH)/*,.c .S))) \
	   $(FRAMEWORK) $(SUPPORT) $(CHECKS) $(ARCH_SOURCES)
OBJECTS := $(patsubst %,$(OUT)/%.o,$(filter-out $(ARCH_EXCLUDE),$(SOURCES))) $(OUT)/gen/requirements.c.o $(OUT)/gen/hints.c.o

image: $(addprefix $(OUT)/,$(or $(ARCH_IMAGE),touchstone.elf))

# The host port: a program, not an image.
$(OUT)/touchstone: $(OBJECTS)
	@echo "  LINK    $@"
	$(Q)$(CC) $(CFLAGS) $(ARCH_LDFLAGS) -o $@ $(OBJECTS)

-include $(sort $(wildcard firmware/boot/$(ARCH)/*/Makefile.inc))

# The image unpacked, with symbols: for a debugger. It boots, too.
$(OUT)/touchstone.debug: $(OBJECTS) linker/$(ARCH).ld
	@echo "  LINK    $@"
	$(Q)$(CC) $(CFLAGS) $(ARCH_LDFLAGS) -nostdlib -static -T linker/$(ARCH).ld -Wl,--gc-sections,--build-id=none -o $@ $(OBJECTS)

$(OUT)/gen/requirements.c: tests/checks/requirements.csv tests/framework/requirements.py $(CHECKS)
	@mkdir -p $(@D)
	@echo "  GEN     $@"
	$(Q)$(PYTHON) tests/framework/requirements.py $< $(CHECKS) > $@.new && mv $@.new $@

$(OUT)/gen/hints.c: tests/framework/hints.txt tests/framework/hints.py model/defects/catalogue.h $(CHECKS)
	@mkdir -p $(@D)
	@echo "  GEN     $@"
	$(Q)$(PYTHON) tests/framework/hints.py $< model/defects/catalogue.h $(CHECKS) > $@.new && mv $@.new $@

$(OUT)/gen/%.c.o: $(OUT)/gen/%.c Makefile firmware/arch/$(ARCH)/flags.mk
	@echo "  CC      $<"
	$(Q)$(CC) $(CFLAGS) -MMD -c $< -o $@

$(OUT)/%.o: % Makefile firmware/arch/$(ARCH)/flags.mk
	@mkdir -p $(@D)
	@echo "  CC      $<"
	$(Q)$(CC) $(CFLAGS) -MMD -c $< -o $@

# Every image of every architecture that there are tools for, or of ARCH alone if it is given; and a disk for EFI firmware.
ARCHES := $(filter-out host,$(patsubst firmware/arch/%/flags.mk,%,$(sort $(wildcard firmware/arch/*/flags.mk))))
CAN = $(shell $(MAKE) -s ARCH=$(1) tools >/dev/null 2>&1 && echo $(1))
WANTED = $(if $(filter file,$(origin ARCH)),$(foreach arch,$(ARCHES),$(call CAN,$(arch))),$(ARCH))
EFI_DISK := $(BUILD)/touchstone-efi.img

all: $(if $(filter file,$(origin ARCH)),images,image)
	@$(MAKE) --no-print-directory disk

images:
	@for arch in $(ARCHES); do \
		if $(MAKE) -s ARCH=$$arch tools 2>/dev/null; then $(MAKE) --no-print-directory ARCH=$$arch BUILD=$(BUILD) image || exit; fi; \
	done

# Fails, and says so, if this architecture cannot be built here.
tools:
	@for tool in $(firstword $(CC)) $(CROSS)ld; do \
		command -v $$tool >/dev/null || { echo "  no $$tool: no image for $(ARCH)"; exit 1; }; \
	done

list-images:
	@echo $(addprefix $(OUT)/,$(or $(ARCH_IMAGE),touchstone.elf))

EFI_APPLICATIONS = $(foreach arch,$(WANTED),$(sort $(wildcard $(BUILD)/$(arch)/BOOT*.EFI)))
disk:
	$(Q)$(if $(EFI_APPLICATIONS),linker/efi_disk.sh $(EFI_DISK) $(EFI_APPLICATIONS),rm -f $(EFI_DISK))

# A release of all of that (of ARCH alone if it is given): the same bytes from every clean build.
DIST = touchstone-$(shell sed -n 's/^.define TOUCHSTONE_VERSION "\(.*\)"/\1/p' tests/guest/main.c)
dist: all
	@echo "  DIST    $(BUILD)/$(DIST).tar.gz"
	$(Q)host/dist.sh $(BUILD)/$(DIST).tar.gz $(BUILD) $(WANTED)

run: image
	./run.sh

# What a developer runs all the time: under a minute.
quick: image
	@$(PYTHON) tests/self/check.py lint="$(PYTHON) tests/self/lint.py" +coverage="$(PYTHON) tests/self/coverage.py" unit="$(MAKE) -j$$(nproc) unit" \
		e2e="$(PYTHON) tests/self/e2e/run.py --quick"

# Everything.
check:
	@host/need.sh run build-arm64 qemu-arm64 build-riscv64 qemu-riscv64 check
	@$(MAKE) --no-print-directory -j$$(nproc) all
	@$(PYTHON) tests/self/check.py lint="$(PYTHON) tests/self/lint.py" +coverage="$(PYTHON) tests/self/coverage.py" \
		gcc="tests/self/build.sh gcc" clang="tests/self/build.sh clang" \
		gcc-arm64="tests/self/build.sh gcc qemu-virt-arm64" clang-arm64="tests/self/build.sh clang qemu-virt-arm64" \
		gcc-riscv64="tests/self/build.sh gcc qemu-virt-riscv64" clang-riscv64="tests/self/build.sh clang qemu-virt-riscv64" \
		architectures="$(PYTHON) tests/self/architectures.py" \
		unit="$(MAKE) -j$$(nproc) unit" \
		acpica="$(MAKE) acpica ACPICA_TABLES=1000" \
		fuzz="$(MAKE) -j$$(nproc) fuzz-check" \
		dist="tests/self/dist.sh" \
		port="tests/self/port/run.sh" \
		+port-riscv64="tests/self/port/run.sh riscv64" \
		+port-arm64="tests/self/port/run.sh aarch64" \
		+backports="$(PYTHON) tests/self/backports.py" \
		+explore="$(MAKE) -j$$(nproc) explore" \
		e2e="$(PYTHON) tests/self/e2e/run.py" \
		host="$(MAKE) -j$$(nproc) host" \
		matrix="$(MAKE) -j$$(nproc) prove" \
		narrow="$(MAKE) narrow" \
		qemu-msi="$(PYTHON) tests/self/qemu_msi.py" \
		stability="$(PYTHON) tests/self/stability.py 30"

# The same verdicts in 50 runs, most of them side by side.
stability: image
	$(PYTHON) tests/self/stability.py 50

# The QEMU with a device of ours, which is built if need be; with T='...' the tests whose name has one of the words in it.
qemu-msi: image
	$(PYTHON) tests/self/qemu_msi.py $(T)

# The checks against every defect of the reference device, on all cores; without sanitizers, for time.
prove:
	@$(MAKE) --no-print-directory ARCH=host HOST_SANITIZE= BUILD=$(BUILD)/fast
	$(PYTHON) tests/self/matrix.py

# The checks against the manners of real VMMs at the registers: what fails there is what expect/ says, and nothing besides.
narrow:
	@$(MAKE) --no-print-directory ARCH=host HOST_SANITIZE= BUILD=$(BUILD)/fast
	$(PYTHON) tests/self/narrow.py $(T)

# The same, and the tables that are published.
matrix:
	@$(MAKE) --no-print-directory ARCH=host HOST_SANITIZE= BUILD=$(BUILD)/fast
	$(PYTHON) tests/self/matrix.py --write
	@$(PYTHON) tests/self/coverage.py --write

# Which requirement is covered by which check and proven by which defect, and why the others are not. WRITE=1 makes docs/checks.md anew.
coverage:
	$(if $(WRITE),$(PYTHON) tests/self/coverage.py --write)
	$(PYTHON) tests/self/coverage.py

# The host port under the sanitizers: the healthy device passes everything, and nothing is done that must not be.
host:
	@$(MAKE) --no-print-directory ARCH=host BUILD=$(BUILD)
	tests/self/host.sh

# Which lines of the drivers and of the checks run in the host port; V=1 shows those that do not.
line-coverage:
	@$(MAKE) --no-print-directory ARCH=host HOST_SANITIZE= HOST_COVERAGE="--coverage -O0" BUILD=$(BUILD)/cover
	$(PYTHON) tests/self/line_coverage.py $(BUILD)/cover/host/touchstone $(if $(V),-v)

lint:
	$(PYTHON) tests/self/lint.py

format:
	$(PYTHON) tests/self/lint.py --fix

clean:
	rm -rf $(BUILD)

help:
	@echo "make            the images of ARCH (x86_64, aarch64, riscv64; x86_64 if it is not given): $(OUT)/touchstone.elf and others"
	@echo "make all        every image of every architecture that there are tools for, and an EFI disk: $(EFI_DISK)"
	@echo "make dist       a release of all of them, with the runner and the documentation: $(BUILD)/$(DIST).tar.gz"
	@echo "make run        build, boot it on stock QEMU, judge (the same as ./run.sh)"
	@echo "make quick      the tests that take less than a minute"
	@echo "make check      all tests"
	@echo "make unit       the unit tests alone"
	@echo "make explore    every interleaving of driver and device, by scenario; EXPLORE=PREFIX, EXPLORE_BOUND=N, REPLAY=NAME:STEPS"
	@echo "make host       the checks as a process, against the healthy reference device, under the sanitizers"
	@echo "make qemu-msi   the QEMU with messages on virtio-mmio (host/qemu), x86_64, Arm, RISC-V: healthy, and with its defects; built if need be"
	@echo "make matrix     the checks against every defect of the reference device; writes docs/matrix.md and docs/checks.md"
	@echo "make narrow     the checks against VMMs that are narrow at the registers, in the host port; T='kvmtool ...' for some"
	@echo "make coverage   which requirement has which check, and why not; WRITE=1 makes docs/checks.md anew"
	@echo "make line-coverage   which lines of drivers/ and tests/checks/ the host port reaches; V=1 shows the others"
	@echo "make acpica     the ACPI reader beside ACPICA, on DSDTs made and mutated; ACPICA_TABLES=20000, ACPICA_SEED=N"
	@echo "make fuzz       the fuzzing harnesses, FUZZ_SECONDS=600 each; FUZZ=NAME for one"
	@echo "make lint       layout, licence lines, checks that name rows; make format lays the C out"
	@echo "make clean      remove what was built"

include tests/self/unit/Makefile.inc
include tests/self/acpica/Makefile.inc
include tests/self/fuzz/Makefile.inc
include tests/self/explore/Makefile.inc

.PHONY: image all images tools list-images disk dist run quick check stability qemu-msi host prove narrow matrix coverage line-coverage lint format clean help
.DEFAULT_GOAL := image
.DELETE_ON_ERROR:
-include $(OBJECTS:.o=.d)
