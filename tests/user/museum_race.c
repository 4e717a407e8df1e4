/* SPDX-License-Identifier: BSD-2-Clause */
/* run: --append sched=seed:1 */
/*
 * Tests the rows of the museum that need two processes at once, or a failure. An injected sleep
 * in `object` or `attach` gives the other processes all the time they need, with any seed.
 */
#include "museum.h"

#include <sched.h>

#define KEY 0x77

/* ---- B5: a removal while an attach sleeps ---- */

struct race {
	int id, stop;
	char mark[16];
};

static void
attacher(struct race *r, struct gate *go, struct gate *done, int *wrong, int *late)
{
	for (;;) {
		char *p;

		gate_pass(go);
		if (r->stop)
			return;
		p = shmat(r->id, NULL, 0);
		if (p == NO_ADDR)
			*wrong += errno != EINVAL, ++*late;
		else
			*wrong += strcmp(p, r->mark) != 0 || shmdt(p) != 0;
		gate_open(done);
	}
}

static void
b5(void)
{
	struct race *r = shared(sizeof(*r));
	int *count = shared(2 * sizeof(*count)), wrong = 0, rounds = 100;
	struct gate go, done;
	pid_t pid;

	gate_make(&go), gate_make(&done);
	kernel_set("fail", "attach:sleep");
	pid = SPAWN(attacher(r, &go, &done, &count[0], &count[1]));
	for (int i = 0; i < rounds; i++) {
		int next;
		char *p;

		r->id = shmget(IPC_PRIVATE, PAGE, 0600);
		p = shmat(r->id, NULL, 0);
		snprintf(p, PAGE, "%s", strcpy(r->mark, i & 1 ? "odd" : "even"));
		shmdt(p);
		gate_open(&go);
		/* The attacher sleeps in shmat now, most of the time; remove the segment that it
		 * attaches. */
		for (int n = 0; n < 10; n++)
			sched_yield();
		shmctl(r->id, IPC_RMID, NULL);
		next = shmget(IPC_PRIVATE, PAGE, 0600);
		gate_pass(&done);
		wrong += stat_of(next).shm_nattch != 0 || !consistent();
		shmctl(next, IPC_RMID, NULL);
	}
	r->stop = 1;
	gate_open(&go);
	is(ending(pid), 0, "B5 the attacher");
	kernel_set("fail", "");
	is(count[0], 0, "B5 attach against remove and create: the old memory, or EINVAL");
	is(wrong, 0, "B5 the new segment has no attach");
	ok(count[1] < rounds, "B5 removal came while the attach slept, %d times",
	   rounds - count[1]);
}

/* ---- B6: two creators, and the last slot or the last pages ---- */

/* Has two processes create a segment at once. Sets *low and *high to what they got, an
 * identifier or -errno, in ascending order. */
static void
two_creators(size_t size, int *low, int *high)
{
	int *got = shared(2 * sizeof(*got));
	struct gate go;
	pid_t pid[2];

	gate_make(&go);
	for (int i = 0; i < 2; i++)
		pid[i] = SPAWN(gate_pass(&go); got[i] = shmget(IPC_PRIVATE, size, 0600);
		               if (got[i] < 0) got[i] = -errno);
	gate_open(&go), gate_open(&go);
	ending(pid[0]), ending(pid[1]);
	*low = got[0] < got[1] ? got[0] : got[1];
	*high = got[0] < got[1] ? got[1] : got[0];
	for (int i = 0; i < 2; i++)
		shmctl(got[i], IPC_RMID, NULL);
	munmap(got, 2 * sizeof(*got));
	gate_drop(&go);
}

static void
b6(void)
{
	unsigned mni = procfs_number("/proc/sys/kernel/shmmni", "");
	char shmall[16];
	int id[mni], low, high;

	for (unsigned i = 0; i < mni - 1; i++)
		id[i] = shmget(IPC_PRIVATE, 1, 0600);
	kernel_set("fail", "object:sleep");
	for (int i = 0; i < 10; i++) {
		two_creators(1, &low, &high);
		ok(low == -ENOSPC && high > 0, "B6 two creators, one slot: one id, one ENOSPC");
	}
	kernel_set("fail", "");
	for (unsigned i = 0; i < mni - 1; i++)
		shmctl(id[i], IPC_RMID, NULL);
	snprintf(shmall, sizeof(shmall), "%lu", procfs_number("/proc/sys/kernel/shmall", ""));
	kernel_set("shmall", "4");
	kernel_set("fail", "object:sleep");
	two_creators(4 * PAGE, &low, &high);
	kernel_set("fail", "");
	kernel_set("shmall", shmall);
	ok(low == -ENOMEM && high > 0, "B6 two creators, four pages: one id, one ENOMEM");
}

/* ---- B7: many creators of one key ---- */

#define CREATORS 4
#define ROUNDS 1000

static void
creator(int *got, struct gate *go, struct gate *done)
{
	for (int i = 0; i < ROUNDS; i++) {
		gate_pass(go);
		*got = shmget(KEY, PAGE, IPC_CREAT | IPC_EXCL | 0600);
		if (*got < 0)
			*got = -errno;
		gate_open(done);
		/* Wait until the round is over, so that no process goes twice in it. */
		while (*(volatile int *)got != 0)
			sched_yield();
	}
}

static void
b7(void)
{
	int *got = shared(CREATORS * sizeof(*got)), bad = 0;
	struct gate go, done;
	pid_t pid[CREATORS];

	gate_make(&go), gate_make(&done);
	kernel_set("fail", "object:sleep");
	for (int n = 0; n < CREATORS; n++)
		pid[n] = SPAWN(creator(&got[n], &go, &done));
	for (int i = 0; i < ROUNDS; i++) {
		int won = 0, exist = 0;

		for (int n = 0; n < CREATORS; n++)
			gate_open(&go);
		for (int n = 0; n < CREATORS; n++)
			gate_pass(&done);
		for (int n = 0; n < CREATORS; n++) {
			won += got[n] > 0;
			exist += got[n] == -EEXIST;
			if (got[n] > 0)
				shmctl(got[n], IPC_RMID, NULL);
			got[n] = 0;
		}
		bad += won != 1 || exist != CREATORS - 1;
	}
	for (int n = 0; n < CREATORS; n++)
		is(ending(pid[n]), 0, "B7 creator %d", n);
	kernel_set("fail", "");
	is(bad, 0, "B7 %d behind a barrier, exactly one winner, %d rounds", CREATORS, ROUNDS);
}

/* ---- B22: fork fails at each allocation that it makes ---- */

static void
b22(void)
{
	static const char *const kinds[] = {"kmem", "page", "commit"};
	int id = shmget(IPC_PRIVATE, 3 * PAGE, 0600), tries;
	char *at[40], what[32];

	for (int i = 0; i < 40; i++)
		at[i] = shmat(id, NULL, i & 1 ? SHM_RDONLY : 0);
	strcpy(at[0], "intact");
	is(munmap(at[2] + PAGE, PAGE), 0, "B22 an attach in pieces, of which a fork copies more");
	for (unsigned k = 0; k < COUNT(kinds); k++) {
		int bad = 0;
		pid_t pid;

		for (tries = 1;; tries++) {
			snprintf(what, sizeof(what), "%s:nth=%d", kinds[k], tries);
			kernel_set("fail", what);
			pid = fork();
			if (pid == 0)
				_exit(strcmp(at[39], "intact") || stat_of(id).shm_nattch != 80);
			bad += pid < 0 && errno != ENOMEM;
			kernel_set("fail", "");
			if (pid > 0)
				break;
			bad += stat_of(id).shm_nattch != 40 || !consistent();
			bad += strcmp(at[39], "intact") != 0;
		}
		is(ending(pid), 0, "B22 fork, when no %s fails any more", kinds[k]);
		is(bad, 0, "B22 fail fork at every %s: parent intact", kinds[k]);
		ok(tries > 1, "B22 fork has %d of that kind", tries - 1);
	}
	for (int i = 0; i < 40; i++)
		is(shmdt(at[i]), 0, "B22 the parent's attach %d", i);
	is(stat_of(id).shm_nattch, 0, "B22 nattch 0");
	shmctl(id, IPC_RMID, NULL);
}

/* ---- B23: processes that wait for a creation ---- */

static int
sleeps_in(pid_t pid, const char *what)
{
	char path[32], why[16];

	snprintf(path, sizeof(path), "/proc/%d/wchan", pid);
	read_file(path, why, sizeof(why));
	return strcmp(why, what) == 0;
}

static void
caught(int sig)
{
	(void)sig;
}

/* Calls shmget for KEY and sets *got to the identifier or -errno. SIGALRM ends the wait of a
 * process that nobody wakes. */
static void
wait_for(int *got, struct gate *go)
{
	static const struct sigaction act = {.sa_handler = caught};

	sigaction(SIGALRM, &act, NULL);
	sigaction(SIGUSR1, &act, NULL);
	gate_pass(go);
	alarm(5);
	*got = shmget(KEY, PAGE, IPC_CREAT | 0600);
	if (*got < 0)
		*got = -errno;
}

/*
 * Starts a creator that sleeps for a whole tick, and n processes that call shmget meanwhile.
 * Returns whether all of them were seen to wait for the creator.
 */
static int
race(const char *fail, int n, int *got, pid_t *waiter, pid_t *creator)
{
	volatile int *created = &got[n];
	struct gate go;
	int waiting = 0;

	gate_make(&go);
	for (int i = 0; i <= n; i++)
		got[i] = 0;
	for (int i = 0; i < n; i++)
		waiter[i] = SPAWN(wait_for(&got[i], &go));
	*creator = SPAWN(kernel_set("fail", fail); usleep(1);
	                 int id = shmget(KEY, PAGE, IPC_CREAT | 0600);
	                 *created = id < 0 ? -errno : id);
	while (*created == 0 && !sleeps_in(*creator, "object"))
		sched_yield();
	for (int i = 0; i < n; i++)
		gate_open(&go);
	while (*created == 0 && waiting < n) {
		waiting = 0;
		for (int i = 0; i < n; i++)
			waiting += sleeps_in(waiter[i], "shmget");
		sched_yield();
	}
	gate_drop(&go);
	return waiting == n;
}

static void
creation_fails(int *got)
{
	int bad = 0, waited = 0;
	pid_t waiter[3], creator;

	for (int i = 0; i < 20; i++) {
		int cpid = 0;

		waited += race("object:sleep,object:nth=1", 3, got, waiter, &creator);
		bad += ending(creator) != 0 || got[3] != -ENOMEM;
		for (int n = 0; n < 3; n++)
			bad += ending(waiter[n]) != 0;
		bad += got[0] <= 0 || got[1] != got[0] || got[2] != got[0];
		if (got[0] > 0)
			cpid = stat_of(got[0]).shm_cpid;
		bad += cpid != waiter[0] && cpid != waiter[1] && cpid != waiter[2];
		for (int n = 0; n < 3; n++)
			shmctl(got[n], IPC_RMID, NULL);
	}
	is(bad, 0, "B23 3 waiters, creation fails: one creates, two get its id");
	ok(waited > 0, "B23 all three waited when it failed, %d times", waited);
}

static void
waiter_is_signalled(int *got)
{
	int bad = 0, interrupted = 0;
	pid_t waiter, creator;

	for (int i = 0; i < 20; i++) {
		race("object:sleep", 1, got, &waiter, &creator);
		kill(waiter, SIGUSR1);
		bad += ending(waiter) != 0 || ending(creator) != 0 || got[1] <= 0;
		bad += got[0] != -EINTR && got[0] != got[1];
		interrupted += got[0] == -EINTR;
		shmctl(got[1], IPC_RMID, NULL);
	}
	is(bad, 0, "B23 a signalled waiter, and a creation that goes on");
	ok(interrupted > 0, "B23 EINTR for a signalled one, %d times", interrupted);
}

static void
b23(void)
{
	int *got = shared(4 * sizeof(*got));

	creation_fails(got);
	waiter_is_signalled(got);
	kernel_set("fail", "");
}

/* ---- B24: nobody can use a segment that is being created ---- */

/* Uses the identifier *next, as another user, until *stop is set. Counts in *bad each call that
 * succeeds, or fails with an errno that it should not have. */
static void
hammer(const volatile int *next, const volatile int *stop, int *bad)
{
	become(ALICE, ALICE);
	while (!*stop) {
		struct shmid_ds ds;
		int id = *next;

		*bad += shmat(id, NULL, 0) != NO_ADDR || (errno != EINVAL && errno != EACCES);
		*bad += shmat(id, NULL, SHM_RDONLY) != NO_ADDR ||
		        (errno != EINVAL && errno != EACCES);
		*bad += shmctl(id, IPC_STAT, &ds) == 0 || (errno != EINVAL && errno != EACCES);
		*bad += shmctl(id, IPC_RMID, NULL) == 0 || (errno != EINVAL && errno != EPERM);
		*bad += shmctl(id, SHM_LOCK, NULL) == 0 || (errno != EINVAL && errno != EPERM);
	}
}

static void
b24(void)
{
	int *s = shared(3 * sizeof(*s)), last = shmget(IPC_PRIVATE, PAGE, 0600), guessed = 0;
	pid_t pid;

	shmctl(last, IPC_RMID, NULL);
	s[0] = (last + 0x10000) & 0x7fffffff;
	pid = SPAWN(hammer(&s[0], &s[1], &s[2]));
	usleep(1);
	kernel_set("fail", "object:sleep");
	for (int i = 0; i < 20; i++) {
		last = shmget(IPC_PRIVATE, PAGE, 0600);
		guessed += last == s[0];
		sched_yield();
		shmctl(last, IPC_RMID, NULL);
		s[0] = (last + 0x10000) & 0x7fffffff;
	}
	kernel_set("fail", "");
	s[1] = 1;
	is(ending(pid), 0, "B24 another user");
	is(guessed, 20, "B24 knows the next id");
	is(s[2], 0, "B24 and hammers it: never succeeds");
}

void
test(void)
{
	static const struct row rows[] = {
		{"B5", b5}, {"B6", b6}, {"B7", b7}, {"B22", b22}, {"B23", b23}, {"B24", b24},
	};

	visit(rows, COUNT(rows));
}
