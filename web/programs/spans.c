/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * spans: for the tour of the page: a segment of three spans that four processes attach, one of
 * them to read only. The kernel shows each span by the segment's own page table.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/shm.h>
#include <sys/wait.h>
#include <unistd.h>

#define SPAN (4 << 20)
#define SPANS 3
#define CHILDREN 3

static char *segment;

/* Ends the program if a call has failed. */
static void
check(int succeeded, const char *call)
{
	if (succeeded)
		return;
	fprintf(stderr, "spans: ");
	perror(call);
	exit(1);
}

/* Reads a page of each span, so that the kernel shows all of them. */
static void
read_all(void)
{
	for (int n = 0; n < SPANS; n++)
		(void)*(volatile char *)(segment + n * SPAN);
	printf("process %d has read from all spans\n", getpid());
}

/* In child n: touches four pages of span n, and waits for a byte on the pipe. */
static _Noreturn void
child(int n, int id, int wait)
{
	char c;

	printf("process %d writes four pages of span %d\n", getpid(), n);
	for (int page = 0; page < 4; page++)
		segment[n * SPAN + page * 4096] = 'a';
	if (n == 0) {
		char *again = shmat(id, NULL, SHM_RDONLY);

		check(again != (void *)-1, "shmat");
		printf("process %d attaches the segment again, to read only, and reads '%c'\n",
		       getpid(), again[0]);
	}
	read_all();
	exit(read(wait, &c, 1) == 1 ? 0 : 1);
}

int
main(void)
{
	int id = shmget(IPC_PRIVATE, SPANS * SPAN, 0600), ends[2], status, failed = 0;

	check(id >= 0, "shmget");
	check(pipe(ends) == 0, "pipe");
	printf("segment %d: %d spans of 4 MiB\n", id, SPANS);
	segment = shmat(id, NULL, 0);
	check(segment != (void *)-1, "shmat");
	printf("attached at %p, and not touched yet\n", (void *)segment);
	segment[0] = 'a';
	printf("one page of the first span is written: the span is grafted\n");
	for (int n = 0; n < CHILDREN; n++) {
		pid_t pid = fork();

		check(pid >= 0, "fork");
		if (pid == 0)
			child(n, id, ends[0]);
		sleep(1);
	}
	read_all();
	printf("%d processes, and no more than %d page tables for the segment\n", CHILDREN + 1,
	       SPANS);
	check(write(ends[1], "abc", CHILDREN) == CHILDREN, "write");
	while (wait(&status) >= 0)
		failed |= status;
	check(shmctl(id, IPC_RMID, NULL) == 0, "shmctl");
	printf("the children have ended, and the segment is removed\n");
	return failed != 0;
}
