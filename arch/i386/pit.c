/* SPDX-License-Identifier: BSD-2-Clause */
/* The 8254 interval timer's channel 0: the ticks. */
#include "i386.h"

#define COUNTER0 0x40
#define CONTROL 0x43
#define RATE_GENERATOR 0x34 /* channel 0, both bytes, mode 2 */
#define LATCH0 0x00
#define INPUT_HZ 1193182u
#define RELOAD ((INPUT_HZ + HZ / 2) / HZ)
#define TIMER_IRQ 0

void
pit_init(void)
{
	outb(CONTROL, RATE_GENERATOR);
	outb(COUNTER0, RELOAD & 0xff);
	outb(COUNTER0, RELOAD >> 8);
}

uint32_t
machine_subtick_ns(void)
{
	uint32_t left, passed;

	outb(CONTROL, LATCH0);
	left = inb(COUNTER0);
	left |= (uint32_t)inb(COUNTER0) << 8;
	passed = RELOAD - left;
	/* A tick that is due but not yet taken, unless it came after the latch. */
	if (passed < RELOAD / 2 && pic_pending(TIMER_IRQ))
		passed += RELOAD;
	return passed * 838 + passed * 95 / 1000; /* 838.095 ns a count */
}

uint64_t
machine_cycles(void)
{
	return cpu_rdtsc();
}
