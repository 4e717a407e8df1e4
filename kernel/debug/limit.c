/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The limit of a run, the word limit=N. It counts the machine's own time, in ticks. If the kernel
 * loops with interrupts off there are no more ticks: then the machine's watchdog ends the run, by a
 * non-maskable interrupt. So can whoever watches the machine from outside.
 */
#include "debug/limit.h"

#include <machine.h>

#include "base/cmdline.h"
#include "base/printf.h"
#include "proc/proc.h"

#define MAX_TICKS 0x7fffffffu
#define WATCH_SECONDS 2 /* without a tick, until the watchdog acts */
#define LISTED 20       /* processes to list at the end, at most */

static struct timer end_timer, watch_timer;

/* Say what p does, and where. Of a process that runs in the kernel a backtrace says where. */
static void
say_process(const struct proc *p, bool user)
{
	bool running = p == curproc() && p->state == PROC_RUNNABLE;

	printf("process %d (%s) ", p->pid, p->name);
	if (p->state == PROC_ZOMBIE) {
		printf("has ended, and nobody has waited for it\n");
		return;
	}
	if (p->state == PROC_SLEEPING)
		printf("sleeps on %s\n", p->why);
	else if (p->state == PROC_STOPPED)
		printf("is stopped\n");
	else if (running)
		printf("runs%s\n", user ? "" : ", in the kernel");
	else
		printf("waits for its turn\n");
	if (p->pid != INIT_PID && (!running || user))
		machine_program_print(p);
}

/* Say what each process does, and end the machine. The process that runs comes first. user: it was
 * interrupted in user mode. */
static _Noreturn void
end(bool user)
{
	const struct proc *p, *current = curproc();
	unsigned n = 0;

	if (current == NULL || current->pid == 0) {
		printf("the kernel starts\n");
		machine_backtrace();
		machine_shutdown(VERDICT_LIMIT, 0);
	}
	if (current->state == PROC_RUNNABLE) {
		say_process(current, user);
		if (!user)
			machine_backtrace();
	}
	for (p = proc_list.first; p != NULL; p = p->all.next)
		if ((p != current || p->state != PROC_RUNNABLE) && n++ < LISTED)
			say_process(p, false);
	if (n > LISTED)
		printf("and %u more\n", n - LISTED);
	machine_shutdown(VERDICT_LIMIT, 0);
}

/* The timer of the limit: ends the run, and says where it was. */
static void
time_over(void *arg)
{
	printf("\nstopped: %u ticks are over\n", (uint32_t)clock_ticks);
	end(clock_tick_user);
}

/* Tells the watchdog once a second that ticks still come. */
static void
feed_watchdog(void *arg)
{
	machine_watch(WATCH_SECONDS);
	timer_set(&watch_timer, HZ, feed_watchdog, NULL);
}

void
limit_init(void)
{
	uint32_t ticks = cmdline_number("limit", 0, 0, MAX_TICKS);

	if (ticks == 0)
		return;
	timer_set(&end_timer, ticks, time_over, NULL);
	feed_watchdog(NULL);
}

void
limit_nmi(bool user)
{
	if (cmdline_get("limit") == NULL)
		return;
	printf("\nstopped: by a non-maskable interrupt\n");
	end(user);
}
