# SPDX-License-Identifier: BSD-2-Clause
# A Linux process under the sanitizers; a sanitizer's complaint ends it. It has a C library, so it needs none of ours.
HOST_SANITIZE ?= -fsanitize=address,undefined -fno-sanitize-recover=all
ARCH_CFLAGS := -O2 -D_GNU_SOURCE $(HOST_SANITIZE) -fno-omit-frame-pointer -fno-pie $(HOST_COVERAGE)
ARCH_EXCLUDE := firmware/lib/string.c firmware/arch/generic/wait.c firmware/arch/generic/one_cpu.c
# The legacy layout has 44 bits of address: keep the program low.
ARCH_LDFLAGS := -no-pie
ARCH_IMAGE := touchstone listing.tsv
