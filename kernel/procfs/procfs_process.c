/* SPDX-License-Identifier: BSD-2-Clause */
/* The files of /proc/PID. */
#include "base/assert.h"
#include "base/printf.h"
#include "base/string.h"
#include "fs/node.h"
#include "mem/frame.h"
#include "proc/proc.h"
#include "procfs/procfs.h"
#include "shm/shm.h"
#include "tty/tty.h"
#include "vm/owner.h"
#include "vm/space.h"

/* ---- stat ---- */

/* What stat says about a space. */
struct sizes {
	uint32_t total;    /* bytes mapped */
	uint32_t resident; /* pages present */
	/* The program's own text and data, which lie below those of libraries. */
	vaddr_t text_start, text_end, data_start, data_end;
};

/* Returns the sizes of sp. The first executable entry counts as text, the first writable one above
 * it as data. */
static struct sizes
measure(const struct vm_space *sp)
{
	const struct vm_entry *e;
	struct sizes s = {0};

	for (e = sp->first; e != NULL; e = e->next) {
		s.total += e->end - e->start;
		s.resident += pmap_resident(&sp->pmap, e->start, e->end);
		if ((e->prot & PROT_EXEC) && s.text_end == 0) {
			s.text_start = e->start;
			s.text_end = e->end;
		} else if ((e->prot & PROT_WRITE) && s.text_end != 0 && s.data_end == 0) {
			s.data_start = e->start;
			s.data_end = e->end;
		}
	}
	return s;
}

/* /proc/PID/stat: fields 1 to 52 of Linux's proc(5). A reader who may not inspect p is shown no
 * addresses of its memory, and neither whether it sleeps nor how it ended. */
static void
show_stat(struct text *t, const struct proc *p)
{
	static const struct vm_space none;
	const struct vm_space *sp = p->space != NULL ? p->space : &none;
	struct sizes s = measure(sp);
	bool whole = cred_may_inspect(curproc(), p);
	uint32_t ignored = 0, caught = 0, i;
	bool tty = tty_pgrp() != 0;

	if (!whole) {
		s.text_start = s.text_end = p->space != NULL;
		s.data_start = s.data_end = 0;
		sp = &none;
	}
	for (i = 0; i < 31; i++) {
		ignored |= (uint32_t)(p->sig->act[i].handler == HANDLER_IGN) << i;
		caught |= (uint32_t)(p->sig->act[i].handler > HANDLER_IGN) << i;
	}
	text_add(t, "%d (%s) %c %d %d %d %d %d ", p->pid, p->name, *procfs_state(p),
	         p->parent != NULL ? p->parent->pid : 0, proc_pgid(p), proc_sid(p),
	         tty ? 5 << 8 | 1 : 0, tty ? tty_pgrp() : -1);
	/* 9: flags, four counts of faults, times, priority, nice value, threads, start */
	text_add(t, "0 %u %u 0 0 %llu %llu %llu %llu %d %d 1 0 %lld ", p->faults, p->cfaults,
	         p->utime, p->stime, p->cutime, p->cstime, 20 + p->nice, p->nice, p->start_tick);
	/* 23: size, resident pages and their limit, text, stack, two registers */
	text_add(t, "%u %u 4294967295 %u %u %u 0 0 ", s.total, s.resident, s.text_start, s.text_end,
	         sp->stack_start);
	/* 31: signals pending, blocked, ignored, caught; whether it sleeps; exit signal */
	text_add(t, "%u %u %u %u %u 0 0 %d 0 0 0 0 0 0 ", (uint32_t)p->sig->pending & 0x7fffffff,
	         (uint32_t)p->sig->mask & 0x7fffffff, ignored, caught, whole && p->chan != NULL,
	         p->exit_signal);
	/* 45: data, start of the heap, arguments, environment, exit status */
	text_add(t, "%u %u %u %u %u %u %u %d\n", s.data_start, s.data_end, sp->brk_start,
	         sp->arg_start, sp->arg_end, sp->arg_end, sp->env_end,
	         whole && p->state == PROC_ZOMBIE ? p->status : 0);
}

/* /proc/PID/wchan: why the process sleeps; 0 if it does not or the caller may not look into it. */
static void
show_wchan(struct text *t, const struct proc *p)
{
	text_add(t, "%s",
	         p->state == PROC_SLEEPING && cred_may_inspect(curproc(), p) ? p->why : "0");
}

/* Show the strings in [start, end) of p's space, one page in a record. The file ends at a page
 * that is not present, since a reader must not cause faults in another process. */
static void
show_strings(struct text *t, const struct proc *p, vaddr_t start, vaddr_t end)
{
	vaddr_t va = start + t->cursor;
	uint32_t in_page = va & PAGE_MASK, n = sizeof(t->buf);
	char *page;
	pte_t pte;

	if (va >= end)
		return;
	pte = pmap_lookup(&p->space->pmap, va);
	if (!pte_present(pte))
		return;
	if (n > PAGE_SIZE - in_page)
		n = PAGE_SIZE - in_page;
	if (n > end - va)
		n = end - va;
	page = window_open(pte_frame(pte));
	memcpy(t->buf, page + in_page, n);
	window_close(page);
	t->len = n;
	t->cursor += n;
}

/* /proc/PID/cmdline: the arguments, as they are in the process's memory now: show_strings(). */
static void
show_cmdline(struct text *t, const struct proc *p)
{
	if (p->space != NULL)
		show_strings(t, p, p->space->arg_start, p->space->arg_end);
}

/* /proc/PID/environ: the environment, as it is in the process's memory now: show_strings(). */
static void
show_environ(struct text *t, const struct proc *p)
{
	if (p->space != NULL)
		show_strings(t, p, p->space->arg_end, p->space->env_end);
}

/* /proc/PID/comm: the name. */
static void
show_comm(struct text *t, const struct proc *p)
{
	text_add(t, "%s\n", p->name);
}

/* Write to path where /proc/PID/exe leads: to the file that the lowest executable entry shows,
 * since libraries lie above the program. Returns false if no such file has a name. */
static bool
link_exe(const struct proc *p, char *path, size_t size)
{
	const struct vm_entry *e = p->space != NULL ? p->space->first : NULL;
	uint32_t ino;

	while (e != NULL && !((e->prot & PROT_EXEC) && e->object != NULL))
		e = e->next;
	return e != NULL && fs_object_name(e->object, &ino, path, size);
}

/* Write to path where /proc/PID/cwd leads. Returns false if the directory has no path any more. */
static bool
link_cwd(const struct proc *p, char *path, size_t size)
{
	const char *s = p->cwd != NULL ? fs_path(p->cwd, path, size) : NULL;

	if (s != NULL)
		memmove(path, s, strlen(s) + 1);
	return s != NULL;
}

/* Write to path where /proc/PID/root leads, which is always /. */
static bool
link_root(const struct proc *p, char *path, size_t size)
{
	return strlcpy(path, "/", size) == 1;
}

/* ---- maps ---- */

/* Find the segment that e is an attach of: *ds is what IPC_STAT shows of it, *id its identifier.
 * Returns false, with both unchanged, if e is not an attach. */
static bool
segment_of(const struct vm_entry *e, struct shmid_ds *ds, int32_t *id)
{
	uint32_t resident;

	return (e->flags & VM_ATTACH) &&
	       shm_slot_stat(shm_object_slot(e->object), ds, id, &resident);
}

/* /proc/PID/maps: a line for the first entry that ends above the cursor, which is an address: the
 * range, the rights, the offset, device 00:00, the segment's identifier or the file's inode number
 * (0: neither), and the name of what it shows. */
static void
show_maps(struct text *t, const struct proc *p)
{
	const struct vm_entry *e = p->space != NULL ? vm_entry_from(p->space, t->cursor) : NULL;
	struct shmid_ds ds;
	char name[256] = "";
	int32_t id = 0;
	uint32_t ino;

	if (e == NULL)
		return;
	t->cursor = e->end;
	if (segment_of(e, &ds, &id))
		snprintf(name, sizeof(name), "/SYSV%08x (deleted)", ds.shm_perm.key);
	else if (e->object != NULL && fs_object_name(e->object, &ino, name, sizeof(name)))
		id = (int32_t)ino;
	else if (p->space->stack_start - e->start < e->end - e->start)
		strlcpy(name, "[stack]", sizeof(name));
	else if (e->start < p->space->brk_end && e->end > p->space->brk_start)
		strlcpy(name, "[heap]", sizeof(name));
	text_add(t, "%08x-%08x %c%c%c%c %08x 00:00 %d ", e->start, e->end,
	         e->prot & PROT_READ ? 'r' : '-', e->prot & PROT_WRITE ? 'w' : '-',
	         e->prot & PROT_EXEC ? 'x' : '-', e->inherit == VM_SHARE ? 's' : 'p',
	         e->object != NULL ? e->pgoff << PAGE_SHIFT : 0, id);
	if (name[0] != '\0')
		text_add(t, "%*s%s", t->len < 49 ? 49 - (int)t->len : 0, "", name);
	text_add(t, "\n");
}

const struct procfs_file procfs_pid_files[] = {
	{.name = "stat", .mode = 0444, .show = show_stat},
	{.name = "cmdline", .mode = 0444, .many = true, .show = show_cmdline},
	{.name = "maps", .mode = 0444, .many = true, .inspects = true, .show = show_maps},
	{.name = "wchan", .mode = 0444, .show = show_wchan},
	{.name = "exe", .link = link_exe},
	{.name = "cwd", .link = link_cwd},
	{.name = "root", .link = link_root},
	{.name = "fd", .mode = 0500, .dir = &procfs_fd_ops},
	{.name = "status", .mode = 0444, .show = procfs_show_status},
	{.name = "statm", .mode = 0444, .show = procfs_show_statm},
	{.name = "comm", .mode = 0444, .show = show_comm},
	{.name = "environ", .mode = 0400, .many = true, .inspects = true, .show = show_environ},
	{.name = "mounts", .mode = 0444, .text = procfs_mounts},
	{.name = "mountinfo",
         .mode = 0444,
         .text = "1 1 0:1 / / rw - ramfs ramfs rw\n2 1 0:2 / /proc rw - proc proc rw"},
	{.name = "pages", .mode = 0400, .many = true, .root = true, .show = procfs_show_pages},
	{.name = NULL},
};
