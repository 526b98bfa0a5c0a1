/* SPDX-License-Identifier: BSD-2-Clause */
/* The firmware below supervisor mode: RISC-V Supervisor Binary Interface Specification, version 2.0. */
#ifndef ARCH_RISCV64_SBI_H
#define ARCH_RISCV64_SBI_H

#include <stdbool.h>
#include <stdint.h>

/* clang-format off */
#define SBI_LEGACY_SET_TIMER 0x00 /* from before version 0.2, where each function is an extension */
#define SBI_LEGACY_PUTCHAR   0x01
#define SBI_LEGACY_SHUTDOWN  0x08
#define SBI_BASE 0x10
#define   BASE_IMPLEMENTATION 1
#define   BASE_PROBE          3
#define SBI_TIME 0x54494d45
#define   TIME_SET_TIMER 0
#define SBI_IPI  0x00735049
#define   IPI_SEND 0
#define SBI_HSM  0x0048534d
#define   HSM_START  0
#define   HSM_STOP   1
#define   HSM_STATUS 2
#define     HART_STOPPED 1
#define SBI_SRST 0x53525354
#define   SRST_RESET 0
#define     RESET_SHUTDOWN 0
#define     REASON_NONE    0
#define     REASON_FAILURE 1
#define SBI_DBCN 0x4442434e
#define   DBCN_WRITE_BYTE 2
/* clang-format on */

struct sbi {
	int64_t error; /* 0: none */
	uint64_t value;
};

struct sbi sbi_call(uint64_t extension, uint64_t function, uint64_t a0, uint64_t a1, uint64_t a2);

/* Does the firmware have that extension? Always false in machine mode. */
bool sbi_has(uint64_t extension);

#endif
