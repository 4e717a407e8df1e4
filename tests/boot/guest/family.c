/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A tree of seven processes that have mapped something of each kind, each of them in its own way:
 * segments whole, in pieces, read-only, parked, with large pages and removed ones; a shared and a
 * private mapping; a file; and a process that has borrowed its parent's memory. All of them wait
 * when it says "ready".
 */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/shm.h>
#include <unistd.h>

#define PAGE 4096u
#define SPAN 0x400000u
#define PRIVATE_AT ((char *)0x70000000) /* away from the segments, so that fork can share theirs */

static char private[4 * PAGE] = "private";

/* Creates and attaches a segment. Ends the program if that fails. */
static char *
attach(size_t size, int flags, int shmat_flags)
{
	int id = shmget(IPC_PRIVATE, size, IPC_CREAT | 0640 | flags);
	char *m = id < 0 ? (char *)-1 : shmat(id, NULL, shmat_flags);

	if (m == (char *)-1) {
		perror("family: a segment");
		exit(1);
	}
	return m;
}

/* Maps, as the first of the family. */
static void
inherit(void)
{
	char *big = attach(3 * SPAN - 5 * PAGE, 0, 0), *small = attach(PAGE + 1, 0, 0);
	char *cut = attach(16 * PAGE, 0, 0), *huge = attach(SPAN, SHM_HUGETLB, 0);
	char *parked = attach(4 * PAGE, 0, 0), *gone;
	int id = shmget(0x1234, 2 * PAGE, IPC_CREAT | 0600), fd = open("/bin/cat", O_RDONLY);

	big[0] = big[SPAN] = big[SPAN + 7 * PAGE] = small[PAGE] = huge[5 * PAGE] = 1;
	memset(cut, 2, 16 * PAGE);
	munmap(cut + 3 * PAGE, 2 * PAGE);
	munmap(cut, PAGE);
	mprotect(cut + 8 * PAGE, PAGE, PROT_READ);
	memset(parked, 3, 3 * PAGE);
	mprotect(parked, 2 * PAGE, PROT_NONE);
	gone = shmat(id, NULL, SHM_RDONLY);
	shmctl(id, SHM_LOCK, NULL);
	shmctl(id, IPC_RMID, NULL);
	*(volatile char *)gone;
	*(volatile char *)mmap(PRIVATE_AT, 3 * PAGE, PROT_READ, MAP_PRIVATE, fd, 0);
	memset(mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0), 4,
	       2 * PAGE);
	memset(mmap(PRIVATE_AT + SPAN, 9 * PAGE, PROT_READ | PROT_WRITE,
	            MAP_PRIVATE | MAP_ANONYMOUS, -1, 0),
	       5, 6 * PAGE);
	close(fd);
}

/* Lives as the member of that number: changes some memory, and waits for ever. */
static _Noreturn void
live(int number)
{
	private[(unsigned)number % 4 * PAGE] = (char)number;
	if (number % 2)
		*attach((unsigned)number * PAGE, 0, 0) = 1;
	if (number == 6 && vfork() == 0)
		pause();
	for (;;)
		pause();
}

int
main(void)
{
	int number, to_first[2];
	char c = 0;

	inherit();
	if (pipe(to_first) < 0) {
		perror("family: pipe");
		return 1;
	}
	/* Each has up to two children: those of number n are 2 n and 2 n + 1. */
	for (number = 1; number < 4;) {
		if (fork() == 0)
			number = 2 * number;
		else if (fork() == 0)
			number = 2 * number + 1;
		else
			break;
	}
	write(to_first[1], &c, 1);
	if (number > 1)
		live(number);
	for (number = 0; number < 7; number++)
		read(to_first[0], &c, 1);
	usleep(300000);
	puts("ready");
	fflush(stdout);
	live(1);
}
