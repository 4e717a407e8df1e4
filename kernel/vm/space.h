/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Room vm: virtual memory: objects, address spaces, faults, and the copies to and from
 * programs. It calls mem/ and the page tables of machine.h; what it has to tell those above
 * stands in owner.h. proc/, shm/, fs/, exec/ and sys/ call it, and the page-fault handler.
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
#ifndef VM_SPACE_H
#define VM_SPACE_H

#include <machine.h>

#include "abi/mman.h"
#include "vm/object.h"

struct shm_cut;

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
	bool packed;            /* no span is kept for one entry any more */
	vaddr_t low;            /* below it no gap has low_room bytes; vm_tree.c */
	uint32_t low_room;
	uint32_t spans[32]; /* a bit for each span that an entry touches */
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
/* The same, in whole spans that nothing touches, from the start of one on. */
int vm_find_spans(const struct vm_space *sp, uint32_t len, vaddr_t *out);
/* => takes its own reference on m->object; the range is ok, and free unless
 * m->replace. ENOMEM with nothing changed. */
int vm_map(struct vm_space *sp, const struct vm_mapping *m);
/* => 0, or ENOMEM (a split needs memory) with nothing changed. */
int vm_unmap(struct vm_space *sp, vaddr_t start, vaddr_t end);
/* Nothing that [start, end), which is not empty, shows can be seen any more, until
 * faults bring it back. Of so many spans from lo on the tables go, too, for nothing
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
/* From this many bytes on it pays to have whole spans of the page directory to
 * oneself: the promise of a table for each is little beside the pages. */
#define VM_SPANS_FROM (16 * PAGE_SIZE)

void vm_init(void);
/* Resolve an access (PROT_WRITE, or 0 for a read) of user code or the kernel on its behalf.
 * => 0, SEGV_MAPERR, SEGV_ACCERR, or VM_FAULT_END beyond the object's end, for
 * which the signal is SIGBUS. Never for want of memory, but for a stack that
 * would grow beyond what can be promised. Does not sleep. */
#define VM_FAULT_END 3
int vm_fault(struct vm_space *sp, vaddr_t va, int access);

#endif
