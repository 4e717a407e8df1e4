/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What vm/ tells the owners of an entry's memory, and asks of those who set limits. These
 * are vm's only calls upwards. The rooms above define them: shm/ for attaches of segments,
 * fs/ for mappings of files, proc/ for limits. None of them sleeps.
 */
#ifndef VM_OWNER_H
#define VM_OWNER_H

#include <machine.h>

struct shm_cut;
struct vm_entry;
struct vm_space;

/* ---- Attaches: shm/. An attach lives as long as any piece of it is mapped. ---- */

/* Have the memory for it that e, if it is a whole attach, is split: *out, for shm_cut() or
 * kmem_free(); NULL if none is needed. Returns ENOMEM. */
int shm_cut_reserve(const struct vm_entry *e, struct shm_cut **out);
/* Record that lower is split, and that upper, a copy of it, will be the rest. fresh is what
 * was reserved. */
void shm_cut(struct vm_space *sp, struct vm_entry *lower, struct vm_entry *upper,
             struct shm_cut *fresh);
/* The entry goes; with the last of an attach that is detached. */
void shm_entry_gone(struct vm_space *sp, struct vm_entry *e);
/* The space ends: all of its attaches do. */
void shm_detach_all(struct vm_space *sp);
/* Fork: `to` has copies of all of `from`'s entries.
 * => ENOMEM with nothing counted. */
int shm_inherit(const struct vm_space *from, struct vm_space *to);

/* ---- Mappings of files, and shared anonymous ones: fs/file_map.c ---- */

/* e, of sp, has a reference on its object, if it has one, and drops it. A file
 * (file_map.c) knows who does. */
void file_map_show(struct vm_space *sp, struct vm_entry *e);
void file_map_unshow(struct vm_entry *e);

/* ---- Limits of the current process: proc/limits.c ---- */

/* Returns how many bytes of stack it may have. */
uint32_t vm_stack_most(void);
/* Returns how many pages it may lock. */
uint32_t vm_lock_most(void);

#endif
