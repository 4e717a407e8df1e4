/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Room debug: panics, the names of the kernel's functions, the gdb stub, the trace, the limit of a
 * run, the check of who may sleep, and faults injected by tests. It may look into processes and
 * memory. All rooms call it, through base/assert.h, base/sleep.h, trace.h and this header; main.c
 * and procfs/ also read and set what is injected, and the machine calls the stub.
 *
 * Injection: failures, sleeps and schedules that occur on request, so that rare events can be
 * tested:
 *
 *	fail=SITE:nth=N		the N-th allocation at SITE from now on fails
 *	fail=SITE:sleep		each one at SITE sleeps for a tick first
 *	sched=seed:N		who runs next, and when, is drawn by lot
 *
 * They stand on the kernel's command line; those of "fail", with commas between them, can also be
 * written to /proc/sys/kernel/fail. There a failure is for the writer's own allocations, on the
 * command line for those of every process. A requested sleep is for every process in both cases.
 */
#ifndef INJECT_H
#define INJECT_H

#include <stdbool.h>

#include "base/sleep.h"

/* The sites, with their names in the text above. Only the last two can sleep. */
enum inject_site {
	INJECT_KMEM,   /* "kmem": a small kernel object */
	INJECT_PAGE,   /* "page": a frame for the kernel */
	INJECT_COMMIT, /* "commit": a promise of memory */
	INJECT_OBJECT, /* "object": a memory object, for shmget or a shared mmap */
	INJECT_ATTACH, /* "attach": the mapping of a segment, for shmat */
	INJECT_SITES
};

/* Whether anything is requested. While it is false a site tests this flag only. */
extern bool inject_active;

/* Read the requests on the kernel's command line. */
void inject_init(void);
/* Replace the requests of "fail" by those of `text`; the failures are for the current process's
 * allocations. Returns 0, or EINVAL with nothing changed if the text is not of the form above. */
int inject_set(const char *text);
/* Write the requests of "fail" into buf, in the form above without "fail=". */
void inject_show(char *buf, unsigned size);

/* What the functions below call if anything is requested: whether the allocation shall fail; a
 * sleep, if one is due; a random number below n, or n without a seed. */
bool inject_check(enum inject_site site);
void inject_pause(enum inject_site site);
unsigned inject_draw(unsigned n);

/* Returns whether this allocation shall fail. Does not sleep. */
static inline bool
inject_fail(enum inject_site site)
{
	return inject_active && inject_check(site);
}

/* A point of the kernel that may sleep, where it sleeps on request; with a seed it yields to
 * others with a chance of one half. */
static inline void
inject_sleep(enum inject_site site)
{
	may_sleep();
	if (inject_active)
		inject_pause(site);
}

/* Returns true with a chance of one in n, if a seed was given; false without a seed. */
static inline bool
inject_lot(unsigned n)
{
	return inject_active && inject_draw(n) == 0;
}

#endif
