/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Compares spaces with a model that knows nothing of entries, page tables or frames. It says
 * for each page of a range of three spans what is there. Thousands of random calls are made,
 * at times without enough memory; what each returns, what every page holds and what is
 * promised must be as the model says.
 */
#include "abi/errno.h"
#include "abi/signal.h"
#include "host.h"
#include "vm/deferred.h"

#define BASE 0x3fe00000u /* the middle of a span */
#define PAGES 2560u
#define SPACES 4u
#define OBJECTS 16u
#define HELD 4u
#define NONE (-1)

struct page {
	bool mapped, shared, charged;
	bool own; /* private, and written to */
	uint8_t prot, max_prot;
	int object;     /* or NONE */
	uint32_t page;  /* of the object */
	uint32_t value; /* if own */
};

static struct page model[SPACES][PAGES];
static struct proc *procs[SPACES];
static uint32_t object_pages[OBJECTS];
static uint32_t object_value[OBJECTS][PAGES];
static int held[HELD]; /* objects, or NONE */
static unsigned step, refused, forks, large;
static unsigned s; /* the space at work */

#define claim(cond, ...)                                                                           \
	((cond) ? (void)0                                                                          \
	        : (printf("# step %u: ", step), printf(__VA_ARGS__), printf("\n"),                 \
	           fatal("random: the model and the space agree")))
void printf(const char *fmt, ...);

static vaddr_t
address(unsigned page)
{
	return BASE + page * PAGE_SIZE;
}

/* Draws a range, mostly a short one, often next to a span's border. */
static void
draw_range(unsigned *start, unsigned *n)
{
	*n = 1 + rnd(chance(85) ? 24 : 1400);
	*start = rnd(PAGES - *n + 1);
	if (chance(30) && *n < 512)
		*start = 512 + 1024 * rnd(2) - rnd(*n + 1);
}

/* Counts the pages and page tables that the space has been promised. */
static void
promised(unsigned space, uint32_t *pages, uint32_t *tables)
{
	unsigned i, last = UINT32_MAX;

	*pages = *tables = 0;
	for (i = 0; i < PAGES; i++) {
		if (!model[space][i].mapped)
			continue;
		*pages += model[space][i].charged;
		*tables += address(i) >> SPAN_SHIFT != last;
		last = address(i) >> SPAN_SHIFT;
	}
}

static bool
object_used(int o)
{
	unsigned i, k;

	for (i = 0; i < HELD; i++)
		if (held[i] == o)
			return true;
	for (k = 0; k < SPACES; k++)
		for (i = 0; i < PAGES; i++)
			if (model[k][i].mapped && model[k][i].object == o)
				return true;
	return false;
}

static uint32_t
model_committed(void)
{
	uint32_t sum = 0, pages, tables;
	unsigned k;

	for (k = 0; k < SPACES; k++) {
		promised(k, &pages, &tables);
		sum += pages + tables;
	}
	for (k = 0; k < OBJECTS; k++)
		if (object_pages[k] > 0 && object_used((int)k))
			sum += object_pages[k] + (object_pages[k] + 1023) / 1024;
	return sum;
}

/* Checks after a call that as much is promised as the model says. If the call has failed, there
 * must have been too few frames, or too few low frames for the page tables. */
static void
check_promise(int err, uint32_t before, uint32_t more_tables, const struct page *undo)
{
	struct frame_stats st;
	uint32_t want = model_committed();

	vm_free_deferred();
	frame_stats(&st);
	claim(err == 0 || err == ENOMEM, "error %d", err);
	if (err == 0) {
		claim(st.committed == want, "%u promised, not %u", st.committed, want);
		return;
	}
	refused++;
	claim(want > st.total - st.kernel || (more_tables > 0 && host_free_high() == 0),
	      "refused, %u are promised and %u would be", before, want);
	claim(st.committed == before, "a failed call has changed what is promised");
	__builtin_memcpy(model[s], undo, sizeof(model[s]));
}

static void
do_map(void)
{
	struct page undo[PAGES];
	struct vm_mapping m = {.prot = rnd(8), .max_prot = 7, .replace = chance(20)};
	uint32_t before, pages, tables, new_tables;
	unsigned start, n, i, h = rnd(HELD + 1);
	bool is_free = true;
	int err;

	__builtin_memcpy(undo, model[s], sizeof(undo));
	before = model_committed();
	promised(s, &pages, &tables);
	draw_range(&start, &n);
	m.start = address(start);
	m.len = n * PAGE_SIZE;
	if (h < HELD && held[h] != NONE) {
		m.object = host_held[h];
		m.pgoff = rnd(object_pages[held[h]]);
		m.inherit = chance(60) ? VM_SHARE : VM_COPY;
	} else {
		m.inherit = VM_COPY;
	}
	if (m.object != NULL && m.object->large && chance(60)) { /* as one large page */
		start = 512 + 1024 * rnd(2);
		n = 1024;
		m.start = address(start);
		m.len = n * PAGE_SIZE;
		m.pgoff = 0;
		m.inherit = VM_SHARE;
		m.replace = true;
	}
	if (chance(20))
		m.max_prot = m.prot | PROT_READ;
	for (i = start; i < start + n; i++)
		is_free = is_free && !model[s][i].mapped;
	claim(vm_range_free(procs[s]->space, m.start, m.len) == is_free, "vm_range_free");
	if (!is_free && !m.replace)
		return;
	for (i = start; i < start + n; i++)
		model[s][i] =
			(struct page){.mapped = true,
		                      .shared = m.inherit == VM_SHARE,
		                      .charged = m.inherit == VM_COPY && (m.prot & PROT_WRITE),
		                      .prot = m.prot,
		                      .max_prot = m.max_prot,
		                      .object = m.object != NULL ? held[h] : NONE,
		                      .page = m.pgoff + i - start};
	err = vm_map(procs[s]->space, &m);
	if (err != 0 && m.replace) /* the promise is asked for before the old one is given back */
		__builtin_memcpy(model[s], undo, sizeof(undo)), refused++;
	promised(s, &pages, &new_tables);
	check_promise(m.replace ? 0 : err, before, new_tables - tables, undo);
}

static void
do_unmap(void)
{
	unsigned start, n, i;

	draw_range(&start, &n);
	for (i = start; i < start + n; i++)
		model[s][i].mapped = false;
	check_promise(vm_unmap(procs[s]->space, address(start), address(start + n)), 0, 0, NULL);
}

static void
do_protect(void)
{
	struct page undo[PAGES];
	uint32_t before = model_committed();
	unsigned start, n, i;
	int prot = (int)rnd(8), want = 0, err;

	__builtin_memcpy(undo, model[s], sizeof(undo));
	draw_range(&start, &n);
	for (i = start; i < start + n && want == 0; i++) {
		if (!model[s][i].mapped)
			want = ENOMEM;
		else if (prot & ~model[s][i].max_prot)
			want = EACCES;
	}
	for (i = start; i < start + n && want == 0; i++) {
		model[s][i].prot = prot;
		if (!model[s][i].shared && (prot & PROT_WRITE))
			model[s][i].charged = true;
	}
	err = vm_protect(procs[s]->space, address(start), address(start + n), prot);
	if (want != 0)
		claim(err == want, "protect: error %d, not %d", err, want);
	else
		check_promise(err, before, 0, undo);
}

static void
do_access(unsigned i, bool write)
{
	struct page *p = &model[s][i];
	bool allowed = write ? p->prot & PROT_WRITE : p->prot != 0;
	/* Each page is accessed at an offset of its own, made from its
	 * number in the object or the range. */
	uint32_t place = (p->object != NONE ? p->page : i) * 52 & PAGE_MASK;
	uint32_t value = 0, at = address(i) + place, other = 0;
	int want = 0, err;

	if (!p->mapped)
		want = SEGV_MAPERR;
	else if (!allowed)
		want = SEGV_ACCERR;
	else if (p->object != NONE && p->page >= object_pages[p->object])
		want = VM_FAULT_END;
	if (want == 0) {
		if (p->own)
			value = p->value;
		else if (p->object != NONE)
			value = object_value[p->object][p->page];
	}
	if (!write) {
		err = host_load(at, &other);
		claim(err == want, "load of page %u: %d, not %d", i, err, want);
		claim(err != 0 || other == value, "page %u has %x, not %x", i, other, value);
		if (err == 0)
			host_load(at ^ 2048, &other);
		claim(err != 0 || other == 0, "page %u has %x beside", i, other);
		return;
	}
	value = 1 + rnd(1u << 30);
	err = host_store(at, value);
	claim(err == want, "store to page %u: %d, not %d", i, err, want);
	if (err != 0)
		return;
	if (p->shared)
		object_value[p->object][p->page] = value;
	else
		p->own = true, p->value = value;
}

static void
do_object(void)
{
	unsigned h = rnd(HELD);
	int o;

	if (host_held[h] != NULL) {
		vm_object_unref(host_held[h]);
		host_held[h] = NULL;
		held[h] = NONE;
	}
	for (o = 0; o < (int)OBJECTS && object_used(o); o++)
		;
	if (o == (int)OBJECTS)
		return;
	object_pages[o] = 1 + rnd(chance(60) ? 40 : PAGES - 1);
	__builtin_memset(object_value[o], 0, sizeof(object_value[o]));
	if (object_pages[o] >= 1024 ? host_object_large(object_pages[o], &host_held[h]) == 0
	                            : vm_object_create(object_pages[o], &host_held[h]) == 0)
		held[h] = o;
	else
		refused++;
}

static void
do_fork(void)
{
	unsigned to = rnd(SPACES);
	struct proc *child;

	if (to == s)
		return;
	host_exit(procs[to]);
	__builtin_memset(model[to], 0, sizeof(model[to]));
	child = host_fork();
	if (child == NULL) {
		refused++;
		procs[to] = host_spawn(0, 0);
		return;
	}
	forks++;
	procs[to] = child;
	__builtin_memcpy(model[to], model[s], sizeof(model[to]));
}

static void
check_all(void)
{
	uint32_t pages, tables;
	unsigned i;

	for (s = 0; s < SPACES; s++) {
		host_run(procs[s]);
		promised(s, &pages, &tables);
		claim(procs[s]->space->pages == pages, "pages of space %u", s);
		claim(procs[s]->space->tables == tables, "tables of space %u", s);
		for (i = BASE >> SPAN_SHIFT; i <= (BASE >> SPAN_SHIFT) + 2; i++)
			large += ((pte_t *)frame_kva(procs[s]->space->pmap.dir))[i] & PTE_LARGE;
		for (i = 0; i < PAGES; i++) {
			const struct page *p = &model[s][i];
			struct vm_entry *e = vm_entry_at(procs[s]->space, address(i));

			claim((e != NULL) == p->mapped, "page %u is mapped", i);
			claim(e == NULL || (e->prot == p->prot && e->max_prot == p->max_prot &&
			                    (e->inherit == VM_SHARE) == p->shared),
			      "page %u has another protection", i);
			if (chance(5))
				do_access(i, chance(10));
		}
	}
	host_audit();
}

/* Touches all that is mapped: what was promised can be had. */
static void
touch_all(void)
{
	unsigned i;

	for (s = 0; s < SPACES; s++) {
		host_run(procs[s]);
		for (i = 0; i < PAGES; i++) {
			do_access(i, true);
			do_access(i, false);
		}
	}
}

static void
run(unsigned steps)
{
	unsigned what;

	for (; steps > 0; steps--, step++) {
		s = rnd(SPACES);
		host_run(procs[s]);
		what = rnd(100);
		if (what < 18)
			do_map();
		else if (what < 30)
			do_unmap();
		else if (what < 45)
			do_protect();
		else if (what < 94)
			do_access(rnd(PAGES), chance(60));
		else if (what < 97)
			do_object();
		else
			do_fork();
		if (step % 50 == 0)
			check_all();
	}
	touch_all();
	check_all();
}

int
main(void)
{
	unsigned i;

	host_boot(8192, 768, "");
	for (s = 0; s < SPACES; s++)
		procs[s] = host_spawn(0, 0);
	for (i = 0; i < HELD; i++)
		held[i] = NONE;
	run(6000);
	ok(true, "random: %u steps, %u forks, %u refused for want of memory, %u large", step, forks,
	   refused, large / PTE_LARGE);
	ok(refused > 0, "random: memory has run out");
	for (i = 0; i < HELD; i++) {
		if (host_held[i] != NULL)
			vm_object_unref(host_held[i]);
		host_held[i] = NULL;
	}
	return host_end();
}
