/* SPDX-License-Identifier: BSD-2-Clause */
/* Checks, when the kernel is compiled, that a structure has its published layout. */
#ifndef LAYOUT_H
#define LAYOUT_H

#define SIZE(type, bytes) _Static_assert(sizeof(struct type) == (bytes), #type " is " #bytes)
#define AT(type, field, offset)                                                                    \
	_Static_assert(__builtin_offsetof(struct type, field) == (offset),                         \
	               #type "." #field " is at " #offset)

#endif
