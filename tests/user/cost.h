/* SPDX-License-Identifier: BSD-2-Clause */
/* Measures what a call costs in instructions. A test compares two costs with near() to show that
 * a call costs no more when there are many objects. */
#pragma once

#include "tap.h"

#include "abi/resource.h"

/* Returns the page faults so far of the process (RUSAGE_SELF), or of its children that have ended
 * (RUSAGE_CHILDREN). */
static inline long
faults(int who)
{
	struct abi_rusage ru;

	if (syscall(77, who, &ru) < 0)
		bail("getrusage");
	return ru.ru_minflt;
}

static inline unsigned
instructions(void)
{
	unsigned low;

	__asm__ volatile("rdtsc" : "=a"(low) : : "edx", "memory");
	return low;
}

#define COST(call)                                                                                 \
	({                                                                                         \
		unsigned from_ = instructions();                                                   \
		call;                                                                              \
		instructions() - from_;                                                            \
	})

static inline int
near(unsigned a, unsigned b)
{
	return a * 10 < b * 11 && b * 10 < a * 11;
}

/* Returns whether the kernel is a debug build, whose costs include the checks of its invariants.
 * Only a debug build logs why it refused a call. */
static inline int
is_debug(void)
{
	static char log[16384];
	int fd = open("/proc/kmsg", O_RDONLY), n = 0, more;

	shmctl(-1, IPC_RMID, NULL);
	while ((more = read(fd, log + n, sizeof(log) - 1 - n)) > 0)
		n += more;
	close(fd);
	return strstr(log, "why: ") != NULL;
}
