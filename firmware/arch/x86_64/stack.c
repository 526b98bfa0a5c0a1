// SPDX-License-Identifier: BSD-2-Clause
#include "firmware/arch/x86_64/stack.h"

#include "firmware/arch/cpus.h"

struct cpu_stacks cpu_stacks[CPUS_MAX - 1] __attribute__((section(".arena"), aligned(PAGE_SIZE)));
