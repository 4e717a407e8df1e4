/* SPDX-License-Identifier: BSD-2-Clause */
/* Several processes make random calls on one key: all of the shm calls, fork and exit. */
#include "race.h"

static int may_fail; /* whether allocations of this process fail now and then */

static int
refused(long result, int e1, int e2)
{
	return result == -1 && errno != e1 && errno != e2 && !(may_fail && errno == ENOMEM);
}

/* Attaches the segment in place of *at, and checks that the memory is that segment's. */
static int
strike_at(int one, int flags, int **at)
{
	int *p = shmat(one, NULL, flags);

	if (p == NO_ADDR)
		return refused(-1, EINVAL, EINVAL);
	if (*at != NULL && shmdt(*at) < 0)
		return 1;
	*at = p;
	if (*p != 0 && *p != one)
		return 1;
	if (flags == 0)
		*p = one;
	return 0;
}

static int
strike(int what, int *one, int **at)
{
	struct shmid_ds ds = {.shm_perm.mode = 0600};
	int got;

	switch (what) {
	case 0:
	case 1:
	case 2:
		got = shmget(KEY, (1 + what) * PAGE, IPC_CREAT | (what == 2 ? IPC_EXCL : 0) | 0600);
		*one = got < 0 ? *one : got;
		return refused(got, EEXIST, EINVAL);
	case 3:
		got = shmget(KEY, 0, 0);
		*one = got < 0 ? *one : got;
		return refused(got, ENOENT, ENOENT);
	case 4:
	case 5:
		return strike_at(*one, what == 4 ? SHM_RDONLY : 0, at);
	case 6:
		got = *at == NULL ? 0 : shmdt(*at);
		*at = NULL;
		return got;
	case 7:
		return refused(shmctl(*one, IPC_RMID, NULL), EINVAL, EINVAL);
	case 8:
		return refused(shmctl(*one, IPC_SET, &ds), EINVAL, EINVAL);
	case 9:
		return refused(shmctl(*one, SHM_LOCK, NULL), EINVAL, EINVAL);
	default:
		return CHILD(if (*at != NULL && what == 10) _exit(shmdt(*at) != 0)) != 0;
	}
}

static int
storm(int who)
{
	unsigned lot = 12345 + who;
	int one = -1, *at = NULL;

	may_fail = who == 0;
	for (int i = 0; i < 250; i++) {
		lot = lot * 1664525 + 1013904223;
		turn(who);
		if (may_fail && i % 16 == 0)
			tune("fail", "object:sleep,attach:sleep,object:nth=2,attach:nth=3");
		if (strike((lot >> 16) % 12, &one, &at) != 0)
			return 1;
		if (i % 16 == 0 && !sound())
			return 2;
	}
	return 0;
}

void
test(void)
{
	race_begin();
	is(crew(CREW, storm), 0, "L1 a storm of all calls on one key");
	tune("fail", "\n");
	shmctl(shmget(KEY, 0, 0), IPC_RMID, NULL);
	gone("storm");
	race_end();
}
