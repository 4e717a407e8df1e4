/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The entries of a space, found by address, and the room between them.
 *
 * They are a list in order of address, and over it a treap: a binary tree by
 * address in which no entry's rank is above its parent's. Ranks are as good as
 * drawn by lot, so the tree is about as deep as one that grew in random order,
 * whatever order it grew in. Each entry knows the gap below it and the largest
 * in its subtree: the lowest that is large enough is one walk down.
 *
 * Gaps begin where mmap may: below MMAP_BASE there are none. And a shared entry
 * that starts at a slot of 4 MiB, and isn't too small for that, keeps the rest of
 * its last one to itself, so that it can be shown whole there; only when nothing
 * else is left ("packed") does the rest count as free. Those who look for whole
 * slots find them in a map of bits, one for each slot that any entry touches.
 */
#include "abi/errno.h"
#include "vm.h"

#define MMAP_BASE 0x40000000u

static uint32_t
rank(const struct vm_entry *e)
{
	return (uint32_t)((uintptr_t)e >> 4) * 2654435769u; /* 2^32 / golden ratio */
}

/* ---- Room ---- */

static vaddr_t
reach(const struct vm_space *sp, const struct vm_entry *e)
{
	if (sp->packed || e->inherit != VM_SHARE || e->start % SLOT_SIZE != 0 ||
	    e->end - e->start < VM_SLOTS_FROM)
		return e->end;
	return (e->end + SLOT_SIZE - 1) & ~(SLOT_SIZE - 1);
}

/* Where the gap below e begins; all there is, for NULL. */
static vaddr_t
gap_start(const struct vm_space *sp, const struct vm_entry *prev)
{
	vaddr_t va = prev != NULL ? reach(sp, prev) : 0;

	return va > MMAP_BASE ? va : MMAP_BASE;
}

static void
gap_measure(const struct vm_space *sp, struct vm_entry *e)
{
	vaddr_t from = gap_start(sp, e->prev);

	e->gap = e->start > from ? e->start - from : 0;
}

static uint32_t
room_of(const struct vm_entry *e)
{
	return e == NULL ? 0 : e->room;
}

/* What e's subtree has, after a change of e's gap or children. => did it? */
static bool
room_renew(struct vm_entry *e)
{
	uint32_t room = e->gap, left = room_of(e->left), right = room_of(e->right), old = e->room;

	room = left > room ? left : room;
	room = right > room ? right : room;
	e->room = room;
	return room != old;
}

/* The same for all above e, as far as it makes a difference. */
static void
room_changed(struct vm_entry *e)
{
	room_renew(e);
	while ((e = e->up) != NULL && room_renew(e))
		;
}

void
vm_tree_slots(struct vm_space *sp, uint32_t lo, uint32_t hi, bool used)
{
	while (lo < hi) {
		uint32_t end = (lo | 31) + 1 < hi ? (lo | 31) + 1 : hi, bits = ~0u << lo % 32;

		bits &= ~0u >> -end % 32;
		if (used)
			sp->slots[lo / 32] |= bits;
		else
			sp->slots[lo / 32] &= ~bits;
		lo = end;
	}
}

static void
next_changed(const struct vm_space *sp, struct vm_entry *next)
{
	if (next != NULL) {
		gap_measure(sp, next);
		room_changed(next);
	}
}

void
vm_tree_moved(struct vm_space *sp, struct vm_entry *e)
{
	gap_measure(sp, e);
	room_changed(e);
	next_changed(sp, e->next);
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
	room_renew(p);
	room_renew(e);
}

struct vm_entry *
vm_tree_below(struct vm_space *sp, vaddr_t va)
{
	struct vm_entry *e = sp->hint, *found = NULL;

	if (e != NULL && e->start <= va && (e->next == NULL || e->next->start > va))
		return e;
	for (e = sp->root; e != NULL; e = e->start <= va ? e->right : e->left)
		if (e->start <= va)
			found = e;
	sp->hint = found;
	return found;
}

/* Of two neighbours in the list one is below the other in the tree, and the
 * place between them is free on the lower one's side. */
void
vm_tree_add(struct vm_space *sp, struct vm_entry *e, struct vm_entry *prev)
{
	struct vm_entry *next = prev != NULL ? prev->next : sp->first;

	e->prev = prev;
	e->next = next;
	*(prev != NULL ? &prev->next : &sp->first) = e;
	if (next != NULL)
		next->prev = e;
	e->left = e->right = NULL;
	if (next != NULL && next->left == NULL) {
		e->up = next;
		next->left = e;
	} else {
		e->up = prev;
		*(prev != NULL ? &prev->right : &sp->root) = e;
	}
	vm_tree_moved(sp, e);
	while (e->up != NULL && rank(e) > rank(e->up))
		rotate(sp, e);
	sp->hint = e;
}

void
vm_tree_remove(struct vm_space *sp, struct vm_entry *e)
{
	struct vm_entry *child, *up;

	while (e->left != NULL && e->right != NULL)
		rotate(sp, rank(e->left) > rank(e->right) ? e->left : e->right);
	sp->hint = e->prev;
	child = e->left != NULL ? e->left : e->right;
	*link_of(sp, e) = child;
	up = e->up;
	if (child != NULL)
		child->up = up;
	*(e->prev != NULL ? &e->prev->next : &sp->first) = e->next;
	if (e->next != NULL)
		e->next->prev = e->prev;
	if (up != NULL)
		room_changed(up);
	next_changed(sp, e->next);
}

/* ---- Finding room ---- */

/* The lowest entry with so many bytes free below it; NULL: none. */
static const struct vm_entry *
lowest_gap(const struct vm_space *sp, uint32_t need)
{
	const struct vm_entry *e = sp->root;

	if (room_of(e) < need)
		return NULL;
	for (;;) {
		if (room_of(e->left) >= need)
			e = e->left;
		else if (e->gap >= need)
			return e;
		else
			e = e->right;
	}
}

/* The lowest `need` free slots in a row below top, as an address; top: none. */
static vaddr_t
lowest_slots(const struct vm_space *sp, uint32_t need, vaddr_t top)
{
	uint32_t slot = MMAP_BASE >> SLOT_SHIFT, i;

	while (slot + need <= top >> SLOT_SHIFT) {
		if (sp->slots[slot / 32] == UINT32_MAX) {
			slot = (slot | 31) + 1;
			continue;
		}
		for (i = slot + need;
		     i > slot && (sp->slots[(i - 1) / 32] >> (i - 1) % 32 & 1) == 0; i--)
			;
		if (i == slot)
			return slot << SLOT_SHIFT;
		slot = i;
	}
	return top;
}

static bool
find_space(struct vm_space *sp, uint32_t len, uint32_t align, vaddr_t *out)
{
	/* A page stays free below the lowest that the stack may reach. */
	vaddr_t top = sp->stack_limit - PAGE_SIZE;
	const struct vm_entry *e;

	if (len > top - MMAP_BASE || align > top - MMAP_BASE - len)
		return false;
	if (align >= SLOT_SIZE) {
		*out = lowest_slots(sp, (len + align - 1) >> SLOT_SHIFT, top);
	} else {
		e = lowest_gap(sp, len + align - PAGE_SIZE);
		/* There is no entry above the highest gap, perhaps. */
		*out = gap_start(sp, e != NULL ? e->prev : vm_tree_below(sp, top));
	}
	*out = (*out + align - 1) & ~(align - 1);
	return *out <= top && len <= top - *out;
}

int
vm_find_space(struct vm_space *sp, uint32_t len, uint32_t align, vaddr_t *out)
{
	struct vm_entry *e;

	if (find_space(sp, len, align, out))
		return 0;
	if (sp->packed || align != PAGE_SIZE)
		return ENOMEM;
	sp->packed = true;
	for (e = sp->first; e != NULL; e = e->next)
		vm_tree_moved(sp, e);
	return find_space(sp, len, align, out) ? 0 : ENOMEM;
}
