/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Exploration of the kernel's own shm, ipc, vm and pmap on this machine: every sequence of a
 * world's calls, each compared with tests/model.
 *
 *	worlds.c    what the calls are, and with which arguments
 *	sides.c     makes a call on kernel and model, and compares the two
 *	form.c      the canonical form, by which a state is recognised
 *	snapshot.c  goes back to an earlier state
 *	search.c    breadth-first, by several processes
 *	interleave.c, coroutine.c, orders.c, situations.c
 *	            all interleavings of a few calls
 *	program.c   writes a sequence as a program of tests/user
 *
 * Only sides.c, form.c and snapshot.c see the kernel's headers, which define some of libc's names.
 */
#ifndef EXPLORE_H
#define EXPLORE_H

#include "../model/model.h"

/* ---- worlds.c ---- */

#define NOBODY UINT32_MAX
#define END 0xeeeeeeeeu /* ends a list */

/* Kinds of calls. */
enum {
	DO_GET = 1 << 0,
	DO_AT = 1 << 1,
	DO_DT = 1 << 2,
	DO_STAT = 1 << 3,
	DO_SET = 1 << 4,
	DO_RMID = 1 << 5,
	DO_LOCK = 1 << 6,
	DO_UNMAP = 1 << 7,
	DO_PROTECT = 1 << 8,
	DO_MAP = 1 << 9,
	DO_ACCESS = 1 << 10,
	DO_FORK = 1 << 11,
	DO_EXIT = 1 << 12,
	DO_EXEC = 1 << 13,
	DO_REMAP = 1 << 14,  /* attaches with SHM_REMAP */
	DO_WRONG = 1 << 15,  /* calls that must be refused, whatever the state is */
	DO_RDONLY = 1 << 16, /* attaches with SHM_RDONLY */
};

struct piece {
	uint32_t start, pages; /* pages == 0: the end of the list */
};

struct world {
	const char *name, *about;
	unsigned depth; /* how far to explore it, unless another depth is given */
	struct limits limit;
	unsigned procs;              /* how many processes there may be at a time */
	uint32_t uid[M_PROCS];       /* of those that there are at first; then NOBODY */
	unsigned what;               /* DO_* */
	const uint32_t *keys;        /* the lists end with END */
	const uint32_t *sizes;       /* bytes */
	const uint32_t *modes;       /* of shmget and IPC_SET */
	const uint32_t *owners;      /* of IPC_SET */
	const uint32_t *places;      /* addresses for shmat; 0: the kernel chooses */
	const uint32_t *detaches;    /* addresses for shmdt */
	const struct piece *pieces;  /* for munmap and mprotect */
	const struct piece *private; /* for mmap */
	const uint32_t *prots;       /* for mprotect */
	const uint32_t *pages;       /* addresses of loads and stores */
};
extern const struct world worlds[];
const struct world *world_named(const char *name);

/* A call of a world. What depends on the state is filled in by step_call(). */
struct step {
	uint8_t op, who;
	uint8_t slot; /* the slot of the segment whose identifier is a[0]; NO_SLOT: a[0] as it is */
	uint8_t off;  /* how many sequence numbers further: then it is no segment's */
	uint32_t a[6];
};
#define NO_SLOT 255
#define STEPS_MAX 4096
extern struct step *steps;
extern unsigned nsteps, world_procs;
/* Make the list of the world's calls. */
void steps_make(const struct world *w);

/* ---- sides.c ---- */

/* Start the kernel and the model, in the world's first state. */
void sides_boot(const struct world *w);
/* Fill in the call that step i is in this state. Returns false if it cannot be made: there is no
 * such process, or no other that could be forked. */
bool step_call(unsigned i, struct call *c);
/* Make the call in the kernel. */
void kernel_call(const struct call *c, struct reply *r);
/* For interleave.c: let the model have what a call has taken that will fail (a shmget its slot
 * and its memory, a shmat its count), and take it back. model_hold() returns false if the call
 * takes nothing. */
bool model_hold(const struct call *c, unsigned *slot);
void model_give_back(const struct call *c, unsigned slot);
/* Make the call in the model, and compare its answer with the kernel's. */
bool model_agrees(const struct call *c, const struct reply *r);
/* If the call was an IPC_STAT, compare what it has shown. */
bool stat_same(const struct call *c, const struct reply *r);
/* Compare all that can be seen in both: segments, what is mapped, and memory. */
bool sides_same(void);
extern bool sides_quiet; /* say nothing about a difference */
/* Check the kernel's own invariants. Changes caches; ends the process if one does not hold. */
void kernel_audit(void);
/* Make the next call's allocation number n, from 0, fail; -1: none. Returns whether one has failed
 * since. */
void fail_from(int n);
bool fail_happened(void);

/* ---- form.c ---- */

/* 128 bits: among a thousand million states two share one with a chance of 1 in 10^20. */
struct form {
	uint64_t lo, hi;
};
/* Returns the form of the present state. Without `caches`, that of all that a result may depend
 * on. */
struct form form_now(bool caches);

/* ---- snapshot.c ---- */

/* Keep the state of kernel and model; go back to it, as often as wanted. */
void snapshot_take(unsigned which);
void snapshot_back(unsigned which);
#define SNAPSHOTS 2
unsigned snapshot_bytes(void);

/* ---- search.c ---- */

/* Explore the world breadth-first, to the depth (0: the world's own), by so many processes, and
 * with every allocation of every call failing in turn down to the depth `failing`. What is found
 * is kept in the directory, and a later search of the same program continues there. Returns 0; 1
 * if kernel and model differ; 2 if it was interrupted. */
int search(const struct world *w, unsigned depth, unsigned failing, unsigned jobs,
           const char *directory);

/* ---- coroutine.c, for interleave.c ---- */

void coroutines_init(unsigned n);
/* Make coroutine i anew: body() is what it does, and never returns. */
void coroutine_make(unsigned i, void (*body)(void));
/* Let coroutine i run until it leaves; leave coroutine i, the one that runs. */
void coroutine_enter(unsigned i);
void coroutine_leave(unsigned i);

/* ---- program.c ---- */

/* Write the sequence of n steps, from the first state on, as a program of tests/user. */
void program_write(const struct world *w, const uint16_t *path, unsigned n, const char *why,
                   const char *file);

#endif
