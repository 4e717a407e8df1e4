/* SPDX-License-Identifier: BSD-2-Clause */
/* run: --append sched=seed:1 */
/* Tests row L1 of the museum: several processes make all the calls at once, on one key. */
#include "museum.h"

#include <sched.h>

#define KEY 0x77
#define STORMERS 6

static unsigned
draw(unsigned *state, unsigned n)
{
	*state = *state * 1664525u + 1013904223u;
	return (*state >> 16) % n;
}

/* Writes this process's own word in the attached segment. Returns how often the word then had
 * another value, here or in a child. */
static int
use(volatile int *p, int me, unsigned *lots)
{
	int bad = 0, value = draw(lots, 1000);

	p[me] = value;
	sched_yield();
	if (draw(lots, 8) == 0)
		bad += CHILD(_exit(p[me] != value || shmdt((void *)p) != 0)) != 0;
	bad += p[me] != value;
	return bad;
}

static int
storm(int me)
{
	unsigned lots = me;
	struct shmid_ds ds;
	int bad = 0;

	for (int i = 0; i < 300; i++) {
		int id = shmget(KEY, PAGE, IPC_CREAT | 0600);
		char *p;

		if (draw(&lots, 4) == 0)
			bad += shmctl(id, IPC_RMID, NULL) != 0 && errno != EINVAL;
		p = shmat(id, NULL, 0);
		bad += id < 0 || (p == NO_ADDR && errno != EINVAL);
		if (draw(&lots, 4) == 0)
			bad += shmctl(id, IPC_STAT, &ds) != 0 && errno != EINVAL;
		if (p == NO_ADDR)
			continue;
		bad += use((void *)p, me, &lots);
		if (draw(&lots, 4) == 0)
			bad += shmctl(id, IPC_RMID, NULL) != 0 && errno != EINVAL;
		bad += shmdt(p) != 0;
	}
	return bad != 0;
}

static void
l1(void)
{
	pid_t pid[STORMERS];
	int id;

	for (int n = 0; n < STORMERS; n++)
		pid[n] = SPAWN(_exit(storm(n)));
	for (int n = 0; n < STORMERS; n++)
		is(ending(pid[n]), 0, "L1 storm of all calls on one key, process %d", n);
	ok(consistent(), "L1 and all counts are right after it");
	id = shmget(KEY, 0, 0);
	ok(id >= 0 ? stat_of(id).shm_nattch == 0 : errno == ENOENT, "L1 nothing is attached");
	if (id >= 0)
		shmctl(id, IPC_RMID, NULL);
}

void
test(void)
{
	static const struct row rows[] = {
		{"L1", l1},
	};

	visit(rows, COUNT(rows));
}
