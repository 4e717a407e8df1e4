/* SPDX-License-Identifier: BSD-2-Clause */
/* The kernel's own memory: objects of up to a page. None of the calls sleeps. */
#ifndef KMEM_H
#define KMEM_H

#include <stddef.h>

#define KMEM_MAX 4096u   /* bytes: the largest object that can be allocated */
#define KMEM_SMALL 2016u /* bytes: the largest that shares its page with others */

/* Make a page for each size ready, at boot. Calls noboot() if there is no memory. */
void kmem_init(void);
/* Returns size bytes of zeros, aligned to 16 bytes, or to a page if they are more than
 * KMEM_SMALL; NULL if there is no memory. size is at most KMEM_MAX. */
void *kmem_alloc(size_t size);
/* Returns size bytes, at most KMEM_SMALL, whose content is undefined: the caller sets all of
 * them. Returns NULL if there is no memory. */
void *kmem_get(size_t size);
/* Returns a copy of the size bytes at `from`, at most KMEM_MAX; NULL if there is no memory. */
void *kmem_copy(const void *from, size_t size);
/* Free what one of these calls returned. p may be NULL. */
void kmem_free(void *p);

#endif
