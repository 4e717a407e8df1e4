/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Shared memory as user programs see it: Linux/i386's layouts and numbers.
 * Times are 64 bits wide, low word first, where Linux has a low word and a
 * "high" word.
 */
#ifndef ABI_SHM_H
#define ABI_SHM_H

#include "abi/ipc.h"

#define SHM_RDONLY 010000
#define SHM_RND 020000
#define SHM_REMAP 040000
#define SHM_EXEC 0100000

#define SHMLBA 4096u

#define SHM_NORESERVE 010000 /* shmget; has no effect */
#define SHM_HUGETLB 04000    /* shmget; large pages */

#define SHM_LOCK 11
#define SHM_UNLOCK 12
#define SHM_STAT 13
#define SHM_INFO 14
#define SHM_STAT_ANY 15

/* Mode bits beyond the nine, for those who look. */
#define SHM_DEST 01000   /* removed, goes with its last attach */
#define SHM_LOCKED 02000 /* SHM_LOCK */

/* The calls by way of ipc(). */
#define IPCOP_SHMAT 21
#define IPCOP_SHMDT 22
#define IPCOP_SHMGET 23
#define IPCOP_SHMCTL 24

struct shmid_ds {
	struct ipc_perm shm_perm;
	uint32_t shm_segsz; /* bytes, as asked for */
	int64_t shm_atime;
	int64_t shm_dtime;
	int64_t shm_ctime;
	int32_t shm_cpid;
	int32_t shm_lpid;
	uint32_t shm_nattch;
	uint32_t shm_spare[2];
};

/* IPC_INFO: the limits. */
struct shminfo64 {
	uint32_t shmmax, shmmin, shmmni, shmseg, shmall;
	uint32_t spare[4];
};

/* SHM_INFO: what is in use; pages. */
struct shm_info {
	int32_t used_ids;
	uint32_t shm_tot, shm_rss, shm_swp;
	uint32_t spare[2];
};

_Static_assert(sizeof(struct ipc_perm) == 36, "ipc64_perm is 36 bytes");
_Static_assert(__builtin_offsetof(struct shmid_ds, shm_segsz) == 36, "");
_Static_assert(__builtin_offsetof(struct shmid_ds, shm_atime) == 40, "");
_Static_assert(__builtin_offsetof(struct shmid_ds, shm_cpid) == 64, "");
#ifdef __i386__
_Static_assert(sizeof(struct shmid_ds) == 84, "shmid64_ds is 84 bytes");
#endif

#endif
