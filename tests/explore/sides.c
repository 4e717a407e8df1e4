/* SPDX-License-Identifier: BSD-2-Clause */
/* The two sides, kernel and model: makes calls on both, and compares what they answer and what
 * can be seen in them. */
#include "explore.h"

#include "abi/errno.h"
#include "base/assert.h"
#include "base/string.h"
#include "host.h"
#include "shm/shm_private.h"
#include "vm/deferred.h"
#include "sides.h"

#include "../model/model.c"
#include "../model/servants.c"

int vdprintf(int fd, const char *fmt, va_list ap);

bool sides_quiet;

void
say(const char *fmt, ...)
{
	va_list ap;
	char line[160];

	if (sides_quiet)
		return;
	/* In one piece: this process may be ended at any time, if another finds a difference. */
	must(__builtin_strlen(fmt) + 2 <= sizeof(line), "a line that fits");
	__builtin_strcpy(line, fmt);
	__builtin_strcat(line, "\n");
	va_start(ap, fmt);
	vdprintf(1, line, ap);
	va_end(ap);
}

/* ---- The start ---- */

#define FEW 1024u /* frames of RAM, all low: what the kernel needs at least */

void
sides_boot(const struct world *w)
{
	uint32_t frames = w->limit.all < FEW / 2 ? FEW : 4 * FEW;
	static char words[96];
	unsigned i;

	host_kmem = true;
	snprintf(words, sizeof(words), "shmmni=%u shmseg=%u shmmax=%u shmall=%u", w->limit.mni,
	         w->limit.seg, w->limit.max, w->limit.all);
	host_boot(frames, frames, words);
	clock_now = 1000;
	for (i = 0; i < w->procs && w->uid[i] != NOBODY; i++) {
		servant[i] = host_spawn(w->uid[i], w->uid[i]);
		map_program();
		if (i == 0)
			model_start(&w->limit, (uint32_t)servant[0]->pid);
		m.proc[i].alive = true;
		m.proc[i].pid = (uint32_t)servant[i]->pid;
		m.proc[i].euid = m.proc[i].egid = m.proc[i].group = w->uid[i];
		m.proc[i].nranges = 0;
		fresh_space(&m.proc[i]);
	}
	host_run(NULL);
}

/* ---- Calls ---- */

/* What is stored at an address says which page it is, and in private memory also who wrote it. */
static uint32_t
word_for(uint32_t who, uint32_t va)
{
	const struct process *p = &m.proc[who];
	int i;

	for (i = 0; i < p->nranges; i++)
		if (p->range[i].start <= va && va < p->range[i].end && p->range[i].owner >= 0)
			return 0x5e000000 + (p->attach[p->range[i].owner].id & 0xffff) * 0x10000 +
			       p->range[i].page + (va - p->range[i].start) / M_PAGE;
	return 0x0e000000 + who;
}

bool
step_call(unsigned n, struct call *c)
{
	const struct step *s = &steps[n];
	unsigned i, others = 0;

	if (!m.proc[s->who].alive)
		return false;
	*c = (struct call){.op = s->op, .who = s->who, .touched = M_NONE};
	memcpy(c->a, s->a, sizeof(c->a));
	if (s->slot != NO_SLOT)
		c->a[0] = (model_id(&m.seg[s->slot]) + s->off * 0x10000u) & 0x7fffffff;
	if (s->op == OP_STORE)
		c->a[1] = word_for(s->who, s->a[0]);
	if (s->op == OP_FORK) {
		for (i = 0; i < world_procs && m.proc[i].alive; i++)
			;
		c->a[0] = i;
		return i < world_procs;
	}
	for (i = 0; i < M_PROCS; i++)
		others += i != s->who && m.proc[i].alive;
	return s->op != OP_EXIT || others > 0;
}

/* Let the TLB have all that it could have of the current process: the ends of each entry. */
void
tlb_fill(void)
{
	const struct vm_entry *e;

	for (e = curproc()->space->first; e != NULL; e = e->next) {
		host_tlb_load(e->start);
		host_tlb_load(e->start + PAGE_SIZE < e->end ? e->start + PAGE_SIZE : e->start);
		host_tlb_load(e->end - PAGE_SIZE);
	}
}

/* Check, with the model's ranges before the call, that the TLB has nothing that is not so. */
static void
tlb_check(const struct call *c)
{
	const struct process *p = &m.proc[c->who];
	int i;

	for (i = 0; i < p->nranges; i++) {
		uint32_t start = p->range[i].start, end = p->range[i].end;

		must(host_tlb_fresh(start) && host_tlb_fresh(start + PAGE_SIZE) &&
		             host_tlb_fresh(end - PAGE_SIZE),
		     "the TLB is stale from 0x%x to 0x%x", start, end);
	}
}

bool
model_hold(const struct call *c, unsigned *slot)
{
	struct segment *s = c->op == OP_AT ? model_live(c->a[0]) : NULL;
	uint32_t id;

	if (s != NULL)
		s->nattch++;
	else if (c->op != OP_GET || get(&m.proc[c->who], c->a[0], c->a[1], c->a[2], &id) != 0)
		return false;
	*slot = s != NULL ? (unsigned)(s - m.seg) : id & 0xffff;
	return true;
}

void
model_give_back(const struct call *c, unsigned slot)
{
	struct segment *s = &m.seg[slot];

	if (c->op == OP_GET) {
		s->state = SEG_FREE;
		m.nused--;
		m.committed -= pages_of(s->size);
	} else if (--s->nattch == 0 && s->state == SEG_REMOVED) {
		segment_free(s);
	}
}

void
kernel_call(const struct call *c, struct reply *r)
{
	host_run(servant[c->who]);
	clock_now++;
	*r = (struct reply){.before = (uint32_t)clock_now, .after = (uint32_t)clock_now};
	tlb_fill();
	r->err = servant_call(c, r);
	if (c->op != OP_EXIT && c->op != OP_EXEC)
		tlb_check(c);
	vm_free_deferred();
}

bool
model_agrees(const struct call *c, const struct reply *r)
{
	uint32_t value, err = model_call(c, r, &value);

	if (err == r->err && (err != 0 || value == r->value))
		return true;
	say("errno %u, result 0x%x; the model says errno %u, result 0x%x", r->err, r->value, err,
	    value);
	return false;
}

/* Check that the space's shortcuts, which are no part of a state's form, change no result: what is
 * found with them is found without them. */
static void
audit_caches(struct vm_space *sp)
{
	static const uint32_t sizes[] = {PAGE_SIZE, 2 * PAGE_SIZE, SPAN_SIZE};
	const struct vm_entry *e, *hint = NULL, *young = NULL;
	vaddr_t with[3], without;
	unsigned i;

	for (e = sp->first; e != NULL; e = e->next) {
		hint = e == sp->cache.hint ? e : hint;
		young = e == sp->cache.young ? e : young;
	}
	must(hint == sp->cache.hint && young == sp->cache.young, "a hint at what is not mapped");
	for (i = 0; i < 3; i++)
		must(vm_find_space(sp, sizes[i], &with[i]) == 0, "a gap");
	sp->cache.hint = NULL;
	for (i = 0; i < 3; i++) {
		sp->cache.low = 0;
		must(vm_find_space(sp, sizes[i], &without) == 0 && without == with[i],
		     "the low gap hides one at 0x%x", without);
	}
}

/* Returns how many small objects the kernel has for the space: itself, entries, blocks, cuts. */
static unsigned
space_objects(const struct vm_space *sp)
{
	unsigned n =
		1 + (sp->cache.spare != NULL && !(sp->cache.spare->flags & VM_BLOCK)) + sp->cuts;
	const struct vm_entry *e;
	const struct vm_block *b;

	for (e = sp->first; e != NULL; e = e->next)
		n += !(e->flags & VM_BLOCK);
	for (b = sp->blocks; b != NULL; b = b->next)
		n++;
	return n;
}

/* Check that no small object is left over. */
static void
audit_objects(void)
{
	const struct shm_segment *seg;
	unsigned i, n = 0;

	for (i = 0; i < M_PROCS; i++)
		n += m.proc[i].alive ? space_objects(servant[i]->space) : 0;
	for (i = 0; i < M_SLOTS; i++)
		if ((seg = shm_slot(i)) != NULL)
			n += 1 + (seg->object.tables != &seg->object.first);
	must(n == host_objects, "%u objects are allocated, %u in use", host_objects, n);
}

void
kernel_audit(void)
{
	unsigned i;

	audit_objects();
	host_audit();
	for (i = 0; i < M_PROCS; i++)
		if (m.proc[i].alive)
			audit_caches(servant[i]->space);
}

void
fail_from(int n)
{
	host_fail = n;
}

bool
fail_happened(void)
{
	return host_fail < 0;
}

/* ---- The comparison ---- */

#define SAME(a, b) same(what, #a, (uint32_t)(a), (uint32_t)(b))

/* Returns 1 or 0, so that `&` compares all fields and says each that differs. */
static int
same(const char *what, const char *field, uint32_t kernel, uint32_t model)
{
	if (kernel != model)
		say("%s: %s is 0x%x; the model says 0x%x", what, field, kernel, model);
	return kernel == model;
}

static bool
same_segment(const struct shm_segment *seg, const struct segment *s)
{
	static const char *const what = "a segment";

	if (seg == NULL || s->state == SEG_FREE) {
		if ((seg == NULL) != (s->state == SEG_FREE))
			say("slot %u is %s", (unsigned)(s - m.seg),
			    seg == NULL ? "free" : "in use");
		return (seg == NULL) == (s->state == SEG_FREE);
	}
	return SAME(seg->perm.key, s->key) & SAME(seg->perm.seq, s->seq) &
	       SAME(seg->perm.uid, s->uid) & SAME(seg->perm.gid, s->gid) &
	       SAME(seg->perm.cuid, s->cuid) & SAME(seg->perm.cgid, s->cgid) &
	       SAME(seg->perm.mode,
	            (s->mode & 0777) | (s->state == SEG_REMOVED ? SHMSEG_REMOVED : 0)) &
	       SAME(seg->locked, (s->mode & M_LOCKED) != 0) & SAME(seg->segsz, s->size) &
	       SAME(seg->nattch, s->nattch) & SAME(seg->cpid, s->cpid) & SAME(seg->lpid, s->lpid) &
	       SAME(seg->atime, s->atime.from) & SAME(seg->dtime, s->dtime.from) &
	       SAME(seg->ctime, s->ctime.from);
}

/* Returns whether frame f holds the word, and behind it zeros; f == 0: a page without a frame. */
static bool
frame_holds(frame_t f, uint32_t word)
{
	const uint32_t *w = f == 0 ? NULL : frame_kva(f);
	unsigned i;

	if (f == 0)
		return word == 0;
	for (i = 1; i < PAGE_SIZE / sizeof(*w); i++)
		if (w[i] != 0)
			return false;
	return w[0] == word;
}

/* Returns whether the page at va, in e and in the model's range r, has the content that it should
 * have. */
static bool
same_page(struct process *p, const struct range *r, const struct vm_space *sp,
          const struct vm_entry *e, vaddr_t va)
{
	uint32_t page = e->pgoff + ((va - e->start) >> PAGE_SHIFT), *own;
	frame_t f = pte_frame(pmap_lookup(&sp->pmap, va));

	if (r->owner == FIXED)
		return true;
	if (e->object == NULL) {
		own = own_word(p, va);
		return frame_holds(f, own != NULL ? *own : 0);
	}
	vm_object_peek(e->object, page, &f);
	return frame_holds(f, segment_of(p, r)->word[page]);
}

/* Returns whether e, an entry of the kernel, shows at va what range r of the model does. */
static bool
same_mapping(struct process *p, const struct range *r, const struct vm_entry *e, vaddr_t va)
{
	static const char *const what = "a mapping";
	const struct attach *a = r->owner >= 0 ? &p->attach[r->owner] : NULL;
	const struct shm_segment *seg = a != NULL ? shm_slot(a->id & 0xffff) : NULL;

	if (!SAME(e->prot, r->prot) || !SAME(!(e->max_prot & PROT_WRITE), r->rdonly) ||
	    !SAME((e->flags & VM_ATTACH) != 0, a != NULL))
		return false;
	if (a == NULL)
		return SAME(e->object != NULL, 0);
	return SAME(e->object == &seg->object, 1) &
	       SAME(e->pgoff + ((va - e->start) >> PAGE_SHIFT),
	            r->page + (va - r->start) / M_PAGE) &
	       SAME(vm_entry_base(e), a->va);
}

/* Walks entries and ranges side by side, for what is one on one side may be two on the other. Of
 * long mappings the first and the last pages are looked at. */
static bool
same_space(struct process *p, const struct vm_space *sp)
{
	const struct vm_entry *e = sp->first;
	struct range *r = p->range, *last = r + p->nranges;
	vaddr_t va = 0, end;

	while (e != NULL && r < last) {
		va = e->start > va ? e->start : va;
		if ((r->start > va ? r->start : va) != va || va >= r->end) {
			say("0x%x is mapped; in the model 0x%x is", va, r->start);
			return false;
		}
		end = e->end < r->end ? e->end : r->end;
		if (!same_mapping(p, r, e, va))
			return false;
		for (; va < end; va += PAGE_SIZE) {
			if (va - e->start >= 4 * PAGE_SIZE && end - va > 2 * PAGE_SIZE)
				va = end - 2 * PAGE_SIZE;
			if (!same_page(p, r, sp, e, va)) {
				say("the page at 0x%x does not hold what it should", va);
				return false;
			}
		}
		e = e->end == end ? e->next : e;
		r += r->end == end;
	}
	if (e != NULL || r < last)
		say("the %s has more mappings", e != NULL ? "kernel" : "model");
	return e == NULL && r == last;
}

bool
stat_same(const struct call *c, const struct reply *r)
{
	bool same = true;

	if (c->op == OP_CTL && c->a[1] == M_STAT && r->err == 0)
		model_stat(c->a[0], r, &same);
	return same;
}

bool
sides_same(void)
{
	static const char *const what = "all segments";
	bool good = SAME(shm_nused, m.nused) & SAME(shm_committed, m.committed) &
	            SAME(shm_last_free, m.last_free);
	uint32_t i;

	for (i = 0; i < M_SLOTS && i < m.limit.mni; i++)
		good &= same_segment(shm_slot(i), &m.seg[i]);
	for (i = 0; i < M_PROCS && good; i++)
		if (m.proc[i].alive && !same_space(&m.proc[i], servant[i]->space)) {
			say("that is of process %u", i);
			good = false;
		}
	return good;
}

/* ---- What form.c and interleave.c see ---- */

uint32_t
side_make(const struct call *c, struct reply *r)
{
	return servant_call(c, r);
}

struct proc *
side_proc(unsigned i)
{
	return m.proc[i].alive ? servant[i] : NULL;
}
