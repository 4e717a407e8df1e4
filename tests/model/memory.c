/* SPDX-License-Identifier: BSD-2-Clause */
/* What is mapped in the model's processes, and the calls that change it: spec-shm.md part 3,
 * from shmat on. Part of model.c. */

/* ---- What is mapped ---- */

static struct segment *
segment_of(const struct process *p, const struct range *r)
{
	return &m.seg[p->attach[r->owner].id & 0xffff];
}

static bool
in_user_space(uint32_t start, uint32_t len)
{
	return start >= M_USER_MIN && start < M_USER_END && len <= M_USER_END - start;
}

static bool
is_free(const struct process *p, uint32_t start, uint32_t end)
{
	int i;

	for (i = 0; i < p->nranges; i++)
		if (p->range[i].start < end && p->range[i].end > start)
			return false;
	return true;
}

static void
range_add(struct process *p, struct range r)
{
	int i;

	for (i = p->nranges++; i > 0 && p->range[i - 1].start > r.start; i--)
		p->range[i] = p->range[i - 1];
	p->range[i] = r;
}

static void
range_del(struct process *p, int at)
{
	int i;

	p->nranges--;
	for (i = at; i < p->nranges; i++)
		p->range[i] = p->range[i + 1];
}

/* Splits the range that va is inside of, so that one range ends at va and another begins. */
static void
split(struct process *p, uint32_t va)
{
	struct range upper;
	int i;

	for (i = 0; i < p->nranges; i++) {
		if (p->range[i].start >= va || p->range[i].end <= va)
			continue;
		upper = p->range[i];
		upper.page += (va - upper.start) / M_PAGE;
		upper.start = va;
		p->range[i].end = va;
		range_add(p, upper);
		return;
	}
}

/* Returns the word at va, in private memory, that is not 0; NULL if it is. */
static uint32_t *
own_word(struct process *p, uint32_t va)
{
	int i;

	for (i = 0; i < p->nown; i++)
		if (p->own[i].va == va)
			return &p->own[i].word;
	return NULL;
}

static void
own_forget(struct process *p, uint32_t start, uint32_t end)
{
	int i, kept = 0;

	for (i = 0; i < p->nown; i++)
		if (p->own[i].va < start || p->own[i].va >= end)
			p->own[kept++] = p->own[i];
	p->nown = kept;
}

/* Counts off an attach: spec-shm.md dt.2 and dt.3. */
static void
count_off(struct process *p, struct attach *a)
{
	struct segment *s = &m.seg[a->id & 0xffff];

	a->used = false;
	s->nattch--;
	s->dtime = m.now;
	s->lpid = p->pid;
	if (s->nattch == 0 && s->state == SEG_REMOVED)
		segment_free(s);
}

/* Unmaps [start, end): spec-shm.md munmap.1, munmap.2 and end.1. An attach ends with the last
 * piece of it. Pieces go in order of address, so attaches end in the order of their last pieces. */
static void
unmap(struct process *p, uint32_t start, uint32_t end)
{
	static uint32_t cuts;
	int i, j, owner;
	bool first;

	own_forget(p, start, end);
	split(p, start);
	split(p, end);
	for (i = 0; i < p->nranges;) {
		if (p->range[i].start < start || p->range[i].end > end) {
			i++;
			continue;
		}
		owner = p->range[i].owner;
		first = owner >= 0 && p->range[i].start == p->attach[owner].va;
		range_del(p, i);
		for (j = 0; j < p->nranges && p->range[j].owner != owner; j++)
			;
		if (owner >= 0 && j == p->nranges)
			count_off(p, &p->attach[owner]);
		else if (first)
			p->attach[owner].cut = ++cuts;
	}
}

/* ---- 3: shmat, shmdt ---- */

/* Returns whether shmat without an address may have chosen va: any free place will do. */
static bool
legal_choice(const struct process *p, uint32_t va, uint32_t len)
{
	return va % M_PAGE == 0 && in_user_space(va, len) && is_free(p, va, va + len);
}

static uint32_t
attach(struct process *p, uint32_t id, uint32_t addr, uint32_t flags, uint32_t *value)
{
	struct segment *s = model_live(id);
	bool rdonly = flags & M_RDONLY;
	uint32_t err, len, va = addr;
	int a;

	if (s == NULL)
		return EINVAL;
	err = may(p, s, rdonly ? WANT_R : WANT_R | WANT_W);
	if (err != 0)
		return err;
	for (a = 0; a < (int)m.limit.seg && p->attach[a].used; a++)
		;
	if (a == (int)m.limit.seg)
		return EMFILE;
	len = pages_of(s->size) * M_PAGE;
	if (addr == 0) {
		if (flags & M_REMAP)
			return EINVAL; /* spec-shm.md part 5 */
		va = *value;
		if (!legal_choice(p, va, len)) {
			*value = M_NONE;
			return 0;
		}
	} else {
		if (flags & M_RND)
			va -= va % M_PAGE;
		if (va % M_PAGE != 0 || !in_user_space(va, len))
			return EINVAL;
		if (!is_free(p, va, va + len) && !(flags & M_REMAP))
			return ENOMEM;
	}
	p->attach[a] = (struct attach){true, va, id, 0};
	s->nattch++;
	s->lpid = p->pid;
	s->atime = m.now;
	unmap(p, va, va + len);
	range_add(p, (struct range){va, va + len, a, 0, rdonly ? 1 : 3, rdonly});
	*value = va;
	return 0;
}

/* Returns the attach that shmdt of addr means, or -1. Several attaches can have begun at addr, if
 * the first page of all but one was unmapped. The one that is still mapped there is meant, or else
 * the one whose first page was unmapped last. */
static int
attach_at(const struct process *p, uint32_t addr)
{
	int a, i, found = -1;

	for (a = 0; a < M_ATTACHES; a++)
		if (p->attach[a].used && p->attach[a].va == addr &&
		    (found == -1 || p->attach[a].cut > p->attach[found].cut))
			found = a;
	for (i = 0; i < p->nranges; i++) {
		a = p->range[i].owner;
		if (p->range[i].start == addr && a >= 0 && p->attach[a].va == addr)
			found = a;
	}
	return found;
}

static uint32_t
detach(struct process *p, uint32_t addr)
{
	int a = attach_at(p, addr), i;

	if (a == -1)
		return EINVAL;
	for (i = 0; i < p->nranges;)
		if (p->range[i].owner == a)
			range_del(p, i);
		else
			i++;
	count_off(p, &p->attach[a]);
	return 0;
}

/* ---- Memory as other calls and the program see it ---- */

static uint32_t
protect(struct process *p, uint32_t start, uint32_t len, int prot)
{
	uint32_t end = start + pages_of(len) * M_PAGE, va = start;
	int i;

	if (start % M_PAGE != 0)
		return EINVAL;
	if (start >= M_USER_END || len > M_USER_END - start)
		return ENOMEM;
	/* The call checks the whole range, lowest address first, before it changes anything. */
	for (i = 0; i < p->nranges && va < end; i++) {
		if (p->range[i].end <= va)
			continue;
		if (p->range[i].start > va)
			return ENOMEM;
		if (p->range[i].rdonly && (prot & 2))
			return EACCES;
		va = p->range[i].end;
	}
	if (va < end)
		return ENOMEM;
	split(p, start);
	split(p, end);
	for (i = 0; i < p->nranges; i++)
		if (p->range[i].start >= start && p->range[i].end <= end)
			p->range[i].prot = prot;
	return 0;
}

static uint32_t
munmap_call(struct process *p, uint32_t start, uint32_t len)
{
	if (start % M_PAGE != 0 || len == 0 || start >= M_USER_END || len > M_USER_END - start)
		return EINVAL;
	unmap(p, start, start + pages_of(len) * M_PAGE);
	return 0;
}

static uint32_t
mmap_call(struct process *p, uint32_t start, uint32_t len, bool replace, uint32_t *value)
{
	uint32_t end = start + pages_of(len) * M_PAGE;

	if (!replace && !is_free(p, start, end))
		return EEXIST;
	unmap(p, start, end);
	range_add(p, (struct range){start, end, PLAIN, 0, 3, false});
	*value = start;
	return 0;
}

/* Loads or stores a word. Only the first word of a page is ever written. */
static uint32_t
access_word(struct process *p, const struct call *c, uint32_t *value)
{
	uint32_t va = c->a[0], *word;
	int i;

	for (i = 0; i < p->nranges; i++)
		if (p->range[i].start <= va && va < p->range[i].end)
			break;
	if (i == p->nranges || !(p->range[i].prot & (c->op == OP_STORE ? 2 : 1)))
		return EFAULT;
	*value = 0;
	if (va % M_PAGE != 0)
		return 0;
	if (p->range[i].owner >= 0) {
		word = &segment_of(p, &p->range[i])
		                ->word[p->range[i].page + (va - p->range[i].start) / M_PAGE];
	} else if ((word = own_word(p, va)) == NULL) {
		if (c->op == OP_LOAD || p->nown == M_WORDS)
			return 0;
		p->own[p->nown].va = va;
		word = &p->own[p->nown++].word;
	}
	if (c->op == OP_STORE)
		*word = c->a[1];
	*value = *word;
	return 0;
}

/* Returns whether all of [va, va+len) can be written. */
static bool
writable(const struct process *p, uint32_t va, uint32_t len)
{
	int i;

	for (i = 0; i < p->nranges; i++)
		if (p->range[i].start <= va && va < p->range[i].end && len <= p->range[i].end - va)
			return p->range[i].owner != FIXED && (p->range[i].prot & 2);
	return false;
}
