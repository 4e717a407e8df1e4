/* SPDX-License-Identifier: BSD-2-Clause */
/* User pointers: the one gate between the kernel's memory and a program's. */
#ifndef USERCOPY_H
#define USERCOPY_H

#include <machine.h>

/* => 0 or EFAULT; the ranges may be anything. May fault pages in. */
int copyin(void *to, vaddr_t from, size_t n);
int copyout(vaddr_t to, const void *from, size_t n);
int copyzero(vaddr_t to, size_t n);
/* A string with its NUL, at most max bytes. => EFAULT, ENAMETOOLONG.
 * len may be NULL. */
int copyinstr(char *to, vaddr_t from, size_t max, size_t *len);

#endif
