/* SPDX-License-Identifier: BSD-2-Clause */
/* Advisory locks of files: record locks (fcntl) and locks of a whole file (flock). */
#ifndef LOCK_H
#define LOCK_H

#include <stdbool.h>
#include <stdint.h>

struct fdtable;
struct file;
struct node;

#define LOCK_OFFSET_MAX INT64_MAX /* the last byte of a lock that extends to the end */

/*
 * A lock, or a request for one. The owner is a descriptor table, which stands for its process, or
 * an open file (flock, and the OFD commands of fcntl). Two locks conflict if they have different
 * owners, share a byte, and at least one is a write lock.
 */
struct lock {
	struct lock *next; /* on the same file */
	const void *owner;
	int pid;             /* the process that F_GETLK reports; -1: an open file is the owner */
	uint8_t type;        /* F_RDLCK or F_WRLCK; of a request also F_UNLCK */
	bool whole;          /* made by flock; never conflicts with a record lock */
	int64_t first, last; /* first and last byte */
};

/* Set the record lock `want` on n, or with type F_UNLCK release that range. While another lock
 * conflicts, sleep if wait is true, else return EAGAIN. Also returns EDEADLK, ENOLCK if the file
 * has too many locks or memory is out, and ERESTART. All errors leave the locks unchanged. */
int lock_set(struct node *n, const struct lock *want, bool wait);
/* Set or release a lock of the whole file, as flock. Sleeps as lock_set(), and returns EAGAIN,
 * ENOLCK or ERESTART. To change its type, the old lock is released before the wait for the new one:
 * as on Linux, it is lost if the call then returns EAGAIN or ERESTART. ENOLCK changes nothing. */
int lock_set_whole(struct node *n, const struct lock *want, bool wait);
/* Returns the first lock on n that conflicts with `want`, or NULL. */
const struct lock *lock_conflict(const struct node *n, const struct lock *want);
/* Release all locks that the owner has on n. Does not sleep. */
void lock_release(struct node *n, const void *owner);

#endif
