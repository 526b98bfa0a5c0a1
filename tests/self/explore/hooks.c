// SPDX-License-Identifier: BSD-2-Clause
/*
 * The drivers are compiled with -fsanitize=thread and linked with this in place of its library: the compiler puts a
 * call before each of their accesses to memory, so that every access to a ring in the drivers' own code is a stop.
 */
#include "tests/self/explore/explore.h"

/* clang-format off */
#define READ(NAME, WIDTH)  void NAME(void *address); void NAME(void *address) { machine_ring_access(address, WIDTH, false); }
#define WRITE(NAME, WIDTH) void NAME(void *address); void NAME(void *address) { machine_ring_access(address, WIDTH, true); }
#define BLANK(NAME) void NAME(void); void NAME(void) { }
#define RANGE(NAME) void NAME(void *address, unsigned long size); \
	void NAME(void *address, unsigned long size) { (void)address, (void)size; }

READ(__tsan_read1, 1) READ(__tsan_read2, 2) READ(__tsan_read4, 4) READ(__tsan_read8, 8) READ(__tsan_read16, 16)
WRITE(__tsan_write1, 1) WRITE(__tsan_write2, 2) WRITE(__tsan_write4, 4) WRITE(__tsan_write8, 8) WRITE(__tsan_write16, 16)
READ(__tsan_unaligned_read2, 2) READ(__tsan_unaligned_read4, 4) READ(__tsan_unaligned_read8, 8) READ(__tsan_unaligned_read16, 16)
WRITE(__tsan_unaligned_write2, 2) WRITE(__tsan_unaligned_write4, 4) WRITE(__tsan_unaligned_write8, 8)
WRITE(__tsan_unaligned_write16, 16)
/* Accesses to whole objects concern requests and the driver's records, never a ring. */
RANGE(__tsan_read_range) RANGE(__tsan_write_range)
BLANK(__tsan_init) BLANK(__tsan_func_exit)
	/* clang-format on */

	void __tsan_func_entry(void *caller);
void __tsan_func_entry(void *caller)
{
	(void)caller;
}

/* clang turns copies and fills of memory into calls of these. */
void *__tsan_memcpy(void *to, const void *from, size_t size);
void *__tsan_memcpy(void *to, const void *from, size_t size)
{
	return __builtin_memcpy(to, from, size);
}

void *__tsan_memset(void *to, int byte, size_t size);
void *__tsan_memset(void *to, int byte, size_t size)
{
	return __builtin_memset(to, byte, size);
}
