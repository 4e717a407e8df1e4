/* SPDX-License-Identifier: BSD-2-Clause */
/* What interleave.c and orders.c share. */
#ifndef INTERLEAVE_H
#define INTERLEAVE_H

#include "explore.h"
#include "situations.h"

#define CHOICES 200

enum run_state { READY, ASLEEP, DONE };

/* What fails: nothing; allocation number n of all; or, in process n, the object of a segment or the
 * mapping of an attach, which fail after a sleep (debug/inject.h). */
struct failure {
	enum { NOTHING, ALLOCATION, OBJECT, MAPPING } what;
	unsigned n;
};

/* All that outlasts a schedule: not in the data, which snapshots copy. */
struct interleaving {
	/* The calls, and what has become of them. */
	unsigned n;
	struct call call[MOST_CALLERS];
	struct reply reply[MOST_CALLERS];
	enum run_state state[MOST_CALLERS];
	const void *chan[MOST_CALLERS]; /* that an ASLEEP one sleeps on */
	bool catches[MOST_CALLERS];     /* a signal may end its sleep */
	bool signalled[MOST_CALLERS], failed[MOST_CALLERS], gone[MOST_CALLERS];
	int result[MOST_CALLERS]; /* of its sleep */
	unsigned now;             /* who runs */
	/* The schedule. */
	struct {
		uint8_t taken, options;
	} choice[CHOICES];
	unsigned depth, length;
	/* What was done so far. */
	uint64_t sets, schedules, failing, signals;
	uint64_t excused[8]; /* by exception */
	/* What is tried now: the parent says it if this process ends. */
	const char *start;
	unsigned names[MOST_CALLERS];
	struct failure failure;
	unsigned allowed; /* the exception that is */
	bool late;        /* what failed did so at the end: a creation has had its slot's number */
	unsigned held;    /* with HELD: the slot of which something is held */
	unsigned longest;
};
extern struct interleaving *trial;

/* ---- orders.c ---- */

/* What no order of the calls explains and is right all the same. Each is allowed alone. */
enum exception { NO_EXCEPTION, EARLY_COUNT, HELD, EXCEPTIONS };
struct excuse {
	const char *name, *reason;
};
extern const struct excuse exceptions[EXCEPTIONS];

/* Returns whether some order of the calls explains what the schedule has led to, or an order with
 * an exception, which it counts. The model is then what that order makes of it. */
bool schedule_good(void);

#endif
