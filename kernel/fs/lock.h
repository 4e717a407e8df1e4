/* SPDX-License-Identifier: BSD-2-Clause */
/* Advisory locks of files: record locks (fcntl) and locks of a whole file (flock). */
#ifndef LOCK_H
#define LOCK_H

#include <stdbool.h>
#include <stdint.h>

struct fdtable;
struct file;
struct node;

#define LOCK_OFFSET_MAX INT64_MAX /* a lock that ends here has no end */

/*
 * A lock, or a wish for one. Its owner is a descriptor table, which stands for its
 * process, or an open file (flock, and the OFD commands of fcntl).
 */
struct lock {
	struct lock *next;
	const void *owner;
	int pid;             /* whom F_GETLK names; -1: an open file owns it */
	uint8_t type;        /* F_RDLCK, F_WRLCK; of a wish also F_UNLCK */
	bool whole;          /* flock's: the two kinds do not see each other */
	int64_t first, last; /* bytes, both included */
};

/* Set or (F_UNLCK) release a record lock on n. wait: sleep while another's lock is in
 * the way.
 * => EAGAIN: one is, and !wait; EDEADLK; ENOLCK: too many, or no memory; ERESTART.
 * All leave the locks as they were. */
int lock_set(struct node *n, const struct lock *want, bool wait);
/* Do the same for flock. A change of type first gives up the lock that there was, and
 * when it then fails that one is lost, as on Linux. */
int lock_set_whole(struct node *n, const struct lock *want, bool wait);
/* Return the first lock on n that is in the way of `want`, or NULL. */
const struct lock *lock_conflict(const struct node *n, const struct lock *want);
/* Release all that this owner has on n. Does not sleep. */
void lock_release(struct node *n, const void *owner);

#endif
