/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * prodcons [N]: a producer sends N numbers to a consumer through a ring buffer in a segment. At
 * the end both must have computed the same checksum.
 *
 * Only the producer writes head and only the consumer writes tail, so no lock is needed: on x86
 * other processors see stores in the order in which they were made.
 */
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/shm.h>
#include <sys/wait.h>
#include <unistd.h>

#define CELLS 1000

struct ring {
	volatile unsigned head, tail; /* how many numbers were put in and taken out */
	volatile unsigned sum;        /* the producer's checksum */
	unsigned cell[CELLS];
};

static unsigned
mix(unsigned sum, unsigned value)
{
	return (sum << 5 | sum >> 27) ^ value;
}

static _Noreturn void
produce(struct ring *r, unsigned n)
{
	unsigned value = 12345, sum = 0;

	for (unsigned i = 0; i < n; i++) {
		while (i - r->tail == CELLS) /* full */
			sched_yield();
		value = value * 1103515245 + 12345;
		sum = mix(sum, value);
		r->cell[i % CELLS] = value;
		__asm__ volatile("" ::: "memory"); /* store the number before head */
		r->sum = sum;
		r->head = i + 1;
	}
	_exit(0);
}

static void
progress(unsigned i, unsigned n)
{
	int done = (unsigned long long)i * 40 / n, tty = isatty(1);

	printf("%c[%.*s%.*s] %u of %u%s", tty ? '\r' : ' ', done,
	       "########################################", 40 - done,
	       "........................................", i, n, tty && i < n ? "" : "\n");
	fflush(stdout);
}

int
main(int argc, char **argv)
{
	unsigned n = argc > 1 ? strtoul(argv[1], NULL, 0) : 1000000, sum = 0;
	unsigned part = n / 8 ? n / 8 : 1;
	int id = shmget(IPC_PRIVATE, sizeof(struct ring), IPC_CREAT | 0600);
	struct ring *r = id < 0 ? (void *)-1 : shmat(id, NULL, 0);
	pid_t pid = -1;

	if (r != (void *)-1) {
		shmctl(id, IPC_RMID, NULL); /* the segment stays until the last detach */
		printf("%u numbers through a ring of %d at %p, segment %d\n", n, CELLS, (void *)r,
		       id);
		fflush(stdout);
		pid = fork();
	}
	if (pid == 0)
		produce(r, n);
	if (pid < 0) {
		perror("prodcons");
		return 1;
	}
	for (unsigned i = 0; i < n; i++) {
		while (r->head == i) { /* empty */
			if (waitpid(pid, NULL, WNOHANG) == pid && r->head == i) {
				printf("\nthe producer ended early\n");
				return 1;
			}
			sched_yield();
		}
		__asm__ volatile("" ::: "memory");
		sum = mix(sum, r->cell[i % CELLS]);
		r->tail = i + 1;
		if ((i + 1) % part == 0 || i + 1 == n)
			progress(i + 1, n);
	}
	printf("producer's checksum %08x, consumer's %08x: %s\n", r->sum, sum,
	       r->sum == sum ? "they agree" : "THEY DIFFER");
	return r->sum != sum;
}
