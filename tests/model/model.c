/* SPDX-License-Identifier: BSD-2-Clause */
/* Does what docs/spec-shm.md says, in the order of its parts. */
#include "abi/errno.h"
#include "model.h"

struct model m;

static uint32_t
pages_of(uint32_t size)
{
	return size / M_PAGE + (size % M_PAGE != 0);
}

bool
model_in(const struct stamp *s, uint32_t time)
{
	return s->from <= time && time <= s->to;
}

/* ---- 2: permission ---- */

enum { WANT_R = 0400, WANT_W = 0200, WANT_X = 0100 };

static bool
is_owner(const struct process *p, const struct segment *s)
{
	return p->euid == s->uid || p->euid == s->cuid;
}

static uint32_t
may(const struct process *p, const struct segment *s, uint32_t want)
{
	uint32_t mode = s->mode;

	if (p->euid == 0)
		return 0;
	if (is_owner(p, s))
		mode = mode / 0100;
	else if (p->egid == s->gid || p->egid == s->cgid || p->group == s->gid ||
	         p->group == s->cgid)
		mode = mode / 010;
	if ((want & WANT_R) && !(mode & 4))
		return EACCES;
	if ((want & WANT_W) && !(mode & 2))
		return EACCES;
	if ((want & WANT_X) && !(mode & 1))
		return EACCES;
	return 0;
}

static uint32_t
may_change(const struct process *p, const struct segment *s)
{
	return p->euid == 0 || is_owner(p, s) ? 0 : EPERM;
}

/* ---- Identifiers and slots ---- */

uint32_t
model_id(const struct segment *s)
{
	return s->seq << 16 | (uint32_t)(s - m.seg);
}

struct segment *
model_live(uint32_t id)
{
	uint32_t slot;

	for (slot = 0; slot < m.limit.mni; slot++)
		if (m.seg[slot].state == SEG_LIVE && model_id(&m.seg[slot]) == id)
			return &m.seg[slot];
	return NULL;
}

static void
segment_free(struct segment *s)
{
	uint32_t i;

	s->state = SEG_FREE;
	m.nused--;
	m.committed -= pages_of(s->size);
	m.last_free = (int)(s - m.seg);
	for (i = 0; i < M_PAGES; i++)
		s->word[i] = 0;
}

/* ---- 3: shmget ---- */

static uint32_t
create(struct process *p, uint32_t key, uint32_t size, uint32_t flags, uint32_t *id)
{
	uint32_t slot = 0;
	struct segment *s;

	if (size < 1 || size > m.limit.max)
		return EINVAL;
	if (m.nused >= m.limit.mni)
		return ENOSPC;
	if (m.committed + pages_of(size) > m.limit.all)
		return ENOMEM;
	while (m.seg[slot].state != SEG_FREE)
		slot++;
	if (m.last_free != -1)
		slot = (uint32_t)m.last_free;
	m.last_free = -1;
	s = &m.seg[slot];
	s->seq = (s->seq + 1) % 0x8000;
	s->state = SEG_LIVE;
	s->key = key;
	s->cuid = s->uid = p->euid;
	s->cgid = s->gid = p->egid;
	s->mode = flags & 0777;
	s->size = size;
	s->cpid = p->pid;
	s->lpid = s->nattch = 0;
	s->atime = s->dtime = (struct stamp){0, 0};
	s->ctime = m.now;
	m.nused++;
	m.committed += pages_of(size);
	*id = model_id(s);
	return 0;
}

static uint32_t
get(struct process *p, uint32_t key, uint32_t size, uint32_t flags, uint32_t *id)
{
	struct segment *s;
	uint32_t err;

	for (s = m.seg; s < m.seg + m.limit.mni; s++)
		if (key != 0 && s->state == SEG_LIVE && s->key == key)
			break;
	if (s == m.seg + m.limit.mni) {
		if (key != 0 && !(flags & M_CREAT))
			return ENOENT;
		return create(p, key, size, flags, id);
	}
	err = may(p, s, flags & 0777); /* 3a */
	if (err != 0)
		return err;
	if (size != 0 && size > s->size)
		return EINVAL;
	if ((flags & M_CREAT) && (flags & M_EXCL))
		return EEXIST;
	*id = model_id(s);
	return 0;
}

#include "memory.c"

/* ---- 3: shmctl ---- */

static uint32_t
control(struct process *p, const uint32_t *a)
{
	struct segment *s = model_live(a[0]);
	uint32_t err;

	if (s == NULL)
		return EINVAL;
	switch ((int)a[1]) {
	case M_STAT:
		err = may(p, s, WANT_R);
		if (err != 0)
			return err;
		return a[2] == 0 || writable(p, a[2], 4 * W_STAT) ? 0 : EFAULT;
	case M_SET:
		err = may_change(p, s);
		if (err != 0)
			return err;
		if (a[2] != 0)
			return EFAULT;
		if (a[3] == M_NONE || a[4] == M_NONE)
			return EINVAL;
		s->uid = a[3];
		s->gid = a[4];
		s->mode = (s->mode & M_LOCKED) | (a[5] & 0777);
		s->ctime = m.now;
		return 0;
	case M_RMID:
		err = may_change(p, s);
		if (err != 0)
			return err;
		s->key = 0;
		s->state = SEG_REMOVED;
		if (s->nattch == 0)
			segment_free(s);
		return 0;
	case M_LOCK: /* spec-shm.md part 5 */
	case M_UNLOCK:
		err = may_change(p, s);
		if (err == 0)
			s->mode = (s->mode & 0777) | (a[1] == M_LOCK ? M_LOCKED : 0);
		return err;
	default:
		return EINVAL;
	}
}

/* The kernel must write all of the reply, which is filled with junk before the call. */
uint32_t
model_stat(uint32_t id, const struct reply *r, bool *same)
{
	const struct segment *s = model_live(id);
	uint32_t want[W_STAT] = {0};
	int i;

	*same = true;
	if (s == NULL)
		return EINVAL;
	want[W_KEY] = s->key;
	want[W_UID] = s->uid;
	want[W_GID] = s->gid;
	want[W_CUID] = s->cuid;
	want[W_CGID] = s->cgid;
	want[W_MODE] = s->mode;
	want[W_SEQ] = s->seq;
	want[W_SIZE] = s->size;
	want[W_ATIME] = model_in(&s->atime, r->stat[W_ATIME]) ? r->stat[W_ATIME] : s->atime.to;
	want[W_DTIME] = model_in(&s->dtime, r->stat[W_DTIME]) ? r->stat[W_DTIME] : s->dtime.to;
	want[W_CTIME] = model_in(&s->ctime, r->stat[W_CTIME]) ? r->stat[W_CTIME] : s->ctime.to;
	want[W_CPID] = s->cpid;
	want[W_LPID] = s->lpid;
	want[W_NATTCH] = s->nattch;
	for (i = 0; i < W_STAT; i++) {
		if (r->stat_err == 0 && want[i] != r->stat[i])
			*same = false;
		if (!*same && want[i] != r->stat[i])
			say("IPC_STAT word %d is 0x%x, not 0x%x", i, r->stat[i], want[i]);
	}
	return 0;
}

/* ---- 3: fork, exec, exit ---- */

static void
fork_call(const struct process *p, struct process *child, uint32_t pid)
{
	int a;

	*child = *p;
	child->pid = pid;
	for (a = 0; a < M_ATTACHES; a++)
		if (p->attach[a].used)
			m.seg[p->attach[a].id & 0xffff].nattch++;
}

/* Gives the process only the pages that a program itself needs, at two known places. */
static void
fresh_space(struct process *p)
{
	p->nranges = 0;
	range_add(p, (struct range){0x08048000, 0x08049000, FIXED, 0, 5, false});
	range_add(p, (struct range){0xbfffe000, 0xbffff000, FIXED, 0, 3, false});
}

static void
drop_all(struct process *p)
{
	unmap(p, M_USER_MIN, M_USER_END);
}

uint32_t
model_call(const struct call *c, const struct reply *r, uint32_t *value)
{
	struct process *p = &m.proc[c->who];
	const uint32_t *a = c->a;

	m.now = (struct stamp){r->before, r->after};
	*value = 0;
	switch ((enum op)c->op) {
	case OP_GET:
		return get(p, a[0], a[1], a[2], value);
	case OP_AT:
		*value = r->value;
		return attach(p, a[0], a[1], a[2], value);
	case OP_DT:
		return detach(p, a[0]);
	case OP_CTL:
		return control(p, a);
	case OP_UNMAP:
		return munmap_call(p, a[0], a[1]);
	case OP_PROTECT:
		return protect(p, a[0], a[1], (int)a[2]);
	case OP_MAP:
		return mmap_call(p, a[0], a[1], a[2], value);
	case OP_LOAD:
	case OP_STORE:
		return access_word(p, c, value);
	case OP_USER:
		p->euid = a[0];
		p->egid = a[1];
		p->group = a[2];
		return 0;
	case OP_FORK:
		fork_call(p, &m.proc[a[0]], r->value);
		*value = r->value;
		return 0;
	case OP_EXIT:
		drop_all(p);
		p->alive = false;
		return 0;
	case OP_EXEC:
		if (!a[0])
			return ENOENT;
		drop_all(p);
		fresh_space(p);
		return 0;
	}
	return ENOSYS;
}

void
model_start(const struct limits *limit, uint32_t pid)
{
	__builtin_memset(&m, 0, sizeof(m));
	m.limit = *limit;
	m.last_free = -1;
	m.proc[0].alive = true;
	m.proc[0].pid = pid;
	fresh_space(&m.proc[0]);
}
