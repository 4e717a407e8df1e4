/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * User pointers. Each copy is checked to lie in user space before the machine's raw copy
 * (machine.h) touches it. Callers copy an argument once and then check the copy: memory that
 * two processes share can change between a check and a second read.
 */
#include "vm/usercopy.h"

#include "abi/errno.h"
#include "base/sleep.h"
#include "debug/trace.h"

/* Returns whether n bytes from va on are all addresses that a program can have. */
static bool
in_user_space(vaddr_t va, size_t n)
{
	return va < USER_END && n <= USER_END - va;
}

int
copyin(void *to, vaddr_t from, size_t n)
{
	DOES_NOT_SLEEP;

	return in_user_space(from, n) ? user_copy_in(to, from, n) : EFAULT;
}

int
copyout(vaddr_t to, const void *from, size_t n)
{
	DOES_NOT_SLEEP;

	return in_user_space(to, n) ? user_copy_out(to, from, n) : EFAULT;
}

int
copyzero(vaddr_t to, size_t n)
{
	DOES_NOT_SLEEP;

	return in_user_space(to, n) ? user_copy_zero(to, n) : EFAULT;
}

int
copyinstr(char *to, vaddr_t from, size_t max, size_t *len)
{
	DOES_NOT_SLEEP;
	size_t n = 0;
	int err;

	if (from >= USER_END)
		return EFAULT;
	if (max > USER_END - from) {
		/* The end of user space comes before max bytes: no NUL means EFAULT. */
		err = user_copy_str(to, from, USER_END - from, &n);
		if (err == ENAMETOOLONG)
			err = EFAULT;
	} else {
		err = user_copy_str(to, from, max, &n);
	}
	if (err == 0)
		trace_bytes(from, n, to);
	if (err == 0 && len != NULL)
		*len = n;
	return err;
}
