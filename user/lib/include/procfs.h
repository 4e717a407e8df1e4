/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#include <dirent.h>
#include <stdio.h>

/* A line of /proc/sysvipc/shm. */
struct shm_line {
	int key, id;
	unsigned perms;
	unsigned long long size; /* bytes */
	int cpid, lpid;
	unsigned nattch, uid, gid, cuid, cgid;
	time_t atime, dtime, ctime;
	unsigned long long rss, swap; /* bytes */
};

/* Returns the open list of segments, positioned behind its heading, or NULL. */
FILE *shm_list(void);
/* Stores the next line of the list f in *s and returns 1, or returns 0 at its end. */
int shm_next(FILE *f, struct shm_line *s);

/* The fields of /proc/PID/stat that the programs here use. */
struct proc_stat {
	int pid, ppid;
	char name[32], state;
	unsigned long vsize; /* bytes */
};

/* Stores the next process in *p and returns 1, or returns 0 after the last. The call after that
 * starts again with the first. */
int proc_next(struct proc_stat *p);
