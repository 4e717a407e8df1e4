/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Process groups: each knows its members, so that what is about a group costs
 * no more than these, however many other processes there are. A session is
 * known by its first group, which stays until the last of its groups goes.
 */
#include "pgrp.h"

#include "abi/errno.h"
#include "kmem.h"
#include "printf.h"
#include "proc.h"

#define BUCKETS 1024u

static struct pgrp *groups[BUCKETS];

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

/* session NULL: it is the first of its own. => NULL: no memory. */
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

static void
pgrp_unref(struct pgrp *g)
{
	struct pgrp **link = bucket(g->id);

	ASSERT(g->refs > 0);
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
	p->pgrp_next = g->members;
	p->pgrp_link = &g->members;
	if (p->pgrp_next != NULL)
		p->pgrp_next->pgrp_link = &p->pgrp_next;
	g->members = p;
}

void
pgrp_leave(struct proc *p)
{
	*p->pgrp_link = p->pgrp_next;
	if (p->pgrp_next != NULL)
		p->pgrp_next->pgrp_link = p->pgrp_link;
	pgrp_unref(p->pgrp);
	p->pgrp = NULL;
}

int
pgrp_move(struct proc *p, int id, struct pgrp *session)
{
	struct pgrp *g = pgrp_find(id);

	if (g == NULL)
		g = pgrp_create(id, session);
	if (g == NULL)
		return ENOMEM;
	if (g == p->pgrp)
		return 0;
	if (p->pgrp != NULL)
		pgrp_leave(p);
	pgrp_join(p, g);
	return 0;
}
