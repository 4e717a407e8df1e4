/* SPDX-License-Identifier: BSD-2-Clause */
/* User pointers: the only way by which data passes between the kernel's memory and a
 * program's. */
#ifndef USERCOPY_H
#define USERCOPY_H

#include <machine.h>

/* Copy n bytes from the current process's memory, or to it, or clear n bytes there. Any
 * address and length may be given: they are checked. Returns 0; or EFAULT if a byte can't be
 * accessed as vm_fault() would allow, with those before it possibly copied. Pages are faulted
 * in. Does not sleep. */
int copyin(void *to, vaddr_t from, size_t n);
int copyout(vaddr_t to, const void *from, size_t n);
int copyzero(vaddr_t to, size_t n);
/* Copy a string with its NUL, at most max bytes in all, from the current process's memory.
 * Returns 0 with its length without the NUL in *len, unless len is NULL; ENAMETOOLONG if
 * there is no NUL in max bytes; EFAULT. Does not sleep. */
int copyinstr(char *to, vaddr_t from, size_t max, size_t *len);

#endif
