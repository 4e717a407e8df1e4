/* SPDX-License-Identifier: BSD-2-Clause */
/* Small kernel objects. */
#ifndef KMEM_H
#define KMEM_H

#include <stddef.h>

#define KMEM_MAX 4096u   /* the largest object, bytes */
#define KMEM_SMALL 2016u /* the largest that shares its page */

/* Once, before the first of these; NOBOOT when there is too little memory. */
void kmem_init(void);
/* size bytes, cleared, aligned to 16 (to a page if more than KMEM_SMALL).
 * => NULL when memory is out; does not sleep. */
void *kmem_alloc(size_t size);
/* One of at most KMEM_SMALL that holds anything: all of it is to be set. */
void *kmem_get(size_t size);
/* One that holds what is at from. */
void *kmem_copy(const void *from, size_t size);
void kmem_free(void *p); /* NULL is allowed */

#endif
