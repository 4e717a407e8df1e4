/* SPDX-License-Identifier: BSD-2-Clause */
/* The gdb stub's threads: the processes, and the boot context as long as it runs. */
#include "abi/errno.h"
#include "debug/gdb_private.h"
#include "proc/proc.h"

const struct proc *gdb_thread;
static const struct proc *next_told; /* the thread that qsThreadInfo tells first */

void
gdb_thread_stopped(void)
{
	gdb_thread = curproc();
	next_told = NULL; /* it may have ended meanwhile */
}

uint32_t
gdb_thread_of(const struct proc *p)
{
	return p != NULL && p->pid != 0 ? (uint32_t)p->pid : GDB_BOOT_THREAD;
}

bool
gdb_thread_find(uint32_t number, const struct proc **p)
{
	*p = curproc();
	if (number == 0 || number == gdb_thread_of(*p))
		return true;
	for (*p = proc_list.first; *p != NULL; *p = (*p)->all.next)
		if (gdb_thread_of(*p) == number)
			return true;
	return false;
}

/* Returns the thread after p, or the first after NULL: the boot context if that runs, and then all
 * processes. The end is NULL. */
static const struct proc *
next_thread(const struct proc *p)
{
	static struct proc boot;
	bool booting = gdb_thread_of(curproc()) == GDB_BOOT_THREAD;

	if (p == NULL && booting)
		return curproc() != NULL ? curproc() : &boot;
	return p == NULL || p->pid == 0 ? proc_list.first : p->all.next;
}

/* Calls put for each character of s, which may be NULL. */
static void
put_word(const char *s, void (*put)(char))
{
	while (s != NULL && *s != '\0')
		put(*s++);
}

/* Calls put for each character of what p does, "SLEEP(wait)". */
static void
put_state(const struct proc *p, void (*put)(char))
{
	static const char *const states[] = {
		[PROC_NEW] = "NEW",         [PROC_RUNNABLE] = "READY", [PROC_SLEEPING] = "SLEEP(",
		[PROC_STOPPED] = "STOPPED", [PROC_ZOMBIE] = "ZOMBIE",
	};

	if (p == NULL || (p == curproc() && p->state == PROC_RUNNABLE)) {
		put_word("RUN", put);
		return;
	}
	put_word(p->state <= PROC_ZOMBIE ? states[p->state] : "?", put);
	if (p->state == PROC_SLEEPING) {
		put_word(p->why, put);
		put_word(")", put);
	}
	if (p == curproc())
		put_word(" idle", put);
}

/* ---- Packets ---- */

/* Hg: the thread of the packets that follow. Hc, for c and s: only the current one can step. */
void
gdb_thread_select(const char *args)
{
	bool g = gdb_take(&args, "g");
	const struct proc *p = curproc();
	uint32_t number = 0;

	if (!g && !gdb_take(&args, "c")) {
		gdb_error(EINVAL);
	} else if (!gdb_take(&args, "-1") && !gdb_take_number(&args, &number)) {
		gdb_error(EINVAL);
	} else if (!gdb_thread_find(number, &p)) {
		gdb_error(ESRCH);
	} else {
		gdb_puts("OK");
		if (g)
			gdb_thread = p;
	}
}

void
gdb_thread_alive(const char *args)
{
	const struct proc *p;
	uint32_t number;

	if (gdb_take_number(&args, &number) && gdb_thread_find(number, &p))
		gdb_puts("OK");
	else
		gdb_error(ESRCH);
}

void
gdb_thread_current(const char *args)
{
	gdb_puts("QC");
	gdb_put_number(gdb_thread_of(curproc()));
}

#define THREADS_TOLD 200u /* in one packet: each takes at most 6 characters */

/* Reply with the thread numbers that fit, from next_told on; or say that there are no more. */
static void
list_threads(void)
{
	const struct proc *p = next_told;
	unsigned n;

	for (n = 0; p != NULL && n < THREADS_TOLD; n++, p = next_thread(p)) {
		gdb_put(n == 0 ? 'm' : ',');
		gdb_put_number(gdb_thread_of(p));
	}
	if (n == 0)
		gdb_put('l');
	next_told = p;
}

void
gdb_thread_first(const char *args)
{
	next_told = next_thread(NULL);
	list_threads();
}

void
gdb_thread_next(const char *args)
{
	list_threads();
}

/* Puts a character into the reply, as two hexadecimal digits. */
static void
put_as_bytes(char c)
{
	gdb_put_bytes(&c, 1);
}

void
gdb_thread_info(const char *args)
{
	const struct proc *p;
	uint32_t number;

	if (gdb_take_number(&args, &number) && gdb_thread_find(number, &p))
		put_state(number == GDB_BOOT_THREAD ? NULL : p, put_as_bytes);
	else
		gdb_error(ESRCH);
}

/* ---- The list in XML, of which gdb reads one part after the other ---- */

static uint32_t xml_skip, xml_room; /* characters before the part, and of the part */

/* Puts a character of the list into the reply, if it is in the part that gdb asked for. */
static void
xml_put(char c)
{
	if (xml_skip > 0) {
		xml_skip--;
	} else if (xml_room > 0) {
		xml_room--;
		gdb_put_binary(c);
	}
}

/* Puts a character of text in an attribute. Names come from programs, so it may be any. */
static void
xml_put_text(char c)
{
	switch (c) {
	case '<':
		put_word("&lt;", xml_put);
		break;
	case '&':
		put_word("&amp;", xml_put);
		break;
	case '\'':
		put_word("&apos;", xml_put);
		break;
	default:
		xml_put(c >= ' ' && c < 0x7f ? c : '?');
		break;
	}
}

/* Puts the element of a thread: its number, its name and its state. */
static void
xml_thread(const struct proc *p)
{
	static const char digits[] = "0123456789abcdef";
	uint32_t number = gdb_thread_of(p);
	int shift = 28;

	put_word("<thread id='", xml_put);
	while (shift > 0 && number >> shift == 0)
		shift -= 4;
	for (; shift >= 0; shift -= 4)
		xml_put(digits[number >> shift & 15]);
	put_word("' core='0' name='", xml_put);
	put_word(number == GDB_BOOT_THREAD ? "boot" : p->name, xml_put_text);
	put_word("'>", xml_put);
	put_state(number == GDB_BOOT_THREAD ? NULL : p, xml_put_text);
	put_word("</thread>", xml_put);
}

void
gdb_thread_xml(uint32_t offset, uint32_t len)
{
	const struct proc *p = NULL;

	xml_skip = offset;
	xml_room = len;
	put_word("<?xml version='1.0'?><threads>", xml_put);
	while ((p = next_thread(p)) != NULL)
		xml_thread(p);
	put_word("</threads>", xml_put);
}
