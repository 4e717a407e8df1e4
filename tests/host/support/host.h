/* SPDX-License-Identifier: BSD-2-Clause */
/* A machine for the portable kernel, processes without a scheduler, and an
 * audit of all that the kernel holds. */
#ifndef HOST_H
#define HOST_H

#include "mem/frame.h"
#include "proc/proc.h"
#include "shm/shm.h"
#include "tap.h"
#include "vm/tree.h"
#include "vm/usercopy.h"

/* ---- machine.c ---- */

/* RAM of so many frames, the first `low` of them low, with a hole in the
 * middle; the kernel's subsystems come up with that command line. */
void host_boot(uint32_t frames, uint32_t low, const char *cmdline);
/* The (n+1)th call from now that may fail for want of memory does; -1: none. */
extern int host_fail;
/* kmem.c itself, instead of the host's allocator that sees stray accesses. */
extern bool host_kmem;
extern unsigned host_objects;    /* from kmem_alloc, not yet freed */
extern uint32_t host_stack_most; /* bytes, of everybody */
extern uint32_t host_subtick;    /* what machine_subtick_ns() tells */
extern uint32_t host_free;       /* frames, at the end of host_boot() */
uint32_t host_free_high(void);

/* A word of the current process's memory as its program would reach it, by the
 * TLB, page tables and faults. => 0 or SEGV_*. */
int host_load(vaddr_t va, uint32_t *word);
int host_store(vaddr_t va, uint32_t word);

/* ---- host.c ---- */

#define HOST_PROCS 16
extern struct proc *host_procs[HOST_PROCS];
extern unsigned host_wakeups;
/* What is done while `why` makes a process sleep; its result is tsleep's. */
extern int (*host_sleep)(const char *why);

/* A process with an empty space and these ids; it runs. */
struct proc *host_spawn(uint32_t uid, uint32_t gid);
void host_run(struct proc *p);
/* A child of the current process, which goes on. NULL: ENOMEM. */
struct proc *host_fork(void);
void host_exit(struct proc *p);
/* The current process's space is replaced by an empty one. */
void host_exec(void);

/* Objects that a test itself holds one reference on each. */
extern struct vm_object *host_held[16];
/* Walk every table there is: each frame, object, attach and promise is held
 * exactly as often as it is counted. => fatal() if not. */
void host_audit(void);
/* Everything as at the start; the plan. => main's result. */
int host_end(void);

/* vm_object_create() with frames in rows. */
int host_object_large(uint32_t npages, struct vm_object **out);
/* Private or (obj) shared memory in the current space. */
int host_map(vaddr_t va, uint32_t pages, int prot, struct vm_object *obj);

#endif
