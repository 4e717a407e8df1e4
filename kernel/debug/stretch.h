/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How long the kernel keeps interrupts off. A stretch begins when the CPU enters the kernel from
 * where interrupts are on, and ends when they are on again: at the return, in machine_idle(), or
 * in machine_poll(). Nobody else runs in a stretch, so its length is how long everybody waits. The
 * debug kernel measures each stretch, in cycles, which are instructions where the machine counts
 * them. /proc/stretch tells the longest and what it was for; writing anything to the file starts
 * anew. With the word stretch=N a stretch longer than N cycles panics. In the other kernels
 * these functions are nothing.
 */
#ifndef STRETCH_H
#define STRETCH_H

#include <stddef.h>
#include <stdint.h>

/* What a stretch is for: the number of a system call, or one of these. */
#define STRETCH_FAULT 0x10000u /* a page fault */
#define STRETCH_TRAP 0x10001u  /* another exception, or an interrupt */

#ifdef DEBUG
/* Begin a stretch; none is being measured, or one whose end was not seen. Does not sleep. */
void stretch_begin(uint32_t what);
/* Begin a stretch of no call, unless one is being measured. Does not sleep. */
void stretch_resume(void);
/* End the stretch, if one is being measured. Returns what it was for, so that it can go on later.
 * Panics if it was longer than the word stretch= allows. Does not sleep. */
uint32_t stretch_end(void);
/* Do not count the cycles since machine_cycles() was `from`: a check of the debug kernel's own took
 * them. Does not sleep. */
void stretch_skip(uint64_t from);
/* Write the longest stretch as text. */
void stretch_show(char *buf, size_t size);
/* Forget the longest stretch. Returns 0. */
int stretch_reset(const char *line);
/* Read the word stretch= of the command line. */
void stretch_init(void);
#else
static inline void
stretch_begin(uint32_t what)
{
}
static inline void
stretch_resume(void)
{
}
static inline uint32_t
stretch_end(void)
{
	return 0;
}
static inline void
stretch_skip(uint64_t from)
{
}
static inline void
stretch_init(void)
{
}
#endif

#endif
