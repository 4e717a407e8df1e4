/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The trace: what happens in the kernel, event by event. The debug kernel and the trace kernel
 * (the release kernel with TRACE) keep the last events in a ring, which a panic prints the end
 * of. With the word "trace" on the command line each event also goes to the machine's trace
 * port as it happens; tools/run --trace and --strace read it there. In the release kernel
 * trace() is nothing, so it costs no instruction.
 */
#ifndef TRACE_H
#define TRACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * The events, with the meanings of their arguments. trace.c has a format for each, in the same
 * order, and tools/trace reads both lists.
 *
 * Each event belongs to the current process, unless its line says otherwise.
 */
enum trace_kind {
	TRACE_START,       /* free frames, pages committed: where the counts below start */
	TRACE_NAME,        /* pid, -, text: the name of that process */
	TRACE_FORK,        /* pid of the child */
	TRACE_EXIT,        /* status, as wait4 gives it */
	TRACE_SWITCH,      /* pid of the process that runs next; 0: none does */
	TRACE_SLEEP,       /* channel, ticks (0: without limit), text: what for */
	TRACE_WAKE,        /* pid that is made runnable, result of its tsleep(), text: from what */
	TRACE_CALL,        /* number, six arguments */
	TRACE_BYTES,       /* address, how many, the first of them: read or written by the call */
	TRACE_RETURN,      /* number, result as the program gets it */
	TRACE_SIGNAL,      /* signal taken, si_code, then its address, or pid, uid and status */
	TRACE_FAULT,       /* address, access (PROT_*) of a page fault */
	TRACE_FRAME_ALLOC, /* first frame, how many, kind (enum frame_kind), free frames */
	TRACE_FRAME_FREE,  /* frame, 1, kind, free frames */
	TRACE_COMMIT,      /* pages, tables, all that is committed then */
	TRACE_RELEASE,     /* pages, tables, all that is committed then */
	TRACE_SHM_GET,     /* id of a new segment, key, bytes */
	TRACE_SHM_ATTACH,  /* id, address, pid of the process (0: the child of this fork), nattch */
	TRACE_SHM_DETACH,  /* id, pid that is recorded, nattch */
	TRACE_SHM_REMOVE,  /* id, nattch */
	TRACE_SHM_FREE,    /* id */
	TRACE_KINDS
};

#define TRACE_ARGS 11
#define TRACE_TEXT 36 /* bytes of text, in the place of the last nine arguments */

struct trace_event {
	uint64_t cycles; /* machine_cycles() */
	uint16_t kind;   /* enum trace_kind */
	uint16_t pid;    /* of the current process; 0 before there is one */
	uint32_t arg[TRACE_ARGS];
};

#ifdef TRACE
#define TRACING true /* this kernel has a trace */
/* Record an event. Does not sleep. */
void trace_put(enum trace_kind kind, const uint32_t arg[TRACE_ARGS]);
/* Record an event with two arguments and the first TRACE_TEXT - 1 bytes of a string. */
void trace_text(enum trace_kind kind, uint32_t a, uint32_t b, const char *text);
/* Record the first TRACE_TEXT of n bytes that a call reads or writes at a program's address. */
void trace_bytes(uint32_t va, size_t n, const void *bytes);
#define trace(kind, ...) trace_put(kind, (const uint32_t[TRACE_ARGS]){__VA_ARGS__})
/* Start to write events to the trace port, if the command line says so. */
void trace_init(void);
/* Print the last n events by calls of print, each with its time in units of 1,024 cycles and the
 * process that it belongs to. Returns true; false if this kernel keeps no trace. */
bool trace_print(unsigned n, void (*print)(const char *fmt, ...));
/* Write into buf, as text for the printed trace: a call with its arguments, a call with its result,
 * or bytes in quotes, with a dot for each that cannot be printed. */
void trace_call_text(char *buf, size_t size, uint32_t number, const uint32_t arg[6]);
void trace_result_text(char *buf, size_t size, uint32_t number, uint32_t result);
void trace_bytes_text(char *buf, size_t size, const char *bytes, size_t n);
#else
#define TRACING false
#define trace(kind, ...) ((void)0)
#define trace_text(kind, a, b, text) ((void)0)
#define trace_bytes(va, n, bytes) ((void)0)
#define trace_init() ((void)0)
static inline bool
trace_print(unsigned n, void (*print)(const char *fmt, ...))
{
	return false;
}
#endif

#endif
