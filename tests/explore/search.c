/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The search: breadth-first, a level after the other, so that what is found is found by a shortest
 * sequence. A state is kept as its form, its parent and the step that led from there; to go on
 * from it, the steps from the first state on are made again. Several processes take states of a
 * level in turn, and share what is known: the states, which are in a file, and a table of them by
 * their form. An interrupted search ends when these processes have done what they have taken.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "explore.h"

#define STATES_MAX 200000000u
#define LEVELS_MAX 200u
#define JOBS_MAX 64u
#define CHUNK 8u        /* states that a process takes at a time */
#define BUSY UINT32_MAX /* in the table: a state that is being recorded */

struct state {
	struct form form;
	uint32_t parent;
	uint16_t step;
};

/* The file: this head, and the states behind it. */
struct head {
	uint64_t program; /* which program made it */
	uint32_t level;   /* the level whose states are gone on from now */
	uint32_t next;    /* the first state of it that nobody has taken */
	uint32_t nstates;
	bool clean;  /* false while processes work: they may have taken states and not done them */
	bool closed; /* there is no further level */
	uint32_t start[LEVELS_MAX + 2]; /* of each level; behind the last, the end */
	uint64_t calls[LEVELS_MAX], failed[LEVELS_MAX];
	double seconds[LEVELS_MAX];
	/* Of the processes that work. */
	volatile bool stop;
	struct {
		uint32_t state;
		uint16_t step;
		int fail;
	} at[JOBS_MAX]; /* what each of them is doing */
};
#define HEAD_SIZE 65536u
_Static_assert(sizeof(struct head) <= HEAD_SIZE, "the head has room");

/* None of this changes between a snapshot and the return to it. */
static struct head *head;
static struct state *states;
static uint32_t *table, table_size; /* a power of two */
static unsigned jobs, failing;
static const struct world *world;

/* ---- The table ---- */

static bool
table_full(void)
{
	return head->nstates > table_size / 2;
}

/* Records a state, unless it is known. */
static void
record(struct form form, uint32_t parent, uint16_t step)
{
	uint32_t i = (uint32_t)form.lo & (table_size - 1), n, free_entry;

	for (;; i = (i + 1) & (table_size - 1)) {
		free_entry = 0;
		if (__atomic_load_n(&table[i], __ATOMIC_ACQUIRE) == 0 &&
		    __atomic_compare_exchange_n(&table[i], &free_entry, BUSY, false,
		                                __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE))
			break;
		while ((n = __atomic_load_n(&table[i], __ATOMIC_ACQUIRE)) == BUSY)
			;
		if (states[n].form.lo == form.lo && states[n].form.hi == form.hi)
			return;
	}
	n = __atomic_fetch_add(&head->nstates, 1, __ATOMIC_RELAXED);
	states[n] = (struct state){form, parent, step};
	__atomic_store_n(&table[i], n, __ATOMIC_RELEASE);
}

/* Makes a table with room for twice as many states as there are, or more. State 0 is the first
 * state, and is not in it: nothing that is found leads there but calls that change nothing. */
static void
table_make(void)
{
	uint32_t n, i;

	if (table != NULL)
		munmap(table, (size_t)table_size * sizeof(*table));
	for (table_size = 1u << 20; table_size / 8 < head->nstates; table_size *= 2)
		;
	table = mmap(NULL, (size_t)table_size * sizeof(*table), PROT_READ | PROT_WRITE,
	             MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	for (n = 1; n < head->nstates; n++) {
		for (i = (uint32_t)states[n].form.lo & (table_size - 1); table[i] != 0;)
			i = (i + 1) & (table_size - 1);
		table[i] = n;
	}
}

/* ---- Going on from a state ---- */

/* Writes the steps that lead to the state into path. Returns how many. */
static unsigned
path_to(uint32_t state, uint16_t *path)
{
	unsigned n = 0, i;
	uint32_t s;

	for (s = state; s != 0; s = states[s].parent)
		n++;
	for (s = state, i = n; s != 0; s = states[s].parent)
		path[--i] = states[s].step;
	return n;
}

static _Noreturn void
differs(void)
{
	fflush(stdout);
	_exit(1);
}

static void
reach(uint32_t state)
{
	uint16_t path[LEVELS_MAX];
	unsigned i, n = path_to(state, path);
	struct reply r;
	struct call c;

	snapshot_back(0);
	for (i = 0; i < n; i++) {
		if (!step_call(path[i], &c))
			differs();
		kernel_call(&c, &r);
		if (!model_agrees(&c, &r))
			differs();
	}
	snapshot_take(1);
}

/* Makes a step from the state in snapshot 1, compares, and records where it has led. */
static void
step_make(uint32_t from, uint16_t step, const struct call *c)
{
	struct reply r;
	struct form form;

	kernel_call(c, &r);
	if (!model_agrees(c, &r) || !stat_same(c, &r) || !sides_same())
		differs();
	form = form_now(false);
	kernel_audit();
	if (form.lo != states[0].form.lo || form.hi != states[0].form.hi)
		record(form, from, step);
	snapshot_back(1);
}

/* Makes the step with each of its allocations failing in turn. Each time it must return ENOMEM and
 * have changed nothing but shm_last_free, which a failed shmget leaves at -1. Returns how many. */
static unsigned
step_fail(unsigned job, const struct call *c)
{
	struct form before = form_now(false), after;
	struct reply r;
	unsigned n;

	if (c->op == OP_EXEC || c->op == OP_EXIT)
		return 0;
	for (n = 0;; n++) {
		head->at[job].fail = (int)n;
		fail_from((int)n);
		kernel_call(c, &r);
		if (!fail_happened())
			break;
		after = c->op == OP_GET ? before : form_now(false);
		if (r.err != 12 || after.lo != before.lo || after.hi != before.hi) {
			printf("its allocation %u failed: errno %u, and %s\n", n, r.err,
			       after.hi == before.hi ? "all is as before" : "something changed");
			differs();
		}
		kernel_audit();
		snapshot_back(1);
	}
	head->at[job].fail = -1;
	fail_from(-1);
	snapshot_back(1);
	return n;
}

static void
go_on(unsigned job, uint32_t state, uint64_t *calls, uint64_t *failed)
{
	struct call c;
	unsigned i;

	head->at[job].state = state;
	head->at[job].step = UINT16_MAX;
	reach(state);
	for (i = 0; i < nsteps; i++) {
		if (!step_call(i, &c))
			continue;
		head->at[job].step = (uint16_t)i;
		step_make(state, (uint16_t)i, &c);
		++*calls;
		if (head->level < failing)
			*failed += step_fail(job, &c);
	}
}

/* What each process does: takes states of the level until there are no more. */
static void
work(unsigned job)
{
	uint32_t end = head->start[head->level + 1], first, s;
	uint64_t calls = 0, failed = 0;

	while (!head->stop && !table_full()) {
		first = __atomic_fetch_add(&head->next, CHUNK, __ATOMIC_RELAXED);
		if (first >= end)
			break;
		alarm(60); /* for a call that does not return */
		for (s = first; s < end && s < first + CHUNK; s++)
			go_on(job, s, &calls, &failed);
	}
	__atomic_fetch_add(&head->calls[head->level], calls, __ATOMIC_RELAXED);
	__atomic_fetch_add(&head->failed[head->level], failed, __ATOMIC_RELAXED);
}

/* ---- The processes ---- */

static double
now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void
progress(void)
{
	uint32_t first = head->start[head->level], end = head->start[head->level + 1];
	uint32_t next = head->next < end ? head->next : end;

	fprintf(stderr, "\r%s: depth %u, %u of %u states, %u found \033[K", world->name,
	        head->level + 1, next - first, end - first, head->nstates - end);
}

/* Waits for the processes. Returns the number of one that has found something; jobs if none. */
static unsigned
wait_all(pid_t *pids)
{
	unsigned left = jobs, found = jobs, i;
	bool terminal = isatty(2);
	int status;
	pid_t pid;

	while (left > 0) {
		pid = waitpid(-1, &status, WNOHANG);
		if (pid <= 0) {
			if (terminal)
				progress();
			usleep(20000);
			continue;
		}
		left--;
		for (i = 0; i < jobs && pids[i] != pid; i++)
			;
		pids[i] = 0;
		if (status == 0 || found < jobs)
			continue;
		found = i;
		for (i = 0; i < jobs; i++)
			if (pids[i] > 0)
				kill(pids[i], SIGKILL);
		if (WIFSIGNALED(status))
			printf("the call does not return: %s\n", strsignal(WTERMSIG(status)));
	}
	if (terminal)
		fprintf(stderr, "\r\033[K");
	return found;
}

/* Lets processes work until the level is done, the table is full, or the search is interrupted.
 * Returns like wait_all(). */
static unsigned
turn(void)
{
	pid_t pids[JOBS_MAX];
	unsigned i;

	if (table == NULL || table_full())
		table_make();
	snapshot_take(0); /* with the table's address */
	fflush(stdout);
	head->clean = false;
	for (i = 0; i < jobs; i++) {
		pids[i] = fork();
		if (pids[i] == 0) {
			signal(SIGINT, SIG_IGN);
			work(i);
			_exit(0);
		}
	}
	i = wait_all(pids);
	head->clean = i == jobs;
	return i;
}

/* ---- The file ---- */

/* Returns a number that says which program this is: its file is hashed. */
static uint64_t
program_number(void)
{
	FILE *f = fopen("/proc/self/exe", "r");
	uint64_t h = 0xcbf29ce484222325u;
	int c;

	while (f != NULL && (c = getc(f)) != EOF)
		h = (h ^ (unsigned)c) * 0x100000001b3u;
	if (f != NULL)
		fclose(f);
	return h;
}

/* Begins a search, or the level of one that was not ended in order. */
static void
begin(uint64_t program)
{
	struct form first = form_now(false);

	if (head->program != program) {
		memset(head, 0, sizeof(*head));
		head->program = program;
		head->nstates = head->start[1] = 1;
		states[0] = (struct state){.form = first};
	} else if (!head->clean) {
		head->next = head->start[head->level];
		head->calls[head->level] = head->failed[head->level] = 0;
		head->nstates = head->start[head->level + 1];
	}
	head->stop = false;
	head->clean = true;
}

static void
file_open(const char *directory)
{
	size_t size = HEAD_SIZE + (size_t)STATES_MAX * sizeof(struct state);
	char name[200];
	int fd;

	mkdir(directory, 0777);
	snprintf(name, sizeof(name), "%s/%s", directory, world->name);
	fd = open(name, O_RDWR | O_CREAT, 0666);
	if (fd < 0 || ftruncate(fd, (off_t)size) != 0) {
		perror(name);
		exit(3);
	}
	head = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	close(fd);
	if (head == MAP_FAILED) {
		perror(name);
		exit(3);
	}
	states = (struct state *)((char *)head + HEAD_SIZE);
}

/* ---- The report ---- */

static void
interrupted(int sig)
{
	(void)sig;
	head->stop = true;
}

static unsigned
memory_used(void)
{
	struct rusage own, of_children;

	getrusage(RUSAGE_SELF, &own);
	getrusage(RUSAGE_CHILDREN, &of_children);
	return (unsigned)((own.ru_maxrss + jobs * of_children.ru_maxrss) >> 10);
}

static void
report(unsigned depth)
{
	uint64_t calls = 0, failed = 0;
	double seconds = 0;
	unsigned i;

	for (i = 0; i < depth; i++) {
		calls += head->calls[i];
		failed += head->failed[i];
		seconds += head->seconds[i];
	}
	printf("%s: %s %u: %u states, %llu calls, %llu more with a failing allocation, %.1f s, "
	       "%u MiB\n",
	       world->name, head->closed && depth == head->level ? "closed at depth" : "depth",
	       depth, head->start[depth + 1], (unsigned long long)calls, (unsigned long long)failed,
	       seconds, memory_used());
}

static void
report_interrupted(void)
{
	uint32_t first = head->start[head->level], end = head->start[head->level + 1];

	report(head->level);
	printf("%s: interrupted at depth %u, after %u of %u states; the next search continues\n",
	       world->name, head->level + 1, head->next - first, end - first);
}

static void
found(unsigned job, const char *directory)
{
	uint16_t path[LEVELS_MAX + 1];
	unsigned n = path_to(head->at[job].state, path);
	char why[80] = "", file[200];

	if (head->at[job].step != UINT16_MAX)
		path[n++] = head->at[job].step;
	if (head->at[job].fail >= 0)
		snprintf(why, sizeof(why), "allocation %d of the last call fails",
		         head->at[job].fail);
	snprintf(file, sizeof(file), "%s/%s.c", directory, world->name);
	snapshot_back(0);
	program_write(world, path, n, why, file);
	printf("%s: kernel and model differ after %u calls: %s shows it\n", world->name, n, file);
}

int
search(const struct world *w, unsigned depth, unsigned fail_depth, unsigned njobs,
       const char *directory)
{
	unsigned i;

	world = w;
	jobs = njobs;
	failing = fail_depth;
	sides_boot(w);
	steps_make(w);
	file_open(directory);
	begin(program_number());
	for (i = 0; i < JOBS_MAX; i++)
		head->at[i].fail = -1;
	signal(SIGINT, interrupted);
	while (!head->closed && head->level < depth) {
		double start = now();

		i = turn();
		head->seconds[head->level] += now() - start;
		if (i < jobs) {
			found(i, directory);
			return 1;
		}
		if (head->stop) {
			report_interrupted();
			return 2;
		}
		if (head->next < head->start[head->level + 1])
			continue; /* the table was full */
		head->level++;
		head->next = head->start[head->level];
		head->start[head->level + 1] = head->nstates;
		head->closed = head->next == head->nstates;
	}
	report(head->level < depth ? head->level : depth);
	return 0;
}
