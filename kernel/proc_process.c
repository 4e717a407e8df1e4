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

static uint32_t
mapped_bytes(const struct vm_space *sp)
{
	const struct vm_entry *e;
	uint32_t n = 0;

	for (e = sp->first; e != NULL; e = e->next)
		n += e->end - e->start;
	return n;
}

/* Fields 1 to 52 as proc(5) counts them on Linux. */
static int
show_stat(struct text *t, int pid)
{
	const struct proc *p = proc_find(pid);
	const struct vm_space *sp;
	bool tty;

	if (p == NULL)
		return ESRCH;
	sp = p->space;
	tty = tty_pgrp() != 0;
	text_add(t, "%d (%s) %c %d %d %d %d %d ", p->pid, p->name, state_letter(p),
	         p->parent != NULL ? p->parent->pid : 0, p->pgid, p->sid, tty ? 5 << 8 | 1 : 0,
	         tty ? tty_pgrp() : -1);
	/* 9: flags, four kinds of faults; times; priority, nice, threads */
	text_add(t, "0 0 0 0 0 %u %u %u %u 20 0 1 0 %u ", p->utime, p->stime, p->cutime, p->cstime,
	         p->start_tick);
	/* 23: size, resident pages, their limit; code and stack */
	text_add(t, "%u %u 4294967295 0 0 0 0 0 ", sp != NULL ? mapped_bytes(sp) : 0,
	         sp != NULL ? pmap_resident(&sp->pmap, USER_MIN, USER_END) : 0);
	/* 31: signals; what it waits for; the signal at its end */
	text_add(t, "%u %u 0 0 %u 0 0 %d 0 0 0 0 0 0 ", (uint32_t)p->sig->pending & 0x7fffffff,
	         (uint32_t)p->sig->mask & 0x7fffffff, p->chan != NULL, SIGCHLD);
	/* 45: data, heap, arguments, environment, status */
	text_add(t, "0 0 %u %u %u 0 0 %d\n", sp != NULL ? sp->brk_start : 0,
	         sp != NULL ? sp->arg_start : 0, sp != NULL ? sp->arg_end : 0, p->status);
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

/* ---- cmdline ---- */

/* The arguments where the program has them, as far as the page is there; a
 * reader must not make another process fault. */
static int
show_cmdline(struct text *t, int pid)
{
	const struct proc *p = proc_find(pid);
	uint32_t n = sizeof(t->buf), in_page;
	vaddr_t va;
	char *page;
	pte_t pte;

	if (p == NULL)
		return ESRCH;
	if (p->space == NULL || p->space->arg_end - p->space->arg_start <= t->cursor)
		return 0;
	va = p->space->arg_start + t->cursor;
	pte = pmap_lookup(&p->space->pmap, va);
	if (!pte_present(pte))
		return 0;
	in_page = va & PAGE_MASK;
	if (n > PAGE_SIZE - in_page)
		n = PAGE_SIZE - in_page;
	if (n > p->space->arg_end - va)
		n = p->space->arg_end - va;
	page = window_open(pte_frame(pte));
	memcpy(t->buf, page + in_page, n);
	window_close(page);
	t->len = n;
	t->cursor += n;
	return 0;
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
	const struct vm_space *sp;
	const struct vm_entry *e;
	struct shmid_ds ds;
	char name[32] = "";
	int32_t id = 0;

	if (p == NULL)
		return ESRCH;
	sp = p->space;
	for (e = sp != NULL ? sp->first : NULL; e != NULL && e->end <= t->cursor; e = e->next)
		;
	if (e == NULL)
		return 0;
	t->cursor = e->end;
	if (segment_of(e, &ds, &id))
		snprintf(name, sizeof(name), "/SYSV%08x (deleted)", ds.shm_perm.key);
	else if (e->stack)
		strlcpy(name, "[stack]", sizeof(name));
	else if (e->start < sp->brk_end && e->end > sp->brk_start)
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
	(void)pid;
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
