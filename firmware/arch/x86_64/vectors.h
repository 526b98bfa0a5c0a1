/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The use of the interrupt vectors. Priority grows with the number, in classes of 16.
 *
 *   0x00-0x1f  the CPU's exceptions
 *   0x20-0x2f  the 8259s, which are masked; only their spurious interrupts can come
 *   0x30       irq_settle(): below all lines, so that it is taken after them
 *   0x31       wakes another CPU that rests
 *   0x40-0x7f  wired lines and messages
 *   0xf0       watchdog: above all lines, so that it can interrupt a handler that never ends
 *   0xfe       the local APIC's error interrupt
 *   0xff       the local APIC's spurious interrupt
 *
 * All other vectors have a handler, too: an interrupt there is counted as unowned.
 */
#ifndef ARCH_X86_64_VECTORS_H
#define ARCH_X86_64_VECTORS_H

#define VECTOR_NMI	     0x02
#define VECTOR_DOUBLE_FAULT  0x08
#define VECTOR_PAGE_FAULT    0x0e
#define VECTOR_MACHINE_CHECK 0x12
#define VECTOR_EXCEPTIONS    0x20 /* the number of exceptions */
#define VECTOR_8259	     0x20
#define VECTOR_SETTLE	     0x30
#define VECTOR_WAKE	     0x31
#define VECTOR_LINES	     0x40
#define VECTOR_WATCHDOG	     0xf0
#define VECTOR_APIC_ERROR    0xfe
#define VECTOR_SPURIOUS	     0xff
#define VECTOR_COUNT	     0x100

#define VECTOR_CLASS_SHIFT 4

/* Bytes from one trap stub to the next (traps.S). */
#define TRAP_STUB_SIZE 8

/* Exceptions that push an error code: 8, 10-14, 17, 21, 29, 30. */
#define EXCEPTIONS_WITH_ERROR_CODE 0x60227d00

#endif
