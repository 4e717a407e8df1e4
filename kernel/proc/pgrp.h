/* SPDX-License-Identifier: BSD-2-Clause */
/* Process groups and sessions. A session is represented by its first group, whose number it has.
 * None of these functions sleeps. */
#ifndef PGRP_H
#define PGRP_H

struct proc;

struct pgrp {
	int id;
	unsigned refs;        /* members; in a session's first group also the other groups */
	struct proc *members; /* a list by members, zombies included */
	struct pgrp *session; /* the session's first group, which may be this one */
	struct pgrp *hash_next;
	/* Members, zombies excepted, whose parent could continue them if they stop: a parent in
	 * another group of the session, other than init. With 0 the group is orphaned (POSIX). */
	unsigned held;
	struct pgrp *orphaned_next; /* list of the groups that one call has orphaned */
};

/* Returns the group with that number, or NULL if there is none. A session's first group exists
 * as long as any group of the session does, even without members. */
struct pgrp *pgrp_find(int id);
/* Returns the first member of that group, from which members.next leads to the others; NULL if the
 * group does not exist or has no members. */
struct proc *pgrp_first(int id);
/* Make p, which has no group, a member of g. */
void pgrp_join(struct proc *p, struct pgrp *g);
/* Take p out of its group, so that it has none. The group is freed with its last reference. */
void pgrp_leave(struct proc *p);
/* Move p to the group with that number. If there is none, create it in the session given or, if
 * that is NULL, as the first group of a new session. If this orphans a group that has a stopped
 * member, all its members get SIGHUP and SIGCONT. Returns 0, or ENOMEM with nothing changed. */
int pgrp_move(struct proc *p, int id, struct pgrp *session);

/* Stop counting p, which ends or is about to lose its parent and is no zombie, as held by its
 * parent. If that orphans its group and a member is stopped, all members get SIGHUP and
 * SIGCONT (POSIX, _exit()). */
void pgrp_let_go(const struct proc *p);

#endif
