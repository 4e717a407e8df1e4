/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Two processes and one ring in a segment. The parent puts numbers into the ring, and the child
 * takes them out.
 */
#include "look.h"

#include <sched.h>

#define SLOTS 8 /* numbers that the ring holds at most */

struct ring {
	volatile unsigned put, taken; /* how many so far */
	volatile unsigned number[SLOTS];
};

/* Puts a number into the ring. Waits while the ring is full. */
static void
ring_put(struct ring *r, unsigned number)
{
	while (r->put - r->taken == SLOTS)
		sched_yield();
	r->number[r->put % SLOTS] = number;
	r->put++;
}

/* Takes the oldest number out of the ring. Waits while the ring is empty. */
static unsigned
ring_take(struct ring *r)
{
	unsigned number;

	while (r->put == r->taken)
		sched_yield();
	number = r->number[r->taken % SLOTS];
	r->taken++;
	return number;
}

/* The child takes `count` numbers and prints what they are, together. */
static void
consumer(struct ring *r, unsigned count)
{
	unsigned sum = 1;

	for (unsigned i = 0; i < count; i++) {
		sum = sum * 31 + ring_take(r);
		if (any(50) == 0)
			sched_yield();
	}
	see("the child has taken %u numbers: %08x", count, sum);
}

/* Makes a segment, attaches it, and forks. Returns the ring; sets *pid to what fork has returned
 * and *id to the segment's identifier. */
static struct ring *
ring_make(int *id, pid_t *pid)
{
	struct ring *r;

	*id = shmget(IPC_PRIVATE, sizeof(*r), IPC_CREAT | 0600);
	r = shmat(*id, NULL, 0);
	*pid = fork();
	return r;
}

/* Ends the parent's use of the ring: afterwards the segment is gone. */
static void
ring_end(struct ring *r, int id)
{
	shmdt((void *)r);
	shmctl(id, IPC_RMID, NULL);
}

static void
ring(void)
{
	unsigned count = 500 + any(1000), sum = 1;
	struct ring *r;
	pid_t pid;
	int id;

	r = ring_make(&id, &pid);
	if (pid == 0) {
		consumer(r, count);
		_exit(3);
	}
	see("the parent sees %u attaches", (unsigned)stat_of(id).shm_nattch);
	for (unsigned i = 0; i < count; i++) {
		unsigned number = any(1 << 28);

		sum = sum * 31 + number;
		ring_put(r, number);
	}
	see("the child ends with %d", ending(pid));
	see("the parent has put %08x", sum);
	ring_end(r, id);
	see("%u segments are left", count_segments());
}

const struct subject subjects[] = {{"ring", ring}, {NULL, NULL}};
