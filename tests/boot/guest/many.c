/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * many PROCESSES ATTACHES: has so many children, each with so many attaches of which it touches
 * every second page, and counts in a segment how often it goes round a loop: it prints the count
 * once a second, until it is ended.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/shm.h>
#include <time.h>
#include <unistd.h>

#define SEGMENTS 12
#define PAGES 8
#define ROUND 10000

static int ids[SEGMENTS];

static _Noreturn void
child(int n, int attaches)
{
	for (int i = 0; i < attaches; i++) {
		char *p = shmat(ids[(n + i) % SEGMENTS], NULL, 0);

		if (p == (void *)-1) {
			perror("many: shmat");
			exit(1);
		}
		for (int page = 0; page < PAGES; page += 2)
			p[page * 4096] = (char)n;
	}
	for (;;)
		pause();
}

int
main(int argc, char **argv)
{
	int processes = argc == 3 ? atoi(argv[1]) : 0, attaches = argc == 3 ? atoi(argv[2]) : 0;
	volatile unsigned *count;

	if (processes < 1 || attaches < 1) {
		fprintf(stderr, "usage: many PROCESSES ATTACHES\n");
		return 2;
	}
	for (int i = 0; i < SEGMENTS; i++)
		ids[i] = shmget(IPC_PRIVATE, PAGES * 4096, 0600);
	for (int n = 0; n < processes; n++) {
		pid_t pid = fork();

		if (pid == 0)
			child(n, attaches);
		if (pid < 0) {
			perror("many: fork");
			return 1;
		}
	}
	count = shmat(ids[0], NULL, 0);
	if (count == (void *)-1) {
		perror("many: shmat");
		return 1;
	}
	for (;;) {
		struct timespec now, end;
		volatile unsigned n;

		*count = 0;
		clock_gettime(CLOCK_MONOTONIC, &end);
		end.tv_sec++;
		do {
			for (n = 0; n < ROUND; n++)
				;
			++*count;
			clock_gettime(CLOCK_MONOTONIC, &now);
		} while (now.tv_sec < end.tv_sec ||
		         (now.tv_sec == end.tv_sec && now.tv_nsec < end.tv_nsec));
		printf("rounds %u\n", *count);
	}
}
