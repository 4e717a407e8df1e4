/* SPDX-License-Identifier: BSD-2-Clause */
/* A program with shared libraries, for ist.t and panic.t: the C library calls a function of it,
 * which attaches a segment. */
#include <stdlib.h>
#include <sys/shm.h>

static int
compare(const void *a, const void *b)
{
	shmat(shmget(IPC_PRIVATE, 4096, 0600), NULL, 0);
	return 0;
}

int
main(void)
{
	int one[] = {1};

	bsearch(one, one, 1, sizeof(one[0]), compare);
	return 0;
}
