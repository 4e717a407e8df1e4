/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a process owns of the rooms above, and gives back at its end: files, the terminal,
 * attaches. These are proc's only calls upwards, and fs/, tty/ and shm/ define them.
 */
#ifndef OWNED_H
#define OWNED_H

struct fdtable;
struct node;

/* ---- Nodes of the tree: fs/fs.c ---- */

struct node *fs_root(void);
void node_ref(struct node *n);
void node_unref(struct node *n);
/* Nobody may write to the regular file n from here on, until as many calls of
 * node_allow_write(). => ETXTBSY: somebody may already, by an open file or a mapping. */
int node_deny_write(struct node *n);
void node_allow_write(struct node *n);

/* ---- Descriptors: fs/fdtable.c ---- */

/* Descriptor tables: made empty, copied at fork, dropped.
 * => ENOMEM. */
int fdtable_create(struct fdtable **out);
int fdtable_fork(const struct fdtable *from, struct fdtable **out);
void fdtable_destroy(struct fdtable *fds);

/* ---- The terminal: tty/tty_job.c ---- */

/* The session of that number gives the terminal up, if it has it. */
void tty_leave(int sid);

/* ---- Attaches: shm/shm_check.c ---- */

/* Panics if an invariant of shared memory does not hold; does nothing in a release. */
#ifdef DEBUG
void shm_verify(void);
#else
static inline void
shm_verify(void)
{
}
#endif

#endif
