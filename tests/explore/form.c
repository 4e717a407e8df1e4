/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The canonical form of a state: all that the kernel has, written as a row of words, with names
 * in place of what could as well be another. Frames and objects are named in the order in which
 * the walk first meets them. Of numbers that only grow (times, process numbers, sequence numbers
 * of slots) there remains what can be told of them: whether a time is set, and which process a
 * number is, if that is still there. Processes of one user can be exchanged, so of the rows for
 * all orders of them the one with the lowest hash counts.
 *
 * Left out is what has one value between two calls (sp->copied and its like), what the audit
 * derives from the rest (the counts of promises, the map of spans), where in memory the kernel's
 * objects are, which decides on the shape of the tree and on the order in hash chains, and the
 * page of the program's stack, in which the calls have their buffers.
 */
#include "explore.h"

#include "host.h"
#include "shm/shm_private.h"
#include "sides.h"
#include "vm/tree.h"

void *calloc(size_t n, size_t size);

#define WORDS 32768u
static uint32_t *row;     /* not in the data, which snapshots copy */
static uint16_t *name_of; /* each frame's name; 0: none yet */
static unsigned length;
static uint16_t names;
static bool with_caches;
static struct proc *order[M_PROCS]; /* the processes, in the order of this row */
static unsigned norder;

static void
put(uint32_t word)
{
	if (length == WORDS)
		fatal("form: too many words");
	row[length++] = word;
}

/* ---- Frames and page tables ---- */

/* Puts a frame's name. Returns whether it is a new one. */
static bool
put_frame(frame_t f)
{
	bool new = name_of[f] == 0;

	if (new)
		name_of[f] = ++names;
	put(name_of[f]);
	return new;
}

/* Returns the number of the process in this row's order; norder if it is none. */
static uint32_t
process_number(uint32_t index)
{
	uint32_t i;

	for (i = 0; i < norder && order[i] != side_proc(index); i++)
		;
	return i;
}

/* Puts what a page holds: its first word, as sides.c stores it there. */
static void
put_page(frame_t f)
{
	uint32_t word = *(const uint32_t *)frame_kva(f);

	if (!put_frame(f))
		return;
	put(frame_refs(f));
	put(word >> 24);
	if (word >> 24 == 0x0e)
		put(process_number(word & 0xff));
}

static void
put_table(frame_t table)
{
	const pte_t *pt = frame_kva(table);
	unsigned i;

	if (!put_frame(table))
		return;
	put(frame_refs(table));
	for (i = 0; i < PTAB_PAGES; i++) {
		if (pt[i] == 0)
			continue;
		put(i << 12 | (pt[i] & PAGE_MASK));
		put_page(pte_frame(pt[i]));
	}
	put(END);
}

/* ---- Segments ---- */

/* Puts who has that process number. */
static void
put_pid(int32_t pid)
{
	uint32_t i;

	for (i = 0; i < norder && order[i]->pid != pid; i++)
		;
	put(pid == 0 ? 100 : i);
}

static void
put_object(const struct vm_object *obj)
{
	uint32_t t;

	put(obj->refs);
	put(obj->npages);
	put(obj->resident);
	put(obj->large);
	for (t = 0; t < (obj->npages + PTAB_PAGES - 1) / PTAB_PAGES; t++) {
		put(obj->tables[t] != 0);
		if (obj->tables[t] != 0)
			put_table(obj->tables[t]);
	}
}

static void
put_segments(void)
{
	uint32_t slot;

	put((uint32_t)shm_last_free);
	for (slot = 0; slot < M_SLOTS && slot < m.limit.mni; slot++) {
		const struct shm_segment *seg = shm_slot(slot);

		put(seg != NULL);
		if (seg == NULL)
			continue;
		put((uint32_t)seg->perm.key);
		put(seg->perm.uid);
		put(seg->perm.gid);
		put(seg->perm.cuid);
		put(seg->perm.cgid);
		put(seg->perm.mode | (uint32_t)seg->locked << 16 | (seg->atime != 0) << 17 |
		    (seg->dtime != 0) << 18 | (seg->ctime != 0) << 19);
		put(seg->segsz);
		put(seg->nattch);
		put_pid(seg->cpid);
		put_pid(seg->lpid);
		put_object(&seg->object);
	}
}

/* ---- Spaces ---- */

/* Puts which entry of the space e is. */
static void
put_entry_number(const struct vm_space *sp, const struct vm_entry *e)
{
	const struct vm_entry *n;
	uint32_t i = 1;

	for (n = sp->first; n != NULL && n != e; n = n->next)
		i++;
	put(e == NULL ? 0 : i);
}

/* Puts how many attaches of the space lost their first page before that of the cut. */
static void
put_cut(const struct vm_space *sp, const struct vm_entry *e)
{
	const struct vm_entry *n;
	uint32_t before = 0;

	put(e->cut == NULL ? 0 : e->cut->pieces);
	if (e->cut == NULL || e->cut->headless == 0)
		return;
	for (n = sp->first; n != NULL; n = n->next)
		before += n->cut != NULL && n->cut->headless < e->cut->headless;
	put(before);
}

static void
put_entry(const struct vm_space *sp, const struct vm_entry *e)
{
	put(e->start);
	put(e->end);
	put(e->object == NULL ? END : ((const struct shm_segment *)e->object)->slot);
	put(e->pgoff);
	put(with_caches ? e->kind : e->kind & ~((uint32_t)VM_BLOCK << 24));
	put_cut(sp, e);
}

static void
put_space(const struct vm_space *sp)
{
	const pte_t *dir = frame_kva(sp->pmap.dir);
	const struct vm_entry *e;
	uint32_t s;

	for (e = sp->first; e != NULL; e = e->next)
		put_entry(sp, e);
	put(END);
	for (s = 0; s < BUFFER_SPAN; s++) {
		if (dir[s] == 0)
			continue;
		put(s << 12 | (dir[s] & PAGE_MASK));
		if (dir[s] & PTE_LARGE)
			put_frame(pte_frame(dir[s]));
		else
			put_table(pte_frame(dir[s]));
	}
	put(END);
	put((uint32_t)sp->locks << 1 | sp->packed);
	if (!with_caches)
		return;
	put_entry_number(sp, sp->cache.hint);
	put_entry_number(sp, sp->cache.young);
	put(sp->cache.spare != NULL);
	put(sp->cache.low);
	put(sp->cache.low_size);
}

/* ---- The row, and its hash ---- */

static uint64_t
mix(uint64_t h, uint32_t word, uint64_t by)
{
	h = (h ^ word) * by;
	return h ^ h >> 29;
}

static struct form
hash_row(void)
{
	struct form f = {0x243f6a8885a308d3u, 0x13198a2e03707344u};
	unsigned i;

	for (i = 0; i < length; i++) {
		f.lo = mix(f.lo, row[i], 0x9e3779b97f4a7c15u);
		f.hi = mix(f.hi ^ f.lo >> 32, row[i], 0xd1342543de82ef95u);
	}
	f.lo = mix(f.lo ^ f.hi, length, 0x9e3779b97f4a7c15u);
	f.hi = mix(f.hi, length, 0xd1342543de82ef95u);
	return f;
}

static struct form
form_in_order(void)
{
	unsigned i;

	__builtin_memset(name_of, 0, frame_limit * sizeof(*name_of));
	names = 0;
	length = 0;
	put_segments();
	for (i = 0; i < norder; i++) {
		put(order[i]->cred.euid);
		put_space(order[i]->space);
	}
	return hash_row();
}

/* Tries all orders of the processes from `from` on in which the users ascend. */
static void
try_orders(unsigned from, struct form *best)
{
	unsigned i;

	if (from == norder) {
		struct form f = form_in_order();

		if (f.hi < best->hi || (f.hi == best->hi && f.lo < best->lo))
			*best = f;
		return;
	}
	for (i = from; i < norder; i++) {
		struct proc *p = order[i];

		if (p->cred.euid != order[from]->cred.euid)
			continue;
		order[i] = order[from];
		order[from] = p;
		try_orders(from + 1, best);
		order[from] = order[i];
		order[i] = p;
	}
}

struct form
form_now(bool caches)
{
	struct form best = {UINT64_MAX, UINT64_MAX};
	unsigned i, k;

	if (row == NULL) {
		row = calloc(WORDS, sizeof(*row));
		name_of = calloc(frame_limit, sizeof(*name_of));
	}
	with_caches = caches;
	norder = 0;
	for (i = 0; i < M_PROCS; i++) {
		struct proc *p = side_proc(i);

		for (k = norder; p != NULL && k > 0 && order[k - 1]->cred.euid > p->cred.euid; k--)
			order[k] = order[k - 1];
		if (p != NULL) {
			order[k] = p;
			norder++;
		}
	}
	try_orders(0, &best);
	return best;
}
