/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Races in which one call meets another half-way. The test makes the kernel sleep at
 * chosen places (/proc/sys/kernel/fail), and starts the other processes only when
 * the first is seen to sleep there.
 */
#include "race.h"

static int id; /* the segment that a crew races for */

/* ---- Helpers ---- */

static int
sleeps(pid_t pid, const char *where)
{
	char path[32];

	snprintf(path, sizeof(path), "/proc/%d/wchan", pid);
	return says(path, where);
}

/* Waits until pid sleeps at `where`. Returns 0 if it passed that place before it was seen. */
static int
caught(pid_t pid, const char *where)
{
	while (!sleeps(pid, where)) {
		if (sh->past)
			return 0;
		sched_yield();
	}
	return 1;
}

/* Calls shmget() and stores its result where the other processes can see it. */
static int
get(int who, key_t key, int size, int flags)
{
	int got = shmget(key, size, flags);

	sh->got[who].error = got < 0 ? errno : 0;
	sh->got[who].id = got;
	turn(who);
	return got;
}

/* Returns how many of the first n processes got this error. */
static int
count(int n, int error)
{
	int sum = 0;

	for (int who = 0; who < n; who++)
		sum += sh->got[who].error == error;
	return sum;
}

/* ---- 3a: processes that arrive while the segment is being created ---- */

struct visitor {
	int size, flags, uid;
};

static void
visit(int who, pid_t creator, const struct visitor *v)
{
	struct sigaction act = {.sa_handler = turn, .sa_flags = who == 1 ? SA_RESTART : 0};

	sigaction(SIGUSR1, &act, NULL);
	if (!caught(creator, "object"))
		return;
	/* The user changes only now, for another user may not see where the creator sleeps. */
	if (v->uid != 0)
		become(v->uid, v->uid);
	get(who, KEY, v->size, v->flags);
}

/*
 * Lets process 0 create the segment and sleep in the middle of the creation for one clock tick,
 * while visitors 1 to 3 arrive. With `remove`, process 0 then removes the segment; with `signal`,
 * the visitors get signals while they wait. Returns whether all three were seen to wait.
 */
static int
visits(const char *fail, const struct visitor v[3], int signal, int remove)
{
	pid_t pid[4];
	int seen = 0;

	sh->past = 0;
	for (int who = 0; who < CREW; who++)
		sh->got[who].error = -1;
	usleep(1);
	pid[0] = SPAWN(tune("fail", fail); get(0, KEY, PAGE, IPC_CREAT | 0600);
	               if (remove) shmctl(sh->got[0].id, IPC_RMID, NULL); sh->past = 1);
	for (int who = 1; who < 4; who++)
		pid[who] = SPAWN(visit(who, pid[0], &v[who - 1]));
	while (!seen && !sh->past) {
		sched_yield();
		seen = sleeps(pid[1], "shmget") && sleeps(pid[2], "shmget") &&
		       sleeps(pid[3], "shmget") && sleeps(pid[0], "object");
	}
	for (int who = 1; seen && signal && who < 4; who++)
		kill(pid[who], who == 3 ? SIGKILL : SIGUSR1);
	seen = seen && sleeps(pid[0], "object");
	for (int who = 0; who < 4; who++)
		ending(pid[who]);
	tune("fail", "\n");
	return seen;
}

/* Repeats visits() until all three visitors were seen to wait. Returns
 * the identifier of KEY's segment. */
static int
wanted(const char *race, const char *fail, const struct visitor v[3], int signal, int remove)
{
	int tries = 1;

	while (!visits(fail, v, signal, remove) && tries++ < 20)
		shmctl(shmget(KEY, 0, 0), IPC_RMID, NULL);
	ok(tries <= 20, "3a.1a %s: three are seen waiting for the creator", race);
	ok(sound(), "inv.1 %s: the invariants hold", race);
	return shmget(KEY, 0, 0);
}

static void
waiting(void)
{
	static const struct visitor plain[] = {{0, 0, 0}, {0, IPC_CREAT, 0}, {PAGE, 0600, 0}};
	static const struct visitor refused[] = {
		{2 * PAGE, 0600, 0}, {0, IPC_CREAT | IPC_EXCL, 0}, {0, 0400, ALICE}};
	static const struct visitor creating[] = {{PAGE, IPC_CREAT | 0600, 0},
	                                          {PAGE, IPC_CREAT | 0600, 0},
	                                          {PAGE, IPC_CREAT | 0600, 0}};
	int one = wanted("success", "object:sleep", plain, 0, 0);

	for (int who = 0; who < 4; who++)
		is(sh->got[who].id, one, "3a.1a success: process %d has its identifier", who);
	shmctl(one, IPC_RMID, NULL);

	one = wanted("refusal", "object:sleep", refused, 0, 0);
	is(sh->got[1].error, EINVAL, "3a.3a refusal: woken, and then it is too small");
	is(sh->got[2].error, EEXIST, "3a.4 refusal: woken, and then it exists");
	is(sh->got[3].error, EACCES, "3a.2 refusal: woken, and then it is another's");
	shmctl(one, IPC_RMID, NULL);

	one = wanted("failure", "object:sleep,object:nth=1", creating, 0, 0);
	is(sh->got[0].error, ENOMEM, "3b.6b failure: the creator has ENOMEM");
	is(stat_of(one).shm_cpid != 0 && count_segments() == 1, 1,
	   "3b.8 failure: those who wait are woken, one creates");
	for (int who = 1; who < 4; who++)
		is(sh->got[who].id, one, "3a.1c failure: process %d has that one", who);
	shmctl(one, IPC_RMID, NULL);

	one = wanted("signal", "object:sleep", plain, 1, 0);
	is(sh->got[1].id, one, "3a.1b signal: who asked for restarts waits on");
	is(sh->got[2].error, EINTR, "3a.1b signal: EINTR");
	is(sh->got[3].error, -1, "3a.1b signal: who is killed does not come back");
	is(sh->got[0].id, one, "3a.1b signal: the creator is not disturbed");
	shmctl(one, IPC_RMID, NULL);

	/* The scheduler decides whether they look before the segment is removed or after it. */
	one = wanted("removal", "object:sleep", creating, 0, 1);
	for (int who = 1; who < 4; who++)
		ok(sh->got[who].id == one || sh->got[who].id == sh->got[0].id,
		   "3a.1d removal: process %d has it, or creates the next", who);
	shmctl(one, IPC_RMID, NULL);
	gone("waiting");
}

/* ---- 3b: creators ---- */

/* Creates KEY's segment exclusively. Process 0 is made to sleep during the creation. */
static int
exclusive(int who)
{
	if (who == 0)
		tune("fail", "object:sleep");
	get(who, KEY, PAGE, IPC_CREAT | IPC_EXCL | 0600);
	return 0;
}

static int
privately(int who)
{
	if (who == 0)
		tune("fail", "object:sleep");
	get(who, IPC_PRIVATE, 3 * PAGE, 0600);
	return 0;
}

static void
creators(void)
{
	char shmall[16];
	int bad = 0;

	for (int i = 0; i < 6; i++) {
		bad += crew(CREW, exclusive) != 0 || count(CREW, 0) != 1 ||
		       count(CREW, EEXIST) != CREW - 1;
		tune("fail", "\n");
		bad += shmctl(shmget(KEY, 0, 0), IPC_RMID, NULL) != 0;
	}
	is(bad, 0, "3a.4 of %d who want to be the only one, one is", CREW);
	snprintf(shmall, sizeof(shmall), "%lu", procfs_number("/proc/sys/kernel/shmall", ""));
	tune("shmall", "8");
	crew(4, privately);
	tune("fail", "\n");
	tune("shmall", shmall);
	is(count(4, 0), 2, "3b.6a two segments of three pages, at once, within shmall=8");
	is(count(4, ENOMEM), 2, "3b.3a the others: ENOMEM");
	for (int who = 0; who < 4; who++)
		shmctl(sh->got[who].id, IPC_RMID, NULL);
	gone("creators");
}

/* ---- attach against remove ---- */

/* Lets a process sleep in the middle of an attach. Meanwhile the segment is removed, another
 * segment is created, which must not get its slot, and the process is killed if `signal` is not
 * 0. Returns how the process ends. */
static int
attach_removed(const char *fail, int signal)
{
	int end, other;
	pid_t pid;

	id = shmget(IPC_PRIVATE, PAGE, 0600);
	sh->past = 0;
	usleep(1);
	pid = SPAWN(tune("fail", fail); char *p = shmat(id, NULL, 0);
	            int e = errno; sh->past = 1;
	            _exit(p == NO_ADDR ? e : *p != 0 || (*p = 1, shmdt(p)) != 0 ? 1 : 0));
	ok(caught(pid, "attach"), "at.7a the attach is seen to sleep, %s", fail);
	is(shmctl(id, IPC_RMID, NULL), 0, "at.7a it can be removed");
	other = shmget(IPC_PRIVATE, PAGE, 0600);
	if (signal)
		kill(pid, signal);
	end = ending(pid);
	tune("fail", "\n");
	is(shmctl(other, IPC_RMID, NULL), 0, "at.7a a segment created meanwhile is another");
	return end;
}

/* Attaches and detaches until the segment is gone. Process 0 removes it. */
static int
attacher(int who)
{
	int other, *p;

	if (who == 0) {
		sched_yield();
		turn(who);
		if (shmctl(id, IPC_RMID, NULL) < 0)
			return 1;
		other = shmget(IPC_PRIVATE, PAGE, 0600);
		p = shmat(other, NULL, 0);
		shmctl(other, IPC_RMID, NULL);
		return p == NO_ADDR || *p != 0 || shmdt(p) != 0;
	}
	if (who == 1)
		tune("fail", "attach:sleep");
	while ((p = shmat(id, NULL, who % 2 ? SHM_RDONLY : 0)) != NO_ADDR) {
		turn(who);
		if (*p != id || shmdt(p) < 0)
			return 2;
	}
	return errno == EINVAL ? 0 : 3;
}

/* Creates a segment that holds its own identifier. */
static void
marked(int size)
{
	int *p;

	id = shmget(KEY, size, IPC_CREAT | 0600);
	p = shmat(id, NULL, 0);
	*p = id;
	shmdt(p);
}

static void
attaches(void)
{
	is(attach_removed("attach:sleep", 0), 0, "at.7a the attach is counted: its memory stays");
	is(attach_removed("attach:sleep,attach:nth=1", 0), ENOMEM, "at.7b it fails: nothing stays");
	is(attach_removed("attach:sleep", SIGKILL), KILLED(SIGKILL), "at.7a it is killed");
	for (int i = 0; i < 2; i++) {
		marked(PAGE);
		is(crew(CREW, attacher), 0, "at.1c attachers and a remover, round %d", i);
		tune("fail", "\n");
	}
	gone("attach against remove");
}

/* ---- fork against detach, exit and exec against remove ---- */

/* Parent and child detach at the same moment, for each of three attaches. */
static int
forker(int who)
{
	int *p[3], bad = 0;
	pid_t pid[3];

	for (int i = 0; i < 3; i++)
		p[i] = shmat(id, NULL, i == who % 3 ? SHM_RDONLY : 0);
	turn(who);
	for (int i = 0; i < 3; i++) {
		pid[i] = SPAWN(_exit(*p[i] != id || shmdt(p[i]) < 0 || (i < 2 && *p[2] != id)));
		turn(who);
		bad += shmdt(p[i]) < 0 || !sound();
	}
	for (int i = 0; i < 3; i++)
		bad += ending(pid[i]) != 0;
	return bad;
}

/* Attaches the segment, and lets a child that inherits the attach end: each process in a different
 * way. Process 0 removes the segment. */
static int
ender(int who)
{
	int *p = shmat(id, NULL, 0), *q, fate[] = {0, 0, KILLED(SIGKILL), SEGV, 0};
	pid_t pid;

	turn(who);
	if (who == 0)
		return shmctl(id, IPC_RMID, NULL);
	if (p == NO_ADDR)
		return errno != EINVAL;
	pid = SPAWN(q = shmat(id, NULL, SHM_RDONLY); turn(who);
	            if (*p != id || (q == NO_ADDR ? errno != EINVAL : *q != id)) _exit(1);
	            if (who == 2) kill(getpid(), SIGKILL);
	            if (who == 3) *(volatile int *)NULL = 1;
	            if (who == 4) execl("/no/such", "x", NULL), execl("/bin/true", "true", NULL));
	shmdt(p);
	return ending(pid) != fate[who] || !sound();
}

static void
ends(void)
{
	marked(PAGE);
	is(crew(4, forker), 0, "fork.3 forks and detaches at once");
	is(stat_of(id).shm_nattch, 0, "dt.2b all are counted down");
	for (int i = 0; i < 4; i++) {
		is(crew(CREW, ender), 0, "exit.5 ends of all kinds, exec, and a remover, round %d",
		   i);
		fails(shmctl(id, IPC_RMID, NULL), EINVAL, "ctl.4g its identifier is gone");
		marked(PAGE);
	}
	shmctl(id, IPC_RMID, NULL);
	gone("ends against remove");
}

/* ---- SHM_LOCK, which sleeps while it works, against remove ---- */

static int
locker(int who)
{
	int *p;

	turn(who);
	switch (who) {
	case 0:
		return shmctl(id, SHM_LOCK, NULL) < 0 && errno != EINVAL;
	case 1:
		sched_yield();
		return shmctl(id, IPC_RMID, NULL);
	default:
		p = shmat(id, NULL, 0);
		return p == NO_ADDR ? errno != EINVAL : *p != id || shmdt(p);
	}
}

static void
locks(void)
{
	for (int i = 0; i < 2; i++) {
		marked(1025 * PAGE);
		is(crew(3, locker), 0, "lock.5 SHM_LOCK, an attach and a remover, round %d", i);
	}
	gone("lock against remove");
}

void
test(void)
{
	race_begin();
	waiting();
	creators();
	attaches();
	ends();
	locks();
	race_end();
}
