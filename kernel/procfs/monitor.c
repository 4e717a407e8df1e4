/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The commands that gdb passes on to the kernel: (gdb) monitor help. They show what the files of
 * /proc show, of a kernel that is stopped, perhaps in the middle of a call.
 */
#include "base/number.h"
#include "base/printf.h"
#include "base/string.h"
#include "debug/gdbstub.h"
#include "debug/trace.h"
#include "mem/frame.h"
#include "proc/proc.h"
#include "procfs/procfs.h"
#include "shm/shm.h"
#include "vm/space.h"

static struct text text; /* static: a page is too much for the stub's stack */
static void (*put)(const char *s, size_t n);

static void say(const char *fmt, ...) PRINTF_LIKE(1, 2);

/* Print a text of at most 255 characters for gdb's user. */
static void
say(const char *fmt, ...)
{
	char line[256];
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	put(line, n < (int)sizeof(line) ? (size_t)n : sizeof(line) - 1);
}

/* Shows all records of the file with that name. */
static void
show_file(const struct procfs_file *f, const char *name, const struct proc *p)
{
	while (strcmp(f->name, name) != 0)
		f++;
	memset(&text, 0, sizeof(text));
	do {
		text.len = 0;
		f->show(&text, p);
		put(text.buf, text.len);
	} while (f->many && text.len > 0);
}

/* Returns whether s is a number, which is put into *n, and nothing else. */
static bool
number_alone(const char *s, uint32_t *n)
{
	s = number_parse(s, n);
	return s != NULL && *s == '\0';
}

/* ---- Processes ---- */

/* A line for each process; * marks the current one. */
static void
show_ps(const char *args, const struct proc *thread)
{
	const struct proc *p;

	say("   PID  PPID STATE         SLEEPS ON   NAME\n");
	for (p = proc_list.first; p != NULL; p = p->all.next)
		say("%c%5d %5d %-13s %-11s %s\n", p == curproc() ? '*' : ' ', p->pid,
		    p->parent != NULL ? p->parent->pid : 0, procfs_state(p),
		    p->state == PROC_SLEEPING ? p->why : "-", p->name);
}

/* Returns the process whose number is at s, or `dflt` if there is no number. Says so and returns
 * NULL if there is no such process, or if it has no memory any more. */
static const struct proc *
process_at(const char *s, const struct proc *dflt)
{
	const struct proc *p = dflt;
	uint32_t pid;

	while (*s == ' ')
		s++;
	if (*s != '\0')
		p = number_alone(s, &pid) ? proc_find((int)pid) : NULL;
	if (p != NULL && p->space != NULL)
		return p;
	say("there is no such process, or it has no memory\n");
	return NULL;
}

/* What /proc/PID/maps says of a process. */
static void
show_maps(const char *args, const struct proc *thread)
{
	const struct proc *p = process_at(args, thread);

	if (p != NULL)
		show_file(procfs_pid_files, "maps", p);
}

/* ---- Segments ---- */

/* Shows where p has the object attached: each piece, if the attach is in pieces. */
static void
show_attaches(const struct proc *p, const struct vm_object *obj)
{
	const struct vm_entry *e;

	for (e = p->space != NULL ? p->space->first : NULL; e != NULL; e = e->next)
		if ((e->flags & VM_ATTACH) && e->object == obj)
			say("    process %d (%s) at 0x%08x-0x%08x %c%c, from page %u\n", p->pid,
			    p->name, e->start, e->end, e->prot & PROT_READ ? 'r' : '-',
			    e->prot & PROT_WRITE ? 'w' : '-', e->pgoff);
}

/* A line for each segment, followed by its attaches. */
static void
show_shm(const char *args, const struct proc *thread)
{
	const struct proc *p;
	struct shmid_ds ds;
	uint32_t slot, resident;
	int32_t id;

	for (slot = 0; slot < shm_slot_limit(); slot++) {
		if (!shm_slot_stat(slot, &ds, &id, &resident))
			continue;
		say("segment %d: key 0x%08x, mode %o, %u bytes, %u pages resident, nattch %u\n", id,
		    ds.shm_perm.key, ds.shm_perm.mode, ds.shm_segsz, resident, ds.shm_nattch);
		for (p = proc_list.first; p != NULL; p = p->all.next)
			show_attaches(p, shm_slot_object(slot));
	}
}

/* What /proc/sysvipc/check says: the invariants of shared memory. */
static void
show_check(const char *args, const struct proc *thread)
{
	show_file(procfs_ipc_files, "check", NULL);
}

/* ---- Memory ---- */

/* Say the bits of an entry in words. */
static void
say_bits(pte_t pte)
{
	say("%s, %s, %s%s\n", pte & PTE_PRESENT ? "present" : "not present",
	    pte & PTE_WRITE ? "writable" : "read-only", pte & PTE_USER ? "user" : "kernel only",
	    pte & PTE_ACCESSED ? ", accessed" : "");
}

/* Say what the frame is used for, and how many references it has. */
static void
say_frame(frame_t f)
{
	static const char *const kinds[] = {
		[FRAME_FREE] = "free",        [FRAME_KERNEL] = "the kernel's",
		[FRAME_TABLE] = "page table", [FRAME_USER] = "user page",
		[FRAME_HOLE] = "not RAM",
	};
	enum frame_kind kind = frame_kind(f);

	say("frame 0x%05x: %s", f, kinds[kind]);
	if (kind == FRAME_TABLE || kind == FRAME_USER)
		say(", %u reference%s", frame_refs(f), frame_refs(f) == 1 ? "" : "s");
	say("\n");
}

/* Explains each level of the walk that the MMU makes. */
static void
show_walk(const char *args, const struct proc *thread)
{
	const struct proc *p;
	const pte_t *table;
	uint32_t va;
	pte_t pte;

	args = number_parse(args, &va);
	if (args == NULL) {
		say("walk VA [PID], with VA as 0x...\n");
		return;
	}
	p = process_at(args, thread);
	if (p == NULL)
		return;
	pte = ((const pte_t *)frame_kva(p->space->pmap.dir))[va >> SPAN_SHIFT];
	say("directory[%u] = 0x%08x: ", va >> SPAN_SHIFT, pte);
	if (pte == 0) {
		say("nothing is mapped in these 4 MiB\n");
		return;
	}
	say("%s%s, ", pte & PTE_LARGE ? "a page of 4 MiB" : "a page table",
	    pte & PTE_GRAFT ? " that others hold, too (grafted)" : "");
	say_bits(pte);
	say("  ");
	say_frame(pte_frame(pte));
	if (!pte_present(pte) || (pte & PTE_LARGE))
		return;
	table = frame_kva(pte_frame(pte));
	pte = table[ptab_index(va)];
	say("table[%u] = 0x%08x: ", ptab_index(va), pte);
	if (pte == 0) {
		say("no page yet\n");
		return;
	}
	say("%s", !pte_present(pte) && (pte & PTE_PARKED) ? "parked by PROT_NONE, " : "");
	say_bits(pte);
	say("  ");
	say_frame(pte_frame(pte));
}

/* How many frames there are of each kind. */
static void
show_frames(const char *args, const struct proc *thread)
{
	uint32_t kinds[FRAME_HOLE + 1] = {0};
	struct frame_stats st;
	frame_t f;

	frame_stats(&st);
	for (f = 0; f < frame_limit; f++)
		kinds[frame_kind(f)]++;
	say("%u frames: %u free, %u the kernel's, %u promised to programs\n", st.total, st.free,
	    st.kernel, st.committed);
	say("in use: %u page tables, %u user pages; %u frames below 0x%05x are not RAM\n",
	    kinds[FRAME_TABLE], kinds[FRAME_USER], kinds[FRAME_HOLE], frame_limit);
}

/* ---- The log ---- */

/* The kernel's log. */
static void
show_dmesg(const char *args, const struct proc *thread)
{
	show_file(procfs_root_files, "kmsg", NULL);
}

#define WHY "why: "
#define REFUSALS 10u

/* Calls say() for each line of the log that why() has written, after the first `skip`. Returns how
 * many there are. */
static unsigned
refusals(unsigned skip, bool show)
{
	uint32_t pos = 0;
	unsigned n = 0, len = 0;
	char line[256], c;

	while (log_read(&pos, &c, 1) > 0) {
		if (len < sizeof(line) - 1)
			line[len++] = c;
		if (c != '\n')
			continue;
		if (strncmp(line, WHY, sizeof(WHY) - 1) == 0 && n++ >= skip && show)
			put(line, len);
		len = 0;
	}
	return n;
}

/* The last calls that were refused. */
static void
show_why(const char *args, const struct proc *thread)
{
	unsigned n = refusals(0, false);

	if (n == 0)
		say("no call has been refused, or this is no debug build, which alone says why\n");
	refusals(n > REFUSALS ? n - REFUSALS : 0, true);
}

#define EVENTS 20u /* of the trace, if gdb's user does not say how many */

/* The last events of the trace, as many as args say. */
static void
show_trace(const char *args, const struct proc *thread)
{
	uint32_t n = EVENTS;

	if (*args != '\0' && !number_alone(args, &n))
		say("trace [N], with N the number of events\n");
	else if (!trace_print(n, say))
		say("this kernel keeps no trace: the debug kernel does\n");
}

/* Reset the machine. */
static void
reboot(const char *args, const struct proc *thread)
{
	machine_reset();
}

/* ---- The commands ---- */

static void show_help(const char *args, const struct proc *thread);

static const struct {
	const char *name, *args, *what;
	void (*run)(const char *args, const struct proc *thread);
} commands[] = {
	{"help", "", "this list", show_help},
	{"ps", "", "processes, and what they sleep on", show_ps},
	{"shm", "", "segments, and who has attached them where", show_shm},
	{"maps", " [PID]", "what a process has mapped", show_maps},
	{"walk", " VA [PID]", "the page table entries for an address", show_walk},
	{"frames", "", "what the memory is used for", show_frames},
	{"dmesg", "", "the kernel's messages", show_dmesg},
	{"why", "", "the last calls that were refused, and why", show_why},
	{"trace", " [N]", "the last events of the trace", show_trace},
	{"check", "", "check all counts of shared memory", show_check},
	{"reboot", "", "reset the machine", reboot},
};

/* A line for each command. */
static void
show_help(const char *args, const struct proc *thread)
{
	unsigned i, pad;

	for (i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		pad = 16 - (unsigned)(strlen(commands[i].name) + strlen(commands[i].args));
		say("%s%s%*s%s\n", commands[i].name, commands[i].args, (int)pad, "",
		    commands[i].what);
	}
	say("Without PID, a process is the selected thread.\n");
}

void
gdbstub_monitor(const char *command, const struct proc *thread,
                void (*output)(const char *s, size_t n))
{
	unsigned i;

	put = output;
	for (i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		size_t n = strlen(commands[i].name);

		if (strncmp(command, commands[i].name, n) != 0 ||
		    (command[n] != '\0' && command[n] != ' '))
			continue;
		for (command += n; *command == ' '; command++)
			;
		if (*command != '\0' && *commands[i].args == '\0')
			say("%s is a command without arguments\n", commands[i].name);
		else
			commands[i].run(command, thread);
		return;
	}
	say("unknown command: monitor help lists those that there are\n");
}
