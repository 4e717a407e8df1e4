/* SPDX-License-Identifier: BSD-2-Clause */
/* A file's content as an object, and who maps it. */
#ifndef FILE_MAP_H
#define FILE_MAP_H

#include "vm/space.h"

struct node;

/* Every object that can change its size is one of these. */
struct file_map {
	struct vm_object object; /* first: its last reference frees all of this */
	struct node *node;       /* whose content it is; NULL: that has gone */
	uint32_t writers;        /* of these, the shared ones that may be written to */
	struct vm_entry *shown;  /* the entries that show it, of all spaces */
};

static inline struct file_map *
file_map_of(struct vm_object *obj)
{
	ASSERT(!obj->fixed);
	return (struct file_map *)obj;
}

/* n's content, of no bytes, with one reference. => NULL: no memory. */
struct vm_object *file_map_create(struct node *n);
/* Mappings do not show the pages from `from` on any more: a touch there is SIGBUS
 * once the object is smaller. */
void file_map_forget(struct vm_object *obj, uint32_t from);

#endif
