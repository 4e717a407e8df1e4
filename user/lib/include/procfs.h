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

/* Open the list, past its heading; the next line of it: 1, or 0 at its end. */
FILE *shm_list(void);
int shm_next(FILE *f, struct shm_line *s);

/* What programs here want of /proc/PID/stat. */
struct proc_stat {
	int pid, ppid;
	char name[32], state;
	unsigned long vsize; /* bytes */
};

/* The next process: 1, or 0 after the last; then it begins again. */
int proc_next(struct proc_stat *p);
