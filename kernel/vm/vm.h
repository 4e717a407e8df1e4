/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Virtual memory.
 *
 *   vm_object   memory that mappings share: a segment, a file, a shared
 *               anonymous mmap. Keeps its frames in page tables of its own.
 *   vm_space    what one process sees: entries in order of address.
 *   pmap        the page tables that the MMU follows (machine.h). Private
 *               pages live here and nowhere else.
 *
 * A shared entry shows its object's frames. A private one shows the object's
 * (or zeros) until it is written; then the page is the space's own. After a
 * fork both sides have a private frame read-only, and whoever writes first
 * takes a copy, unless it is the last holder: a frame with one reference is
 * its holder's alone.
 */
#ifndef VM_H
#define VM_H

#include <machine.h>

#include "abi/mman.h"
#include "mem/frame.h"
#include "base/printf.h"

/* ---- Objects ---- */

extern uint32_t vm_object_frames; /* that all of them have */

struct vm_object {
	uint32_t refs;
	uint32_t npages;
	uint32_t resident; /* frames it has */
	bool large;        /* the frames of each full table are in a row */
	bool fixed;        /* its size will not change */
	frame_t *tables;   /* page table for each PTAB_PAGES pages, 0: none yet */
	frame_t first;     /* it, if there is no more than one */
};

/* npages of zeros, one reference, committed in full. One that is made of none
 * can change its size, and no other.
 * => ENOMEM with nothing taken. */
int vm_object_create(uint32_t npages, struct vm_object **out);
/* Promise the memory of an object of npages: its pages and their tables. Returns
 * ENOMEM, with nothing promised, if there is not enough. vm_object_unpromise() takes
 * the promise back; the calls below that say so take it over. Does not sleep. */
int vm_object_promise(uint32_t npages);
void vm_object_unpromise(uint32_t npages);
/* Make obj, which is all zeros, an object of npages zero-filled pages with one
 * reference. It takes over the promise of its memory. The object is the first member
 * of what kmem_free() frees with the last reference. Returns ENOMEM if there is no
 * memory to name its tables: then it has the reference, but no pages and no promise.
 * Does not sleep. */
int vm_object_init(struct vm_object *obj, uint32_t npages);
/* Like vm_object_init(), but the frames of each whole 4 MiB are there from the start
 * and lie in a row. Returns ENOMEM also where there are no such rows. May sleep, for
 * clearing takes time. */
int vm_object_init_large(struct vm_object *obj, uint32_t npages);
/* Grow by zeros, or shrink. => ENOMEM with nothing changed; shrinking can't
 * fail, and no space shows the pages that go any more. */
int vm_object_resize(struct vm_object *obj, uint32_t npages);
static inline void
vm_object_ref(struct vm_object *obj)
{
	ASSERT(obj->refs > 0);
	obj->refs++;
}
/* The last one frees it: vm_object_free(). */
void vm_object_free(struct vm_object *obj);
static inline void
vm_object_unref(struct vm_object *obj)
{
	ASSERT(obj->refs > 0);
	if (--obj->refs == 0)
		vm_object_free(obj);
}
/* The frame of a page, made on first use.
 * => can't fail; no reference is taken: the object holds one. */
frame_t vm_object_fill(struct vm_object *obj, pte_t *pte); /* it isn't there yet */
static inline frame_t
vm_object_page(struct vm_object *obj, uint32_t page)
{
	frame_t *table = &obj->tables[page / PTAB_PAGES];
	pte_t *pte;

	ASSERT(page < obj->npages);
	if (*table == 0)
		*table = frame_alloc_table();
	pte = (pte_t *)frame_kva(*table) + page % PTAB_PAGES;
	return *pte != 0 ? pte_frame(*pte) : vm_object_fill(obj, pte);
}
/* The same, only if it is there. */
bool vm_object_peek(const struct vm_object *obj, uint32_t page, frame_t *out);

/* ---- Spaces ---- */

enum vm_inherit { VM_SHARE, VM_COPY };
#define VM_CHARGED 1u /* private and was writable: pages promised */
#define VM_STACK 2u   /* grows down */
#define VM_ATTACH 4u  /* the object is a segment's: shm.c */
#define VM_BLOCK 8u   /* its memory is part of a vm_block */
#define VM_LOCKED 16u /* by mlock: counted, see vm_lock.c */

struct vm_entry {
	struct vm_entry *next, *prev; /* in order of address */
	struct vm_entry *left, *right, *up;
	struct vm_entry *twin;    /* its copy in the space forked last */
	uint32_t room;            /* bytes: the largest gap in its subtree; vm_tree.c */
	vaddr_t start, end;       /* [start, end), page aligned */
	struct vm_object *object; /* one reference; NULL: private zeros */
	uint32_t pgoff;           /* page of object at start */
	union {
		struct {
			uint8_t prot, max_prot; /* PROT_*; mprotect stays within max_prot */
			uint8_t inherit;        /* enum vm_inherit: shared or private */
			uint8_t flags;          /* VM_* above */
		};
		uint32_t kind; /* all four */
	};
	struct shm_cut *cut; /* of an attach that is in pieces, else NULL */
	/* Of a file's: the list of those that show it; file_map.c. */
	struct vm_space *space;
	struct vm_entry *shown_next, **shown_link;
};

/* The entries that a fork copied: they go together, when the space ends. */
struct vm_block {
	struct vm_block *next;
	struct vm_entry entries[];
};

/* The stack begins below the last page, and STACK_MAX is kept for it in each space, whatever
 * its limit is. */
#define STACK_TOP (USER_END - PAGE_SIZE)
#define STACK_MAX (8u << 20)
#define STACK_LOW (STACK_TOP - STACK_MAX)
#define MMAP_END (STACK_LOW - PAGE_SIZE) /* a page stays free between */

struct vm_space {
	struct pmap pmap;
	struct vm_entry *first, *root;
	struct vm_entry *young; /* the one that is not in the tree yet */
	struct vm_entry *hint;  /* where the last look-up ended */
	uint32_t count;         /* of entries */
	struct vm_block *blocks;
	struct vm_entry *spare; /* what went last, for the next */
	bool locks;             /* an entry may have VM_LOCKED */
	bool packed;            /* no slot is kept for one entry any more */
	vaddr_t low;            /* below it no gap has low_room bytes; vm_tree.c */
	uint32_t low_room;
	uint32_t slots[32]; /* a bit for each slot that an entry touches */
	vaddr_t brk_start, brk_end;
	/* For /proc: the strings of arguments and environment, the first ESP. */
	vaddr_t arg_start, arg_end, env_end, stack_start;
	uint32_t pages, tables;            /* what it has been promised */
	uint32_t nattch, cuts;             /* shared memory attaches, and those in pieces; shm.c */
	const struct vm_object *attaching; /* counted, while shmat sleeps before it is mapped */
};

int vm_space_create(struct vm_space **out); /* => ENOMEM */
/* A copy by inheritance. => ENOMEM, with nothing changed. */
int vm_space_fork(struct vm_space *from, struct vm_space **out);
void vm_space_destroy(struct vm_space *sp);

/* What to map, filled in by the caller of vm_map(). */
struct vm_mapping {
	vaddr_t start;
	uint32_t len; /* bytes, a multiple of PAGE_SIZE */
	struct vm_object *object;
	uint32_t pgoff;
	union {
		struct {
			uint8_t prot, max_prot, inherit, flags;
		};
		uint32_t kind;
	};
	bool replace; /* what is mapped there goes, else there must be nothing */
};

/* Is [start, start+len) inside user space, without wrapping? */
bool vm_range_ok(vaddr_t start, uint32_t len);
/* Does it touch nothing that is mapped? */
bool vm_range_free(struct vm_space *sp, vaddr_t start, uint32_t len);
/* A free range, the lowest that mmap may have. => ENOMEM. */
int vm_find_space(struct vm_space *sp, uint32_t len, vaddr_t *out);
/* The same, in whole slots that nothing touches, from the start of one on. */
int vm_find_slots(const struct vm_space *sp, uint32_t len, vaddr_t *out);
/* => takes its own reference on m->object; the range is ok, and free unless
 * m->replace. ENOMEM with nothing changed. */
int vm_map(struct vm_space *sp, const struct vm_mapping *m);
/* => 0, or ENOMEM (a split needs memory) with nothing changed. */
int vm_unmap(struct vm_space *sp, vaddr_t start, vaddr_t end);
/* The last of the entries from e on that are inherited alike and follow each other
 * without a gap, or, shared ones, in one slot. */
const struct vm_entry *vm_run_end(const struct vm_entry *e);
/* Unmap everything, for good. */
void vm_unmap_all(struct vm_space *sp);
/* e, of sp, has a reference on its object, if it has one, and drops it. A file
 * (file_map.c) knows who does. */
void file_map_show(struct vm_space *sp, struct vm_entry *e);
void file_map_unshow(struct vm_entry *e);
static inline void
vm_entry_show(struct vm_space *sp, struct vm_entry *e)
{
	if (e->flags & VM_ATTACH)
		vm_object_ref(e->object);
	else if (e->object != NULL)
		file_map_show(sp, e);
}
static inline void
vm_entry_unshow(struct vm_entry *e)
{
	if (e->flags & VM_ATTACH)
		vm_object_unref(e->object);
	else if (e->object != NULL)
		file_map_unshow(e);
}
/* Nothing that [start, end), which is not empty, shows can be seen any more, until
 * faults bring it back. Of so many slots from lo on the tables go, too, for nothing
 * else is in these. */
void vm_hide(struct vm_space *sp, vaddr_t start, vaddr_t end, uint32_t lo, uint32_t alone);
/* One entry goes. => can't fail. */
void vm_unmap_entry(struct vm_space *sp, struct vm_entry *e);
/* Unmap an attach of an object: what shows it as if its first page were at start.
 * => can't fail. */
void vm_unmap_attach(struct vm_space *sp, vaddr_t start, struct vm_object *obj);
/* Where the first page of e's object is, or would be. */
static inline vaddr_t
vm_entry_base(const struct vm_entry *e)
{
	return e->start - (e->pgoff << PAGE_SHIFT);
}
/* => ENOMEM: a hole in the range, or memory; EACCES: beyond max_prot. */
int vm_protect(struct vm_space *sp, vaddr_t start, vaddr_t end, int prot);
/* What it takes to make two borders between entries. It is had before anything changes,
 * so that a call that needs more than this can still fail with nothing changed. */
struct vm_borders {
	struct vm_entry *upper[2];
	struct shm_cut *cut[2]; /* an attach's, which must not have been in pieces */
};
/* Have what the borders at start and end take. => ENOMEM. */
int vm_borders_reserve(struct vm_space *sp, vaddr_t start, vaddr_t end, struct vm_borders *b);
/* Make them, which cannot fail, or give back what was had. */
void vm_borders_make(struct vm_space *sp, vaddr_t start, vaddr_t end, const struct vm_borders *b);
void vm_borders_drop(struct vm_borders *b);
/* Make start and end borders between entries. => ENOMEM. */
int vm_split(struct vm_space *sp, vaddr_t start, vaddr_t end);

/* vm_lock.c: pages locked in all of the space, or in [start, end). */
uint32_t vm_locked_pages(struct vm_space *sp);
uint32_t vm_locked_between(struct vm_space *sp, vaddr_t start, vaddr_t end);
/* Mark [start, end) as locked or not. => ENOMEM, with nothing marked: there is a hole,
 * or (to lock) a page that no access could bring in. */
int vm_lock(struct vm_space *sp, vaddr_t start, vaddr_t end, bool lock);
void vm_lock_all(struct vm_space *sp, bool lock);
/* Bring in the pages of [start, end) that can be there. => sleeps, for that takes time. */
void vm_fill(struct vm_space *sp, vaddr_t start, vaddr_t end);

/* vm_remap.c: [start, start + len) becomes new_len bytes long, at *out, which is start
 * unless it may move and has to. All are whole pages, new_len is not 0.
 * => EFAULT: it is not in one mapping; EINVAL: it cannot grow; ENOMEM. */
int vm_remap(struct vm_space *sp, vaddr_t start, uint32_t len, uint32_t new_len, bool may_move,
             vaddr_t *out);
/* It moves to `to`, and replaces what is there. => also EINVAL: the two ranges overlap, or
 * the new one is not in user space; EPERM: it is below what can be mapped. */
int vm_remap_to(struct vm_space *sp, vaddr_t start, uint32_t len, vaddr_t to, uint32_t new_len);

/* The entry that va is in; NULL: none. */
struct vm_entry *vm_entry_search(struct vm_space *sp, vaddr_t va);
static inline struct vm_entry *
vm_entry_at(struct vm_space *sp, vaddr_t va)
{
	struct vm_entry *e = sp->hint;

	return e != NULL && va - e->start < e->end - e->start ? e : vm_entry_search(sp, va);
}
/* The first entry that ends above va. */
struct vm_entry *vm_entry_from(struct vm_space *sp, vaddr_t va);
/* brk.c: move the end of the heap. => ENOMEM. */
int vm_brk(struct vm_space *sp, vaddr_t end);
/* e also has [start, end), right above or below it, which is free. => ENOMEM. */
int vm_grow(struct vm_space *sp, struct vm_entry *e, vaddr_t start, vaddr_t end);
/* Make one entry of e and those right behind it that differ from it in nothing, until it
 * reaches end: mprotect or mlock may have cut one mapping into several. Attaches are left. */
void vm_join(struct vm_space *sp, struct vm_entry *e, vaddr_t end);

/* brk.c: grow the stack to include va. Returns its entry; NULL if va isn't the stack's, or
 * the stack may not grow so far, or there is no memory to promise. */
struct vm_entry *vm_stack_grow(struct vm_space *sp, vaddr_t va);
/* sys_limits.c: returns how many bytes of stack the current process may have. */
uint32_t vm_stack_most(void);
/* sys_mlock.c: returns how many pages the current process may lock. */
uint32_t vm_lock_most(void);

/* From this many bytes on it pays to have whole slots of the page directory to
 * oneself: the promise of a table for each is little beside the pages. */
#define VM_SLOTS_FROM (16 * PAGE_SIZE)

/* vm_tree.c: entries in order of address. The last that starts at or below va;
 * NULL: none. */
struct vm_entry *vm_tree_search(struct vm_space *sp, vaddr_t va);
static inline struct vm_entry *
vm_tree_below(struct vm_space *sp, vaddr_t va)
{
	struct vm_entry *e = sp->hint;

	if (e != NULL && e->start <= va && (e->next == NULL || e->next->start > va))
		return e;
	return vm_tree_search(sp, va);
}
/* Now all are in the tree. */
void vm_tree_insert(struct vm_space *sp, struct vm_entry *e); /* the youngest, too */
static inline void
vm_tree_settle(struct vm_space *sp)
{
	if (sp->young != NULL)
		vm_tree_insert(sp, sp->young);
}
/* Put e behind prev (NULL: first); take it out. */
void vm_tree_add(struct vm_space *sp, struct vm_entry *e, struct vm_entry *prev);
void vm_tree_remove(struct vm_space *sp, struct vm_entry *e);
/* Slots [lo, hi) are touched by an entry, or by none any more. */
static inline void
vm_tree_slots(struct vm_space *sp, uint32_t lo, uint32_t hi, bool used)
{
	uint32_t bits;

	if (lo + 1 == hi) { /* mostly; of more, a word's worth at a time */
		if (used)
			sp->slots[lo / 32] |= 1u << lo % 32;
		else
			sp->slots[lo / 32] &= ~(1u << lo % 32);
		return;
	}
	for (; lo < hi; lo = (lo | 31) + 1) {
		bits = ~0u << lo % 32;
		if (hi <= (lo | 31))
			bits &= ~(~0u << hi % 32);
		if (used)
			sp->slots[lo / 32] |= bits;
		else
			sp->slots[lo / 32] &= ~bits;
	}
}
/* e's start or end is another, in the same place among the others. */
void vm_tree_moved(struct vm_space *sp, struct vm_entry *e);

void vm_init(void);
/* Resolve an access (PROT_WRITE, or 0 for a read) of user code or the kernel on its behalf.
 * => 0, SEGV_MAPERR, SEGV_ACCERR, or VM_FAULT_END beyond the object's end, for
 * which the signal is SIGBUS. Never for want of memory, but for a stack that
 * would grow beyond what can be promised. Does not sleep. */
#define VM_FAULT_END 3
int vm_fault(struct vm_space *sp, vaddr_t va, int access);

/* ---- User pointers: the one gate ---- */

/* => 0 or EFAULT; the ranges may be anything. May fault pages in. */
int copyin(void *to, vaddr_t from, size_t n);
int copyout(vaddr_t to, const void *from, size_t n);
int copyzero(vaddr_t to, size_t n);
/* A string with its NUL, at most max bytes. => EFAULT, ENAMETOOLONG.
 * len may be NULL. */
int copyinstr(char *to, vaddr_t from, size_t max, size_t *len);

static inline uint32_t
page_round(uint32_t bytes)
{
	return (bytes + PAGE_MASK) & ~PAGE_MASK;
}

#endif
