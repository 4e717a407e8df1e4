/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The entries of a space, found by address, and the room between them.
 *
 * They are a list in order of address, and over it a treap: a binary tree by
 * address in which no entry's rank is above its parent's. Ranks are as good as
 * drawn by lot, so the tree is about as deep as one that grew in random order,
 * whatever order it grew in. Each entry knows the largest gap in its subtree, so
 * the lowest gap that is large enough is one walk down. What a change makes
 * untrue is marked stale, up to the first that is, and measured when somebody
 * asks; mostly nobody does, for the lowest gap of all is remembered. The youngest
 * entry stays beside the tree until there is another: most that go go young.
 *
 * Gaps begin where mmap may: below MMAP_BASE there are none. And a shared entry
 * that starts at a span of 4 MiB, and isn't too small for that, keeps the rest of
 * its last one to itself, so that it can be shown whole there; only when nothing
 * else is left ("packed") does the rest count as free. Those who look for whole
 * spans find them in a map of bits, one for each span that any entry touches.
 */
#include "abi/errno.h"
#include "vm/tree.h"

#define MMAP_BASE 0x40000000u
#define STALE UINT32_MAX /* of an entry, and then of all above it */

static uint32_t
rank(const struct vm_entry *e)
{
	return (uint32_t)((uintptr_t)e >> 4) * 2654435769u; /* 2^32 / golden ratio */
}

/* ---- Room ---- */

static vaddr_t
reserved_end(const struct vm_space *sp, const struct vm_entry *e)
{
	if (e->inherit != VM_SHARE || sp->packed || e->start % SPAN_SIZE != 0 ||
	    e->end - e->start < VM_SPANS_FROM)
		return e->end;
	return (e->end + SPAN_SIZE - 1) & ~(SPAN_SIZE - 1);
}

/* Where the gap above prev begins; all there is, for NULL. */
static vaddr_t
gap_start(const struct vm_space *sp, const struct vm_entry *prev)
{
	vaddr_t va = prev != NULL ? reserved_end(sp, prev) : 0;

	return va > MMAP_BASE ? va : MMAP_BASE;
}

static uint32_t
gap_below(const struct vm_space *sp, const struct vm_entry *e)
{
	vaddr_t from = gap_start(sp, e->prev);

	return e->start > from ? e->start - from : 0;
}

static uint32_t
room_of(const struct vm_entry *e)
{
	return e == NULL ? 0 : e->room;
}

static void
stale(struct vm_entry *e)
{
	for (; e != NULL && e->room != STALE; e = e->up)
		e->room = STALE;
}

/* Measure what is stale, the lower ones first. */
static void
room_renew(const struct vm_space *sp)
{
	struct vm_entry *e = sp->root;
	uint32_t left, right;

	while (e != NULL && e->room == STALE) {
		left = room_of(e->left);
		right = room_of(e->right);
		if (left == STALE) {
			e = e->left;
		} else if (right == STALE) {
			e = e->right;
		} else {
			e->room = gap_below(sp, e);
			left = left > right ? left : right;
			e->room = left > e->room ? left : e->room;
			e = e->up != NULL ? e->up : e;
		}
	}
}

/* Memory from va on is free: what is remembered of the lowest gap holds no more
 * than to where that begins. */
static void
low_gap_lowered(struct vm_space *sp, const struct vm_entry *prev, vaddr_t va)
{
	if (va < sp->low)
		sp->low = prev != NULL && prev->end > MMAP_BASE ? prev->end : MMAP_BASE;
}

void
vm_tree_moved(struct vm_space *sp, struct vm_entry *e)
{
	stale(e);
	if (e->next != NULL)
		stale(e->next);
}

/* ---- The tree ---- */

static struct vm_entry **
link_of(struct vm_space *sp, struct vm_entry *e)
{
	if (e->up == NULL)
		return &sp->root;
	return e->up->left == e ? &e->up->left : &e->up->right;
}

/* e and its parent change places; what is between them goes along. */
static void
rotate(struct vm_space *sp, struct vm_entry *e)
{
	struct vm_entry *p = e->up, *between;

	*link_of(sp, p) = e;
	e->up = p->up;
	if (p->left == e) {
		between = p->left = e->right;
		e->right = p;
	} else {
		between = p->right = e->left;
		e->left = p;
	}
	p->up = e;
	if (between != NULL)
		between->up = p;
	e->room = STALE; /* as p is */
}

struct vm_entry *
vm_tree_search(struct vm_space *sp, vaddr_t va)
{
	struct vm_entry *e, *found = NULL;

	for (e = sp->root; e != NULL; e = e->start <= va ? e->right : e->left)
		if (e->start <= va)
			found = e;
	e = sp->young;
	if (e != NULL && e->start <= va && (found == NULL || e->start > found->start))
		found = e;
	sp->hint = found;
	return found;
}

/* Of two neighbours in the list one is below the other in the tree, and the
 * place between them is free on the lower one's side. */
void
vm_tree_insert(struct vm_space *sp, struct vm_entry *e)
{
	sp->young = NULL;
	e->left = e->right = NULL;
	if (e->next != NULL && e->next->left == NULL) {
		e->up = e->next;
		e->next->left = e;
	} else {
		e->up = e->prev;
		*(e->prev != NULL ? &e->prev->right : &sp->root) = e;
	}
	stale(e->up); /* e->next is among those above */
	while (e->up != NULL && rank(e) > rank(e->up))
		rotate(sp, e);
}

void
vm_tree_add(struct vm_space *sp, struct vm_entry *e, struct vm_entry *prev)
{
	struct vm_entry *next = prev != NULL ? prev->next : sp->first;

	vm_tree_settle(sp);
	e->prev = prev;
	e->next = next;
	*(prev != NULL ? &prev->next : &sp->first) = e;
	if (next != NULL) {
		next->prev = e;
		stale(next);
	}
	e->room = STALE;
	sp->young = sp->hint = e;
	sp->count++;
	if (e->start <= sp->low && sp->low < e->end)
		sp->low = e->end;
}

static void
take_out(struct vm_space *sp, struct vm_entry *e)
{
	struct vm_entry *child;

	stale(e);
	while (e->left != NULL && e->right != NULL)
		rotate(sp, rank(e->left) > rank(e->right) ? e->left : e->right);
	child = e->left != NULL ? e->left : e->right;
	*link_of(sp, e) = child;
	if (child != NULL)
		child->up = e->up;
}

void
vm_tree_remove(struct vm_space *sp, struct vm_entry *e)
{
	struct vm_entry *prev = e->prev, *next = e->next;

	if (next != NULL) {
		stale(next);
		next->prev = prev;
	}
	*(prev != NULL ? &prev->next : &sp->first) = next;
	if (e == sp->young)
		sp->young = NULL;
	else
		take_out(sp, e);
	sp->hint = prev;
	sp->count--;
	low_gap_lowered(sp, prev, e->start);
}

/* ---- Finding room ---- */

/* The start of the lowest gap with so many bytes; it may lie at the top. */
static vaddr_t
lowest_gap(struct vm_space *sp, uint32_t need, vaddr_t top)
{
	const struct vm_entry *e;

	vm_tree_settle(sp);
	room_renew(sp);
	e = sp->root;
	if (room_of(e) < need)
		return gap_start(sp, vm_tree_below(sp, top));
	for (;;) {
		if (room_of(e->left) >= need)
			e = e->left;
		else if (gap_below(sp, e) >= need)
			return gap_start(sp, e->prev);
		else
			e = e->right;
	}
}

/* Behind the highest used one of n spans from span on; span: all are free. */
static uint32_t
after_last_used(const struct vm_space *sp, uint32_t span, uint32_t n)
{
	uint32_t end = span + n, low, bits;

	for (; end > span; end = low) {
		low = (end - 1) & ~31u;
		bits = sp->spans[low / 32] & ~0u >> (low + 32 - end);
		if (low < span) {
			bits &= ~0u << (span - low);
			low = span;
		}
		if (bits != 0)
			return (low & ~31u) + 32 - __builtin_clz(bits);
	}
	return span;
}

int
vm_find_spans(const struct vm_space *sp, uint32_t len, vaddr_t *out)
{
	uint32_t n = ((len - 1) >> SPAN_SHIFT) + 1;
	uint32_t span = MMAP_BASE >> SPAN_SHIFT, next;

	for (; span + n <= MMAP_END >> SPAN_SHIFT; span = next) {
		next = after_last_used(sp, span, n);
		if (next == span) {
			*out = span << SPAN_SHIFT;
			return 0;
		}
	}
	return ENOMEM;
}

/* The lowest gap of all, by the tree. */
__attribute__((noinline)) static int
find_gap(struct vm_space *sp, uint32_t len, vaddr_t *out)
{
	vaddr_t va = lowest_gap(sp, len, MMAP_END);
	struct vm_entry *e;

	if (va > MMAP_END || len > MMAP_END - va) {
		if (sp->packed)
			return ENOMEM;
		/* What was kept for spans shown whole is room, too. */
		sp->packed = true;
		for (e = sp->first; e != NULL; e = e->next)
			e->room = STALE;
		return find_gap(sp, len, out);
	}
	sp->low = *out = va;
	sp->low_room = len;
	return 0;
}

int
vm_find_space(struct vm_space *sp, uint32_t len, vaddr_t *out)
{
	const struct vm_entry *prev = sp->hint, *next;
	vaddr_t va = sp->low, end;

	/* Is it right there, where the lowest gap is remembered to be? */
	if (len < sp->low_room || prev == NULL || prev->start > va || (next = prev->next) == NULL)
		return find_gap(sp, len, out);
	if (reserved_end(sp, prev) > va)
		va = reserved_end(sp, prev);
	end = next->start < MMAP_END ? next->start : MMAP_END;
	if (va > end || len > end - va)
		return find_gap(sp, len, out);
	*out = va;
	return 0;
}
