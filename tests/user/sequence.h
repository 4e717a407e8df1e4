/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * For programs that make a sequence of calls in several processes, as tests/explore writes them.
 * The processes take turns; what each call gave is kept in a file that all of them map, so that a
 * new program after exec goes on with it, and test() compares at the end.
 */
#pragma once

#include "tap.h"

#include <setjmp.h>
#include <sys/stat.h>

#define SEQUENCE_MAX 256
#define FAULT (-14) /* what load() and store() give if they fault */

static struct {
	volatile int turn;
	int id[8]; /* the identifiers of the slots */
	struct shmid_ds ds;
	long gave[SEQUENCE_MAX];
	int error[SEQUENCE_MAX];
	pid_t pid[SEQUENCE_MAX]; /* who made the call */
} *const sequence = (void *)0x30000000;

/* Maps the file at an address that no call uses. */
static void
go_on(void)
{
	int fd = open("/sequence", O_RDWR | O_CREAT, 0666);

	if (ftruncate(fd, sizeof(*sequence)) < 0 ||
	    mmap(sequence, sizeof(*sequence), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, fd,
	         0) != sequence)
		bail("the file of the sequence");
	close(fd);
}

static inline void
begin(void)
{
	umask(0);
	go_on();
}

static void
wait_for(int turn)
{
	while (sequence->turn < turn)
		sched_yield();
}

static inline void
turn(int n)
{
	wait_for(n);
}

/* Records what the call of this turn gave, and ends the turn. */
static inline void
did(long result)
{
	sequence->gave[sequence->turn] = result;
	sequence->error[sequence->turn] = result == -1 ? errno : 0;
	sequence->pid[sequence->turn] = getpid();
	sequence->turn++;
}

/* Starts a process of the user, which makes its calls and waits for the end of the sequence. It has
 * nothing mapped where shmat without an address maps first: tap.c's memory is there. */
static inline void
start(void (*process)(void), uid_t uid)
{
	if (fork() > 0)
		return;
	munmap((void *)0x40000000, 16 * PAGE);
	if (uid != 0)
		become(uid, uid);
	process();
	_exit(0);
}

/* Starts this program anew; it continues in the function of that name. */
static inline void
go_on_as(const char *name)
{
	execl("/proc/self/exe", "sequence", name, NULL);
	bail("exec");
}

static jmp_buf faulted;

static inline void
fault(int sig)
{
	longjmp(faulted, sig);
}

static inline long
reach(uint32_t at, const uint32_t *word)
{
	struct sigaction act = {.sa_handler = fault, .sa_flags = SA_NODEFER};

	sigaction(SIGSEGV, &act, NULL);
	if (setjmp(faulted) != 0)
		return FAULT;
	if (word != NULL)
		*(volatile uint32_t *)at = *word;
	return (long)*(volatile uint32_t *)at;
}

static inline long
load(uint32_t at)
{
	return reach(at, NULL);
}

static inline long
store(uint32_t at, uint32_t word)
{
	return reach(at, &word);
}

static inline long
set(int id, uid_t uid, gid_t gid, int mode)
{
	struct shmid_ds ds = {.shm_perm = {.uid = uid, .gid = gid, .mode = mode}};

	return shmctl(id, IPC_SET, &ds);
}

/* The checks of what a call gave: a result, a result that the kernel chose, an error. */
static inline void
gave(int n, long wanted)
{
	is(sequence->gave[n], wanted, "call %d", n);
}

static inline void
done(int n)
{
	ok(sequence->gave[n] != -1, "call %d, errno %d", n, sequence->error[n]);
}

static inline void
refused(int n, int error)
{
	long r = sequence->gave[n];

	ok(r == FAULT ? error == EFAULT : r == -1 && sequence->error[n] == error,
	   "call %d is refused: %ld, errno %d", n, r, sequence->error[n]);
}

/* Checks the kernel's counts, lets the processes end, and removes what is left. */
static inline void
end(void)
{
	char check[8] = "";
	unsigned i;
	int fd = open("/proc/sysvipc/check", O_RDONLY);

	read(fd, check, 2);
	close(fd);
	ok(strcmp(check, "ok") == 0, "the kernel's counts are right");
	sequence->turn++;
	while (wait(NULL) > 0)
		;
	for (i = 0; i < 8; i++)
		if (sequence->id[i] != 0)
			shmctl(sequence->id[i], IPC_RMID, NULL);
	unlink("/sequence");
}
