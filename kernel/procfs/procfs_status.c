/* SPDX-License-Identifier: BSD-2-Clause */
/* /proc/PID/status and /proc/PID/statm. */
#include "proc/proc.h"
#include "procfs/procfs.h"
#include "vm/space.h"

#define KIB (PAGE_SIZE / 1024)

/* Pages of a space. */
struct usage {
	uint32_t total, resident, shared; /* mapped; of these present; of these shared */
	uint32_t text, data, stack;       /* mapped in entries of that kind */
};

/* Count the pages of sp; NULL: none. */
static struct usage
count(const struct vm_space *sp)
{
	const struct vm_entry *e;
	struct usage u = {0};

	for (e = sp != NULL ? sp->first : NULL; e != NULL; e = e->next) {
		uint32_t pages = (e->end - e->start) >> PAGE_SHIFT;
		uint32_t there = pmap_resident(&sp->pmap, e->start, e->end);

		u.total += pages;
		u.resident += there;
		if (e->inherit == VM_SHARE)
			u.shared += there;
		if (e->flags & VM_STACK)
			u.stack += pages;
		else if (e->prot & PROT_EXEC)
			u.text += pages;
		else if (e->inherit == VM_COPY && (e->prot & PROT_WRITE))
			u.data += pages;
	}
	return u;
}

void
procfs_show_statm(struct text *t, const struct proc *p)
{
	struct usage u = count(p->space);

	/* Linux's fields: size, resident, shared, text, libraries, data and stack, dirty. */
	text_add(t, "%u %u %u %u 0 %u 0\n", u.total, u.resident, u.shared, u.text,
	         u.data + u.stack);
}

/* Show the name of a process, with newlines and backslashes escaped. */
static void
show_name(struct text *t, const char *name)
{
	text_add(t, "Name:\t");
	for (; *name != '\0'; name++) {
		if (*name == '\n')
			text_add(t, "\\n");
		else if (*name == '\\')
			text_add(t, "\\\\");
		else
			text_add(t, "%c", *name);
	}
	text_add(t, "\n");
}

const char *
procfs_state(const struct proc *p)
{
	switch (p->state) {
	case PROC_SLEEPING:
		return "S (sleeping)";
	case PROC_STOPPED:
		return "T (stopped)";
	case PROC_ZOMBIE:
		return "Z (zombie)";
	default:
		return "R (running)";
	}
}

/* Add who the process is: its ids and groups. */
static void
show_ids(struct text *t, const struct proc *p)
{
	const struct cred *c = &p->cred;
	int parent = p->parent != NULL ? p->parent->pid : 0;
	uint32_t i;

	text_add(t, "Tgid:\t%d\nNgid:\t0\nPid:\t%d\nPPid:\t%d\nTracerPid:\t0\n", p->pid, p->pid,
	         parent);
	text_add(t, "Uid:\t%u\t%u\t%u\t%u\n", c->ruid, c->euid, c->suid, c->euid);
	text_add(t, "Gid:\t%u\t%u\t%u\t%u\nFDSize:\t%u\nGroups:\t", c->rgid, c->egid, c->sgid,
	         c->egid, OPEN_MAX);
	for (i = 0; i < c->ngroups; i++)
		text_add(t, "%u ", c->groups[i]);
	text_add(t, "\nNStgid:\t%d\nNSpid:\t%d\nNSpgid:\t%d\nNSsid:\t%d\n", p->pid, p->pid,
	         proc_pgid(p), proc_sid(p));
}

/* Add how much the space maps, and of what kind. */
static void
show_memory(struct text *t, struct vm_space *sp)
{
	struct usage u = count(sp);

	text_add(t, "VmPeak:\t%8u kB\nVmSize:\t%8u kB\n", u.total * KIB, u.total * KIB);
	text_add(t, "VmLck:\t%8u kB\nVmPin:\t       0 kB\n", vm_locked_pages(sp) * KIB);
	text_add(t, "VmHWM:\t%8u kB\nVmRSS:\t%8u kB\n", u.resident * KIB, u.resident * KIB);
	text_add(t, "RssAnon:\t%8u kB\nRssFile:\t       0 kB\nRssShmem:\t%8u kB\n",
	         (u.resident - u.shared) * KIB, u.shared * KIB);
	text_add(t, "VmData:\t%8u kB\nVmStk:\t%8u kB\nVmExe:\t%8u kB\n", u.data * KIB,
	         u.stack * KIB, u.text * KIB);
	text_add(t, "VmLib:\t       0 kB\nVmPTE:\t%8u kB\nVmSwap:\t       0 kB\n",
	         sp->tables * KIB);
}

/* Add a line with a set of signals in hexadecimal. */
static void
show_set(struct text *t, const char *name, uint64_t set)
{
	text_add(t, "%s:\t%08x%08x\n", name, (uint32_t)(set >> 32), (uint32_t)set);
}

/* Add which signals are pending, blocked, ignored and caught. */
static void
show_signals(struct text *t, const struct proc *p)
{
	uint64_t ignored = 0, caught = 0;
	int sig;

	for (sig = 1; sig <= NSIG; sig++) {
		if (p->sig->act[sig - 1].handler == HANDLER_IGN)
			ignored |= SIGBIT(sig);
		else if (p->sig->act[sig - 1].handler > HANDLER_IGN)
			caught |= SIGBIT(sig);
	}
	text_add(t, "Threads:\t1\nSigQ:\t0/%u\n", NSIG);
	show_set(t, "SigPnd", p->sig->pending);
	show_set(t, "ShdPnd", 0);
	show_set(t, "SigBlk", p->sig->mask);
	show_set(t, "SigIgn", ignored);
	show_set(t, "SigCgt", caught);
}

/* Show the capabilities: root has all of them, others have none, as sys_capget() says. */
static void
show_rights(struct text *t, const struct proc *p)
{
	const uint64_t all = (2ull << CAP_LAST) - 1;

	show_set(t, "CapInh", 0);
	show_set(t, "CapPrm", p->cred.euid == 0 ? all : 0);
	show_set(t, "CapEff", p->cred.euid == 0 ? all : 0);
	show_set(t, "CapBnd", all);
	show_set(t, "CapAmb", 0);
	text_add(t, "NoNewPrivs:\t0\nSeccomp:\t0\nCpus_allowed:\t1\nCpus_allowed_list:\t0\n");
	text_add(t, "Mems_allowed:\t1\nMems_allowed_list:\t0\n");
}

void
procfs_show_status(struct text *t, const struct proc *p)
{
	show_name(t, p->name);
	if (p->state != PROC_ZOMBIE)
		text_add(t, "Umask:\t%04o\n", p->umask);
	text_add(t, "State:\t%s\n", procfs_state(p));
	show_ids(t, p);
	if (p->space != NULL)
		show_memory(t, p->space);
	show_signals(t, p);
	show_rights(t, p);
}
