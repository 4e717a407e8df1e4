/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The gdb stub's breakpoints. In the kernel's text they are breakpoint instructions. A program's
 * text is in frames that all of its processes and the file share, so there a breakpoint takes a
 * debug register, as all watchpoints do, and the process that it is meant for is remembered:
 * debug registers match the same address in every process.
 *
 * gdb removes all breakpoints when the kernel stops and sets them again when it continues. It does
 * not say for which process. So a breakpoint that is removed keeps its place in the table,
 * and when it is set again it is still for the process that was selected the first time.
 */
#include "abi/errno.h"
#include "debug/gdb_private.h"
#include "proc/proc.h"

#define BREAKS 64
#define WORD 4 /* bytes that a debug register can watch, at most */

static struct gdb_break {
	enum { UNUSED, REMOVED, SET } use;
	enum gdb_type type;
	vaddr_t va;
	uint32_t len;
	int pid;     /* process that it is for; 0: any */
	uint8_t old; /* what the breakpoint instruction has replaced */
} breaks[BREAKS];

static struct gdb_break *in_register[GDB_DEBUG_REGISTERS];
static vaddr_t extra_va; /* a breakpoint instruction that is not in the table; 0: none */
static uint8_t extra_old;
static bool planted;

/* Returns whether the breakpoint is an instruction written into the kernel's code. */
static bool
is_instruction(const struct gdb_break *b)
{
	return b->type == GDB_SOFTWARE && b->va >= USER_END;
}

/* Returns the breakpoint of this type at va, or NULL. */
static struct gdb_break *
find(enum gdb_type type, vaddr_t va)
{
	unsigned i;

	for (i = 0; i < BREAKS; i++)
		if (breaks[i].use != UNUSED && breaks[i].type == type && breaks[i].va == va)
			return &breaks[i];
	return NULL;
}

/* Returns a place of the table that is free, or else one of a removed breakpoint; NULL if all are
 * set. */
static struct gdb_break *
place(void)
{
	struct gdb_break *removed = NULL;
	unsigned i;

	for (i = 0; i < BREAKS; i++) {
		if (breaks[i].use == UNUSED)
			return &breaks[i];
		if (breaks[i].use == REMOVED)
			removed = &breaks[i];
	}
	return removed;
}

/* Returns how many of the len bytes at va one debug register can watch. */
static unsigned
register_part(vaddr_t va, uint32_t len)
{
	unsigned n = WORD;

	while (va % n != 0 || n > len)
		n /= 2;
	return n;
}

/* Returns the number of debug registers that the breakpoint takes. */
static unsigned
registers(const struct gdb_break *b)
{
	uint32_t done = 0;
	unsigned n = 0;

	if (is_instruction(b))
		return 0;
	if (b->type <= GDB_HARDWARE)
		return 1;
	for (; done < b->len && n <= GDB_DEBUG_REGISTERS; n++)
		done += register_part(b->va + done, b->len - done);
	return n;
}

/* Returns how many debug registers the breakpoints take that are set. */
static unsigned
registers_used(void)
{
	unsigned i, n = 0;

	for (i = 0; i < BREAKS; i++)
		n += breaks[i].use == SET ? registers(&breaks[i]) : 0;
	return n;
}

/* Returns the process that a breakpoint at va is for. */
static int
owner(vaddr_t va, const struct gdb_break *before, const struct proc *p)
{
	const struct proc *old;

	if (va >= USER_END)
		return 0;
	if (before != NULL && gdb_thread_find((uint32_t)before->pid, &old) && old->pid != 0)
		return before->pid;
	return p != NULL ? p->pid : 0;
}

/* Sets a breakpoint; in a program it is for p alone, unless it has been set before, and its process
 * still exists. Setting it again does nothing. Returns 0 or an errno value: EINVAL if it can't be
 * there, ENOSPC if the debug registers or the table are used up. */
static int
break_set(enum gdb_type type, vaddr_t va, uint32_t len, const struct proc *p)
{
	struct gdb_break *b = find(type, va);
	struct gdb_break new = {SET, type, va, len, owner(va, b, p), 0};

	if (b != NULL && b->use == SET && b->len == len)
		return 0;
	if (va < USER_END && new.pid == 0)
		return EINVAL;
	if (type <= GDB_HARDWARE && va >= USER_END && !machine_gdb_breakable(va))
		return EINVAL;
	if (type > GDB_HARDWARE && (len == 0 || va + len < va || machine_gdb_own(va, len)))
		return EINVAL;
	if (b == NULL)
		b = place();
	if (b == NULL || registers_used() + registers(&new) > GDB_DEBUG_REGISTERS)
		return ENOSPC;
	*b = new;
	return 0;
}

/* Removes one, if it is there. */
static void
break_clear(enum gdb_type type, vaddr_t va)
{
	struct gdb_break *b = find(type, va);

	if (b != NULL)
		b->use = REMOVED;
}

/* Does what gdb's packet asks, whose arguments are TYPE,ADDRESS,LENGTH: sets a breakpoint or
 * clears it. Replies OK or an error, or nothing if the type is unknown. */
static void
change_break(const char *args, bool set)
{
	uint32_t type, va, len;
	int err = 0;

	if (!gdb_take_number(&args, &type) || type > GDB_ACCESSES)
		return; /* unknown */
	if (!gdb_take(&args, ",") || !gdb_take_range(&args, &va, &len)) {
		gdb_error(EINVAL);
		return;
	}
	if (set)
		err = break_set(type, va, len, gdb_thread);
	else
		break_clear(type, va);
	if (err != 0)
		gdb_error(err);
	else
		gdb_puts("OK");
}

void
gdb_break_insert(const char *args)
{
	change_break(args, true);
}

void
gdb_break_remove(const char *args)
{
	change_break(args, false);
}

void
gdb_break_clear(void)
{
	unsigned i;

	for (i = 0; i < BREAKS; i++)
		breaks[i].use = UNUSED;
}

/* ---- In effect while the kernel runs ---- */

/* Writes the breakpoint instruction at va, and keeps the byte that was there in *old. */
static void
plant_instruction(vaddr_t va, uint8_t *old)
{
	uint8_t *at = machine_gdb_memory(curproc(), va, true);

	*old = *at;
	*at = machine_gdb_insn;
}

/* Puts the byte back. */
static void
lift_instruction(vaddr_t va, uint8_t old)
{
	*(uint8_t *)machine_gdb_memory(curproc(), va, true) = old;
}

/* Puts a breakpoint into debug registers, from number n on. Returns the next number. */
static unsigned
plant_registers(struct gdb_break *b, unsigned n)
{
	static const enum gdb_kind kinds[] = {
		GDB_EXECUTE, GDB_EXECUTE, GDB_WRITE, GDB_ACCESS, GDB_ACCESS,
	};
	uint32_t len = b->type <= GDB_HARDWARE ? 1 : b->len, done = 0;

	while (done < len) {
		unsigned part = register_part(b->va + done, len - done);

		in_register[n] = b;
		machine_gdb_debug_set(n++, kinds[b->type], b->va + done, part);
		done += part;
	}
	return n;
}

void
gdb_break_plant(vaddr_t extra)
{
	unsigned i, n = 0;

	for (i = 0; i < BREAKS; i++) {
		if (breaks[i].use != SET)
			continue;
		if (is_instruction(&breaks[i]))
			plant_instruction(breaks[i].va, &breaks[i].old);
		else
			n = plant_registers(&breaks[i], n);
	}
	extra_va = extra;
	if (extra != 0)
		plant_instruction(extra, &extra_old);
	planted = true;
}

/* The order is the reverse of gdb_break_plant()'s, since the extra one may be planted on top. */
void
gdb_break_lift(void)
{
	unsigned i;

	machine_gdb_debug_clear();
	if (!planted)
		return;
	planted = false;
	if (extra_va != 0)
		lift_instruction(extra_va, extra_old);
	for (i = 0; i < BREAKS; i++)
		if (breaks[i].use == SET && is_instruction(&breaks[i]))
			lift_instruction(breaks[i].va, breaks[i].old);
}

void
gdb_break_replant(void)
{
	gdb_break_plant(extra_va);
}

/* Returns whether the breakpoint holds for the current process. */
static bool
is_mine(const struct gdb_break *b)
{
	return b->pid == 0 || (curproc() != NULL && curproc()->pid == b->pid);
}

enum gdb_hit
gdb_break_find(const struct gdb_event *e, enum gdb_type *type, vaddr_t *va)
{
	const struct gdb_break *b;
	unsigned i;

	*type = GDB_SOFTWARE;
	*va = e->insn;
	if (e->insn != 0 && (b = find(GDB_SOFTWARE, e->insn)) != NULL && b->use == SET &&
	    is_instruction(b))
		return GDB_HIT_BREAK;
	for (i = 0; i < GDB_DEBUG_REGISTERS; i++) {
		if (!(e->hits >> i & 1) || !is_mine(in_register[i]))
			continue;
		*type = in_register[i]->type;
		*va = in_register[i]->va;
		return GDB_HIT_BREAK;
	}
	if (e->stepped || (e->insn != 0 && e->insn == extra_va))
		return GDB_HIT_STEP;
	return e->hits != 0 ? GDB_HIT_OTHER : GDB_HIT_NONE;
}
