// SPDX-License-Identifier: BSD-2-Clause
#include "firmware/arch/x86_64/pic.h"

#include "firmware/arch/x86_64/vectors.h"
#include "firmware/arch/x86_64/x86.h"

/* Initialization command words, Intel 8259A. */
/* clang-format off */
#define PIC_MASTER 0x20
#define PIC_SLAVE  0xa0
#define PIC_DATA   1 /* offset of the second port */
#define   ICW1_INIT_ICW4   0x11
#define   ICW3_MASTER      0x04 /* the slave is at input 2 */
#define   ICW3_SLAVE       0x02
#define   ICW4_8086        0x01
#define   OCW1_MASK_ALL    0xff
#define PIC_INPUTS 8
/* clang-format on */

static void init(uint16_t port, uint8_t vector, uint8_t cascade)
{
	port_write8(port, ICW1_INIT_ICW4);
	port_write8(port + PIC_DATA, vector);
	port_write8(port + PIC_DATA, cascade);
	port_write8(port + PIC_DATA, ICW4_8086);
	port_write8(port + PIC_DATA, OCW1_MASK_ALL);
}

void pic_mask_all(void)
{
	init(PIC_MASTER, VECTOR_8259, ICW3_MASTER);
	init(PIC_SLAVE, VECTOR_8259 + PIC_INPUTS, ICW3_SLAVE);
}
