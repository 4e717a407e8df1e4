/* SPDX-License-Identifier: BSD-2-Clause */
/* Makes calls with random arguments, aimed at the edges. Part of drive.c. */

/* xorshift64*: a seed gives the same numbers on every machine. */
static uint64_t random_state;
/* If set, it gives the numbers instead: the fuzzer chooses them. */
static uint32_t (*chosen)(uint32_t n);

/* Returns a number below n. */
static uint32_t
roll(uint32_t n)
{
	if (chosen != NULL)
		return chosen(n);
	random_state ^= random_state >> 12;
	random_state ^= random_state << 25;
	random_state ^= random_state >> 27;
	return (uint32_t)((random_state * 0x2545f4914f6cdd1du >> 32) * n >> 32);
}

static bool
often(uint32_t percent)
{
	return roll(100) < percent;
}

#define PICK(array) (array)[roll(sizeof(array) / sizeof((array)[0]))]

/* ---- Arguments ---- */

/* Calls come in phases. While more is created than removed, the tables fill up to their limits;
 * while no process is created or ends, a favourite process fills its own table of attaches. All
 * fields but the first two are percentages. */
static struct {
	uint32_t left, favourite;
	uint32_t prefer, make, drop, churn;
} phase;

static struct segment *
some_segment(enum seg_state state)
{
	uint32_t start = roll(m.limit.mni), i;

	for (i = 0; i < m.limit.mni; i++) {
		struct segment *s = &m.seg[(start + i) % m.limit.mni];

		if (s->state == state)
			return s;
	}
	return &m.seg[start];
}

static uint32_t
some_id(void)
{
	static const uint32_t odd[] = {0,          1,      99999,   0x7fffffff,
	                               0x80000000, M_NONE, 0x10000, 0xffff};
	uint32_t kind = roll(100);

	if (kind < 78)
		return model_id(some_segment(SEG_LIVE));
	if (kind < 84)
		return model_id(some_segment(SEG_REMOVED));
	if (kind < 88)
		return model_id(some_segment(SEG_FREE));
	if (kind < 91)
		return model_id(some_segment(SEG_LIVE)) + 0x10000;
	if (kind < 94)
		return model_id(some_segment(SEG_LIVE)) - 0x10000;
	if (kind < 95)
		return model_id(some_segment(SEG_LIVE)) ^ 0x80000000;
	if (kind < 97)
		return 0x10000 + m.limit.mni + roll(3) - 1;
	return often(50) ? PICK(odd) : roll(M_NONE);
}

static uint32_t
some_key(void)
{
	return often(10) ? 0 : 0x1000 + roll(m.limit.mni + m.limit.mni / 2);
}

static uint32_t
some_size(void)
{
	static const uint32_t edge[] = {0, 1, 100, 4095, 4096, 4097, 8192};
	static const uint32_t huge[] = {0x7fffffff, 0x80000000, 0xc0000000,
	                                0xfffff000, 0xfffff001, 0xffffffff};
	uint32_t kind = roll(100);

	if (kind < 30)
		return PICK(edge);
	if (kind < 70)
		return 1 + roll(12 * M_PAGE);
	if (kind < 80)
		return some_segment(SEG_LIVE)->size + roll(3) - 1;
	if (kind < 84)
		return (m.limit.all - m.committed + roll(3) - 1) * M_PAGE + roll(2);
	if (kind < 90)
		return m.limit.max + roll(3) - 1;
	if (kind < 94)
		return roll(m.limit.max);
	return PICK(huge);
}

static uint32_t
some_mode(void)
{
	static const uint32_t mode[] = {0600, 0666, 0660, 0644, 0400, 0200, 0040, 0006, 0777, 0};

	return often(70) ? PICK(mode) : roll(01000);
}

/* Returns a range of p that may be touched, or a range at random. */
static struct range
some_range(const struct process *p)
{
	int n = 0, at = (int)roll((uint32_t)p->nranges);

	while (n < p->nranges && p->range[at].owner == FIXED) {
		at = (at + 1) % p->nranges;
		n++;
	}
	if (n == p->nranges || often(5))
		return (struct range){0x50000000, 0x50002000, PLAIN, 0, 0, false};
	return p->range[at];
}

static const struct attach *
some_attach(const struct process *p)
{
	uint32_t start = roll(m.limit.seg), i;

	for (i = 0; i < m.limit.seg; i++)
		if (p->attach[(start + i) % m.limit.seg].used)
			return &p->attach[(start + i) % m.limit.seg];
	return &p->attach[start];
}

static uint32_t
odd_address(void)
{
	static const uint32_t odd[] = {1,          0xfff,      0x1000,     0xf000,     0xffff,
	                               0x10000,    0x08048000, 0x30000000, 0xbfffe000, 0xbffff000,
	                               0xbfffffff, 0xc0000000, 0xc0100000, 0xfffff000, 0xffffffff};

	return PICK(odd);
}

/* Returns a page in one of a few spans of 4 MiB, near its borders, so that neighbours meet. */
static uint32_t
arena_page(void)
{
	return 0x50000000 + roll(6) * 0x400000 + (roll(24) - 8) * M_PAGE;
}

static uint32_t
some_address(const struct process *p)
{
	struct range r = some_range(p);
	uint32_t kind = roll(100), va;

	if (kind < 45)
		return 0;
	if (kind < 55)
		return odd_address();
	if (kind < 65)
		va = r.end;
	else if (kind < 72)
		va = r.start;
	else
		va = arena_page();
	return often(15) ? va + roll(M_PAGE) : va;
}

static uint32_t
some_length(uint32_t pages)
{
	static const uint32_t odd[] = {0,          0xbfff1000, 0xc0000000,
	                               0xfffff000, 0xfffff001, 0xffffffff};

	if (often(3))
		return PICK(odd);
	return roll(pages + 2) * M_PAGE + (often(30) ? 1 + roll(M_PAGE) : 0);
}

/* ---- Calls ---- */

static void
make_get(struct call *c)
{
	c->op = OP_GET;
	c->a[0] = some_key();
	c->a[1] = some_size();
	c->a[2] = some_mode() | (often(80) ? M_CREAT : 0) | (often(20) ? M_EXCL : 0);
	/* Unknown bits. SHM_HUGETLB is left out: the model knows no large pages. */
	if (often(5))
		c->a[2] |= roll(M_NONE) & ~(07777u | M_CREAT | M_EXCL);
	c->touched = M_NONE;
}

static void
make_attach(struct call *c, const struct process *p)
{
	c->op = OP_AT;
	c->a[0] = c->touched = some_id();
	c->a[1] = some_address(p);
	c->a[2] = (often(30) ? M_RDONLY : 0) | (often(30) ? M_RND : 0);
	if (often(5))
		c->a[2] |= roll(M_NONE) & ~M_REMAP;
	if (often(8) && c->a[1] < 0x70000000 && (c->a[1] >= 0x40000000 || c->a[1] == 0))
		c->a[2] |= M_REMAP;
}

static void
make_detach(struct call *c, const struct process *p)
{
	const struct attach *a = some_attach(p);
	uint32_t kind = roll(100);

	c->op = OP_DT;
	c->touched = a->id;
	if (kind < 80)
		c->a[0] = a->va;
	else if (kind < 90)
		c->a[0] = a->va + roll(3 * M_PAGE);
	else if (kind < 95)
		c->a[0] = some_attach(&m.proc[roll(M_PROCS)])->va;
	else
		c->a[0] = odd_address();
}

static void
make_control(struct call *c, const struct process *p)
{
	static const uint32_t bad[] = {1, 0x18000000, 0xbffffff0, 0xc0000000, 0xffffffc0};
	static const uint32_t unknown[] = {4, 5, 6, 10, 16, 99, 0x7fffffff, 0x80000000, M_NONE};
	static const uint32_t ids[] = {0, 1000, 1001, 50, 60, M_NONE};
	uint32_t kind = roll(100);

	c->op = OP_CTL;
	c->a[0] = c->touched = some_id();
	c->a[1] = M_STAT;
	if (kind < phase.drop)
		c->a[1] = M_RMID;
	else if (kind < 55)
		c->a[1] = M_SET;
	else if (kind < 65)
		c->a[1] = M_LOCK + roll(2);
	else if (kind < 72)
		c->a[1] = PICK(unknown);
	if (often(15))
		c->a[2] = PICK(bad);
	else if (c->a[1] == M_STAT && often(20))
		c->a[2] = some_range(p).start + M_PAGE / 2;
	c->a[3] = PICK(ids);
	c->a[4] = PICK(ids);
	c->a[5] = often(60) ? some_mode() : roll(0x10000);
}

/* Makes c a munmap or mprotect of a part of some range, or an mmap over it. */
static void
make_memory(struct call *c, const struct process *p)
{
	static const uint32_t prot[] = {0, 1, 3, 5, 7};
	struct range r = some_range(p);
	uint32_t pages = (r.end - r.start) / M_PAGE, kind = roll(100);

	c->touched = r.owner >= 0 ? p->attach[r.owner].id : M_NONE;
	c->a[0] = r.start + (often(50) ? 0 : roll(pages) * M_PAGE) + (often(3) ? 1 : 0);
	c->a[1] = some_length(pages < 12 || often(20) ? pages : 12);
	if (kind < phase.drop || c->a[0] < 0x40000000 || c->a[0] >= 0xb0000000) {
		c->op = OP_UNMAP;
	} else if (kind < 80) {
		c->op = OP_PROTECT;
		c->a[2] = PICK(prot);
	} else {
		c->op = OP_MAP;
		c->a[0] = often(50) ? c->a[0] & ~(M_PAGE - 1) : arena_page();
		c->a[1] = 1 + roll(8 * M_PAGE);
		c->a[2] = often(70);
	}
}

static void
make_access(struct call *c, const struct process *p, bool first)
{
	struct range r = some_range(p);
	uint32_t page = roll((r.end - r.start) / M_PAGE + often(5));

	c->op = first && often(80) ? OP_STORE : OP_LOAD;
	c->touched = r.owner >= 0 ? p->attach[r.owner].id : M_NONE;
	c->a[0] = r.start + page * M_PAGE;
	if (c->op == OP_LOAD && often(20))
		c->a[0] += M_PAGE - 4;
	/* Private memory is never written, because the model takes it for zeros. What is mapped is
	 * known only before the first call of a batch. */
	if (r.owner < 0 || c->a[0] >= r.end)
		c->op = OP_LOAD;
	c->a[1] = roll(M_NONE) | 1;
}

static uint32_t
some_process(bool alive)
{
	uint32_t start = roll(M_PROCS), i;

	for (i = 0; i < M_PROCS; i++)
		if (m.proc[(start + i) % M_PROCS].alive == alive)
			return (start + i) % M_PROCS;
	return M_PROCS;
}

static unsigned
alive(void)
{
	unsigned i, n = 0;

	for (i = 0; i < M_PROCS; i++)
		n += m.proc[i].alive;
	return n;
}

/* Makes c a change of the user, the group and the supplementary group. */
static void
make_user(struct call *c)
{
	static const uint32_t root[3],
		who[][3] = {{1000, 1000, 1000}, {1001, 1001, 1001}, {1002, 50, 50},
	                    {1002, 60, 50},     {1001, 50, 60},     {1000, 60, 1001}};
	const uint32_t *w = often(50) ? root : PICK(who);

	c->op = OP_USER;
	c->a[0] = w[0];
	c->a[1] = w[1];
	c->a[2] = w[2];
}

/* Makes c an exec, a fork or the end of a process. Returns false if that cannot be made now. */
static bool
make_process(struct call *c)
{
	uint32_t kind = roll(100);

	if (kind < 15) {
		c->op = OP_EXEC;
		c->a[0] = often(50);
		return true;
	}
	if (kind < 60) {
		c->op = OP_FORK;
		c->a[0] = some_process(false);
		return c->a[0] < M_PROCS;
	}
	c->op = OP_EXIT;
	c->a[0] = roll(3);
	return alive() > 1;
}

static void
make_call(struct call *c, uint32_t who, bool first, bool last)
{
	const struct process *p = &m.proc[who];
	uint32_t kind;

	*c = (struct call){.who = who, .touched = M_NONE, .by_ipc = often(30)};
	if (last && often(phase.churn) && make_process(c))
		return;
	kind = roll(100);
	if (kind < 3)
		make_user(c);
	else if (kind < 9)
		make_memory(c, p);
	else if (kind < 25)
		make_access(c, p, first);
	else if (kind < 45)
		make_control(c, p);
	else if (often(phase.make) || (!some_attach(p)->used && often(90)))
		often(40) ? make_get(c) : make_attach(c, p);
	else
		make_detach(c, p);
}
