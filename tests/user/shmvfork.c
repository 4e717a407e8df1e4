/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A vfork child shares its parent's space, and so its attaches. The child changes them and ends in
 * several ways; the parent goes on with what the child has left, or is killed meanwhile.
 */
#include "shmstate.h"

#include <time.h>

#define P ((char *)0x60000000) /* the parent's attach of `one`, three pages */
#define Q (P + 4 * PAGE)       /* where the child attaches `two` */
#define PAGES 8

static int one, two;

/* Shared by all processes of the test. */
static volatile struct {
	pid_t lender, child;
	pid_t one, two; /* who used them last, once the act is done */
	int at;         /* how far the child is */
} * seen;
static struct gate gate;

/* ---- What the child does: the acts ---- */

static void
attaches(void)
{
	shmat(two, Q, 0);
	Q[0] = 'q';
	seen->two = getpid();
}

static void
detaches(void)
{
	shmdt(P);
	seen->one = getpid();
}

static void
unmaps(void)
{
	munmap(P, 3 * PAGE);
	seen->one = getpid();
}

static void
unmaps_a_part(void)
{
	munmap(P + PAGE, PAGE);
}

static void
unmaps_the_start(void)
{
	munmap(P, PAGE);
}

static void
replaces_a_part(void)
{
	shmat(two, P + PAGE, SHM_REMAP);
	seen->two = getpid();
}

static void
protects_a_part(void)
{
	mprotect(P + PAGE, PAGE, PROT_READ);
}

static void
removes(void)
{
	shmctl(one, IPC_RMID, NULL);
}

static void
forks(void)
{
	struct gate go;
	pid_t pid;

	gate_make(&go);
	pid = SPAWN(gate_pass(&go));
	is(stat_of(one).shm_nattch, 2, "fork.3 a borrower's child has attaches of its own");
	gate_open(&go);
	ending(pid);
	gate_drop(&go);
	seen->one = pid;
}

static void
lends(void)
{
	pid_t pid = vfork();

	if (pid == 0) {
		attaches();
		_exit(0);
	}
	ending(pid);
}

static const struct act {
	const char *name;
	void (*run)(void);
	const char *view; /* of the pages from P on, after the act */
	int ones, twos;   /* nattch after the act */
} acts[] = {
	{"attaches", attaches, "AAA.BBB.", 1, 1},
	{"detaches", detaches, "........", 0, 0},
	{"unmaps", unmaps, "........", 0, 0},
	{"unmaps a part", unmaps_a_part, "A.A.....", 1, 0},
	{"unmaps the start", unmaps_the_start, ".AA.....", 1, 0},
	{"replaces a part", replaces_a_part, "ABBB....", 1, 1},
	{"protects a part", protects_a_part, "AaA.....", 1, 0},
	{"removes", removes, "AAA.....", 1, 0},
	{"forks", forks, "AAA.....", 1, 0},
	{"lends", lends, "AAA.BBB.", 1, 1},
};

/* ---- What must be seen afterwards ---- */

static char what[64];

static void
shows(pid_t pid, const char *want)
{
	const char *got = view(pid, P, PAGES, one, two);

	ok(strcmp(got, want) == 0, "%s: maps", what);
	if (strcmp(got, want) != 0)
		diag("got %s, wanted %s", got, want);
}

/* Checks the space of pid, and both segments, after the act. */
static void
acted(const struct act *act, pid_t pid)
{
	shows(pid, act->view);
	stands(one, act->ones, seen->one, what);
	stands(two, act->twos, seen->two, what);
}

/* Checks both segments after the last process of the space has ended: that process is the last user
 * of each segment that was still attached. */
static void
ended(const struct act *act, pid_t last, time_t from)
{
	struct shmid_ds ds;

	stands(one, act->run == removes ? GONE : 0, act->ones ? last : seen->one, what);
	stands(two, 0, act->twos ? last : seen->two, what);
	for (int i = 0; i < 2; i++) {
		if (shmctl(i ? two : one, IPC_STAT, &ds) < 0 || ds.shm_lpid == 0)
			continue;
		ok(ds.shm_atime >= from && ds.shm_atime <= ds.shm_dtime &&
		           ds.shm_dtime <= time(NULL) && ds.shm_ctime <= ds.shm_atime,
		   "%s: the stamps", what);
	}
}

/* ---- How they end ---- */

#define BY_EXIT 0
#define BY_EXEC 1
#define BY_SIGNAL 2
static const char *const ends[] = {"exits", "execs", "is killed"};

static _Noreturn void
end(int how)
{
	if (how == BY_EXEC)
		execl("/bin/true", "true", NULL);
	if (how == BY_SIGNAL)
		kill(getpid(), SIGKILL);
	_exit(0);
}

static void
begin(void)
{
	one = shmget(IPC_PRIVATE, 3 * PAGE, 0600);
	two = shmget(IPC_PRIVATE, 3 * PAGE, 0600);
	seen->child = seen->one = seen->two = seen->at = 0;
}

static void
lender_attaches(void)
{
	seen->lender = seen->one = getpid();
	shmat(one, P, 0);
	memset(P, 'p', 3 * PAGE);
}

/* The child acts and ends. Its parent goes on with the space, and then ends too. */
static void
parent_goes_on(const struct act *act, int how)
{
	time_t from = time(NULL);
	pid_t pid;

	begin();
	snprintf(what, sizeof(what), "vfork.1 %s, %s", act->name, ends[how]);
	pid = SPAWN(lender_attaches();
	            if ((seen->child = vfork()) == 0) {
		            seen->child = getpid();
		            act->run();
		            end(how);
	            } is(ending(seen->child),
	                 how == BY_SIGNAL ? KILLED(SIGKILL) : 0, "%s: the child", what);
	            acted(act, getpid());
	            if (act->view[0] == 'A') is(P[0], 'p', "%s: what was there", what);
	            if (act->view[4] == 'B') is(Q[0], 'q', "%s: what came", what););
	is(ending(pid), 0, "%s: the parent", what);
	snprintf(what, sizeof(what), "vfork.2 %s, %s", act->name, ends[how]);
	ended(act, pid, from);
	shmctl(one, IPC_RMID, NULL);
	shmctl(two, IPC_RMID, NULL);
}

static void
arrive(int at)
{
	seen->at = at;
	gate_pass(&gate);
}

static void
until(int at)
{
	while (seen->at != at)
		sched_yield();
}

/* The parent is killed, before the child acts or after it. */
static void
parent_is_killed(const struct act *act, int how, int before)
{
	time_t from = time(NULL);

	begin();
	snprintf(what, sizeof(what), "vfork.2 killed %s it %s", before ? "before" : "after",
	         act->name);
	SPAWN(lender_attaches(); if (vfork() == 0) {
		seen->child = getpid();
		if (before)
			arrive(1);
		act->run();
		arrive(2);
		end(how);
	});
	if (before) {
		until(1);
		kill(seen->lender, SIGKILL);
		is(ending(seen->lender), KILLED(SIGKILL), "%s: its parent", what);
		shows(seen->child, "AAA.....");
		stands(one, 1, seen->lender, what);
		gate_open(&gate);
	}
	until(2);
	if (!before) {
		kill(seen->lender, SIGKILL);
		is(ending(seen->lender), KILLED(SIGKILL), "%s: its parent", what);
	}
	acted(act, seen->child);
	if (how == BY_SIGNAL)
		kill(seen->child, SIGKILL);
	else
		gate_open(&gate);
	while (kill(seen->child, 0) == 0)
		sched_yield();
	snprintf(what, sizeof(what), "vfork.2 killed, %s, %s", act->name, ends[how]);
	ended(act, seen->child, from);
	shmctl(one, IPC_RMID, NULL);
	shmctl(two, IPC_RMID, NULL);
}

/* The parent is killed while the child sleeps in shmat, when the attach
 * is counted and not yet mapped. */
static void
killed_in_the_middle(void)
{
	begin();
	snprintf(what, sizeof(what), "vfork.2 killed during shmat");
	SPAWN(lender_attaches(); if (vfork() == 0) {
		knob("fail", "attach:sleep");
		seen->child = getpid();
		usleep(1); /* start at a clock tick */
		attaches();
		arrive(2);
		_exit(0);
	});
	while (seen->child == 0)
		sched_yield();
	until_sleeps(seen->child, "attach");
	kill(seen->lender, SIGKILL);
	is(ending(seen->lender), KILLED(SIGKILL), "%s: its parent", what);
	stands(two, 1, 0, what);
	until(2);
	knob("fail", "\n");
	shows(seen->child, "AAA.BBB.");
	stands(two, 1, seen->child, what);
	gate_open(&gate);
	while (kill(seen->child, 0) == 0)
		sched_yield();
	stands(one, 0, seen->child, what);
	stands(two, 0, seen->child, what);
	shmctl(one, IPC_RMID, NULL);
	shmctl(two, IPC_RMID, NULL);
}

void
test(void)
{
	seen = shared(sizeof(*seen));
	gate_make(&gate);
	for (unsigned i = 0; i < sizeof(acts) / sizeof(acts[0]); i++)
		for (int how = BY_EXIT; how <= BY_SIGNAL; how++) {
			parent_goes_on(&acts[i], how);
			parent_is_killed(&acts[i], how, 0);
			parent_is_killed(&acts[i], how, 1);
		}
	killed_in_the_middle();
	gate_drop(&gate);
}
