/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Advisory locks of files. Each node has one unordered list of the locks of all owners. The
 * record locks of one owner never overlap, and two that are adjacent differ in type: setting a
 * lock splits and joins the owner's older ones (POSIX, fcntl()).
 */
#include "fs/lock.h"

#include "abi/errno.h"
#include "fs/node.h"
#include "mem/kmem.h"
#include "proc/proc.h"

#define LOCKS_MAX 4096u /* on one file, since each call searches all of them */
#define CHAIN_MAX 10u   /* how far the search for a deadlock follows a chain of waiters */

/* A call that sleeps until it can have a lock. This structure lies on its process's kernel stack,
 * in a list of all such calls, for the search for deadlocks. */
struct lock_waiter {
	struct lock_waiter *next;
	const struct node *node;
	const struct lock *want;
};

static struct lock_waiter *waiters;

/* Returns whether the ranges of two locks have a byte in common. */
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

/* Returns whether the owner of lock l waits for a lock of `self`, directly or through other
 * owners. The lock that each of them waits for is searched anew, for the one that made it sleep
 * may have been released. */
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

/* Sleep until the locks of n change. Returns 0, or ERESTART after a signal. */
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

/* Wait until no lock conflicts with `want`. Returns 0 or, as lock_set() does, EAGAIN, EDEADLK or
 * ERESTART. */
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

/* Put *what on the node's list, in the memory l. */
static void
add(struct node *n, struct lock *l, const struct lock *what)
{
	*l = *what;
	l->next = n->locks;
	n->locks = l;
	n->nlocks++;
}

/* Take the lock that *link points to off the node's list, and free it. */
static void
drop(struct node *n, struct lock **link)
{
	struct lock *l = *link;

	*link = l->next;
	n->nlocks--;
	kmem_free(l);
}

/* Returns whether setting `want` changes l: a record lock of the same owner that overlaps it, or
 * that is adjacent to it and has the same type. */
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
 * Cut `want` out of the owner's record locks and, unless its type is F_UNLCK, add it, joined
 * with those of its type. *new is memory for the lock that is added, *tail for the upper part of
 * a lock that is split; each becomes NULL when it is used.
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

/* Returns whether setting `want` leaves two parts of a lock of its owner. */
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
	int err;

	may_sleep();
	err = set ? wait_for(n, want, wait) : 0;
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
	struct lock **link = &n->locks, *new = NULL;
	bool set = want->type != F_UNLCK;
	int err;

	may_sleep();
	while (*link != NULL && !((*link)->whole && (*link)->owner == want->owner))
		link = &(*link)->next;
	if (*link != NULL && (*link)->type == want->type)
		return 0;
	if (set && n->nlocks - (*link != NULL) < LOCKS_MAX)
		new = kmem_alloc(sizeof(*new));
	if (set && new == NULL)
		return ENOLCK;
	if (*link != NULL) {
		drop(n, link);
		wakeup(&n->locks);
	}
	if (!set)
		return 0;
	err = wait_for(n, want, wait);
	if (err == 0)
		add(n, new, want);
	else
		kmem_free(new);
	return err;
}

void
lock_release(struct node *n, const void *owner)
{
	DOES_NOT_SLEEP;
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
