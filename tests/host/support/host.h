/* SPDX-License-Identifier: BSD-2-Clause */
/* Support for the host tests, which run the portable kernel as a program of this machine: a
 * simulated machine, processes without a scheduler, and an audit of all that the kernel
 * allocates. */
#ifndef HOST_H
#define HOST_H

#include "mem/frame.h"
#include "proc/proc.h"
#include "shm/shm.h"
#include "tap.h"
#include "vm/tree.h"
#include "vm/usercopy.h"

/* ---- machine.c ---- */

/* Makes RAM of `frames` frames, the first `low` of them low frames, with a hole in the middle,
 * and starts the kernel's subsystems with the command line. */
void host_boot(uint32_t frames, uint32_t low, const char *cmdline);
/* With host_fail n, the (n+1)th allocation from now fails; -1: none does. */
extern int host_fail;
/* True: small objects come from kmem.c; false: from the host's allocator, in which the
 * sanitizer detects stray accesses. */
extern bool host_kmem;
extern unsigned host_objects;    /* objects allocated by kmem_alloc() and not yet freed */
extern uint32_t host_stack_most; /* every process's stack limit, in bytes */
extern uint32_t host_subtick;    /* what machine_subtick_ns() returns */
extern uint32_t host_free;       /* free frames at the end of host_boot() */
/* Returns the number of free high frames. */
uint32_t host_free_high(void);

/* Load or store a word of the current process's memory as its program would, through the TLB,
 * page tables and page faults. Return 0 or SEGV_*. */
int host_load(vaddr_t va, uint32_t *word);
int host_store(vaddr_t va, uint32_t word);
/* Let the TLB have va of the current process, as it may at any time if a page is shown there. */
void host_tlb_load(vaddr_t va);
void host_tlb_flush(void);
/* Returns false if the TLB has va with another frame, or with more rights, than the page tables. */
bool host_tlb_fresh(vaddr_t va);

/* Returns true if fn fails an assertion, or if there are none: make coverage leaves them out. */
static inline bool
asserts(void (*fn)(void))
{
#ifdef DEBUG
	return panics(fn);
#else
	(void)fn;
	return true;
#endif
}

/* ---- host.c ---- */

#define HOST_PROCS 16
extern struct proc *host_procs[HOST_PROCS];
extern unsigned host_wakeups;
/* Called by tsleep(), whose result it returns; NULL: a sleep panics. */
extern int (*host_sleep)(const char *why);
/* The other arguments of that tsleep(). */
extern const void *host_chan;
extern int host_flags;
extern int64_t host_ticks;
/* Called where the kernel gives way, and by wakeup(); NULL: nothing is. */
extern void (*host_point)(void);
extern void (*host_woken)(const void *chan);

/* Makes a process with an empty space and these effective ids, and lets it run. */
struct proc *host_spawn(uint32_t uid, uint32_t gid);
/* Makes p the current process; NULL: none. */
void host_run(struct proc *p);
/* Forks the current process, which continues to run. Returns the child, or NULL for ENOMEM. */
struct proc *host_fork(void);
/* Ends p. */
void host_exit(struct proc *p);
/* Replaces the current process's space by an empty one. */
void host_exec(void);

/* Objects on which the test itself holds one reference each. */
extern struct vm_object *host_held[16];
/* Walks all tables and checks that the references to each frame and object, the attaches and
 * the promises are as many as the kernel counts. Calls fatal() if not. */
void host_audit(void);
/* Ends all processes, checks that everything is free as at the start, and prints the plan.
 * Returns main's result. */
int host_end(void);

/* Like vm_object_create(), but makes an object of large pages. */
int host_object_large(uint32_t npages, struct vm_object **out);
/* Maps private memory, or obj if it is not NULL, in the current space. Returns vm_map()'s
 * result. */
int host_map(vaddr_t va, uint32_t pages, int prot, struct vm_object *obj);

#endif
