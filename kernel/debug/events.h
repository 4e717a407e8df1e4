/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Events that cost more time than the one instruction that they count as. The debug kernel counts
 * them, each in the function that makes it happen, and /proc/events shows the counts;
 * docs/performance.md says what each event costs. In the other kernels event_count() is nothing.
 */
#ifndef EVENTS_H
#define EVENTS_H

#include <stddef.h>
#include <stdint.h>

enum event {
	EVENT_CR3,       /* CR3 is loaded, which empties the TLB but for the kernel's pages */
	EVENT_INVLPG,    /* one page is dropped from the TLB */
	EVENT_FAULT,     /* a page fault, of a program or of the kernel on its behalf */
	EVENT_SWITCH,    /* another process runs */
	EVENT_DEVICE,    /* a device is read or written: IN, OUT, a cell of the screen */
	EVENT_INTERRUPT, /* an interrupt is taken; the timer's makes one access to a device */
	EVENT_KINDS
};

#ifdef DEBUG
extern uint32_t event_counts[EVENT_KINDS];
#define event_count(kind, n) ((void)(event_counts[kind] += (uint32_t)(n)))
/* Write the counts as text, in the order of enum event. */
void events_show(char *buf, size_t size);
#else
#define event_count(kind, n) ((void)0)
#endif

#endif
