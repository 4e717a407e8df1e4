/* SPDX-License-Identifier: BSD-2-Clause */
/* Starting a program. */
#ifndef EXEC_H
#define EXEC_H

#include <stddef.h>

#define EXEC_ARG_PAGES 32u /* 128 KiB of arguments; more is E2BIG */

/* Arguments and environment as one block of strings, each with its NUL. */
struct exec_args {
	char *pages[EXEC_ARG_PAGES]; /* the block, a page at a time */
	size_t len;                  /* bytes used */
	unsigned argc, envc;
};

/* Replace the current process's image. args is kernel memory, not freed.
 * => an errno with the old image untouched: ENOENT, EACCES, ENOEXEC, ENOMEM,
 * E2BIG; *reason (may be NULL) then says why in words. */
int exec_image(const char *path, struct exec_args *args, const char **reason);

int exec_args_add(struct exec_args *args, const char *s);
void exec_args_free(struct exec_args *args);

#endif
