/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef SITUATIONS_H
#define SITUATIONS_H

#include "explore.h"

#define MOST_CALLERS 3 /* processes that make a call */

enum call_name {
	CREATE,
	CREATE_EXCL,
	CREATE_PRIVATE,
	CREATE_OTHER,
	FIND,
	ATTACH,
	ATTACH_NEXT,
	ATTACH_ELSEWHERE,
	ATTACH_OVER,
	DETACH,
	REMOVE,
	REMOVE_NEXT,
	STAT,
	STAT_NEXT,
	SET,
	LOCK,
	UNLOCK,
	UNMAP_PART,
	UNMAP,
	PROTECT_PART,
	PROTECT,
	STORE,
	LOAD,
	FORK,
	EXEC,
	EXIT,
	CALLS
};

struct named_call {
	const char *name;
	struct step step;
};
extern const struct named_call calls[CALLS];

/* The states at the start: calls of process 0, and then of process 1. */
struct start {
	const char *name;
	enum call_name made[2][5]; /* each list ends with CALLS */
};
extern const struct start starts[]; /* the last has no name */

/* The calls of which triples are made, around creation, removal and fork; they end with CALLS. */
extern const enum call_name triple_calls[];
extern const struct world interleave_world;

#endif
