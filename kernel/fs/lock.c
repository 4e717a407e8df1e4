/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Advisory locks of files. A node has one list of them, of all owners. The record
 * locks of one owner never overlap, and two that touch differ in type: POSIX says
 * that setting one splits and joins what was there.
 */
#include "fs/lock.h"

#include "abi/errno.h"
#include "fs/node.h"
#include "mem/kmem.h"
#include "proc/proc.h"

#define LOCKS_MAX 4096u /* on one file: a call goes through all of them */
#define CHAIN_MAX 10u   /* waiters that wait for each other, as far as is looked */

/* Who sleeps for a record lock, for the search for deadlocks. */
struct lock_waiter {
	struct lock_waiter *next;
	const struct node *node;
	const struct lock *want;
};

static struct lock_waiter *waiters;

static bool
overlap(const struct lock *a, const struct lock *b)
{
	return a->first <= b->last && b->first <= a->last;
}

const struct lock *
lock_conflict(const struct node *n, const struct lock *want)
{
	const struct lock *l;

	for (l = n->locks; l != NULL; l = l->next)
		if (l->whole == want->whole && l->owner != want->owner && overlap(l, want) &&
		    (l->type == F_WRLCK || want->type == F_WRLCK))
			return l;
	return NULL;
}

/* Does the owner of l wait for a lock of `self`, directly or through others? What each
 * waits for is found anew, for it may be free by now. */
static bool
is_deadlock(const void *self, const struct lock *l)
{
	unsigned steps;

	for (steps = 0; l != NULL && steps < CHAIN_MAX; steps++) {
		const struct lock_waiter *w = waiters;

		if (l->owner == self)
			return true;
		while (w != NULL && w->want->owner != l->owner)
			w = w->next;
		l = w != NULL ? lock_conflict(w->node, w->want) : NULL;
	}
	return false;
}

/* Sleep until the locks of n change. => ERESTART. */
static int
wait_for_change(struct node *n, const struct lock *want)
{
	struct lock_waiter w = {.next = waiters, .node = n, .want = want}, **link = &waiters;
	int err;

	waiters = &w;
	err = tsleep(&n->locks, PCATCH, "lock", 0);
	while (*link != &w)
		link = &(*link)->next;
	*link = w.next;
	return err != 0 ? ERESTART : 0;
}

/* Come back when nothing is in the way of `want`. => as lock_set(). */
static int
wait_for(struct node *n, const struct lock *want, bool wait)
{
	const struct lock *l;
	int err = 0;

	while (err == 0 && (l = lock_conflict(n, want)) != NULL) {
		if (!wait)
			err = EAGAIN;
		else if (want->pid > 0 && is_deadlock(want->owner, l))
			err = EDEADLK;
		else
			err = wait_for_change(n, want);
	}
	return err;
}

static void
add(struct node *n, struct lock *l, const struct lock *what)
{
	*l = *what;
	l->next = n->locks;
	n->locks = l;
	n->nlocks++;
}

static void
drop(struct node *n, struct lock **link)
{
	struct lock *l = *link;

	*link = l->next;
	n->nlocks--;
	kmem_free(l);
}

/* Is l one of the owner's record locks that a change of `want` changes? It overlaps it
 * or, of the same type, touches it. */
static bool
concerns(const struct lock *l, const struct lock *want)
{
	if (l->whole || l->owner != want->owner)
		return false;
	if (overlap(l, want))
		return true;
	return l->type == want->type && (l->first - 1 == want->last || want->first - 1 == l->last);
}

/*
 * Give `want` its place among the owner's record locks. new: memory for it, unless it is
 * F_UNLCK; tail: memory for what is left behind it of a lock that it splits. Both are
 * NULL when they were used.
 */
static void
replace(struct node *n, struct lock want, struct lock **new, struct lock **tail)
{
	struct lock **link = &n->locks, *l;
	const struct lock asked = want;

	while ((l = *link) != NULL) {
		struct lock rest = *l;

		if (!concerns(l, &asked)) {
			link = &l->next;
			continue;
		}
		if (l->type == want.type) {
			want.first = l->first < want.first ? l->first : want.first;
			want.last = l->last > want.last ? l->last : want.last;
			drop(n, link);
			continue;
		}
		if (l->first < asked.first && l->last > asked.last) {
			rest.first = asked.last + 1;
			l->last = asked.first - 1;
			add(n, *tail, &rest);
			*tail = NULL;
		} else if (l->first < asked.first) {
			l->last = asked.first - 1;
		} else if (l->last > asked.last) {
			l->first = asked.last + 1;
		} else {
			drop(n, link);
			continue;
		}
		link = &l->next;
	}
	if (want.type != F_UNLCK) {
		add(n, *new, &want);
		*new = NULL;
	}
}

/* Does `want` split a lock of its owner's in two? */
static bool
splits(const struct node *n, const struct lock *want)
{
	const struct lock *l;

	for (l = n->locks; l != NULL; l = l->next)
		if (!l->whole && l->owner == want->owner && l->type != want->type &&
		    l->first < want->first && l->last > want->last)
			return true;
	return false;
}

int
lock_set(struct node *n, const struct lock *want, bool wait)
{
	struct lock *new = NULL, *tail = NULL;
	bool set = want->type != F_UNLCK, split;
	int err = set ? wait_for(n, want, wait) : 0;

	if (err != 0)
		return err;
	split = splits(n, want);
	if (n->nlocks + set + split > LOCKS_MAX)
		return ENOLCK;
	if ((set && (new = kmem_alloc(sizeof(*new))) == NULL) ||
	    (split && (tail = kmem_alloc(sizeof(*tail))) == NULL)) {
		kmem_free(new);
		return ENOLCK;
	}
	replace(n, *want, &new, &tail);
	wakeup(&n->locks);
	return 0;
}

int
lock_set_whole(struct node *n, const struct lock *want, bool wait)
{
	struct lock **link = &n->locks, *new;
	int err;

	while (*link != NULL && !((*link)->whole && (*link)->owner == want->owner))
		link = &(*link)->next;
	if (*link != NULL && (*link)->type == want->type)
		return 0;
	if (*link != NULL) {
		drop(n, link);
		wakeup(&n->locks);
	}
	if (want->type == F_UNLCK)
		return 0;
	err = wait_for(n, want, wait);
	if (err != 0)
		return err;
	new = n->nlocks < LOCKS_MAX ? kmem_alloc(sizeof(*new)) : NULL;
	if (new == NULL)
		return ENOLCK;
	add(n, new, want);
	return 0;
}

void
lock_release(struct node *n, const void *owner)
{
	struct lock **link = &n->locks;
	bool any = false;

	while (*link != NULL) {
		if ((*link)->owner == owner) {
			drop(n, link);
			any = true;
		} else {
			link = &(*link)->next;
		}
	}
	if (any)
		wakeup(&n->locks);
}
