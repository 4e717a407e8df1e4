/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What undone.c, its digest of the visible state (undone_state.h) and its table of
 * calls (undone_calls.h) share: the world that each trial finds.
 */
#pragma once

#include "tap.h"

#include "abi/fcntl.h"
#include "abi/misc.h"
#include "abi/mman.h"
#include "abi/poll.h"
#include "abi/stat.h"
#include <stdbool.h>
#include <sys/stat.h>

#define ROOM "/tmp/undone"
#define ROUNDS 200

/* Memory at fixed places. What is behind the page GOOD is not mapped; the answers of a
 * call go to its page, by number of the argument. */
#define GOOD 0x50000000u
#define OUT(n) (GOOD + (n)*0x200)
#define READ_ONLY 0x50010000u
#define PRIVATE 0x51000000u /* four pages */
#define SEGMENT_AT 0x52000000u
#define FILE_AT 0x53000000u
#define ALTSTACK 0x54000000u
#define NOTHING 0x58000000u
#define KERNEL 0xc0001000u
#define FREE 0xa0000000u

/* Descriptors. FILE_FD stands at 3 of the ten bytes of "file"; the pipe holds PIPE_TEXT,
 * and a byte fewer than a page before it has been read. */
enum { FILE_FD = 10, READ_FD, DIR_FD, PIPE_R, PIPE_W, TTY_FD, FAIL_FD };
#define PIPE_TEXT "pipe data"

/* Arguments that stand for a number that is known only when the trial runs. */
#define SEGMENT 0x7e570001u /* a segment's identifier */
#define ZOMBIE 0x7e570002u  /* a child that has ended with status 7 */
#define PAUSED 0x7e570003u  /* a child that waits */
#define SELF 0x7e570004u

#define A(pointer) ((uint32_t)(pointer))

/*
 * A row. The call must work with these arguments in that world. A string is given a bad
 * address because syscalls.def says that it is one; other pointers because the row says
 * how many bytes are written to (out) or read from (in) it.
 */
struct row {
	const char *name, *what; /* of syscalls.def; what this row is about */
	const char *never;       /* the call isn't made: why */
	uint32_t a[6];
	uint16_t out[6], in[6];
	uint32_t *word;  /* a pointer to `size` bytes to be written that is no argument */
	uint16_t size;   /* stands here */
	uint32_t kept;   /* BIT(n): a bad argument n is no error, and `why` that is right */
	const char *why; /* to say so here and in docs/abi.md */
	void (*setup)(uint32_t *a);
	long (*call)(const uint32_t *a); /* instead of syscall() */
	int error;                       /* it works when it fails in this way */
	bool gone;                       /* it works when the process ends with status 0 */
};
#define BIT(n) (1u << (n))
