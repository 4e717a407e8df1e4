/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The up-calls of vm/: it tells the owner of an entry's memory what happens to the entry, and
 * asks for the current process's limits. The rooms above define them: shm/ for attaches, fs/
 * for mappings of files, proc/ for limits. None of them sleeps.
 */
#ifndef VM_OWNER_H
#define VM_OWNER_H

#include <machine.h>

struct shm_cut;
struct vm_entry;
struct vm_object;
struct vm_space;

/* ---- Attaches: shm/. An attach lasts as long as any piece of it is mapped. ---- */

/* Allocate what shm_cut() takes to split e, if e is an attach that is not in pieces yet.
 * Returns 0 with the memory in *out, which goes to shm_cut() or to kmem_free(), and with
 * NULL there if none is needed; or ENOMEM. */
int shm_cut_reserve(const struct vm_entry *e, struct shm_cut **out);
/* Record that an attach, or a piece of one, is split: lower keeps the lower part, and upper,
 * still a copy of lower, becomes the rest. fresh comes from shm_cut_reserve(). */
void shm_cut(struct vm_space *sp, struct vm_entry *lower, struct vm_entry *upper,
             struct shm_cut *fresh);
/* Record that e, an attach or a piece of one, is unmapped. If no other piece is left the
 * segment is detached. The caller drops e's reference on the segment afterwards. */
void shm_entry_gone(struct vm_space *sp, struct vm_entry *e);
/* Detach every segment that sp has attached, for sp is about to be freed. The entries and
 * their references stay. */
void shm_detach_all(struct vm_space *sp);
/* Count the attaches that `to` inherits in a fork: it has copies of all of `from`'s entries
 * already. Returns 0, or ENOMEM with nothing counted. */
int shm_inherit(const struct vm_space *from, struct vm_space *to);

/* ---- Mappings of files, and shared anonymous ones: fs/file_map.c ---- */

/* Take a reference on e's object, which is not NULL, for the entry e of sp. If the object is
 * a file's content, e joins the list of the entries that show the file. */
void file_map_show(struct vm_space *sp, struct vm_entry *e);
/* Take e off the list of its file, and drop the reference. */
void file_map_unshow(struct vm_entry *e);
/* Find the file whose content is obj, its inode number and a path to it. Returns false if obj is
 * no file's, the file has no name, or its path does not fit into size bytes. */
bool fs_object_name(struct vm_object *obj, uint32_t *ino, char *path, size_t size);

/* ---- Limits of the current process: proc/limits.c ---- */

/* Returns how many bytes its stack may have (RLIMIT_STACK); UINT32_MAX: no limit. */
uint32_t vm_stack_most(void);
/* Returns how many pages it may lock (RLIMIT_MEMLOCK); UINT32_MAX: no limit. */
uint32_t vm_lock_most(void);

#endif
