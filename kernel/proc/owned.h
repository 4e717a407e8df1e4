/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a process owns in the rooms above, and gives back at its end: files, the terminal,
 * attaches. These are the only up-calls of proc/; fs/, tty/ and shm/ define them. None of them
 * sleeps.
 */
#ifndef OWNED_H
#define OWNED_H

struct fdtable;
struct node;

/* ---- Nodes of the tree: fs/fs.c ---- */

/* Returns the root directory, without a reference for the caller. */
struct node *fs_root(void);
/* Take a reference on n. */
void node_ref(struct node *n);
/* Drop a reference on n, which may be NULL. The last one frees it. */
void node_unref(struct node *n);
/* Let nobody write to the regular file n until as many calls of node_allow_write(). Returns 0, or
 * ETXTBSY if somebody may write to it already, by an open file or a mapping. */
int node_deny_write(struct node *n);
void node_allow_write(struct node *n);

/* ---- Descriptors: fs/fdtable.c ---- */

/* Put a new, empty table into *out. Returns 0 or ENOMEM. */
int fdtable_create(struct fdtable **out);
/* Put a copy of `from`, with references on its open files, into *out. Returns 0 or ENOMEM. */
int fdtable_fork(const struct fdtable *from, struct fdtable **out);
/* Close all descriptors and free the table. May sleep between blocks of the table. */
void fdtable_destroy(struct fdtable *fds);

/* ---- The terminal: tty/tty_job.c ---- */

/* Take the terminal from the session sid, whose leader ends, if it has the terminal. */
void tty_leave(int sid);

/* ---- Attaches: shm/shm_check.c ---- */

/* Panics if an invariant of shared memory does not hold. Does nothing in a release build. */
#ifdef DEBUG
void shm_verify(void);
#else
static inline void
shm_verify(void)
{
}
#endif

#endif
