/* SPDX-License-Identifier: BSD-2-Clause */
/* Processes without a scheduler, and the audit: see host.h. */
#include "host.h"

#include "abi/errno.h"
#include "shm/ipc.h"
#include "mem/kmem.h"
#include "base/assert.h"
#include "shm/shm_private.h"
#include "vm/deferred.h"
#include "base/string.h"

_Noreturn void _exit(int status);
void *calloc(size_t n, size_t size);
void free(void *p);
int dprintf(int fd, const char *fmt, ...);
int vdprintf(int fd, const char *fmt, va_list ap);

/* ---- Stand-ins for the parts of the kernel that the host tests leave out ---- */

struct proc *current_process;
bool return_work;
struct proc *host_procs[HOST_PROCS];
unsigned host_wakeups;
int (*host_sleep)(const char *why);
const void *host_chan;
int host_flags;
int64_t host_ticks;
void (*host_point)(void);
void (*host_woken)(const void *chan);

int
tsleep(const void *chan, int flags, const char *why, int64_t ticks)
{
	may_sleep();
	if (host_sleep == NULL)
		panic("tsleep: %s sleeps, flags %d, ticks %lld", why, flags, (long long)ticks);
	host_chan = chan;
	host_flags = flags;
	host_ticks = ticks;
	return host_sleep(why);
}

void
wakeup(const void *chan)
{
	host_wakeups++;
	if (host_woken != NULL)
		host_woken(chan);
}

/* Without host_point no other process could run. */
void
sched_point(void)
{
	may_sleep();
	if (host_point != NULL)
		host_point();
}

/* No process's time is counted. */
void
sched_tick(bool user)
{
	(void)user;
}

void
load_tick(bool user)
{
	(void)user;
}

void
sched_yield(void)
{
	may_sleep();
	if (host_point != NULL)
		host_point();
}

size_t
strlcpy(char *to, const char *from, size_t size)
{
	return (size_t)snprintf(to, size, "%s", from);
}

void
panic(const char *fmt, ...)
{
	va_list ap;

	dprintf(2, "# panic: ");
	va_start(ap, fmt);
	vdprintf(2, fmt, ap);
	va_end(ap);
	dprintf(2, "\n");
	_exit(PANIC_STATUS);
}

void
noboot(const char *fmt, ...)
{
	panic("noboot: %s", fmt);
}

void
why_print(const char *fmt, ...)
{
	must(fmt[0] != '\0', "a reason is given");
}

/* ---- Processes ---- */

static struct proc *
proc_add(struct vm_space *sp)
{
	static int last_pid;
	static struct proc procs[HOST_PROCS];
	struct proc *p;
	unsigned i;

	for (i = 0; i < HOST_PROCS && host_procs[i] != NULL; i++)
		;
	if (i == HOST_PROCS)
		panic("proc_add: too many");
	host_procs[i] = p = &procs[i];
	*p = (struct proc){.space = NULL};
	p->pid = ++last_pid;
	p->space = sp;
	return p;
}

uint32_t host_stack_most = STACK_MAX;

uint32_t
vm_stack_most(void)
{
	return host_stack_most;
}

uint32_t
vm_lock_most(void)
{
	return UINT32_MAX;
}

static struct vm_space *
empty_space(void)
{
	struct vm_space *sp;

	if (vm_space_create(&sp) != 0)
		panic("empty_space: no memory");
	sp->brk_start = sp->brk_end = 0x08050123;
	return sp;
}

struct proc *
host_spawn(uint32_t uid, uint32_t gid)
{
	struct proc *p = proc_add(empty_space());

	p->cred = (struct cred){.euid = uid, .egid = gid};
	host_run(p);
	return p;
}

void
host_run(struct proc *p)
{
	current_process = p;
	pmap_activate(p != NULL ? &p->space->pmap : NULL);
}

struct proc *
host_fork(void)
{
	struct vm_space *sp;
	struct proc *p;

	if (vm_space_fork(curproc()->space, &sp) != 0)
		return NULL;
	p = proc_add(sp);
	p->cred = curproc()->cred;
	return p;
}

void
host_exit(struct proc *p)
{
	struct proc *running = curproc();
	unsigned i;

	host_run(p);
	vm_space_destroy(p->space);
	for (i = 0; host_procs[i] != p; i++)
		;
	host_procs[i] = NULL;
	host_run(running != p ? running : NULL);
}

void
host_exec(void)
{
	struct vm_space *old = curproc()->space;

	curproc()->space = empty_space();
	host_run(curproc());
	vm_space_destroy(old);
}

int
host_map(vaddr_t va, uint32_t pages, int prot, struct vm_object *obj)
{
	struct vm_mapping m = {.start = va,
	                       .len = pages * PAGE_SIZE,
	                       .object = obj,
	                       .prot = prot,
	                       .max_prot = PROT_READ | PROT_WRITE | PROT_EXEC,
	                       .inherit = obj != NULL ? VM_SHARE : VM_COPY};

	return vm_map(curproc()->space, &m);
}

int
host_object_large(uint32_t npages, struct vm_object **out)
{
	struct vm_object *obj;

	if (vm_object_promise(npages) != 0)
		return ENOMEM;
	obj = kmem_alloc(sizeof(*obj));
	if (obj == NULL) {
		vm_object_unpromise(npages);
		return ENOMEM;
	}
	if (vm_object_init_large(obj, npages) != 0) {
		vm_object_unref(obj);
		return ENOMEM;
	}
	*out = obj;
	return 0;
}

/* ---- The audit ---- */

struct vm_object *host_held[16];

static uint32_t *refs; /* references to each frame, counted in the page tables */
static uint32_t promised;
static struct {
	struct vm_object *object;
	uint32_t refs;
} objects[256];
static unsigned nobjects;

/* Counts the references of a page table, once even if several spaces use it. Returns how many
 * pages it shows. */
static uint32_t
audit_table(frame_t table)
{
	const pte_t *pt = frame_kva(table);
	bool first = refs[table]++ == 0;
	uint32_t i, n = 0;

	must(frame_kind(table) == FRAME_TABLE, "audit: frame %u is a table's", table);
	for (i = 0; i < PTAB_PAGES; i++) {
		if (pt[i] == 0)
			continue;
		must(!(pt[i] & PTE_PRESENT) == !!(pt[i] & PTE_PARKED), "audit: entry %x", pt[i]);
		refs[pte_frame(pt[i])] += first;
		n++;
	}
	return n;
}

/* Counts the one reference of a span that is shown whole. Returns how many pages it shows. */
static uint32_t
audit_whole(pte_t pde)
{
	frame_t f = pte_frame(pde);

	if (!(pde & PTE_LARGE))
		return audit_table(f);
	must(f % PTAB_PAGES == 0, "audit: a large page at frame %u", f);
	refs[f]++;
	return PTAB_PAGES;
}

static void
audit_object(struct vm_object *obj)
{
	uint32_t t, n = 0, ntables = (obj->npages + PTAB_PAGES - 1) / PTAB_PAGES;
	unsigned i;

	for (i = 0; i < nobjects && objects[i].object != obj; i++)
		;
	objects[i].refs++;
	if (i < nobjects)
		return;
	objects[nobjects++].object = obj;
	promised += obj->npages + ntables;
	for (t = 0; t < ntables; t++)
		n += obj->tables[t] != 0 ? audit_table(obj->tables[t]) : 0;
	must(n == obj->resident, "audit: an object has %u pages, not %u", n, obj->resident);
}

/* Returns how many pieces the attach has whose first piece is e; 0 if e is no first piece. */
static uint32_t
audit_pieces(const struct vm_space *sp, const struct vm_entry *e)
{
	const struct vm_entry *p;
	uint32_t n = 0;

	for (p = (e->flags & VM_ATTACH) ? sp->first : NULL; p != NULL; p = p->next) {
		if (!(p->flags & VM_ATTACH) || p->object != e->object ||
		    vm_entry_base(p) != vm_entry_base(e))
			continue;
		if (n++ == 0 && p != e)
			return 0;
		must(p->cut == e->cut, "audit: the pieces of the attach at %x", e->start);
	}
	return n;
}

static void
audit_entry(struct vm_space *sp, struct vm_entry *e)
{
	uint32_t pieces = audit_pieces(sp, e);
	vaddr_t va;

	must(((e->start | e->end) & PAGE_MASK) == 0 && e->start < e->end &&
	             (e->next == NULL || (e->next->prev == e && e->next->start >= e->end)),
	     "audit: the entry at %x is out of order", e->start);
	if (e->object != NULL)
		audit_object(e->object);
	must(pieces == 0 || (e->cut == NULL ? pieces == 1 : pieces == e->cut->pieces),
	     "audit: pieces of the attach at %x", e->start);
	for (va = e->start; va < e->end; va += PAGE_SIZE) {
		pte_t pte = pmap_lookup(&sp->pmap, va);
		uint32_t page = e->pgoff + ((va - e->start) >> PAGE_SHIFT);
		frame_t f;

		must(!pte_present(pte) || e->prot != PROT_NONE, "audit: %x is hidden", va);
		must(!pte_writable(pte) || (e->prot & PROT_WRITE), "audit: %x is read-only", va);
		if (pte == 0)
			continue;
		if (e->inherit == VM_SHARE)
			must(vm_object_peek(e->object, page, &f) && f == pte_frame(pte),
			     "audit: %x shows its object's page", va);
		else if (pte_writable(pte))
			must(frame_refs(pte_frame(pte)) == 1, "audit: %x is ours alone", va);
	}
}

/* Checks the order of the tree below e and the gap sizes that are not stale. Returns the largest
 * gap. */
static uint32_t
audit_tree(const struct vm_entry *e, const struct vm_entry *up, unsigned depth)
{
	uint32_t gap, left, right;

	if (e == NULL)
		return 0;
	must(e->up == up && depth < 64, "audit: the tree at %x", e->start);
	must(e->left == NULL || e->left->start < e->start, "audit: left of %x", e->start);
	must(e->right == NULL || e->right->start > e->start, "audit: right of %x", e->start);
	left = audit_tree(e->left, e, depth + 1);
	right = audit_tree(e->right, e, depth + 1);
	gap = left > right ? left : right;
	if (left == UINT32_MAX || right == UINT32_MAX || e->max_gap == UINT32_MAX)
		must(e->max_gap == UINT32_MAX, "audit: what is below %x is stale", e->start);
	else
		must(e->max_gap >= gap && (e->max_gap == gap || e->prev == NULL ||
		                           e->max_gap <= e->start - e->prev->end),
		     "audit: max_gap of %x", e->start);
	return e->max_gap;
}

static void
audit_space(struct vm_space *sp)
{
	uint32_t spans[SPAN_COUNT / 32] = {0};

	const pte_t *dir = frame_kva(sp->pmap.dir);
	uint32_t s, n = 0, resident = 0, pages = 0, tables = 0, next_span = 0, attaches = 0;
	struct vm_entry *e;

	for (e = sp->first; e != NULL; e = e->next) {
		uint32_t lo = e->start >> SPAN_SHIFT, hi = ((e->end - 1) >> SPAN_SHIFT) + 1;

		audit_entry(sp, e);
		attaches += audit_pieces(sp, e) > 0;
		resident += pmap_resident(&sp->pmap, e->start, e->end);
		pages += (e->flags & VM_CHARGED) ? (e->end - e->start) >> PAGE_SHIFT : 0;
		tables += hi - (lo > next_span ? lo : next_span);
		sp->cache.hint = NULL;
		must(vm_entry_below(sp, e->start) == e, "audit: %x is not in the tree", e->start);
		for (s = lo; s < hi; s++)
			spans[s / 32] |= 1u << s % 32;
		next_span = hi;
	}
	audit_tree(sp->root, NULL, 0);
	must(memcmp(spans, sp->spans, sizeof(spans)) == 0, "audit: the map of spans");
	must(pages == sp->pages && tables == sp->tables, "audit: promises of a space");
	promised += pages + tables;
	for (s = 0; s < KERNEL_BASE >> SPAN_SHIFT; s++) {
		if (dir[s] & (PTE_LARGE | PTE_GRAFT))
			n += audit_whole(dir[s]);
		else if (dir[s] != 0)
			n += audit_table(pte_frame(dir[s]));
	}
	must(n == resident, "audit: %u pages are mapped, %u by entries", n, resident);
	must(attaches == sp->nattch, "audit: %u attaches, not %u", attaches, sp->nattch);
}

/* Checks the invariants of spec-shm.md part 3. */
static void
audit_segments(void)
{
	uint32_t slot, nused = 0, committed = 0, nattch;
	const struct vm_entry *e;
	unsigned i;

	for (slot = 0; slot <= shm_slot_highest(); slot++) {
		const struct shm_segment *seg = shm_slot(slot);

		if (seg == NULL)
			continue;
		nused++;
		committed += page_round(seg->segsz) / PAGE_SIZE;
		audit_object((struct vm_object *)&seg->object);
		for (i = nattch = 0; i < HOST_PROCS; i++) {
			if (host_procs[i] == NULL)
				continue;
			for (e = host_procs[i]->space->first; e != NULL; e = e->next)
				nattch += e->object == &seg->object &&
				          audit_pieces(host_procs[i]->space, e) > 0;
		}
		must(seg->nattch == nattch, "audit: nattch of slot %u", slot);
		must(!(seg->perm.mode & SHMSEG_REMOVED) || nattch > 0, "audit: %u lives", slot);
		must(!(seg->perm.mode & SHMSEG_WANTED), "audit: slot %u is wanted", slot);
	}
	must(nused == shm_nused, "audit: %u segments, shm_nused %u", nused, shm_nused);
	must(committed == shm_committed, "audit: shm_committed is %u", shm_committed);
}

void
host_audit(void)
{
	uint32_t count[FRAME_HOLE + 1] = {0};
	struct frame_stats st;
	unsigned i;
	frame_t f;

	vm_free_deferred(); /* the call that was made last leaves the kernel */
	refs = calloc(frame_limit, sizeof(*refs));
	nobjects = promised = 0;
	memset(objects, 0, sizeof(objects));
	for (i = 0; i < HOST_PROCS; i++)
		if (host_procs[i] != NULL)
			audit_space(host_procs[i]->space);
	for (i = 0; i < sizeof(host_held) / sizeof(host_held[0]); i++)
		if (host_held[i] != NULL)
			audit_object(host_held[i]);
	audit_segments();
	for (i = 0; i < nobjects; i++)
		must(objects[i].refs == objects[i].object->refs, "audit: refs of an object");
	for (f = 0; f < frame_limit; f++) {
		enum frame_kind kind = frame_kind(f);

		if (frame_refs(f) == UINT32_MAX) /* FRAME_NEVER: the allocator does not own it */
			continue;
		count[kind]++;
		if (kind == FRAME_KERNEL) /* spaces may map the kernel's page of zeros */
			must(frame_refs(f) == refs[f] + 1, "audit: refs of frame %u", f);
		else
			must(frame_refs(f) == refs[f], "audit: refs of frame %u: %u, not %u", f,
			     frame_refs(f), refs[f]);
	}
	frame_stats(&st);
	must(st.committed == promised, "audit: %u promised, not %u", st.committed, promised);
	must(st.free == count[FRAME_FREE] && st.kernel == count[FRAME_KERNEL], "audit: counts");
	must(st.committed + st.kernel <= st.total, "audit: rule 1");
	free(refs);
}

int
host_end(void)
{
	struct frame_stats st;
	unsigned i;

	for (i = 0; i < HOST_PROCS; i++)
		if (host_procs[i] != NULL)
			host_exit(host_procs[i]);
	host_audit();
	frame_stats(&st);
	is(st.committed, 0, "nothing is promised any more");
	is(st.free, host_free, "all frames are free that were");
	is(host_objects, 0, "no kernel object is left");
	return plan();
}
