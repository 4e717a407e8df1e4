/* SPDX-License-Identifier: BSD-2-Clause */
/* The calls of shared memory, each with a line that shows its arguments and its result. */
#pragma once

#include "look.h"

#define RW (PROT_READ | PROT_WRITE)
#define PLACES 8 /* addresses at which something may be attached or mapped */
#define PLACE(i) ((char *)0x60000000 + (i)*8 * PAGE)

static inline const char *
error(long r)
{
	return r != -1 ? "done" : strerror(errno);
}

/* Prints a call's arguments and its result, which the contract determines. */
static inline long
result(long r, const char *text, unsigned a, unsigned b, unsigned c)
{
	char call[80];

	snprintf(call, sizeof(call), text, a, b, c);
	if (r == -1)
		see("%s: %s", call, strerror(errno));
	else
		see("%s: 0x%lx", call, r);
	return r;
}

static inline int
get(key_t key, unsigned size, int flags)
{
	return (int)result(shmget(key, size, flags), "shmget(0x%x, %u, 0%o)", (unsigned)key, size,
	                   (unsigned)flags);
}

static inline char *
at(int id, void *addr, int flags)
{
	return (char *)result((long)shmat(id, addr, flags), "shmat(0x%x, 0x%x, 0%o)", (unsigned)id,
	                      (unsigned)(uintptr_t)addr, (unsigned)flags);
}

static inline int
dt(void *addr)
{
	return (int)result(shmdt(addr), "shmdt(0x%x)", (unsigned)(uintptr_t)addr, 0, 0);
}

/* Removes a segment that nobody has attached. */
static inline void
rm(int id)
{
	result(shmctl(id, IPC_RMID, NULL), "IPC_RMID of 0x%x", (unsigned)id, 0, 0);
}

/* Prints what IPC_STAT shows; of the processes only whether they are this one. */
static inline void
stat(int id)
{
	struct shmid_ds ds;

	if (shmctl(id, IPC_STAT, &ds) < 0) {
		see("IPC_STAT of 0x%x: %s", id, strerror(errno));
		return;
	}
	see("0x%x: %u bytes, key 0x%x, mode %o, owner %u.%u, creator %u.%u, nattch %u", id,
	    (unsigned)ds.shm_segsz, (unsigned)ds.shm_perm.key, ds.shm_perm.mode, ds.shm_perm.uid,
	    ds.shm_perm.gid, ds.shm_perm.cuid, ds.shm_perm.cgid, (unsigned)ds.shm_nattch);
	see("  created by %s, last used by %s; attached %s, changed %s",
	    ds.shm_cpid == getpid() ? "this process" : "another",
	    ds.shm_lpid == 0          ? "nobody"
	    : ds.shm_lpid == getpid() ? "this process"
	                              : "another",
	    ds.shm_atime ? "once" : "never", ds.shm_ctime ? "once" : "never");
}

/* Returns one of the numbers. */
#define ONE_OF(...)                                                                                \
	({                                                                                         \
		const unsigned of_[] = {__VA_ARGS__};                                              \
		of_[any(sizeof(of_) / sizeof(of_[0]))];                                            \
	})

/* Shows which of the eight pages from each place on can be read. */
static inline void
look_around(void)
{
	char line[PLACES * 9 + 1], *to = line;

	for (int i = 0; i < PLACES; i++) {
		for (int page = 0; page < 8; page++)
			*to++ = readable(PLACE(i) + page * PAGE) ? '#' : '.';
		*to++ = ' ';
	}
	*to = 0;
	see("%s", line);
}
