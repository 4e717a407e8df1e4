/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Room debug: the kernel looks at itself: panics, names of functions, failures called up for
 * tests. It may look into processes and memory. All rooms call it, through base/assert.h and
 * this header.
 *
 * Failures and schedules that can be called up, so that what is rare can be
 * tested:
 *
 *	fail=SITE:nth=N		the N-th allocation at SITE from now on fails
 *	fail=SITE:sleep		each one at SITE sleeps for a tick first
 *	sched=seed:N		who runs next, and when, is drawn by lot
 *
 * Several, with commas between, go on the kernel's command line or into
 * /proc/sys/kernel/fail. A failure that is written there is for the writer's own
 * allocations, one on the command line for anybody's; all sleep.
 */
#ifndef INJECT_H
#define INJECT_H

#include <stdbool.h>

enum inject_site {
	INJECT_KMEM,   /* a small kernel object; can't sleep */
	INJECT_PAGE,   /* a frame for the kernel; can't sleep */
	INJECT_COMMIT, /* a promise of memory; can't sleep */
	INJECT_OBJECT, /* a memory object: shmget, shared mmap */
	INJECT_ATTACH, /* a segment's mapping: shmat */
	INJECT_SITES
};

/* Is anything called up at all? The one thing that others pay for. */
extern bool inject_active;

void inject_init(void);
/* Replace what is called up by `text`, for the current process's allocations.
 * => EINVAL when it makes no sense; then nothing changes. */
int inject_set(const char *text);
/* What is called up, as text. */
void inject_show(char *buf, unsigned size);

bool inject_check(enum inject_site site);
void inject_pause(enum inject_site site);
unsigned inject_draw(unsigned n);

/* Does this allocation fail? => does not sleep. */
static inline bool
inject_fail(enum inject_site site)
{
	return inject_active && inject_check(site);
}

/* A point where the kernel may sleep. */
static inline void
inject_sleep(enum inject_site site)
{
	if (inject_active)
		inject_pause(site);
}

/* Drawn by lot, if a seed was given: one chance in n. */
static inline bool
inject_lot(unsigned n)
{
	return inject_active && inject_draw(n) == 0;
}

#endif
