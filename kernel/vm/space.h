/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Room vm: virtual memory: objects, address spaces, faults, and the copies to and from
 * programs. It calls mem/ and the page tables of machine.h; its up-calls are those of
 * owner.h. All rooms but base/ and mem/ call it, and so does the page fault handler.
 *
 *   vm_object   memory that mappings share: a segment, a file, a shared
 *               anonymous mmap. It keeps its frames in page tables of its own.
 *   vm_space    what one process can address: entries in order of address.
 *   pmap        the page tables that the MMU follows (machine.h). Only here
 *               are private pages recorded.
 *
 * A shared entry shows its object's frames. A private entry shows the object's frames, or
 * zeros, until a page is written to: then the space gets a copy of that page (copy-on-write).
 * After a fork both spaces map each private frame read-only. Whoever writes first takes a
 * copy, unless it holds the only reference left: such a frame is simply made writable.
 *
 * vm_map() only records an entry. Faults fill the page tables; fork and mremap copy what faults
 * have entered. The calls below don't sleep unless their comment says so.
 */
#ifndef VM_SPACE_H
#define VM_SPACE_H

#include <machine.h>

#include "abi/mman.h"
#include "base/list.h"
#include "vm/object.h"

struct shm_cut;

enum vm_inherit { VM_SHARE, VM_COPY };
/* Flags of an entry. */
#define VM_CHARGED 1u /* private, and is or was writable: its pages are promised */
#define VM_STACK 2u   /* a fault below it makes it grow down */
#define VM_ATTACH 4u  /* an attach, or a piece of one: the object is a segment */
#define VM_BLOCK 8u   /* its memory belongs to a vm_block, and is not freed alone */
#define VM_LOCKED 16u /* locked by mlock(); see vm_lock.c */

struct vm_entry {
	/* The entry's place in the list and in the tree of the space's entries: vm_tree.c. */
	struct vm_entry *next, *prev; /* in order of address; NULL at the ends */
	struct vm_entry *left, *right, *up;
	struct vm_entry *twin; /* during a fork: its copy in the new space */
	uint32_t max_gap;      /* bytes: the largest gap below an entry of its subtree */
	/* What it shows, and where. */
	vaddr_t start, end;       /* [start, end), multiples of PAGE_SIZE */
	struct vm_object *object; /* it holds one reference; NULL: private zeros */
	uint32_t pgoff;           /* number of the object's page at start */
	union {
		struct {
			uint8_t prot, max_prot; /* PROT_*; mprotect stays within max_prot */
			uint8_t inherit;        /* VM_SHARE: shared; VM_COPY: private */
			uint8_t flags;          /* VM_* above */
		};
		uint32_t kind; /* all four bytes at once */
	};
	struct shm_cut *cut; /* what the pieces of an attach share; NULL: not in pieces */
	/* If the object is a file's content: the list of all entries that show the file,
	 * kept by fs/file_map.c. */
	struct vm_space *space;
	LIST_LINKS(struct vm_entry) shown;
};

/* Entries that a fork copied: one allocation, which is freed with the space. */
struct vm_block {
	struct vm_block *next;
	struct vm_entry entries[];
};

/*
 * The addresses of a space:
 *
 *	USER_MIN   0x00010000  lowest address that can be mapped
 *	           0x08048000  the program, where linkers put it: text, data
 *	brk_start              the heap, upwards from the program's end (brk.c)
 *	MMAP_BASE  0x40000000  mmap and shmat without an address, upwards (vm_tree.c)
 *	MMAP_END   0xbf7fe000  where these end; the page above is left free
 *	STACK_LOW  0xbf7ff000  lowest address that the stack may ever reach
 *	STACK_TOP  0xbffff000  the stack, downwards; the page above is left free
 *	USER_END   0xc0000000  the kernel
 *
 * STACK_MAX bytes are set aside for the stack in every space, whatever the process's limit is.
 */
#define STACK_TOP (USER_END - PAGE_SIZE)
#define STACK_MAX (8u << 20)
#define STACK_LOW (STACK_TOP - STACK_MAX)
#define MMAP_BASE 0x40000000u
#define MMAP_END (STACK_LOW - PAGE_SIZE)

/* Shortcuts of a space. None of these changes a result: a kernel without them (VM_CACHE
 * below) finds the same entries and gaps, later. docs/performance.md has a table of what
 * each saves, in instructions. */
struct vm_cache {
	/* A cache of the last look-up: the entry that it found. Programs fault, unmap and map
	 * near the place where they did so before, and the tree need not be searched then. */
	struct vm_entry *hint;
	/* A cache in front of the tree: the newest entry, in the list but not in the tree yet.
	 * One that is unmapped while it is young never gets into the tree. */
	struct vm_entry *young;
	/* A cache of one allocation: the memory of an entry that was unmapped, for the next.
	 * Mapping and unmapping in turns calls the allocator only once. */
	struct vm_entry *spare;
	/* A cache of the last search for a gap: no gap that begins below low has low_size bytes. A
	 * search for as many or more begins at low, and need not measure the other gaps. */
	vaddr_t low;
	uint32_t low_size;
};
/* Which of the shortcuts are built in: the sum of these. CACHE=n on make's command line sets
 * it; 0 builds none of them. */
enum { VM_CACHE_HINT = 1, VM_CACHE_YOUNG = 2, VM_CACHE_SPARE = 4, VM_CACHE_LOW = 8 };
#ifndef VM_CACHE
#define VM_CACHE 15u
#endif

#define SPAN_COUNT (USER_END / SPAN_SIZE) /* the spans of user space; a multiple of 32 */

struct vm_space {
	/* What the MMU follows. The pmap shows no more than the entries say, and may show less:
	 * faults bring the rest back. */
	struct pmap pmap;

	/* The map. The list and the tree hold the same entries, but for a young one, which is
	 * only in the list; spans and count follow them. vm_tree.c changes the links. */
	struct vm_entry *first, *root;
	struct vm_cache cache;
	uint32_t count;                  /* of entries */
	uint32_t spans[SPAN_COUNT / 32]; /* a bit for each span that an entry touches */

	/* What has happened to the map. Each is set once, and may stay set when it need not: then
	 * a search walks for nothing, or a span that could be shown whole is not. */
	bool locks;  /* an entry may have VM_LOCKED; vm_lock_all() clears it */
	bool packed; /* gaps ran short: the rest of an entry's last span may go to others */

	/* The memory of the entries with VM_BLOCK. The fork that makes the space allocates it, and
	 * the end of the space frees it. */
	struct vm_block *blocks;

	/* Pages and page tables promised to the space. Both change together with the entries that
	 * need them (vm_map.c), and a fork promises as many to the child. */
	uint32_t pages, tables;

	/* The page after that of the last fault, and how many faults in a row were at such a page:
	 * vm_fault.c makes pages ahead then. */
	vaddr_t fault_next;
	uint32_t faults_in_order;

	/* Counts that shm/ alone changes: its attaches, and those of them in pieces. */
	uint32_t nattch, cuts;

	/* The segment whose attach shmat has counted and not mapped yet, while a test makes it
	 * sleep there; NULL otherwise. shm_check() wants to know. */
	const struct vm_object *attaching;

	/* A fork copies the space: its stack must not grow. (Who has lent it may die meanwhile, and
	 * writes to it then: clone's CLEARTID.) */
	bool copied;

	/* Where exec put things; a fork copies them. The heap begins at brk_start, and brk() moves
	 * its end, brk_end, by bytes: the one that changes later. The others are for /proc: the
	 * strings of arguments and environment, and the first stack pointer. */
	vaddr_t brk_start, brk_end;
	vaddr_t arg_start, arg_end, env_end, stack_start;
};

/* Create an empty space. Returns 0 with the space in *out, or ENOMEM. */
int vm_space_create(struct vm_space **out);
/* Create the child's space for fork(). Shared entries show the same memory in both spaces,
 * private ones become copy-on-write in both; locks are not inherited. `from` is the current
 * process's. Returns 0 with the space in *out, or ENOMEM with nothing changed. May sleep. */
int vm_space_fork(struct vm_space *from, struct vm_space **out);
extern uint32_t vm_forks; /* copies under way, whose attaches are counted already */
/* Unmap everything in sp, which ends its attaches, and free sp. */
void vm_space_destroy(struct vm_space *sp);

/* What vm_map() is to map. The fields are those of the entry that it makes. */
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
	bool replace; /* unmap first what is mapped there; without it, nothing may be */
};

/* Returns true if the len bytes from start lie in user space, USER_MIN or above, and don't
 * wrap. */
bool vm_range_ok(vaddr_t start, uint32_t len);
/* Returns true if nothing is mapped in the len bytes from start, for which vm_range_ok()
 * must hold. */
bool vm_range_free(struct vm_space *sp, vaddr_t start, uint32_t len);
/* Find the lowest free range of len bytes (a multiple of PAGE_SIZE) that mmap may use.
 * Returns 0 with its start in *out, or ENOMEM. */
int vm_find_space(struct vm_space *sp, uint32_t len, vaddr_t *out);
/* Find the lowest spans, one after the other, that hold len bytes and that no entry
 * touches. Returns 0 with the start of the first in *out; or ENOMEM, where
 * vm_find_space() may still find a range. */
int vm_find_spans(const struct vm_space *sp, uint32_t len, vaddr_t *out);
/* Make an entry for m, with its own reference on m->object. vm_range_ok() must hold for the
 * range, and without m->replace it must be free. Returns 0, or ENOMEM with nothing changed. */
int vm_map(struct vm_space *sp, const struct vm_mapping *m);
/* Unmap everything in [start, end); an entry that lies across an end is split there.
 * Returns 0, or ENOMEM, for a split takes memory, with nothing changed. */
int vm_unmap(struct vm_space *sp, vaddr_t start, vaddr_t end);
/* Like vm_unmap() for sp, the current process's space, but others may run between entries: of the
 * range a part may be unmapped, and the rest not yet. May sleep. */
int vm_unmap_in_turns(struct vm_space *sp, vaddr_t start, vaddr_t end);
/* Take the pages in [start, end), which is not empty, out of the page tables. The entries
 * stay, and faults bring the pages back. In `alone` spans, from span number lo on, nothing
 * else is mapped: their page tables are freed. */
void vm_hide(struct vm_space *sp, vaddr_t start, vaddr_t end, uint32_t lo, uint32_t alone);
/* Unmap one entry, and free it. Cannot fail. */
void vm_unmap_entry(struct vm_space *sp, struct vm_entry *e);
/* Unmap one attach of obj, all of its pieces: the entries that show obj so that its first
 * page is, or would be, at start. Cannot fail. */
void vm_unmap_attach(struct vm_space *sp, vaddr_t start, struct vm_object *obj);
/* Returns the address at which e shows the first page of its object, or would show it if
 * it began so low. */
static inline vaddr_t
vm_entry_base(const struct vm_entry *e)
{
	return e->start - (e->pgoff << PAGE_SHIFT);
}
/* Give [start, end) the protection prot (PROT_*). Returns 0, or with nothing changed:
 * ENOMEM if part of the range is not mapped, or memory is short; EACCES if prot is more
 * than the max_prot of an entry there. */
int vm_protect(struct vm_space *sp, vaddr_t start, vaddr_t end, int prot);
/* Like vm_protect() for sp, the current process's space, but others may run between spans. May
 * sleep. */
int vm_protect_in_turns(struct vm_space *sp, vaddr_t start, vaddr_t end, int prot);
/* Like vm_hide() for sp, the current process's space, with no span that nothing else is mapped in;
 * but others may run between spans. May sleep. */
void vm_hide_in_turns(struct vm_space *sp, vaddr_t start, vaddr_t end);

/* ---- Locked memory: vm_lock.c ---- */

/* Returns how many pages of sp are locked: of all of them, or of those in [start, end). */
uint32_t vm_locked_pages(struct vm_space *sp);
uint32_t vm_locked_between(struct vm_space *sp, vaddr_t start, vaddr_t end);
/* Mark [start, end) as locked, or as not locked. No page is brought in: that is vm_fill().
 * Returns 0, or ENOMEM with nothing marked, if part of the range is not mapped, if a page
 * that is to be locked could not be brought in by any access, or if memory is short. */
int vm_lock(struct vm_space *sp, vaddr_t start, vaddr_t end, bool lock);
/* Mark all entries as locked, or as not locked. */
void vm_lock_all(struct vm_space *sp, bool lock);
/* Bring in each page of [start, end) that an access could bring in. May sleep, for that
 * takes long. */
void vm_fill(struct vm_space *sp, vaddr_t start, vaddr_t end);

/* ---- mremap: vm_remap.c ---- */

/* Make the mapping of the len bytes from start new_len bytes long: in place, or at another
 * address if may_move and it does not fit. All three are multiples of PAGE_SIZE, and new_len
 * is not 0. Returns 0 with its address in *out; EFAULT if the range is not in one mapping;
 * EINVAL if that mapping cannot change its length; ENOMEM. */
int vm_remap(struct vm_space *sp, vaddr_t start, uint32_t len, uint32_t new_len, bool may_move,
             vaddr_t *out);
/* Like vm_remap(), but the mapping moves to `to`, in place of all that is mapped in the
 * new_len bytes there. Returns also EINVAL if the two ranges overlap or the new one is not in
 * user space, and EPERM if it begins below USER_MIN. */
int vm_remap_to(struct vm_space *sp, vaddr_t start, uint32_t len, vaddr_t to, uint32_t new_len);

/* ---- Look-up: vm_tree.c. Where an entry contains va all three return it; they differ where
 * none does. ---- */

/* Search the tree for the entry that vm_entry_below() returns, and make it the hint. For
 * vm_entry_below() only. */
struct vm_entry *vm_entry_search(struct vm_space *sp, vaddr_t va);
/* Returns the last entry that starts at va or below, so if va is in a gap the entry below the
 * gap; NULL if there is none. */
static inline struct vm_entry *
vm_entry_below(struct vm_space *sp, vaddr_t va)
{
	struct vm_entry *e = sp->cache.hint;

	if (e != NULL && e->start <= va && (e->next == NULL || e->next->start > va))
		return e;
	return vm_entry_search(sp, va);
}
/* Returns the entry that contains va; NULL if va is in a gap. */
static inline struct vm_entry *
vm_entry_at(struct vm_space *sp, vaddr_t va)
{
	struct vm_entry *e = sp->cache.hint;

	if (e != NULL && va - e->start < e->end - e->start)
		return e;
	e = vm_entry_below(sp, va);
	return e != NULL && va < e->end ? e : NULL;
}
/* Returns the first entry that ends above va, so if va is in a gap the entry above the gap;
 * NULL if there is none. */
struct vm_entry *vm_entry_from(struct vm_space *sp, vaddr_t va);

/* brk.c: move the end of the heap to `end`. Returns 0, or ENOMEM with nothing changed. */
int vm_brk(struct vm_space *sp, vaddr_t end);
/* A shared mapping of this many bytes or more gets whole spans to itself, so that each can
 * be shown whole: the page table promised for a span costs little beside its pages. */
#define VM_SPANS_FROM (16 * PAGE_SIZE)

/* vm_fault.c: allocate the page of zeros, at boot. Calls noboot() if there is no memory. */
void vm_init(void);
/* Make an access to va possible (PROT_WRITE, or 0 for a read), by the program itself or by the
 * kernel on its behalf. Returns 0 if it is possible now; SEGV_MAPERR if nothing is mapped at va and
 * the stack can't grow there; SEGV_ACCERR if the entry's protection forbids it; VM_FAULT_END, for
 * which the signal is SIGBUS, if the page is beyond the object's end. The call never fails for want
 * of memory, except for a stack that would grow beyond what can be promised. */
#define VM_FAULT_END 3
int vm_fault(struct vm_space *sp, vaddr_t va, int access);

#endif
