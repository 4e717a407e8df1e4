/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Windows. The direct map shows low frames at all times; any other frame is mapped for a
 * moment at one of eight kernel addresses, which have a page table of their own. Windows
 * are opened and closed like a stack: the one opened last is closed first.
 */
#include "i386.h"

#include "base/assert.h"

#define WINDOWS 8

static _Alignas(PAGE_SIZE) pte_t window_table[PTAB_PAGES];
static unsigned mapped; /* how many of them map a frame; they are the lowest */

/* Count the windows that are open, for may_sleep(). */
#ifdef DEBUG
unsigned windows_open;
#define COUNT_OPEN(change) (windows_open += (change))
#else
#define COUNT_OPEN(change) ((void)0)
#endif

void
window_init(void)
{
	boot_dir[WINDOW_BASE >> SPAN_SHIFT] =
		kva_frame(window_table) << PAGE_SHIFT | PTE_PRESENT | PTE_WRITE;
}

void *
window_open(frame_t f)
{
	uint32_t va;

	COUNT_OPEN(1);
	if (f < machine_low_frames)
		return frame_kva(f);
	if (mapped == WINDOWS)
		panic("window_open: all are open");
	va = WINDOW_BASE + (mapped << PAGE_SHIFT);
	window_table[mapped++] = f << PAGE_SHIFT | PTE_PRESENT | PTE_WRITE;
	cpu_invlpg(va);
	return (void *)va;
}

void
window_close(void *window)
{
	COUNT_OPEN(-1);
	if ((uint32_t)window < WINDOW_BASE)
		return;
	window_table[--mapped] = 0;
	if ((uint32_t)window != WINDOW_BASE + (mapped << PAGE_SHIFT))
		panic("window_close: not the last one");
}

/* The gdb stub has a window of its own, beyond those that the kernel may have open. */
void *
window_debug(frame_t f)
{
	uint32_t va = WINDOW_BASE + (WINDOWS << PAGE_SHIFT);

	window_table[WINDOWS] = f << PAGE_SHIFT | PTE_PRESENT | PTE_WRITE;
	cpu_invlpg(va);
	return (void *)va;
}

/* Clear the page at a kernel address. */
static void
clear(void *page)
{
	uint32_t n = PAGE_SIZE / 4;

	__asm__ volatile("rep stosl" : "+D"(page), "+c"(n) : "a"(0) : "memory");
}

void
frame_zero(frame_t f)
{
	void *window;

	if (f < machine_low_frames) {
		clear(frame_kva(f));
		return;
	}
	window = window_open(f);
	clear(window);
	window_close(window);
}

void
frame_copy(frame_t to, frame_t from)
{
	void *wto = window_open(to), *wfrom = window_open(from);
	void *d = wto;
	const void *s = wfrom;
	uint32_t n = PAGE_SIZE / 4;

	__asm__ volatile("rep movsl" : "+D"(d), "+S"(s), "+c"(n) : : "memory");
	window_close(wfrom);
	window_close(wto);
}
