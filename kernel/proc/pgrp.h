/* SPDX-License-Identifier: BSD-2-Clause */
/* Process groups, and the sessions that they are of. */
#ifndef PGRP_H
#define PGRP_H

struct proc;

struct pgrp {
	int id;
	unsigned refs;        /* members; of a session's first group also the other groups */
	struct proc *members; /* zombies too; linked by pgrp_next */
	struct pgrp *session; /* its first group, whose number it has; may be itself */
	struct pgrp *hash_next;
	/* Members, zombies excepted, whose parent could continue them: one in another group
	 * of the session, but not init, which continues nobody. 0: the group is orphaned. */
	unsigned held;
	struct pgrp *orphaned_next; /* of those that one call orphans */
};

/* A session's first group, with or without members, is found as long as there is
 * any other group of it. => NULL: there is none. */
struct pgrp *pgrp_find(int id);
/* The first member; NULL: there is no such group. */
struct proc *pgrp_first(int id);
/* A new process, without a group, becomes a member. */
void pgrp_join(struct proc *p, struct pgrp *g);
/* It is none any more, and has no group. */
void pgrp_leave(struct proc *p);
/* p moves to that group, which is made, in that session (NULL: one of its own), if
 * it isn't there. => ENOMEM. */
int pgrp_move(struct proc *p, int id, struct pgrp *session);

/* p, which is no zombie, ends or is about to lose its parent. If that orphans its group and
 * a member is stopped, all members get SIGHUP and SIGCONT (POSIX, _exit()). */
void pgrp_let_go(const struct proc *p);

#endif
