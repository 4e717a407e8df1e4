/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The entries of a space, found by address, and the gaps between them.
 *
 * The entries are a list in order of address, and a treap (Seidel and Aragon, 1989): a
 * binary search tree by address in which no entry's rank is above its parent's. A rank is a
 * hash, as good as a random number, so that the tree is balanced on average in whatever
 * order entries are added.
 *
 * The gap of an entry is the free range right below it. Each entry caches the size of the
 * largest gap in its subtree (max_gap), so that the lowest gap that is large enough is found by
 * one walk down. A change marks the cached sizes of the entry and its ancestors stale,
 * stopping at the first already stale one. They are recomputed only when a search needs
 * them.
 *
 * Shortcuts in front of the list and the tree, which change no result, are struct vm_cache
 * (space.h).
 *
 * Mappings without an address are placed in [MMAP_BASE, MMAP_END), so gaps below MMAP_BASE
 * do not count. reserved_end() says which free addresses do not count either. vm_find_spans()
 * does not use the tree: it searches a bitmap of the spans that any entry touches.
 */
#include "abi/errno.h"
#include "base/bits.h"
#include "vm/tree.h"

#define STALE UINT32_MAX /* a max_gap that is to be recomputed; those of all ancestors are, too */

/* Returns e's priority in the treap: a hash of its address in the kernel. */
static uint32_t
rank(const struct vm_entry *e)
{
	return (uint32_t)((uintptr_t)e >> 4) * BITS_GOLDEN;
}

/* ---- Gaps ---- */

/*
 * Returns the address at which the gap above e begins. For most entries this is e's end.
 *
 * A shared entry that starts at a span's start, and isn't too small to be worth it
 * (VM_SPANS_FROM), reserves its last span to the end: only while nothing else is mapped
 * there can vm_fault() show that span whole. The reservation steers only where the kernel
 * places mappings. A program that gives an address may map the rest of the span, and once
 * a space has run short of gaps (packed) nothing is reserved in it any more.
 */
static vaddr_t
reserved_end(const struct vm_space *sp, const struct vm_entry *e)
{
	if (e->inherit != VM_SHARE || sp->packed || e->start % SPAN_SIZE != 0 ||
	    e->end - e->start < VM_SPANS_FROM)
		return e->end;
	return (e->end + SPAN_SIZE - 1) & ~(SPAN_SIZE - 1);
}

/* Returns the address at which the gap above prev begins; NULL: the first gap of all. */
static vaddr_t
gap_start(const struct vm_space *sp, const struct vm_entry *prev)
{
	vaddr_t va = prev != NULL ? reserved_end(sp, prev) : 0;

	return va > MMAP_BASE ? va : MMAP_BASE;
}

/* Returns the size of the gap right below e, in bytes. */
static uint32_t
gap_below(const struct vm_space *sp, const struct vm_entry *e)
{
	vaddr_t from = gap_start(sp, e->prev);

	return e->start > from ? e->start - from : 0;
}

/* Returns the largest gap kept for e's subtree, 0 without a subtree. */
static uint32_t
max_gap_of(const struct vm_entry *e)
{
	return e == NULL ? 0 : e->max_gap;
}

/* Mark max_gap of e and of its ancestors stale. Above a stale one all are stale. */
static void
stale(struct vm_entry *e)
{
	for (; e != NULL && e->max_gap != STALE; e = e->up)
		e->max_gap = STALE;
}

/* Recompute every stale max_gap, children before their parents. */
static void
max_gaps_renew(const struct vm_space *sp)
{
	struct vm_entry *e = sp->root;
	uint32_t left, right;

	while (e != NULL && e->max_gap == STALE) {
		left = max_gap_of(e->left);
		right = max_gap_of(e->right);
		if (left == STALE) {
			e = e->left;
		} else if (right == STALE) {
			e = e->right;
		} else {
			e->max_gap = gap_below(sp, e);
			left = left > right ? left : right;
			e->max_gap = left > e->max_gap ? left : e->max_gap;
			e = e->up != NULL ? e->up : e;
		}
	}
}

/* The addresses from va on have become free, and prev is the entry below them. If that is
 * below low, a gap of low_size bytes may begin right above prev: low falls to there. */
static void
low_gap_lowered(struct vm_space *sp, const struct vm_entry *prev, vaddr_t va)
{
	if (va < sp->cache.low)
		sp->cache.low = prev != NULL && prev->end > MMAP_BASE ? prev->end : MMAP_BASE;
}

void
vm_tree_moved(struct vm_space *sp, struct vm_entry *e)
{
	stale(e);
	if (e->next != NULL)
		stale(e->next);
}

/* ---- Look-up ---- */

/* Set the hint. Does nothing in a build without that cache. */
static void
hint_set(struct vm_space *sp, struct vm_entry *e)
{
	if (VM_CACHE & VM_CACHE_HINT)
		sp->cache.hint = e;
}

struct vm_entry *
vm_entry_search(struct vm_space *sp, vaddr_t va)
{
	struct vm_entry *e, *found = NULL;

	for (e = sp->root; e != NULL; e = e->start <= va ? e->right : e->left)
		if (e->start <= va)
			found = e;
	e = sp->cache.young;
	if (e != NULL && e->start <= va && (found == NULL || e->start > found->start))
		found = e;
	hint_set(sp, found);
	return found;
}

struct vm_entry *
vm_entry_from(struct vm_space *sp, vaddr_t va)
{
	struct vm_entry *e = vm_entry_below(sp, va);

	if (e == NULL)
		return sp->first;
	return va < e->end ? e : e->next;
}

/* ---- The tree ---- */

/* Returns the pointer in the tree that points to e: its parent's, or the root. */
static struct vm_entry **
link_of(struct vm_space *sp, struct vm_entry *e)
{
	if (e->up == NULL)
		return &sp->root;
	return e->up->left == e ? &e->up->left : &e->up->right;
}

/* Rotate e above its parent, which becomes its child. The subtree whose addresses are
 * between theirs passes from e to the parent. The parent's max_gap must be stale. */
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
	e->max_gap = STALE; /* p, now below e, is stale */
}

/* Make e a leaf, and rotate it up to where its rank belongs. Of e's neighbours in the list one is
 * an ancestor of the other, and the lower one has no child on the other's side. e becomes that
 * child. */
void
vm_tree_insert(struct vm_space *sp, struct vm_entry *e)
{
	sp->cache.young = NULL;
	e->left = e->right = NULL;
	if (e->next != NULL && e->next->left == NULL) {
		e->up = e->next;
		e->next->left = e;
	} else {
		e->up = e->prev;
		*(e->prev != NULL ? &e->prev->right : &sp->root) = e;
	}
	stale(e->up); /* e->next, whose gap e makes smaller, is an ancestor of e */
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
	e->max_gap = STALE;
	sp->cache.young = e;
	hint_set(sp, e);
	sp->count++;
	if (e->start <= sp->cache.low && sp->cache.low < e->end)
		sp->cache.low = e->end;
	if (!(VM_CACHE & VM_CACHE_YOUNG))
		vm_tree_settle(sp);
}

/* Remove e from the tree: rotate it down until it has one child or none, and put the child
 * in its place. */
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
	if (e == sp->cache.young)
		sp->cache.young = NULL;
	else
		take_out(sp, e);
	hint_set(sp, prev);
	sp->count--;
	low_gap_lowered(sp, prev, e->start);
}

/* ---- Finding a gap ---- */

/* Returns the start of the lowest gap of `need` bytes. If no entry has one below it, returns
 * where the gap above the last entry below `top` begins: the caller checks its size. */
static vaddr_t
lowest_gap(struct vm_space *sp, uint32_t need, vaddr_t top)
{
	const struct vm_entry *e;

	vm_tree_settle(sp);
	max_gaps_renew(sp);
	e = sp->root;
	if (max_gap_of(e) < need)
		return gap_start(sp, vm_entry_below(sp, top));
	for (;;) {
		if (max_gap_of(e->left) >= need)
			e = e->left;
		else if (gap_below(sp, e) >= need)
			return gap_start(sp, e->prev);
		else
			e = e->right;
	}
}

/* Returns the number after that of the highest used one of the n spans from `span` on;
 * `span` if none of them is used. */
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

/* Find the lowest gap in the tree, and remember it as the low gap. The result is
 * vm_find_space()'s. */
static int
find_gap(struct vm_space *sp, uint32_t len, vaddr_t *out)
{
	vaddr_t va = lowest_gap(sp, len, MMAP_END);
	struct vm_entry *e;

	if (va > MMAP_END || len > MMAP_END - va) {
		if (sp->packed)
			return ENOMEM;
		/* Try again without reservations: what reserved_end() kept is free, too. */
		sp->packed = true;
		for (e = sp->first; e != NULL; e = e->next)
			e->max_gap = STALE;
		return find_gap(sp, len, out);
	}
	sp->cache.low = *out = va;
	sp->cache.low_size = len;
	return 0;
}

int
vm_find_space(struct vm_space *sp, uint32_t len, vaddr_t *out)
{
	const struct vm_entry *prev = sp->cache.hint, *next;
	vaddr_t va = sp->cache.low, end;

	/* The low gap helps if as many bytes are wanted, and the hint is the entry below low.
	 * If the gap at low is too small, find_gap() looks further. */
	if (!(VM_CACHE & VM_CACHE_LOW) || len < sp->cache.low_size || prev == NULL ||
	    prev->start > va || (next = prev->next) == NULL)
		return find_gap(sp, len, out);
	if (reserved_end(sp, prev) > va)
		va = reserved_end(sp, prev);
	end = next->start < MMAP_END ? next->start : MMAP_END;
	if (va > end || len > end - va)
		return find_gap(sp, len, out);
	*out = va;
	return 0;
}
