/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * All interleavings: make interleave. Two or three processes make a call each, from a state that a
 * few calls have made before. Wherever the kernel may sleep or gives way, any of the others may go
 * on: all such schedules are tried, one after the other, each from the start. A schedule is the row
 * of choices made in it; the next one differs in the last choice that has another option.
 *
 * What the calls return and what is seen afterwards must be what the model has for some order of
 * the calls (Herlihy and Wing, "Linearizability", 1990). All is done again with each allocation
 * failing in turn: the call that it fails counts as one that does nothing. A process that sleeps so
 * that a signal ends its sleep may get one, and then counts as one that does nothing, too.
 */
#include "interleave.h"

#include "abi/errno.h"
#include "base/string.h"
#include "debug/inject.h"
#include "host.h"
#include "sides.h"
#include "vm/deferred.h"

void *calloc(size_t n, size_t size);
void *mmap(void *addr, size_t size, int prot, int flags, int fd, long offset);
int fork(void);
unsigned alarm(unsigned seconds);
int waitpid(int pid, int *status, int options);
char *strstr(const char *text, const char *part);
int dprintf(int fd, const char *fmt, ...);
_Noreturn void _exit(int status);

#define MOST MOST_CALLERS

/* ---- Coroutines ---- */

/* Goes back to the scheduler; returns when it lets this one go on. */
static void
leave(enum run_state state)
{
	unsigned me = trial->now;

	trial->state[me] = state;
	coroutine_leave(me);
}

static void
point(void)
{
	leave(READY);
}

static int
sleep(const char *why)
{
	unsigned me = trial->now;

	trial->result[me] = 0;
	if (host_ticks > 0) { /* injected: it ends by itself, whenever that is */
		leave(READY);
		return 0;
	}
	must(host_flags & PCATCH, "%s: a sleep that no signal ends", why);
	trial->chan[me] = host_chan;
	trial->catches[me] = host_flags & PCATCH;
	leave(ASLEEP);
	return trial->result[me];
}

static void
woken(const void *chan)
{
	unsigned i;

	for (i = 0; i < trial->n; i++)
		if (trial->state[i] == ASLEEP && trial->chan[i] == chan)
			trial->state[i] = READY;
}

/* What each coroutine does. */
static void
body(void)
{
	unsigned me = trial->now;
	struct reply *r = &trial->reply[me];

	tlb_fill();
	r->err = side_make(&trial->call[me], r);
	trial->gone[me] = trial->call[me].op == OP_EXIT;
	vm_free_deferred();
	leave(DONE);
}

/* ---- Schedules ---- */

/* Returns a number below `options`: the next choice of the schedule. */
static unsigned
choose(unsigned options)
{
	unsigned i = trial->depth++;

	must(i < CHOICES, "too many choices");
	if (i >= trial->length) {
		trial->choice[i].taken = 0;
		trial->length = i + 1;
	}
	trial->choice[i].options = (uint8_t)options;
	return trial->choice[i].taken;
}

/* Makes the schedule the next one. Returns false if that was the last. */
static bool
next_schedule(void)
{
	while (trial->length > 0) {
		if (++trial->choice[trial->length - 1].taken <
		    trial->choice[trial->length - 1].options)
			return true;
		trial->length--;
	}
	return false;
}

/* Lets process i go on until it leaves, and notes whether the failing allocation was its. */
static void
let(unsigned i)
{
	bool armed = !fail_happened();

	trial->now = i;
	host_run(trial->gone[i] ? NULL : side_proc(trial->call[i].who));
	coroutine_enter(i);
	if (armed && fail_happened())
		trial->failed[i] = true;
}

/* Runs one schedule. Returns false if processes sleep that nobody wakes. */
static bool
run_schedule(void)
{
	unsigned option[2 * MOST], n, i, k;

	trial->depth = 0;
	for (;;) {
		n = 0;
		for (i = 0; i < trial->n; i++)
			if (trial->state[i] == READY)
				option[n++] = i;
		for (i = 0; i < trial->n && n > 0;
		     i++) /* a signal: while somebody could still wake it */
			if (trial->state[i] == ASLEEP && trial->catches[i] && !trial->signalled[i])
				option[n++] = MOST + i;
		if (n == 0)
			break;
		k = option[n == 1 ? 0 : choose(n)];
		if (k >= MOST) {
			k -= MOST;
			trial->signalled[k] = true;
			trial->result[k] = EINTR;
			trial->signals++;
		}
		let(k);
	}
	for (i = 0; i < trial->n; i++)
		if (trial->state[i] != DONE)
			return false;
	return true;
}

static void
fail(const struct failure *f)
{
	fail_from(f->what == ALLOCATION ? (int)f->n : -1);
	if (f->what != OBJECT && f->what != MAPPING)
		return;
	host_run(side_proc(trial->call[f->n].who));
	inject_set(f->what == OBJECT ? "object:sleep,attach:sleep,object:nth=1"
	                             : "object:sleep,attach:sleep,attach:nth=1");
	host_run(NULL);
}

/* Returns whether what fail() asked for has come to pass. */
static bool
did_fail(const struct failure *f)
{
	char left[80];

	if (f->what == NOTHING || f->what == ALLOCATION)
		return f->what == ALLOCATION && fail_happened();
	inject_show(left, sizeof(left));
	if (strstr(left, "nth") != NULL)
		return false;
	trial->failed[f->n] = trial->late = true;
	return true;
}

static void
prepare(const struct failure *f)
{
	unsigned i;

	snapshot_back(0);
	trial->late = false;
	for (i = 0; i < trial->n; i++) {
		trial->state[i] = READY;
		trial->signalled[i] = trial->failed[i] = trial->gone[i] = false;
		trial->reply[i] =
			(struct reply){.before = (uint32_t)clock_now, .after = (uint32_t)clock_now};
		coroutine_make(i, body);
	}
	host_sleep = sleep;
	host_point = point;
	host_woken = woken;
	fail(f);
}

/* ---- The loop ---- */

/* Fills in the call of that name by process `who` in this state. */
static struct call
call_of(enum call_name name, unsigned who)
{
	struct call c;

	steps[0] = calls[name].step;
	steps[0].who = (uint8_t)who;
	step_call(0, &c);
	if (c.op == OP_FORK)
		c.a[0] = MOST + who;
	return c;
}

static const char *const failures[] = {"", "allocation", "the object of process",
                                       "the attach of process"};

static void
say_schedule(void)
{
	unsigned i;

	say("from the state \"%s\":", trial->start);
	for (i = 0; i < trial->n; i++)
		say("  process %u: %s: errno %u, result 0x%x%s%s", i, calls[trial->names[i]].name,
		    trial->reply[i].err, trial->reply[i].value,
		    trial->failed[i] ? ", an allocation failed" : "",
		    trial->signalled[i] ? ", a signal came" : "");
	if (trial->failure.what != NOTHING)
		say("  %s %u fails", failures[trial->failure.what], trial->failure.n);
	dprintf(1, "  the choices:");
	for (i = 0; i < trial->depth; i++)
		dprintf(1, " %u/%u", trial->choice[i].taken, trial->choice[i].options);
	dprintf(1, "\n");
}

/* Tries all schedules, with this failure. Returns whether it ever came to pass. */
static bool
try_schedules(struct failure f)
{
	bool ever = false;

	trial->failure = f;
	trial->length = 0;
	do {
		prepare(&f);
		if (!run_schedule())
			fatal("nobody wakes who sleeps");
		host_sleep = NULL;
		host_point = NULL;
		host_woken = NULL;
		ever |= did_fail(&f);
		fail_from(-1);
		trial->schedules++;
		trial->longest = trial->depth > trial->longest ? trial->depth : trial->longest;
		if (!schedule_good()) {
			sides_same();
			fatal("no order of the calls explains it");
		}
		kernel_audit();
	} while (next_schedule());
	trial->failing += ever;
	return ever;
}

static void
try_calls(const enum call_name *names, unsigned n)
{
	unsigned i;

	snapshot_back(0);
	trial->n = n;
	trial->sets++;
	for (i = 0; i < n; i++) {
		trial->names[i] = names[i];
		trial->call[i] = call_of(names[i], i);
	}
	try_schedules((struct failure){NOTHING, 0});
	for (i = 0; try_schedules((struct failure){ALLOCATION, i}); i++)
		;
	for (i = 0; i < n; i++) {
		if (trial->call[i].op == OP_GET)
			try_schedules((struct failure){OBJECT, i});
		if (trial->call[i].op == OP_AT)
			try_schedules((struct failure){MAPPING, i});
	}
}

/* Makes the calls that lead to a start. */
static void
make_start(unsigned s)
{
	unsigned who, i;
	struct reply r;
	struct call c;

	host_run(side_proc(0));
	for (who = 0; who < 2; who++)
		for (i = 0; starts[s].made[who][i] != CALLS; i++) {
			c = call_of(starts[s].made[who][i], who);
			kernel_call(&c, &r);
			must(model_agrees(&c, &r) && r.err == 0, "the start %s", starts[s].name);
		}
	inject_set("object:sleep,attach:sleep");
	host_run(NULL);
	snapshot_take(0);
}

static void
try_all(void)
{
	enum call_name names[MOST];
	unsigned i, k, l;

	for (i = 0; i < CALLS; i++)
		for (k = 0; k < CALLS; k++) {
			names[0] = (enum call_name)i;
			names[1] = (enum call_name)k;
			try_calls(names, 2);
		}
	for (i = 0; triple_calls[i] != CALLS; i++)
		for (k = 0; triple_calls[k] != CALLS; k++)
			for (l = k; triple_calls[l] != CALLS; l++) {
				names[0] = triple_calls[i];
				names[1] = triple_calls[k];
				names[2] = triple_calls[l];
				try_calls(names, 3);
			}
}

static void
report(void)
{
	unsigned i;

	say("%s: %llu sets of calls, %llu schedules, up to %u choices in one, %llu failures, "
	    "%llu signals",
	    trial->start, (unsigned long long)trial->sets, (unsigned long long)trial->schedules,
	    trial->longest, (unsigned long long)trial->failing, (unsigned long long)trial->signals);
	for (i = 1; i < EXCEPTIONS; i++)
		if (trial->excused[i] > 0)
			say("  %llu times: %s", (unsigned long long)trial->excused[i],
			    exceptions[i].name);
}

/* Tries one start in a process of its own, since the kernel starts once. Returns its status. */
static int
start_in_child(unsigned s)
{
	int status, pid;

	trial = mmap(NULL, sizeof(*trial), 3, 0x21, -1, 0); /* shared */
	trial->start = starts[s].name;
	pid = fork();
	if (pid == 0) {
		alarm(600); /* for a call that does not return */
		coroutines_init(MOST);
		sides_boot(&interleave_world);
		steps = calloc(1, sizeof(*steps));
		world_procs = M_PROCS;
		make_start(s);
		try_all();
		_exit(0);
	}
	waitpid(pid, &status, 0);
	if (status == 0)
		report();
	else
		say_schedule();
	return status;
}

int
main(int argc, char **argv)
{
	int bad = 0;
	unsigned s;

	for (s = 0; starts[s].name != NULL; s++)
		if (argc < 2 || strcmp(argv[1], starts[s].name) == 0)
			bad |= start_in_child(s);
	for (s = 1; s < EXCEPTIONS; s++)
		say("exception: %s: %s", exceptions[s].name, exceptions[s].reason);
	return bad != 0;
}
