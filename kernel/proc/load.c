/* SPDX-License-Identifier: BSD-2-Clause */
/* Load: how the ticks since boot were spent, and averages of how many processes could run. */
#include "proc/proc.h"

#define SAMPLE (5 * HZ) /* ticks between two samples for the averages */

uint64_t load_ticks[3];
uint32_t load_average[3];

void
load_tick(bool user)
{
	/* An average decays by e^(-5 s / 60, 300 or 900 s) with each sample; times 65536. */
	static const uint32_t decay[] = {60296, 64453, 65173};
	const struct proc *p = curproc();
	bool busy = p != NULL && p->state == PROC_RUNNABLE;
	static uint32_t sample;
	unsigned i;

	load_ticks[!busy ? LOAD_IDLE : user ? LOAD_USER : LOAD_SYSTEM]++;
	if (++sample < SAMPLE)
		return;
	sample = 0;
	for (i = 0; i < 3; i++)
		load_average[i] = ((uint64_t)load_average[i] * decay[i] +
		                   (uint64_t)sched_runnable * 65536 * (65536 - decay[i])) >>
		                  16;
}
