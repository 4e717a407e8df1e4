/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Process groups and sessions. Each group keeps a list of its members, so that an operation on a
 * group takes time in proportion to these, not to all processes. A session is represented by its
 * first group, on which the session's other groups hold references.
 */
#include "abi/errno.h"
#include "base/assert.h"
#include "mem/kmem.h"
#include "proc/proc.h"

#define BUCKETS 1024u

static struct pgrp *groups[BUCKETS];

/* Returns the list of the hash table on which the group is, if there is one of that id. */
static struct pgrp **
bucket(int id)
{
	return &groups[(unsigned)id % BUCKETS];
}

struct pgrp *
pgrp_find(int id)
{
	struct pgrp *g;

	for (g = *bucket(id); g != NULL && g->id != id; g = g->hash_next)
		;
	return g;
}

struct proc *
pgrp_first(int id)
{
	const struct pgrp *g = pgrp_find(id);

	return g != NULL ? g->members : NULL;
}

/* Returns a new group without members, in that session; NULL as the session makes it the first of
 * a new one. Returns NULL if memory is out. */
static struct pgrp *
pgrp_create(int id, struct pgrp *session)
{
	struct pgrp *g = kmem_alloc(sizeof(*g)), **first = bucket(id);

	if (g == NULL)
		return NULL;
	g->id = id;
	g->session = session != NULL ? session : g;
	if (session != NULL)
		session->refs++;
	g->hash_next = *first;
	*first = g;
	return g;
}

/* Drop a reference on g. The last one frees it, its number, and its reference on the session. */
static void
pgrp_unref(struct pgrp *g)
{
	struct pgrp **link = bucket(g->id);

	VERIFY(g->refs > 0);
	if (--g->refs > 0)
		return;
	while (*link != g)
		link = &(*link)->hash_next;
	*link = g->hash_next;
	pid_drop(g->id);
	if (g->session != g)
		pgrp_unref(g->session);
	kmem_free(g);
}

void
pgrp_join(struct proc *p, struct pgrp *g)
{
	g->refs++;
	p->pgrp = g;
	LIST_INSERT(&g->members, p, members);
}

void
pgrp_leave(struct proc *p)
{
	LIST_REMOVE(p, members);
	pgrp_unref(p->pgrp);
	p->pgrp = NULL;
}

/* Returns whether p, if it were in group `from`, could continue a child of its own in g, in the
 * sense of `held`. */
static bool
could_continue(const struct proc *p, const struct pgrp *from, const struct pgrp *g)
{
	return p != NULL && p->pid != INIT_PID && from != g && from->session == g->session;
}

/* Returns whether p's parent could continue g, if g were p's group. */
static bool
parent_could_continue(const struct proc *p, const struct pgrp *g)
{
	return p->parent != NULL && could_continue(p->parent, p->parent->pgrp, g);
}

/* Count one member of g less that has a parent who could continue it, and put g on the list if it
 * is orphaned now. */
static void
lose_holder(struct pgrp *g, struct pgrp **orphaned)
{
	ASSERT(g->held > 0);
	if (--g->held > 0)
		return;
	g->orphaned_next = *orphaned;
	*orphaned = g;
}

/* Send SIGHUP and SIGCONT to all members of each group on the list that has a stopped member, since
 * nobody is left to continue it. */
static void
hang_up_orphaned(const struct pgrp *g)
{
	const struct proc *p;

	for (; g != NULL; g = g->orphaned_next) {
		for (p = g->members; p != NULL && p->state != PROC_STOPPED; p = p->members.next)
			;
		if (p == NULL)
			continue;
		signal_post_group(g->id, SIGHUP, NULL);
		signal_post_group(g->id, SIGCONT, NULL);
	}
}

void
pgrp_let_go(const struct proc *p)
{
	DOES_NOT_SLEEP;
	struct pgrp *orphaned = NULL;

	if (parent_could_continue(p, p->pgrp))
		lose_holder(p->pgrp, &orphaned);
	hang_up_orphaned(orphaned);
}

/* p moves to another group: count_gained() counts p as held in its new group, and its children as
 * held by p from there; count_lost() takes back what p's old group was counted for. Gains are
 * counted first, so that no group seems orphaned in between. */
static void
count_gained(const struct proc *p, struct pgrp *to)
{
	const struct proc *child;
	unsigned i;

	to->held += parent_could_continue(p, to);
	for (i = 0; i < CHILD_LISTS; i++)
		for (child = p->children[i]; child != NULL; child = child->siblings.next)
			if (child->state != PROC_ZOMBIE)
				child->pgrp->held += could_continue(p, to, child->pgrp);
}

/* Take back that p was held in group `from`, which it has left, and that it held its children from
 * there. The groups that this orphans are hung up. */
static void
count_lost(const struct proc *p, struct pgrp *from)
{
	struct pgrp *orphaned = NULL;
	const struct proc *child;
	unsigned i;

	if (parent_could_continue(p, from))
		lose_holder(from, &orphaned);
	for (i = 0; i < CHILD_LISTS; i++)
		for (child = p->children[i]; child != NULL; child = child->siblings.next)
			if (child->state != PROC_ZOMBIE && could_continue(p, from, child->pgrp))
				lose_holder(child->pgrp, &orphaned);
	/* Not in the loop: a child that is continued moves to another of these lists. */
	hang_up_orphaned(orphaned);
}

int
pgrp_move(struct proc *p, int id, struct pgrp *session)
{
	DOES_NOT_SLEEP;
	struct pgrp *g = pgrp_find(id), *old = p->pgrp;

	if (g == NULL)
		g = pgrp_create(id, session);
	if (g == NULL)
		return ENOMEM;
	if (g == old)
		return 0;
	if (old == NULL) {
		pgrp_join(p, g);
		return 0;
	}
	old->refs++; /* so that it exists until count_lost() is done */
	if (p->state != PROC_ZOMBIE)
		count_gained(p, g);
	pgrp_leave(p);
	pgrp_join(p, g);
	if (p->state != PROC_ZOMBIE)
		count_lost(p, old);
	pgrp_unref(old);
	return 0;
}
