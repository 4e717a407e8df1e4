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

/* setxattr(): check flags, name and value, in this order. Returns EINVAL, another error of the
 * checks, or EOPNOTSUPP. */
static int
set_xattr(struct node *n, const uint32_t *arg, uint32_t *result)
{
	vaddr_t name = arg[0], value = arg[1];
	uint32_t size = arg[2], flags = arg[3];
	int err = flags & ~(XATTR_CREATE | XATTR_REPLACE) ? EINVAL : check_name(name);

	if (err == 0)
		err = check_value(value, size);
	return err != 0 ? err : EOPNOTSUPP;
}

/* Answer getxattr() and removexattr(): after a check of the name EOPNOTSUPP, for no node has
 * attributes. */
static int
find_xattr(struct node *n, const uint32_t *arg, uint32_t *result)
{
	vaddr_t name = arg[0];
	int err = check_name(name);

	return err != 0 ? err : EOPNOTSUPP;
}

/* Answer listxattr(): a list of length 0, for no node has attributes. */
static int
list_xattrs(struct node *n, const uint32_t *arg, uint32_t *result)
{
	*result = 0;
	return 0;
}

/* Define the three forms of a call, whose second argument is `second`. */
#define XATTR_CALLS(call, second, fn)                                                              \
	PATH_CALL(call, AT_FDCWD, arg->call.path, 0, fn, &arg->call.second)                        \
	PATH_CALL(l##call, AT_FDCWD, arg->l##call.path, AT_SYMLINK_NOFOLLOW, fn,                   \
	          &arg->l##call.second)                                                            \
	FILE_CALL(f##call, fn)

XATTR_CALLS(setxattr, name, set_xattr)
XATTR_CALLS(getxattr, name, find_xattr)
XATTR_CALLS(removexattr, name, find_xattr)
XATTR_CALLS(listxattr, list, list_xattrs)
