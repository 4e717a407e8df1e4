/* SPDX-License-Identifier: BSD-2-Clause */
/* run: --mem 1536 */
/* A segment of 1 GiB in two processes: each writes every page, and the other one checks it. */
#include "tap.h"

#define SIZE (1u << 30)

/* Returns a word that is different for each page and turn. */
static uint32_t
mark(uint32_t page, uint32_t turn)
{
	return page * 2654435761u + turn;
}

static void
fill(volatile uint32_t *p, uint32_t turn)
{
	for (uint32_t page = 0; page < SIZE / PAGE; page++) {
		p[page * 1024] = mark(page, turn);
		p[page * 1024 + 1023] = ~mark(page, turn);
	}
}

static int
wrong(const volatile uint32_t *p, uint32_t turn)
{
	int bad = 0;

	for (uint32_t page = 0; page < SIZE / PAGE; page++)
		bad += p[page * 1024] != mark(page, turn) ||
		       p[page * 1024 + 1023] != ~mark(page, turn);
	return bad;
}

void
test(void)
{
	int id = shmget(IPC_PRIVATE, SIZE, 0600);
	uint32_t *p = shmat(id, NULL, 0);
	struct gate filled, answered;
	pid_t pid;

	ok(p != NO_ADDR, "1 GiB is created and attached");
	gate_make(&filled), gate_make(&answered);
	pid = SPAWN(shmdt(p); uint32_t *q = shmat(id, NULL, 0); gate_pass(&filled);
	            is(wrong(q, 1), 0, "every page is what the other wrote"); fill(q, 2);
	            gate_open(&answered));
	fill(p, 1);
	gate_open(&filled);
	gate_pass(&answered);
	is(wrong(p, 2), 0, "and the way back");
	is(ending(pid), 0, "the other process");
	fails(shmget(IPC_PRIVATE, SIZE, 0600), ENOMEM, "a second GiB can't be promised");
	is(stat_of(id).shm_nattch, 1, "nattch");
	shmctl(id, IPC_RMID, NULL);
	shmdt(p);
	ok(procfs_number("/proc/meminfo", "MemFree") > SIZE / 1024, "its memory is free again");
	gate_drop(&filled), gate_drop(&answered);
}
