/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A small SBI: firmware in machine mode that starts an image in supervisor mode on one hart. It has the extensions
 * BASE, TIME, DBCN and SRST only: no HSM, no IPI, no legacy call. QEMU starts it with -bios; a0 is the hart. The image
 * gets the device tree at TREE in a1, if there is one.
 */
#define IMAGE 0x80200000
#define TREE  0x86000000

#define UART  0x10000000
#define TEST  0x00100000 /* sifive_test */
#define COMPARE 0x02004000 /* hart 0's timer */

#define FDT_MAGIC 0xedfe0dd0 /* big-endian */

#define EXTENSION_BASE 0x10
#define EXTENSION_TIME 0x54494d45
#define EXTENSION_DBCN 0x4442434e
#define EXTENSION_SRST 0x53525354
#define BASE_PROBE 3
#define DBCN_WRITE_BYTE 2
#define NOT_SUPPORTED -2

#define MTIP_BIT 0x80
#define STIP_BIT 0x20
#define DELEGATED_TRAPS 0xf5ff /* all but calls from supervisor mode and from machine mode */
#define DELEGATED_INTERRUPTS 0x222
#define STATUS_MPP_S 0x800
#define STATUS_MPP_M 0x1800
#define CAUSE_CALL 9

	.text
	.globl _start
_start:
	csrr t0, mhartid
	bnez t0, park
	lla t0, trap
	csrw mtvec, t0
	lla t0, saved
	csrw mscratch, t0
	li t0, -1
	csrw pmpaddr0, t0
	li t0, 0x1f
	csrw pmpcfg0, t0
	li t0, DELEGATED_TRAPS
	csrw medeleg, t0
	li t0, DELEGATED_INTERRUPTS
	csrw mideleg, t0
	li t0, -1
	csrw mcounteren, t0
	csrw mie, zero
	li t0, STATUS_MPP_M
	csrc mstatus, t0
	li t0, STATUS_MPP_S
	csrs mstatus, t0
	li t0, IMAGE
	csrw mepc, t0
	csrr a0, mhartid
	li t0, TREE
	lwu t1, (t0)
	li t2, FDT_MAGIC
	bne t1, t2, 1f
	mv a1, t0
1:	mret

park:
	wfi
	j park

	.balign 4
trap:
	csrrw sp, mscratch, sp
	sd t0, 0(sp)
	sd t1, 8(sp)
	csrr t0, mcause
	bltz t0, timer
	li t1, CAUSE_CALL
	bne t0, t1, park
	csrr t0, mepc
	addi t0, t0, 4
	csrw mepc, t0
	li t0, EXTENSION_BASE
	beq a7, t0, base
	li t0, EXTENSION_TIME
	beq a7, t0, time
	li t0, EXTENSION_DBCN
	beq a7, t0, console
	li t0, EXTENSION_SRST
	beq a7, t0, reset
refuse:
	li a0, NOT_SUPPORTED
	j back

base:
	li t0, BASE_PROBE
	li a1, 0
	bne a6, t0, done
	li t0, EXTENSION_BASE
	beq a0, t0, 2f
	li t0, EXTENSION_TIME
	beq a0, t0, 2f
	li t0, EXTENSION_DBCN
	beq a0, t0, 2f
	li t0, EXTENSION_SRST
	bne a0, t0, done
2:	li a1, 1
	j done

time:
	li t0, COMPARE
	sd a0, (t0)
	li t0, STIP_BIT
	csrc mip, t0
	li t0, MTIP_BIT
	csrs mie, t0
	j done

console:
	li t0, DBCN_WRITE_BYTE
	bne a6, t0, refuse
	li t0, UART
	sb a0, (t0)
	j done

reset:
	li t0, TEST
	li t1, 0x5555
	beqz a1, 3f
	li t1, 0x13333
3:	sw t1, (t0)
	j park

done:
	li a0, 0
back:
	ld t0, 0(sp)
	ld t1, 8(sp)
	csrrw sp, mscratch, sp
	mret

timer:
	li t0, MTIP_BIT
	csrc mie, t0
	li t0, STIP_BIT
	csrs mip, t0
	j back

	.data
	.balign 16
saved:
	.skip 16

	.section .note.GNU-stack, "", @progbits
