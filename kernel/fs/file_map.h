/* SPDX-License-Identifier: BSD-2-Clause */
/* The content of a file as an object, with a list of the entries that show it. */
#ifndef FILE_MAP_H
#define FILE_MAP_H

#include "vm/space.h"

struct node;

/* Every object that can change its size (!fixed) is part of a file_map. */
struct file_map {
	struct vm_object object; /* first, since its last reference frees the file_map */
	struct node *node;       /* the file; NULL: it has been freed, but is still mapped */
	uint32_t writers;        /* entries in `shown` that may write to the file */
	struct vm_entry *shown;  /* the entries of all spaces that show the object */
};

/* Returns the file_map that obj, which must not be fixed, is part of. */
static inline struct file_map *
file_map_of(struct vm_object *obj)
{
	ASSERT(!obj->fixed);
	return (struct file_map *)obj;
}

/* Returns a new object of 0 pages for the content of n, with one reference, or NULL if memory is
 * out. */
struct vm_object *file_map_create(struct node *n);
/* Hide the pages of obj from page number `from` on in all mappings. The caller shrinks the object
 * next: then an access to one of these pages gets SIGBUS. Does not sleep. */
void file_map_hide(struct vm_object *obj, uint32_t from);

#endif
