/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The world that each trial finds, for undone.c, its digest of the visible state (undone_state.h)
 * and its table of calls (undone_calls.h).
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

/* Memory at fixed addresses. Nothing is mapped after the page GOOD. The call writes its results
 * into that page: argument n points to OUT(n). */
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

/* Descriptors. FILE_FD has the offset 3 in the ten bytes of "file". The pipe holds PIPE_TEXT; a
 * page less one byte went through it before. */
enum { FILE_FD = 10, READ_FD, DIR_FD, PIPE_R, PIPE_W, TTY_FD, FAIL_FD };
#define PIPE_TEXT "pipe data"

/* Arguments that stand for numbers which only the trial knows. */
#define SEGMENT 0x7e570001u /* a segment's identifier */
#define ZOMBIE 0x7e570002u  /* a child that has ended with status 7 */
#define PAUSED 0x7e570003u  /* a child that waits */
#define SELF 0x7e570004u

#define A(pointer) ((uint32_t)(pointer))

/*
 * A row: arguments with which the call must work in that world. A string gets a bad address because
 * syscalls.def says that it is one. Other pointers get one because the row says how many bytes the
 * call writes to (out) or reads from (in) them.
 */
struct row {
	const char *name, *what; /* the name in syscalls.def; what this row is about */
	const char *never;       /* why the call isn't made */
	uint32_t a[6];
	uint16_t out[6], in[6];
	uint32_t *word;  /* where one more pointer of the call is stored */
	uint16_t size;   /* bytes that the call writes through it */
	uint32_t kept;   /* BIT(n): a bad argument n is no error */
	const char *why; /* why that is right, here and in docs/abi.md */
	void (*setup)(uint32_t *a);
	long (*call)(const uint32_t *a); /* called instead of syscall() */
	int error;                       /* the call has worked if it fails in this way */
	bool gone;                       /* the call has worked if the process ends with status 0 */
};
#define BIT(n) (1u << (n))
