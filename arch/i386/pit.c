/* SPDX-License-Identifier: BSD-2-Clause */
/* The 8254 interval timer: channel 0 interrupts HZ times a second and tells the time between. */
#include "i386.h"

#define COUNTER0 0x40
#define CONTROL 0x43
#define RATE_GENERATOR 0x34 /* channel 0, both bytes, mode 2 */
#define LATCH0 0x00
#define INPUT_HZ 1193182u
#define RELOAD ((INPUT_HZ + HZ / 2) / HZ)
#define TIMER_IRQ 0
#define COUNT_NS (1000000000u / HZ / RELOAD)
#define COUNT_NS_REST (1000000000u / HZ % RELOAD)

static uint32_t last_passed; /* counts since the last tick taken, when last asked */

void
pit_init(void)
{
	outb(CONTROL, RATE_GENERATOR);
	outb(COUNTER0, RELOAD & 0xff);
	outb(COUNTER0, RELOAD >> 8);
}

/*
 * Returns the nanoseconds since the last tick that was taken, at most 1/HZ second.
 *
 * The counter wraps a moment before the interrupt is taken, and perhaps before the interrupt
 * controller has seen it. So a tick counts as due if the controller says so (unless it came
 * after the count was latched), or if time would otherwise run backwards. Even if several
 * ticks are due or lost, only one is counted: the clock advances by those that are taken.
 */
uint32_t
machine_subtick_ns(void)
{
	uint32_t left, passed;

	outb(CONTROL, LATCH0);
	left = inb(COUNTER0);
	left |= (uint32_t)inb(COUNTER0) << 8;
	passed = RELOAD - left;
	if (passed < last_passed || (passed < RELOAD / 2 && pic_pending(TIMER_IRQ)))
		passed = RELOAD;
	last_passed = passed;
	/* The clock counts a tick as exactly 1/HZ second, so RELOAD counts are 1/HZ second. */
	return passed * COUNT_NS + passed * COUNT_NS_REST / RELOAD;
}

void
pit_tick(void)
{
	last_passed = 0;
}

uint64_t
machine_cycles(void)
{
	return cpu_rdtsc();
}
