/* SPDX-License-Identifier: BSD-2-Clause */
/* The files of /proc/PID, and /proc/frames. */
#include "abi/errno.h"
#include "file.h"
#include "frame.h"
#include "proc.h"
#include "procfs.h"
#include "shm.h"
#include "string.h"
#include "vm.h"

#define KIB (PAGE_SIZE / 1024)

/* ---- stat ---- */

static char
state_letter(const struct proc *p)
{
	switch (p->state) {
	case PROC_SLEEPING:
		return 'S';
	case PROC_STOPPED:
		return 'T';
	case PROC_ZOMBIE:
		return 'Z';
	default:
		return 'R';
	}
}

/* What of a space is told in several files; pages, but for the places. */
struct sizes {
	uint32_t total, resident, shared, text, data, stack;
	vaddr_t text_start, text_end, data_start, data_end;
};

static void
measure(const struct vm_space *sp, struct sizes *s)
{
	const struct vm_entry *e;

	memset(s, 0, sizeof(*s));
	for (e = sp != NULL ? sp->first : NULL; e != NULL; e = e->next) {
		uint32_t n = (e->end - e->start) >> PAGE_SHIFT;
		uint32_t there = pmap_resident(&sp->pmap, e->start, e->end);

		s->total += n;
		s->resident += there;
		if (e->inherit == VM_SHARE)
			s->shared += there;
		else if (e->stack)
			s->stack += n;
		else if (e->prot & PROT_WRITE)
			s->data += n;
		/* The program's own come before those of libraries. */
		if ((e->prot & PROT_EXEC) && s->text_end == 0) {
			s->text = n;
			s->text_start = e->start;
			s->text_end = e->end;
		} else if ((e->prot & PROT_WRITE) && s->text_end != 0 && s->data_end == 0) {
			s->data_start = e->start;
			s->data_end = e->end;
		}
	}
}

/* The signals that p ignores, and those that it has handlers for. */
static void
handled(const struct proc *p, sigset_t *ignored, sigset_t *caught)
{
	int sig;

	*ignored = *caught = 0;
	for (sig = 1; sig <= NSIG; sig++) {
		if (p->sig->act[sig - 1].handler == 1)
			*ignored |= SIGBIT(sig);
		else if (p->sig->act[sig - 1].handler != 0)
			*caught |= SIGBIT(sig);
	}
}

/* Fields 1 to 52 as proc(5) counts them on Linux. */
static int
show_stat(struct text *t, int pid)
{
	static const struct vm_space none;
	const struct proc *p = proc_find(pid);
	const struct vm_space *sp;
	sigset_t ignored, caught;
	struct sizes s;
	bool tty;

	if (p == NULL)
		return ESRCH;
	sp = p->space != NULL ? p->space : &none;
	measure(p->space, &s);
	handled(p, &ignored, &caught);
	tty = tty_pgrp() != 0;
	text_add(t, "%d (%s) %c %d %d %d %d %d ", p->pid, p->name, state_letter(p),
	         p->parent != NULL ? p->parent->pid : 0, p->pgid, p->sid, tty ? 5 << 8 | 1 : 0,
	         tty ? tty_pgrp() : -1);
	/* 9: flags, four kinds of faults; times; priority, nice, threads */
	text_add(t, "0 %u %u 0 0 %u %u %u %u 20 0 1 0 %u ", p->faults, p->cfaults, p->utime,
	         p->stime, p->cutime, p->cstime, p->start_tick);
	/* 23: size, resident pages, their limit; code, stack, two registers */
	text_add(t, "%u %u 4294967295 %u %u %u 0 0 ", s.total << PAGE_SHIFT, s.resident,
	         s.text_start, s.text_end, sp->stack_start);
	/* 31: signals; does it wait?; the signal at its end */
	text_add(t, "%u %u %u %u %u 0 0 %d 0 0 0 0 0 0 ", (uint32_t)p->sig->pending & 0x7fffffff,
	         (uint32_t)p->sig->mask & 0x7fffffff, (uint32_t)ignored & 0x7fffffff,
	         (uint32_t)caught & 0x7fffffff, p->chan != NULL, p->exit_signal);
	/* 45: data, heap, arguments, environment, status */
	text_add(t, "%u %u %u %u %u %u %u %d\n", s.data_start, s.data_end, sp->brk_start,
	         sp->arg_start, sp->arg_end, sp->arg_end, sp->env_end, p->status);
	return 0;
}

static int
show_statm(struct text *t, int pid)
{
	const struct proc *p = proc_find(pid);
	struct sizes s;

	if (p == NULL)
		return ESRCH;
	measure(p->space, &s);
	text_add(t, "%u %u %u %u 0 %u 0\n", s.total, s.resident, s.shared, s.text,
	         s.data + s.stack);
	return 0;
}

static const char *
state_name(char letter)
{
	return letter == 'R'   ? "running"
	       : letter == 'S' ? "sleeping"
	       : letter == 'T' ? "stopped"
	                       : "zombie";
}

static int
show_status(struct text *t, int pid)
{
	const struct proc *p = proc_find(pid);
	const struct cred *c;
	sigset_t ignored, caught;
	struct sizes s;
	uint32_t i;
	char state;

	if (p == NULL)
		return ESRCH;
	c = &p->cred;
	state = state_letter(p);
	measure(p->space, &s);
	handled(p, &ignored, &caught);
	text_add(t, "Name:\t%s\nState:\t%c (%s)\nTgid:\t%d\nPid:\t%d\nPPid:\t%d\nTracerPid:\t0\n",
	         p->name, state, state_name(state), pid, pid,
	         p->parent != NULL ? p->parent->pid : 0);
	/* Real, effective, saved, and the file system's, which is the effective one. */
	text_add(t, "Uid:\t%u\t%u\t%u\t%u\nGid:\t%u\t%u\t%u\t%u\nFDSize:\t%d\nGroups:\t", c->ruid,
	         c->euid, c->suid, c->euid, c->rgid, c->egid, c->sgid, c->egid, OPEN_MAX);
	for (i = 0; i < c->ngroups; i++)
		text_add(t, "%u ", c->groups[i]);
	text_add(t, "\nVmSize:\t%8u kB\nVmRSS:\t%8u kB\nRssShmem:\t%8u kB\n", s.total * KIB,
	         s.resident * KIB, s.shared * KIB);
	text_add(t, "VmData:\t%8u kB\nVmStk:\t%8u kB\nVmExe:\t%8u kB\nThreads:\t1\n", s.data * KIB,
	         s.stack * KIB, s.text * KIB);
	text_add(t, "SigPnd:\t%016llx\nSigBlk:\t%016llx\nSigIgn:\t%016llx\nSigCgt:\t%016llx\n",
	         p->sig->pending, p->sig->mask, ignored, caught);
	return 0;
}

static int
show_comm(struct text *t, int pid)
{
	const struct proc *p = proc_find(pid);

	if (p == NULL)
		return ESRCH;
	text_add(t, "%s\n", p->name);
	return 0;
}

static int
show_wchan(struct text *t, int pid)
{
	const struct proc *p = proc_find(pid);

	if (p == NULL)
		return ESRCH;
	text_add(t, "%s", p->state == PROC_SLEEPING ? p->why : "0");
	return 0;
}

/* ---- cmdline, environ ---- */

/* Strings where the program has them, as far as the page is there; a reader
 * must not make another process fault. */
static int
show_strings(struct text *t, const struct vm_space *sp, vaddr_t start, vaddr_t end)
{
	uint32_t n = sizeof(t->buf), in_page;
	vaddr_t va = start + t->cursor;
	char *page;
	pte_t pte;

	if (end - start <= t->cursor)
		return 0;
	pte = pmap_lookup(&sp->pmap, va);
	if (!pte_present(pte))
		return 0;
	in_page = va & PAGE_MASK;
	if (n > PAGE_SIZE - in_page)
		n = PAGE_SIZE - in_page;
	if (n > end - va)
		n = end - va;
	page = window_open(pte_frame(pte));
	memcpy(t->buf, page + in_page, n);
	window_close(page);
	t->len = n;
	t->cursor += n;
	return 0;
}

static int
show_cmdline(struct text *t, int pid)
{
	const struct proc *p = proc_find(pid);

	if (p == NULL)
		return ESRCH;
	return p->space == NULL ? 0
	                        : show_strings(t, p->space, p->space->arg_start, p->space->arg_end);
}

static int
show_environ(struct text *t, int pid)
{
	const struct proc *p = proc_find(pid);

	if (p == NULL)
		return ESRCH;
	return p->space == NULL ? 0
	                        : show_strings(t, p->space, p->space->arg_end, p->space->env_end);
}

/* ---- exe, cwd, root ---- */

/* The program is the file of the lowest text: libraries lie above. */
static bool
link_exe(const struct proc *p, char *path, size_t size)
{
	const struct vm_entry *e = p->space != NULL ? p->space->first : NULL;
	uint32_t ino;

	while (e != NULL && !((e->prot & PROT_EXEC) && e->object != NULL))
		e = e->next;
	return e != NULL && fs_object_name(e->object, &ino, path, size);
}

static bool
link_cwd(const struct proc *p, char *path, size_t size)
{
	const char *s = p->cwd != NULL ? fs_path(p->cwd, path, size) : NULL;

	if (s != NULL)
		memmove(path, s, strlen(s) + 1);
	return s != NULL;
}

static bool
link_root(const struct proc *p, char *path, size_t size)
{
	(void)p;
	strlcpy(path, "/", size);
	return true;
}

/* ---- maps ---- */

/* The segment that e shows. => false: none. */
static bool
segment_of(const struct vm_entry *e, struct shmid_ds *ds, int32_t *id)
{
	uint32_t slot, resident;

	for (slot = 0; e->attach != 0 && slot < shm_slot_limit(); slot++)
		if (shm_slot_object(slot) == e->object)
			return shm_slot_stat(slot, ds, id, &resident);
	return false;
}

/* The cursor is an address: the record is the first entry that ends above. */
static int
show_maps(struct text *t, int pid)
{
	const struct proc *p = proc_find(pid);
	const struct vm_entry *e;
	struct shmid_ds ds;
	char name[256] = "";
	int32_t id = 0;
	uint32_t ino;

	if (p == NULL)
		return ESRCH;
	e = p->space != NULL ? vm_entry_from(p->space, t->cursor) : NULL;
	if (e == NULL)
		return 0;
	t->cursor = e->end;
	if (segment_of(e, &ds, &id))
		snprintf(name, sizeof(name), "/SYSV%08x (deleted)", ds.shm_perm.key);
	else if (e->object != NULL && fs_object_name(e->object, &ino, name, sizeof(name)))
		id = (int32_t)ino;
	else if (e->stack)
		strlcpy(name, "[stack]", sizeof(name));
	else if (e->start < p->space->brk_end && e->end > p->space->brk_start)
		strlcpy(name, "[heap]", sizeof(name));
	text_add(t, "%08x-%08x %c%c%c%c %08x 00:00 %d ", e->start, e->end,
	         e->prot & PROT_READ ? 'r' : '-', e->prot & PROT_WRITE ? 'w' : '-',
	         e->prot & PROT_EXEC ? 'x' : '-', e->inherit == VM_SHARE ? 's' : 'p',
	         e->pgoff << PAGE_SHIFT, id);
	if (name[0] != '\0')
		text_add(t, "%*s%s", t->len < 49 ? 49 - (int)t->len : 0, "", name);
	text_add(t, "\n");
	return 0;
}

const struct proc_file proc_pid_files[] = {
	{.name = "stat", .mode = 0444, .show = show_stat},
	{.name = "cmdline", .mode = 0444, .many = true, .show = show_cmdline},
	{.name = "maps", .mode = 0444, .many = true, .show = show_maps},
	{.name = "wchan", .mode = 0444, .show = show_wchan},
	{.name = "statm", .mode = 0444, .show = show_statm},
	{.name = "status", .mode = 0444, .show = show_status},
	{.name = "comm", .mode = 0444, .show = show_comm},
	{.name = "environ", .mode = 0400, .many = true, .show = show_environ},
	{.name = "exe", .link = link_exe},
	{.name = "cwd", .link = link_cwd},
	{.name = "root", .link = link_root},
	{.name = NULL},
};

/* ---- /proc/frames: whose is each frame of memory? ---- */

enum {
	OWNER_SHARED = 3,
	OWNER_NONE = 4, /* no RAM here */
	OWNER_PID = 15, /* and the process's number */
	OWNER_SLOT = 0x8000
};

/* A private page with one holder is that process's own. */
static void
mark_process(const struct proc *p)
{
	uint16_t owner =
		(uint16_t)(p->pid + OWNER_PID < OWNER_SLOT ? p->pid + OWNER_PID : OWNER_SLOT - 1);
	const struct vm_entry *e;
	vaddr_t va;

	for (e = p->space->first; e != NULL; e = e->next) {
		if (e->inherit == VM_SHARE)
			continue;
		for (va = e->start; va < e->end; va += PAGE_SIZE) {
			pte_t pte = pmap_lookup(&p->space->pmap, va);
			vaddr_t slot = va & ~(SLOT_SIZE - 1);

			/* Much may be mapped where little is there. */
			if (va == slot &&
			    pmap_resident(&p->space->pmap, slot, slot + SLOT_SIZE) == 0)
				va += SLOT_SIZE - PAGE_SIZE;
			if (pte != 0 && frame_refs(pte_frame(pte)) == 1)
				frame_set_owner(pte_frame(pte), owner);
		}
	}
}

static void
mark_segment(uint32_t slot)
{
	const struct vm_object *obj = shm_slot_object(slot);
	uint32_t page;
	frame_t f;

	for (page = 0; obj != NULL && page < obj->npages; page++)
		if (vm_object_peek(obj, page, &f))
			frame_set_owner(f, (uint16_t)(OWNER_SLOT | slot));
}

void
frames_mark(void)
{
	const struct proc *p;
	uint32_t slot;
	frame_t f;

	for (f = 0; f < frame_limit(); f++)
		if (frame_kind(f) == FRAME_USER)
			frame_set_owner(f, OWNER_SHARED);
	for (p = proc_list; p != NULL; p = p->next)
		if (proc_own_space(p) != NULL)
			mark_process(p);
	for (slot = 0; slot < shm_slot_limit(); slot++)
		mark_segment(slot);
}

/* The cursor is a frame. What changed since the marking shows as it is now; who
 * has a frame that came into use meanwhile isn't known. */
int
frames_show(struct text *t, int pid)
{
	for (; t->cursor < frame_limit() && t->len < 2048; t->cursor++) {
		enum frame_kind kind = frame_kind(t->cursor);
		uint16_t owner = kind; /* up to FRAME_TABLE the numbers are the file's */

		if (kind == FRAME_HOLE)
			owner = OWNER_NONE;
		else if (kind == FRAME_USER)
			owner = frame_owner(t->cursor) != 0 ? frame_owner(t->cursor) : OWNER_SHARED;
		t->buf[t->len++] = (char)owner;
		t->buf[t->len++] = (char)(owner >> 8);
	}
	return 0;
}
