/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Extended attributes: no file has any, and none can be set. The calls check their arguments
 * first, in Linux's order, and then return EOPNOTSUPP or an empty list.
 */
#include "abi/errno.h"
#include "sys/sys_path.h"
#include "sys/syscall.h"
#include "vm/usercopy.h"

/* Check an attribute's name in user memory. Returns 0, EFAULT, or ERANGE if it is empty or too
 * long. */
static int
check_name(vaddr_t name)
{
	char buf[XATTR_NAME_MAX + 1];
	int err = copyinstr(buf, name, sizeof(buf), NULL);

	return err == ENAMETOOLONG || (err == 0 && buf[0] == '\0') ? ERANGE : err;
}

/* Returns 0 if size bytes of user memory at `from` can be read, else E2BIG or EFAULT. */
static int
check_value(vaddr_t from, uint32_t size)
{
	char buf[256];
	int err = 0;

	if (size > XATTR_SIZE_MAX)
		return E2BIG;
	while (err == 0 && size > 0) {
		uint32_t n = size < sizeof(buf) ? size : sizeof(buf);

		err = copyin(buf, from, n);
		from += n;
		size -= n;
	}
	return err;
}

/* setxattr(): arg is name, value, size and flags. */
static int
set_xattr(struct node *n, const uint32_t *arg, uint32_t *result)
{
	int err = arg[3] & ~(XATTR_CREATE | XATTR_REPLACE) ? EINVAL : check_name(arg[0]);

	if (err == 0)
		err = check_value(arg[1], arg[2]);
	return err != 0 ? err : EOPNOTSUPP;
}

/* getxattr() and removexattr(): arg is the name. */
static int
find_xattr(struct node *n, const uint32_t *arg, uint32_t *result)
{
	int err = check_name(arg[0]);

	return err != 0 ? err : EOPNOTSUPP;
}

static int
list_xattrs(struct node *n, const uint32_t *arg, uint32_t *result)
{
	*result = 0;
	return 0;
}

#define XATTR_CALLS(call, fn)                                                                      \
	PATH_CALL(call, AT_FDCWD, arg[0], 0, fn, arg + 1)                                          \
	PATH_CALL(l##call, AT_FDCWD, arg[0], AT_SYMLINK_NOFOLLOW, fn, arg + 1)                     \
	FILE_CALL(f##call, fn)

XATTR_CALLS(setxattr, set_xattr)
XATTR_CALLS(getxattr, find_xattr)
XATTR_CALLS(removexattr, find_xattr)
XATTR_CALLS(listxattr, list_xattrs)
