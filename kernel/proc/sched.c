/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The scheduler: round robin, one run queue with a slice of one tick; or a draw by lot, see
 * debug/inject.h. Nice values change two things:
 *
 *	below 0		the slice is as many ticks longer
 *	above 0		the process waits in a second queue, which is served when the
 *			first is empty; the first of it moves to the first queue once
 *			more ticks have passed than its nice value
 *
 * So where two processes always run, one of nice value 0 and one of n, the second
 * has 1 - n ticks to one of the first if n is below 0, and one to n + 1 if it is
 * above. Nobody waits for ever.
 *
 * A process that is neither new, stopped nor a zombie runs, or is on one queue:
 *
 *	running --> run queue		sched_yield
 *	running --> sleep queue		tsleep, until wakeup, a signal or a time-out
 *	sleep queue --> run queue	make_runnable
 *
 * The sleep queues are the chains of a hash table by channel. The kernel is not preempted, so
 * nothing can make a condition true between a caller's check of it and the tsleep() that
 * follows: no wake-up is lost, and no lock is needed.
 */
#include "abi/errno.h"
#include "base/assert.h"
#include "base/bits.h"
#include "debug/inject.h"
#include "debug/trace.h"
#include "proc/proc.h"

#define SLEEP_BITS 10u

struct proc *current_process;
bool need_resched, return_work;

static struct proc boot_proc; /* the context that machine start-up runs in */
unsigned sched_runnable = 1;  /* the boot context, until sched_run() leaves it */
static struct proc *run_first, **run_last = &run_first;
static struct proc *nice_first, **nice_last = &nice_first; /* the second queue */
static int nice_waited; /* ticks that the first process of the second queue has waited */
static struct proc *sleepers[1u << SLEEP_BITS];

/* Returns the list on which those who sleep on chan are, among others. */
static struct proc **
sleep_bucket(const void *chan)
{
	return &sleepers[bits_hash((uintptr_t)chan, SLEEP_BITS)];
}

/* Make p runnable and put it at the end of the queue for its nice value. */
static void
run_append(struct proc *p)
{
	sched_runnable += p->state != PROC_RUNNABLE;
	p->state = PROC_RUNNABLE;
	p->queue.next = NULL;
	if (p->nice > 0) {
		*nice_last = p;
		nice_last = &p->queue.next;
	} else {
		*run_last = p;
		run_last = &p->queue.next;
	}
}

/* Move the first process of the second queue to the end of the first queue. */
static void
nice_move(void)
{
	struct proc *p = nice_first;

	nice_first = p->queue.next;
	if (nice_first == NULL)
		nice_last = &nice_first;
	nice_waited = 0;
	p->queue.next = NULL;
	*run_last = p;
	run_last = &p->queue.next;
}

/* Takes the first process off the run queue and returns it, or NULL if there is none. With
 * sched=seed:N each process of the queue has the same chance instead: reservoir sampling, the n-th
 * replaces the choice with a chance of one in n. */
static struct proc *
run_take(void)
{
	struct proc **link = &run_first, **other, *p;
	unsigned n = 1;

	if (run_first == NULL && nice_first != NULL)
		nice_move();
	for (other = link; inject_active && *other != NULL; other = &(*other)->queue.next)
		if (inject_lot(n++))
			link = other;
	p = *link;
	if (p == NULL)
		return NULL;
	*link = p->queue.next;
	if (*link == NULL)
		run_last = link;
	return p;
}

/*
 * Run the next process. If none is runnable, the context of the caller waits until an interrupt
 * makes one runnable, which may be the caller itself.
 */
static void
switch_away(void)
{
	struct proc *from = current_process, *to;

	need_resched = false;
	sched_runnable -= from->state != PROC_RUNNABLE;
	while ((to = run_take()) == NULL) {
		trace(TRACE_SWITCH, 0);
		machine_idle();
	}
	trace(TRACE_SWITCH, (uint32_t)to->pid);
	if (to == from)
		return;
	current_process = to;
	return_work = true; /* `to` may have got a signal since it last ran */
	machine_switch(from, to);
}

/* End p's sleep, if it sleeps: its tsleep() returns result. */
static void
make_runnable(struct proc *p, int result)
{
	if (p->queue.link != NULL) {
		LIST_REMOVE(p, queue);
		p->queue.link = NULL;
	}
	trace_text(TRACE_WAKE, (uint32_t)p->pid, (uint32_t)result, p->why);
	timer_cancel(&p->sleep_timer);
	p->chan = NULL;
	p->sleep_result = result;
	run_append(p);
}

/* Wake a process whose time to sleep is over: tsleep() returns ETIMEDOUT. Called by its timer. */
static void
time_out(void *arg)
{
	make_runnable(arg, ETIMEDOUT);
}

int
tsleep(const void *chan, int flags, const char *why, int64_t ticks)
{
	struct proc *p = curproc();

	may_sleep();
	if ((flags & PCATCH) && signal_pending(p))
		return EINTR;
	p->state = PROC_SLEEPING;
	p->chan = chan;
	p->why = why;
	p->sleep_flags = flags;
	LIST_INSERT(sleep_bucket(chan), p, queue);
	trace_text(TRACE_SLEEP, (uint32_t)(uintptr_t)chan, (uint32_t)ticks, why);
	if (ticks > 0)
		timer_set(&p->sleep_timer, ticks, time_out, p);
	switch_away();
	p->why = NULL;
	return p->sleep_result;
}

void
wakeup(const void *chan)
{
	DOES_NOT_SLEEP;
	struct proc *p, *next;

	for (p = *sleep_bucket(chan); p != NULL; p = next) {
		next = p->queue.next;
		if (p->chan == chan)
			make_runnable(p, 0);
	}
}

void
sched_interrupt(struct proc *p)
{
	if (p->state == PROC_SLEEPING && (p->sleep_flags & PCATCH))
		make_runnable(p, EINTR);
}

void
sched_start(struct proc *p)
{
	ASSERT(p->state == PROC_NEW || p->state == PROC_STOPPED);
	run_append(p);
}

void
sched_yield(void)
{
	may_sleep();
	run_append(curproc());
	switch_away();
}

void
sched_point(void)
{
	may_sleep();
	machine_poll();
	if (need_resched || inject_lot(2))
		sched_yield();
}

void
sched_stop(void)
{
	may_sleep();
	ASSERT(curproc()->state == PROC_STOPPED);
	switch_away();
}

void
sched_exit(void)
{
	may_sleep();
	ASSERT(curproc()->state == PROC_ZOMBIE);
	machine_poll(); /* many that are killed at once end one after the other in the kernel */
	switch_away();
	panic("sched_exit: a zombie runs");
}

void
sched_run(void)
{
	current_process = &boot_proc;
	switch_away();
	panic("sched_run: the boot context runs again");
}

/* Returns whether it is another process's turn at this tick. p is NULL or the current process. */
static bool
slice_over(struct proc *p)
{
	if (run_first == NULL && (nice_first == NULL || p == NULL || p->nice <= 0))
		return false;
	if (p == NULL || p->nice >= 0)
		return true;
	if (p->ticks_run++ < -p->nice)
		return false;
	p->ticks_run = 0;
	return true;
}

void
sched_tick(bool user)
{
	struct proc *p = curproc();

	if (p != NULL && p->state == PROC_RUNNABLE) {
		if (user)
			p->utime++;
		else
			p->stime++;
	}
	if (nice_first != NULL && ++nice_waited > nice_first->nice)
		nice_move();
	need_resched = slice_over(p);
	return_work |= need_resched;
}
