/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Snapshots of kernel and model. Their state is the data of this program and the frames that were
 * ever in use; what the program wants to keep beside it is not in its data (search.c).
 */
#include "explore.h"
#include "host.h"
#include "base/string.h"

void *mmap(void *addr, size_t size, int prot, int flags, int fd, long offset);

extern char __data_start[], _end[]; /* the linker's: where the program's data begins and ends */

#define FIRST 16u /* the first frame of RAM */

static char *copies[SNAPSHOTS]; /* all are made at once, before the first copy of the data */
static frame_t used = FIRST;    /* the frames from here on were never in use */

/* Returns whether the frame was ever in use. One that never was still has its first link, to the
 * next free one. Of those that were and are free at least the highest has another. */
static bool
was_used(frame_t f)
{
	frame_t link = f + 1;

	if (frame_table[f].refs == FRAME_NEVER)
		return false;
	if (f == machine_ram[0].end - 1)
		link = machine_ram[1].start;
	if (f == machine_ram[1].end - 1)
		link = 0;
	return frame_table[f].refs != 0 || frame_table[f].link != link;
}

static void
find_used(void)
{
	frame_t f = frame_limit;

	while (f > used && !was_used(f - 1))
		f--;
	used = f;
}

unsigned
snapshot_bytes(void)
{
	return (unsigned)(_end - __data_start) + (used - FIRST) * PAGE_SIZE;
}

void
snapshot_take(unsigned which)
{
	size_t data = (size_t)(_end - __data_start);
	unsigned i;

	for (i = 0; i < SNAPSHOTS && copies[i] == NULL; i++)
		copies[i] = mmap(NULL, data + (size_t)frame_limit * PAGE_SIZE, 3, 0x22, -1, 0);
	find_used();
	memcpy(copies[which], __data_start, data);
	memcpy(copies[which] + data, frame_kva(FIRST), (used - FIRST) * PAGE_SIZE);
}

void
snapshot_back(unsigned which)
{
	size_t data = (size_t)(_end - __data_start);
	char *copy = copies[which];

	memcpy(__data_start, copy, data);
	memcpy(frame_kva(FIRST), copy + data, (used - FIRST) * PAGE_SIZE);
	host_run(curproc());
	host_tlb_flush(); /* it is of the state that was left */
}
