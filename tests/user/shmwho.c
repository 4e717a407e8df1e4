/* SPDX-License-Identifier: BSD-2-Clause */
/* shmwho: which processes have attached a segment. */
#include "tap.h"

enum { SHMWHO = 512 };

static long
who(int id, void *pids, unsigned count)
{
	return syscall(SHMWHO, id, pids, count);
}

void
test(void)
{
	int id = shmget(IPC_PRIVATE, 2 * PAGE, 0600);
	pid_t pids[4] = {-1, -1, -1, -1}, child;
	struct gate go;
	char *a, *b;

	is(who(id, pids, 4), 0, "nobody");
	is(pids[0], -1, "nothing is written then");
	a = shmat(id, NULL, 0);
	b = shmat(id, NULL, 0);
	munmap(a, PAGE);
	is(who(id, pids, 4), 1, "two attaches of one process count once");
	is(pids[0], getpid(), "its number");
	gate_make(&go);
	child = SPAWN(gate_pass(&go));
	is(who(id, pids, 4), 2, "a child");
	ok(pids[0] == getpid() && pids[1] == child, "the oldest process comes first");
	is(pids[2], -1, "no more than that is written");
	pids[1] = -1;
	is(who(id, pids, 1), 2, "a shorter array");
	is(pids[1], -1, "is not written beyond its end");
	is(who(id, NULL, 0), 2, "no array");
	fails(who(id, (char *)0xc0000000 - 4, 2), EFAULT, "an array that ends in the kernel");
	fails(who(id, (void *)0xc0100000, 2), EFAULT, "an array in the kernel");
	fails(who(id + 1, pids, 4), EINVAL, "no such segment");
	is(CHILD(become(ALICE, ALICE); _exit(who(id, pids, 4) == -1 && errno == EACCES)), 1,
	         "EACCES without permission to read it");
	gate_open(&go);
	ending(child);
	is(who(id, pids, 4), 1, "the child has ended");
	shmdt(b);
	is(who(id, pids, 4), 1, "one page of an attach is left");
	munmap(a + PAGE, PAGE);
	is(who(id, pids, 4), 0, "nothing is left");
	shmctl(id, IPC_RMID, NULL);
	fails(who(id, pids, 4), EINVAL, "the segment is removed");
}
