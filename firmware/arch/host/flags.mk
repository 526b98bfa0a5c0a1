# SPDX-License-Identifier: BSD-2-Clause
# A Linux process under the sanitizers, which end it at their first report. It uses the C library's string functions,
# not ours.
HOST_SANITIZE ?= -fsanitize=address,undefined -fno-sanitize-recover=all
ARCH_CFLAGS := -O2 -D_GNU_SOURCE $(HOST_SANITIZE) -fno-omit-frame-pointer -fno-pie $(HOST_COVERAGE)
ARCH_EXCLUDE := firmware/lib/string.c firmware/arch/generic/patience.c firmware/arch/generic/wait.c firmware/arch/generic/rest.c firmware/arch/generic/one_cpu.c
# The legacy layout has 44 bits of address, so the program has to be linked low.
ARCH_LDFLAGS := -no-pie
ARCH_IMAGE := touchstone listing.tsv
