/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A story of four processes, which the seed decides: what they write and attach, and how they
 * sleep. `look story SEED` plays it, and stops four times for gdb. `look questions SEED` prints
 * what is to be found out.
 */
#include "look.h"

#include <sched.h>

#define CHILDREN 3
#define PAGES 6
#define MINE ((char *)0x50000000)   /* pages of the parent's own, which it writes before it forks */
#define ATTACH ((char *)0x60000000) /* of the small segment; each attach is a page further */
#define BIG ((char *)0x70000000)    /* of the big segment: two spans, and some pages in a third */
#define SPAN (4u << 20)

enum { PAUSE, READ, FLOCK, NANOSLEEP, WAYS };
static const int numbers[WAYS] = {29, 3, 143, 162}; /* of these system calls */

/* What the seed decides. */
static struct {
	unsigned written[CHILDREN]; /* a bit for each of the pages that the child writes */
	unsigned attaches[CHILDREN];
	int way[CHILDREN]; /* how it sleeps */
	int beside;        /* in which span of the big segment the parent maps a page; or 3 */
	int asked[4];      /* the children that the questions are about, and a span */
	pid_t pid[CHILDREN];
	unsigned nattch[CHILDREN + 2]; /* at each stop, from 1 on */
} story;

static void
decide(void)
{
	int first = any(WAYS);

	for (int i = 0; i < CHILDREN; i++) {
		story.written[i] = 1 + any((1 << PAGES) - 2);
		story.attaches[i] = any(4);
		story.way[i] = (first + i) % WAYS;
	}
	story.beside = any(4);
	story.asked[0] = any(CHILDREN);
	story.asked[1] = any(CHILDREN);
	story.asked[2] = (story.asked[1] + 1) % CHILDREN; /* not the same one */
	story.asked[3] = any(3);
}

/* gdb stops here: `ist break look stop`. */
__attribute__((noinline)) static void
stop(int number)
{
	__asm__ volatile("" : : "r"(number) : "memory");
}

/* Sleeps for good. */
static void
sleep_by(int way)
{
	const long long_time[2] = {1000000, 0}; /* seconds, nanoseconds */
	int fd[2];
	char byte;

	if (way == PAUSE)
		pause();
	if (way == READ && pipe(fd) == 0)
		read(fd[0], &byte, 1);
	if (way == FLOCK)
		syscall(numbers[FLOCK], open("/tmp/locked", O_RDWR), LOCK_EX);
	if (way == NANOSLEEP)
		syscall(numbers[NANOSLEEP], long_time, NULL);
}

static void
child(int i, int id, struct gate *ready)
{
	for (int page = 0; page < PAGES; page++)
		if (story.written[i] & 1u << page)
			MINE[page * PAGE] = 'c';
	for (unsigned k = 0; k < story.attaches[i]; k++)
		shmat(id, ATTACH + (i * 4 + k) * PAGE, 0);
	gate_open(ready);
	sleep_by(story.way[i]);
	_exit(0);
}

static void
play(void)
{
	int id = shmget(0x1007, PAGE, IPC_CREAT | 0600);
	int big = shmget(0x1008, 2 * SPAN + 10 * PAGE, IPC_CREAT | 0600);
	int lock = open("/tmp/locked", O_RDWR | O_CREAT, 0600), prot = PROT_READ | PROT_WRITE;
	int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED;
	struct gate ready;

	syscall(numbers[FLOCK], lock, LOCK_EX);
	gate_make(&ready);
	mmap(MINE, PAGES * PAGE, prot, flags, -1, 0);
	for (int page = 0; page < PAGES; page++)
		MINE[page * PAGE] = 'p';
	for (int i = 0; i < CHILDREN; i++) {
		story.pid[i] = SPAWN(child(i, id, &ready));
		gate_pass(&ready);
		for (int k = 0; k < 5; k++)
			sched_yield();
		story.nattch[i + 1] = stat_of(id).shm_nattch;
		stop(i + 1);
	}
	shmat(big, BIG, 0);
	if (story.beside == 2) {
		mmap(BIG + 2 * SPAN + 20 * PAGE, PAGE, prot, flags, -1, 0);
		BIG[2 * SPAN + 20 * PAGE] = 'b';
	} else if (story.beside < 2) {
		mprotect(BIG + story.beside * SPAN + PAGE, PAGE, PROT_READ);
	}
	for (int span = 0; span < 3; span++)
		BIG[span * SPAN] = 's';
	stop(CHILDREN + 1);
}

static void
end(void)
{
	for (int i = 0; i < CHILDREN; i++) {
		kill(story.pid[i], SIGKILL);
		ending(story.pid[i]);
	}
	shmctl(shmget(0x1007, 0, 0), IPC_RMID, NULL);
	shmctl(shmget(0x1008, 0, 0), IPC_RMID, NULL);
	unlink("/tmp/locked");
}

static void
tell(void)
{
	decide();
	play();
	end();
}

/* ---- The questions and their answers ---- */

static void
questions(void)
{
	decide();
	play();
	see("The parent is process %d, its children are %d, %d and %d.", getpid(), story.pid[0],
	    story.pid[1], story.pid[2]);
	see("1. At the third stop, how many attaches (nattch) has the segment of key 0x1007?");
	see("2. And at the second?");
	see("3. At the last stop, which of the %d pages from %p on, numbered from 0, has "
	    "process %d still in one frame with its parent? (as in \"0 2 5\")",
	    PAGES, (void *)MINE, story.pid[story.asked[0]]);
	see("4. On what does process %d sleep? (the words of `ist ps` before \"on\")",
	    story.pid[story.asked[1]]);
	see("5. Inside of which system call is process %d? (its number)",
	    story.pid[story.asked[2]]);
	see("6. By what does the parent show the span of %p: own, graft or large?",
	    (void *)(BIG + story.asked[3] * SPAN));
	end();
}

#if __has_include("answers.h")
#include "answers.h"
#endif

const struct subject subjects[] = {{"story", tell},
                                   {"questions", questions},
#if __has_include("answers.h")
                                   {"answers", answers},
#endif
                                   {NULL, NULL}};
