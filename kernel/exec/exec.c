/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * exec: a file becomes the program of the current process. The new space is made beside the old
 * one, which is destroyed only when nothing can fail any more.
 */
#include "exec/exec.h"

#include "abi/errno.h"
#include "base/printf.h"
#include "base/string.h"
#include "debug/trace.h"
#include "fs/file.h"
#include "mem/frame.h"
#include "mem/kmem.h"
#include "proc/proc.h"
#include "vm/space.h"

#define PIE_BASE 0x10000000u /* address of a position-independent program */
#define SCRIPT_LINE 256u     /* bytes that are read of a script's first line */
#define SCRIPT_DEPTH 5u      /* scripts whose interpreter is a script, at most */

/* ---- Scripts ---- */

/* Returns whether c separates words in a script's first line. */
static bool
is_space(char c)
{
	return c == ' ' || c == '\t';
}

/*
 * Reads a script's first line: "#! interpreter [argument]", where the argument is the rest of the
 * line without the spaces around it. Returns true with *interp and *arg (NULL: none) in `line`,
 * which has room for SCRIPT_LINE + 1 bytes. Returns false with *err 0 if the file is no script,
 * with *err ENOEXEC if it names no interpreter, or too long a one.
 */
static bool
script_line(const struct image *im, char *line, char **interp, char **arg, int *err)
{
	size_t n = image_peek(im, line, SCRIPT_LINE);
	char *s = line + 2, *end = line;
	bool cut_off;

	line[n] = '\0';
	*err = 0;
	if (n < 2 || line[0] != '#' || line[1] != '!')
		return false;
	while (*end != '\0' && *end != '\n')
		end++;
	/* A longer line may be cut off in the argument, but not in the interpreter's path. */
	cut_off = end == line + SCRIPT_LINE;
	while (!cut_off && is_space(end[-1]))
		end--;
	*end = '\0';
	while (is_space(*s))
		s++;
	*interp = s;
	while (*s != '\0' && !is_space(*s))
		s++;
	if (s <= *interp || (cut_off && *s == '\0')) {
		*err = ENOEXEC;
		return false;
	}
	while (is_space(*s))
		*s++ = '\0';
	*arg = *s != '\0' ? s : NULL;
	return true;
}

/* Open the program at path. If that is a script, open its interpreter instead, with the script's
 * path in place of the first argument, and before it the interpreter and its argument. Returns 0,
 * an error of image_open(), ENOEXEC, ELOOP, E2BIG or ENOMEM. */
static int
open_program(struct image *im, const char *path, struct exec_args *args)
{
	char line[2][SCRIPT_LINE + 1], *interp, *arg; /* path may be in one of them */
	unsigned depth;
	int err;

	for (depth = 0;; depth++) {
		err = image_open(im, path);
		if (err != 0 || !script_line(im, line[depth % 2], &interp, &arg, &err))
			return err;
		image_close(im);
		if (depth == SCRIPT_DEPTH)
			return ELOOP;
		if (args->argc > 0)
			exec_args_drop(args);
		else
			args->argc = 1;
		err = exec_args_add(args, path);
		if (err == 0 && arg != NULL)
			err = exec_args_add(args, arg);
		if (err == 0)
			err = exec_args_add(args, interp);
		if (err != 0)
			return err;
		args->argc += 1 + (arg != NULL);
		path = interp;
	}
}

/* ---- The new space ---- */

/* Open the dynamic linker that the program names and read its headers. Returns 0, ENOEXEC, ENOMEM,
 * an error of image_open(), or ELIBBAD if the linker is no ELF file that can be mapped. */
static int
open_linker(struct image *im, struct image *linker)
{
	char *path = kmem_alloc(PATH_MAX);
	int err;

	if (path == NULL)
		return ENOMEM;
	err = image_interp(im, path);
	if (err == 0) {
		err = image_open(linker, path);
		if (err != 0)
			printf("exec: %s: its dynamic linker %s: %s\n", im->path, path,
			       linker->reason);
		else if ((err = image_read(linker)) == ENOEXEC)
			err = ELIBBAD;
		linker->path = "the dynamic linker";
	}
	kmem_free(path);
	return err;
}

/* Map the program, its stack and its dynamic linker into sp. Returns 0, ENOMEM or ENOEXEC. */
static int
fill_space(struct vm_space *sp, struct image *im, struct image *linker, uint32_t stack)
{
	struct vm_mapping m = {.start = STACK_TOP - stack,
	                       .len = stack,
	                       .prot = PROT_READ | PROT_WRITE,
	                       .max_prot = PROT_READ | PROT_WRITE | PROT_EXEC,
	                       .inherit = VM_COPY,
	                       .flags = VM_STACK};
	int err = image_place(sp, im, PIE_BASE);

	if (err == 0)
		err = image_map(sp, im);
	if (err == 0)
		err = vm_map(sp, &m);
	if (err == 0 && im->interp != NULL && (err = image_place(sp, linker, 0)) == 0)
		err = image_map(sp, linker);
	sp->brk_start = sp->brk_end = page_round(im->end + im->bias);
	return err;
}

/* ---- The change from one program to the next ---- */

/* Name the process after the last part of the path. */
static void
set_name(struct proc *p, const char *path)
{
	const char *name = path, *s;

	for (s = path; *s != '\0'; s++)
		if (*s == '/' && s[1] != '\0')
			name = s + 1;
	strlcpy(p->name, name, sizeof(p->name));
	trace_text(TRACE_NAME, (uint32_t)p->pid, 0, p->name);
}

/* Apply the file's set-user-ID and set-group-ID bits. The saved ids are overwritten, so the old
 * identity cannot be regained. A process whose effective ids change, or differ from the real ones,
 * is guarded from its real user; if they differ its stack limit is at most the usual one,
 * too. */
static void
set_ids(struct proc *p, uint32_t mode, uint32_t uid, uint32_t gid)
{
	struct abi_rlimit *stack = &p->rlimit[RLIMIT_STACK];
	struct cred *c = &p->cred;
	uint32_t old_uid = c->euid, old_gid = c->egid;
	bool lent;

	if (mode & S_ISUID)
		c->euid = uid;
	if ((mode & (S_ISGID | S_IXGRP)) == (S_ISGID | S_IXGRP))
		c->egid = gid;
	c->suid = c->euid;
	c->sgid = c->egid;
	lent = c->euid != c->ruid || c->egid != c->rgid;
	if (lent || c->euid != old_uid || c->egid != old_gid)
		proc_guard(p);
	if (lent && stack->rlim_cur > STACK_MAX)
		stack->rlim_cur = STACK_MAX;
}

/* Turn the current process into the new program. Nothing in here can fail. May sleep while the
 * stack is written: the space is the new one then, and the registers are still the old. */
static void
become(struct vm_space *sp, const char *path, const struct image *im, const struct image *linker,
       const struct exec_args *args)
{
	const struct image *first = im->interp != NULL ? linker : im;
	struct proc *p = curproc();

	proc_set_space(sp);
	image_clear_tails(sp, im);
	if (first != im)
		image_clear_tails(sp, linker);
	proc_set_program(p, im->node);
	set_name(p, path);
	p->guarded = fs_access(im->node, &p->cred, R_OK) != 0 ||
	             (first != im && fs_access(linker->node, &p->cred, R_OK) != 0);
	set_ids(p, im->node->mode, im->node->uid, im->node->gid);
	proc_ends_normally(p);
	p->execed = true;
	p->exec_id++;
	signal_exec(p);
	fdtable_exec(p->files);
	machine_proc_exec(first->eh.entry + first->bias,
	                  exec_stack_build(path, im, first != im ? linker->bias : 0, args));
}

/* Replace the current process's space by one for the program in im, which is open. Returns 0, or
 * ENOEXEC, ELIBBAD, ENOMEM or an error of image_open(), with the old space as it was. */
static int
load(const char *path, struct image *im, struct image *linker, const struct exec_args *args)
{
	struct vm_space *sp;
	int err;

	err = image_read(im);
	if (err == 0 && im->interp != NULL)
		err = open_linker(im, linker);
	if (err == 0)
		err = vm_space_create(&sp);
	if (err != 0)
		return err;
	err = fill_space(sp, im, linker, exec_stack_size(path, args));
	if (err != 0) {
		vm_space_destroy(sp);
		return err;
	}
	become(sp, path, im, linker, args);
	return 0;
}

int
exec_image(const char *path, struct exec_args *args, const char **reason)
{
	struct image *im = kmem_alloc(2 * sizeof(*im)), *linker = im + 1;
	int err;

	may_sleep();
	if (im == NULL)
		return ENOMEM;
	err = open_program(im, path, args);
	if (err == 0)
		err = load(path, im, linker, args);
	image_close(im);
	image_close(linker);
	if (reason != NULL)
		*reason = linker->reason != NULL ? linker->reason
		          : im->reason != NULL   ? im->reason
		                                 : "not enough memory";
	kmem_free(im);
	return err;
}
