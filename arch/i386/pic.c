/* SPDX-License-Identifier: BSD-2-Clause */
/* The two 8259A interrupt controllers. */
#include "i386.h"

#define MASTER 0x20 /* command port; the data port is the next */
#define SLAVE 0xa0
#define ICW1_INIT 0x11 /* edge triggered, cascade, ICW4 follows */
#define ICW4_8086 0x01
#define OCW2_EOI 0x20
#define OCW3_READ_IRR 0x0a
#define OCW3_READ_ISR 0x0b
#define OCW3_SPECIAL_MASK 0x68 /* an interrupt in service that is masked blocks no other */
#define OCW3_NORMAL_MASK 0x48
#define CASCADE 2
#define SPURIOUS 0x80u /* a request that vanishes is reported as input 7 of its PIC */

/* Returns the interrupt controller's register that the command `what` selects. */
static uint8_t
pic_read(uint16_t pic, uint8_t what)
{
	outb(pic, what);
	return inb(pic);
}

void
pic_init(void)
{
	outb(MASTER, ICW1_INIT);
	outb(SLAVE, ICW1_INIT);
	outb(MASTER + 1, TRAP_IRQ);
	outb(SLAVE + 1, TRAP_IRQ + 8);
	outb(MASTER + 1, 1 << CASCADE);
	outb(SLAVE + 1, CASCADE);
	outb(MASTER + 1, ICW4_8086);
	outb(SLAVE + 1, ICW4_8086);
	/* Only the timer, the keyboard and COM1 are used. */
	outb(MASTER + 1, (uint8_t) ~(1 << 0 | 1 << 1 | 1 << 4));
	outb(SLAVE + 1, 0xff);
}

void
pic_enable(unsigned irq)
{
	outb(MASTER + 1, inb(MASTER + 1) & (uint8_t) ~(1 << irq));
}

void
pic_wait(unsigned irq)
{
	uint8_t mask = inb(MASTER + 1);

	outb(MASTER, OCW3_SPECIAL_MASK);
	outb(MASTER + 1, (uint8_t) ~(1 << irq));
	__asm__ volatile("sti; hlt; cli" : : : "memory");
	outb(MASTER, OCW3_NORMAL_MASK);
	outb(MASTER + 1, mask);
}

bool
pic_accept(unsigned irq)
{
	if (irq == 7 && !(pic_read(MASTER, OCW3_READ_ISR) & SPURIOUS))
		return false;
	if (irq >= 8) {
		bool real = irq != 15 || (pic_read(SLAVE, OCW3_READ_ISR) & SPURIOUS);

		if (real)
			outb(SLAVE, OCW2_EOI);
		outb(MASTER, OCW2_EOI); /* the master saw a real request, from the slave */
		return real;
	}
	outb(MASTER, OCW2_EOI);
	return true;
}

bool
pic_pending(unsigned irq)
{
	return pic_read(MASTER, OCW3_READ_IRR) >> irq & 1;
}
