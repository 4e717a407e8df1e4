/* SPDX-License-Identifier: BSD-2-Clause */
/* What interleave.c tries: calls, and the states from which they are made. */
#include "situations.h"

#include <stddef.h>

#define P M_PAGE
#define PAGES 257u /* of a segment: SHM_LOCK gives way once */
#define SIZE (PAGES * M_PAGE)
/* An attach is in two spans: fork and mprotect give way between them. */
#define A (0x50400000u - 4 * P)
#define KEY 0x11u

const struct world interleave_world = {.name = "interleave",
                                       .limit = {2, 2, SIZE + P, 2 * PAGES},
                                       .procs = MOST_CALLERS,
                                       .uid = {1000, 1000, 1000}};

#define OF_SEGMENT(kind, ...)                                                                      \
	{                                                                                          \
		.op = kind, .slot = 0, .a = { 0, __VA_ARGS__ }                                     \
	}
/* Of the segment that is created next in slot 0. */
#define NEXT_SEGMENT(kind, ...)                                                                    \
	{                                                                                          \
		.op = kind, .slot = 0, .off = 1, .a = { 0, __VA_ARGS__ }                           \
	}
#define PLAIN_CALL(kind, ...)                                                                      \
	{                                                                                          \
		.op = kind, .slot = NO_SLOT, .a = { __VA_ARGS__ }                                  \
	}

const struct named_call calls[CALLS] = {
	[CREATE] = {"create", PLAIN_CALL(OP_GET, KEY, SIZE, 0600 | M_CREAT)},
	[CREATE_EXCL] = {"create alone", PLAIN_CALL(OP_GET, KEY, SIZE, 0600 | M_CREAT | M_EXCL)},
	[CREATE_PRIVATE] = {"create without key", PLAIN_CALL(OP_GET, 0, P, 0600)},
	[CREATE_OTHER] = {"create with another key",
                          PLAIN_CALL(OP_GET, KEY + 1, SIZE + P, 0600 | M_CREAT)},
	[FIND] = {"find", PLAIN_CALL(OP_GET, KEY, 0, 0600)},
	[ATTACH] = {"attach", OF_SEGMENT(OP_AT, A, 0)},
	[ATTACH_NEXT] = {"attach by the next identifier", NEXT_SEGMENT(OP_AT, A, 0)},
	[ATTACH_ELSEWHERE] = {"attach elsewhere", OF_SEGMENT(OP_AT, 0, M_RDONLY)},
	[ATTACH_OVER] = {"attach over", OF_SEGMENT(OP_AT, A, M_REMAP)},
	[DETACH] = {"detach", PLAIN_CALL(OP_DT, A)},
	[REMOVE] = {"remove", OF_SEGMENT(OP_CTL, M_RMID)},
	[STAT] = {"stat", OF_SEGMENT(OP_CTL, M_STAT)},
	[STAT_NEXT] = {"stat by the next identifier", NEXT_SEGMENT(OP_CTL, M_STAT)},
	[REMOVE_NEXT] = {"remove by the next identifier", NEXT_SEGMENT(OP_CTL, M_RMID)},
	[SET] = {"set", OF_SEGMENT(OP_CTL, M_SET, 0, 1000, 1000, 0640)},
	[LOCK] = {"lock", OF_SEGMENT(OP_CTL, M_LOCK)},
	[UNLOCK] = {"unlock", OF_SEGMENT(OP_CTL, M_UNLOCK)},
	[UNMAP_PART] = {"munmap of a part", PLAIN_CALL(OP_UNMAP, A + 3 * P, 2 * P)},
	[UNMAP] = {"munmap", PLAIN_CALL(OP_UNMAP, A, SIZE)},
	[PROTECT_PART] = {"mprotect of a part", PLAIN_CALL(OP_PROTECT, A + 3 * P, 2 * P, 1)},
	[PROTECT] = {"mprotect", PLAIN_CALL(OP_PROTECT, A, SIZE, 1)},
	[STORE] = {"store", PLAIN_CALL(OP_STORE, A + 4 * P)},
	[LOAD] = {"load", PLAIN_CALL(OP_LOAD, A + 4 * P)},
	[FORK] = {"fork", PLAIN_CALL(OP_FORK, 0)},
	[EXEC] = {"exec", PLAIN_CALL(OP_EXEC, 1)},
	[EXIT] = {"exit", PLAIN_CALL(OP_EXIT, 0)},
};

const struct start starts[] = {
	{"nothing", {{CALLS}, {CALLS}}},
	{"a segment", {{CREATE, CALLS}, {CALLS}}},
	{"attached by one", {{CREATE, ATTACH, STORE, CALLS}, {CALLS}}},
	{"attached by both", {{CREATE, ATTACH, STORE, CALLS}, {ATTACH, LOAD, CALLS}}},
	{"removed, attached by one", {{CREATE, ATTACH, REMOVE, CALLS}, {CALLS}}},
	{"removed, attached by both", {{CREATE, ATTACH, CALLS}, {ATTACH, REMOVE, CALLS}}},
	{"in pieces, attached by both",
         {{CREATE, ATTACH, STORE, UNMAP_PART, CALLS}, {ATTACH, PROTECT_PART, CALLS}}},
	{"the second of two slots", {{CREATE_PRIVATE, CREATE, CALLS}, {CALLS}}},
	{.name = NULL},
};

/* The calls of which triples are made: around creation, removal and fork. */
const enum call_name triple_calls[] = {CREATE, CREATE_EXCL, CREATE_PRIVATE, CREATE_OTHER,
                                       REMOVE, ATTACH,      FORK,           EXIT,
                                       DETACH, LOCK,        CALLS};
