/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Goes past the ends of counters, which tests/boot/counters.t has set near them, and prints what
 * it sees. The calls that the script stops at are shmget and the calls of shmctl.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/shm.h>
#include <sys/wait.h>
#include <unistd.h>

/* A child that lives on while others come and go. */
static pid_t
sleeper(void)
{
	pid_t pid = fork();

	while (pid == 0)
		pause();
	return pid;
}

static void
pids(void)
{
	pid_t all[6];

	printf("pids:");
	for (int i = 0; i < 6; i++) {
		all[i] = sleeper();
		printf(" %d", all[i]);
	}
	printf("\n");
	for (int i = 0; i < 6; i++) {
		kill(all[i], SIGKILL);
		waitpid(all[i], NULL, 0);
	}
}

static void
sequence(int last)
{
	struct shmid_ds ds;
	int next;

	shmctl(last, IPC_RMID, NULL);
	next = shmget(IPC_PRIVATE, 4096, 0600);
	printf("identifiers: %x, then %x; the old one is %s\n", last, next,
	       shmctl(last, IPC_STAT, &ds) < 0 ? "invalid" : "valid");
	shmctl(next, IPC_RMID, NULL);
}

static unsigned long
attaches(int id)
{
	struct shmid_ds ds;

	return shmctl(id, IPC_STAT, &ds) == 0 ? ds.shm_nattch : 0;
}

/* The segment gets 2 to the power of 31 attaches more than it has, and loses them again. */
static void
counts(void)
{
	int id = shmget(IPC_PRIVATE, 4096, 0600);
	char *p = shmat(id, NULL, 0);

	printf("attaches: %lu", attaches(id));
	if (fork() == 0)
		_exit(0);
	wait(NULL);
	shmat(id, NULL, 0);
	printf(", %lu", attaches(id));
	shmctl(id, IPC_RMID, NULL);
	shmdt(p);
	p = shmat(id, NULL, 0);
	printf(", removed: %s\n", p == (void *)-1 ? "no new attach" : "a new attach");
}

int
main(void)
{
	int last = shmget(IPC_PRIVATE, 4096, 0600);

	pids();
	sequence(last);
	counts();
	return 0;
}
