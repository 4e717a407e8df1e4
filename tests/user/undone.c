/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A call that fails has changed nothing. Each call of syscalls.def has at least one row
 * in undone_calls.h, with arguments that make it work. The call is made in a process of its
 * own, in a world of its own (make_world()):
 *
 *	- without a fault: it works, and the kernel counts its allocations at each site;
 *	- with each of those allocations failing;
 *	- with each of its pointers leading to bad memory.
 *
 * When the call fails, all that can be seen is as before, and still is after it has failed
 * ROUNDS times: a leak of a few bytes each time would have become a page by then.
 *
 * For a new call, add a row to undone_calls.h. To try the rows of one call alone, put its
 * name into /etc/row: tools/run --icount --add FILE:/etc/row build/tests/undone
 */
#include "every_call.h"
#include "undone.h"

#include <stdarg.h>

#include "undone_calls.h"
#include "undone_world.h"

#define MANY 1000000u

static const char *const sites[] = {"kmem", "page", "commit", "object", "attach"};

/* How a trial makes the call fail. */
struct fault {
	int site;        /* which fails: an allocation at this site, or -1 */
	unsigned nth;    /* and its number; MANY: none, only count them */
	int arg;         /* which is bad: this argument, 6 for the row's word, or -1 */
	uint32_t bad;    /* its address */
	const char *how; /* the address in words */
};

static int failed_allocations, bad_pointers;

/* ---- One trial ---- */

static void
fill_in(uint32_t *a)
{
	for (int i = 0; i < 6; i++)
		a[i] = a[i] == SEGMENT  ? (uint32_t)out->segment
		       : a[i] == ZOMBIE ? (uint32_t)out->zombie
		       : a[i] == PAUSED ? (uint32_t)out->paused
		       : a[i] == SELF   ? (uint32_t)getpid()
		                        : a[i];
}

static bool
works(const struct row *r, const struct call *c, const uint32_t *a)
{
	pid_t self = getpid();
	long result = r->call != NULL ? r->call(a)
	                              : syscall(c->number, a[0], a[1], a[2], a[3], a[4], a[5]);

	if (getpid() != self)
		_exit(0);
	return r->error != 0 ? result == -1 && errno == r->error : result != -1;
}

/* Arms the fault for the calls from now on; nth 0 arms nothing. */
static void
arm(const struct fault *f)
{
	char text[128];
	int n = 0;

	for (int i = 0; i < (int)COUNT(sites); i++)
		if (f->nth != 0 && (f->site == i || f->nth == MANY))
			n += snprintf(text + n, sizeof(text) - n, "%s%s:nth=%u", n > 0 ? "," : "",
			              sites[i], f->nth);
	if (n > 0 && write(FAIL_FD, text, n) != n)
		bail("fail");
}

static uint32_t
differences(const struct state *one, const struct state *two)
{
	uint32_t bits = 0;

	for (int i = 0; i < NPARTS; i++)
		if (one->part[i] != two->part[i])
			bits |= BIT(i);
	return bits;
}

/* Makes the argument a bad address. Where that can be read, it holds what the good address does. */
static void
make_bad(const struct row *r, const struct fault *f, uint32_t *a)
{
	uint32_t *where = f->arg == 6 ? r->word : &a[f->arg];
	uint32_t size = f->arg == 6 ? r->size : r->out[f->arg] + r->in[f->arg];

	if (f->bad == READ_ONLY)
		memmove((void *)READ_ONLY, (void *)*where, size);
	else if (f->bad - GOOD < PAGE)
		memmove((void *)f->bad, (void *)*where, GOOD + PAGE - f->bad);
	*where = f->bad;
}

/* Tries the call in the world of this process. */
static void
try_in_world(const struct row *r, const struct call *c, const struct fault *f)
{
	static const struct fault none = {.site = -1, .arg = -1};
	static struct state before, after;
	uint32_t a[6];

	make_world();
	memcpy(a, r->a, sizeof(a));
	fill_in(a);
	if (r->setup != NULL)
		r->setup(a);
	if (f->arg >= 0)
		make_bad(r, f, a);
	mprotect((void *)READ_ONLY, PAGE, PROT_READ);
	/* The first measure() allocates what measuring needs. */
	measure(&before, true, &out->zombie, 2);
	measure(&before, true, &out->zombie, 2);
	for (out->done = 0; out->done < ROUNDS; out->done++) {
		arm(f);
		if (works(r, c, a)) {
			out->works = 1;
			_exit(0);
		}
		if (out->done > 0)
			continue;
		out->error = errno;
		if (f->nth != 0 && write(FAIL_FD, "\n", 1) != 1)
			bail("fail");
		measure(&after, false, &out->zombie, 2);
		out->once = differences(&before, &after);
		measure(&before, true, &out->zombie, 2);
	}
	arm(&none);
	measure(&after, false, &out->zombie, 2);
	out->often = differences(&before, &after);
	out->last = measure_last(out->zombie);
}

static const char *
parts(uint32_t bits)
{
	static char text[256];
	int n = 0;

	text[0] = '\0';
	for (int i = 0; i < NPARTS; i++)
		if (bits & BIT(i))
			n += snprintf(text + n, sizeof(text) - n, " %s", part_name[i]);
	return text;
}

/* Says what is wrong, with which row and which fault. */
static void
tell(const struct row *r, const struct call *c, const struct fault *f, const char *text, ...)
{
	char words[256];
	va_list ap;

	va_start(ap, text);
	vsnprintf(words, sizeof(words), text, ap);
	va_end(ap);
	if (f->arg >= 0)
		diag("%s %s, argument %d is %s: %s", c->name, r->what ?: "", f->arg, f->how, words);
	else if (f->site >= 0)
		diag("%s %s, %s %u fails: %s", c->name, r->what ?: "", sites[f->site], f->nth,
		     words);
	else
		diag("%s %s: %s", c->name, r->what ?: "", words);
}

/* Tries the call with this fault. Returns the number of things that are wrong, and reports each. */
static int
try(const struct row *r, const struct call *c, const struct fault *f)
{
	int status, bad = 0, want = f->arg >= 0 ? EFAULT : ENOMEM;

	out->works = out->error = out->once = out->often = out->last = out->done = 0;
	status = CHILD(try_in_world(r, c, f));
	end_world();
	if (r->gone && status == 0 && out->done == 0)
		out->works = 1;
	if (status != 0) {
		tell(r, c, f, "the process ended with status %d", status);
		return 1;
	}
	if (f->site < 0 && f->arg < 0) {
		if (!out->works)
			tell(r, c, f, "it should work, and gives errno %d", out->error);
		return !out->works;
	}
	if (out->works && out->done == 0) {
		bool may = f->arg < 0 || (r->kept & BIT(f->arg));

		if (!may)
			tell(r, c, f, "it works");
		return !may;
	}
	if (out->error != want &&
	    !(f->site >= 0 && (out->error == ENOSPC || out->error == ENOLCK))) {
		tell(r, c, f, "gives errno %d", out->error);
		bad++;
	}
	if (out->once != 0)
		bad++, tell(r, c, f, "it failed and changed:%s", parts(out->once));
	if ((out->often & ~out->once) != 0)
		bad++, tell(r, c, f, "failing again and again it changed:%s", parts(out->often));
	if (out->works)
		bad++, tell(r, c, f, "it failed, and worked the next time");
	if (out->last != 0)
		bad++, tell(r, c, f, "it failed and took:%s", parts(out->last));
	return bad;
}

/* ---- The faults of a row ---- */

/* Returns how many allocations a call that worked made at a site: MANY, less what is left of it.
 * The end of the process is counted with them, which does no harm. */
static unsigned
allocations(int site)
{
	const char *at;
	static char text[200];
	int fd = open("/proc/sys/kernel/fail", O_RDONLY), n = read(fd, text, sizeof(text) - 1);

	close(fd);
	text[n > 0 ? n : 0] = '\0';
	at = strstr(text, sites[site]);
	return at == NULL ? 0 : MANY - strtoul(at + strlen(sites[site]) + 5, NULL, 10);
}

static int
fail_allocations(const struct row *r, const struct call *c)
{
	struct fault f = {.site = -1, .nth = MANY, .arg = -1};
	unsigned count[COUNT(sites)];
	int bad = try(r, c, &f);

	for (f.site = 0; f.site < (int)COUNT(sites); f.site++)
		count[f.site] = allocations(f.site);
	for (f.site = 0; f.site < (int)COUNT(sites); f.site++)
		for (f.nth = 1; f.nth <= count[f.site]; f.nth++, failed_allocations++)
			bad += try(r, c, &f);
	return bad;
}

static int
fail_pointers(const struct row *r, const struct call *c)
{
	struct fault f = {.site = -1};
	int bad = 0;

	for (f.arg = 0; f.arg < 7; f.arg++) {
		bool string = f.arg < (int)strlen(c->args) && c->args[f.arg] == 's';
		uint32_t size = f.arg == 6 ? r->size : r->out[f.arg] + r->in[f.arg];
		const struct {
			uint32_t at;
			bool use;
			const char *how;
		} address[] = {
			{NOTHING, size > 0 || string, "what isn't there"},
			{KERNEL, size > 0 || string, "the kernel's memory"},
			{GOOD + PAGE - size + 1, size > 1, "all but the last byte"},
			{READ_ONLY, f.arg == 6 || (size > 0 && r->out[f.arg] > 0),
		         "what is read only"},
		};

		for (unsigned i = 0; i < COUNT(address); i++) {
			f.bad = address[i].at;
			f.how = address[i].how;
			if (address[i].use && (f.arg < 6 || r->word != NULL))
				bad += try(r, c, &f), bad_pointers++;
		}
	}
	return bad;
}

static void
try_row(const struct row *r, const struct call *c)
{
	int bad = 0;

	failed_allocations = bad_pointers = 0;
	if (r->never == NULL) {
		bad += fail_allocations(r, c);
		bad += fail_pointers(r, c);
	}
	is(bad, 0, "%s%s%s (%d): %d allocations, %d pointers", c->name, r->what ? ": " : "",
	   r->what ?: "", c->number, failed_allocations, bad_pointers);
	if (r->never != NULL)
		diag("not called: %s", r->never);
	if (r->why != NULL)
		diag("%s", r->why);
}

/* Returns the name of the one call to be tried, or "" if all are. */
static const char *
asked_for(void)
{
	static char name[32];
	int fd = open("/etc/row", O_RDONLY), n = fd < 0 ? 0 : read(fd, name, sizeof(name) - 1);

	close(fd);
	name[n > 0 ? n : 0] = '\0';
	name[strcspn(name, "\n")] = '\0';
	return name;
}

/* Returns whether an earlier line of the list, with another number, has the same name. */
static bool
is_again(const struct call *c)
{
	for (const struct call *k = calls; k < c; k++)
		if (strcmp(k->name, c->name) == 0)
			return true;
	return false;
}

void
test(void)
{
	const char *only = asked_for();

	out = shared(PAGE);
	base_processes = count_processes();
	for (unsigned i = 0; i < COUNT(calls); i++) {
		unsigned rows = 0;

		if (is_again(&calls[i]) || (*only != '\0' && strcmp(only, calls[i].name) != 0))
			continue;
		for (unsigned k = 0; k < COUNT(table); k++) {
			if (strcmp(table[k].name, calls[i].name) != 0)
				continue;
			rows++;
			try_row(&table[k], &calls[i]);
		}
		if (rows == 0)
			ok(0, "%s (%d) has a row in undone_calls.h", calls[i].name,
			   calls[i].number);
	}
}
