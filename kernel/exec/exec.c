/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Starting a program: a file becomes the current process's image. The new
 * space is made beside the old one, which goes only when nothing can fail any
 * more.
 */
#include "exec/exec.h"

#include "abi/errno.h"
#include "base/printf.h"
#include "base/string.h"
#include "fs/file.h"
#include "mem/frame.h"
#include "mem/kmem.h"
#include "proc/proc.h"
#include "vm/space.h"

#define PIE_BASE 0x10000000u /* where a program goes that can be anywhere */
#define SCRIPT_LINE 256u     /* how much is read of a script's first line */
#define SCRIPT_DEPTH 5u      /* scripts run by scripts */

/* ---- Scripts ---- */

static bool
is_space(char c)
{
	return c == ' ' || c == '\t';
}

/*
 * "#! interpreter [argument]", where the argument is all that is left, without
 * the spaces around it. *interp and *arg (NULL: none) point into line, which
 * has room for SCRIPT_LINE + 1.
 * => false: it isn't a script, or (*err) one that can't be.
 */
static bool
script_line(const struct image *im, char *line, char **interp, char **arg, int *err)
{
	size_t n = image_peek(im, line, SCRIPT_LINE);
	char *s = line + 2, *end = line;

	line[n] = '\0';
	*err = 0;
	if (n < 2 || line[0] != '#' || line[1] != '!')
		return false;
	while (*end != '\0' && *end != '\n')
		end++;
	/* Cut off in the middle, the argument may be, but not the interpreter. */
	n = end == line + SCRIPT_LINE;
	while (!n && is_space(end[-1]))
		end--;
	*end = '\0';
	while (is_space(*s))
		s++;
	*interp = s;
	while (*s != '\0' && !is_space(*s))
		s++;
	if (s <= *interp || (n && *s == '\0')) {
		*err = ENOEXEC;
		return false;
	}
	while (is_space(*s))
		*s++ = '\0';
	*arg = *s != '\0' ? s : NULL;
	return true;
}

/* Open path or, while that is a script, its interpreter, with the script's
 * path and the interpreter's argument before the arguments. */
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

/* The dynamic linker that the program names: a file that can be anywhere. */
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

/* ---- All together ---- */

/* The last part of the path is the process's name. */
static void
set_name(struct proc *p, const char *path)
{
	const char *name = path, *s;

	for (s = path; *s != '\0'; s++)
		if (*s == '/' && s[1] != '\0')
			name = s + 1;
	strlcpy(p->name, name, sizeof(p->name));
}

/* Apply the file's set-user-ID and set-group-ID bits. The saved ids are overwritten, so
 * the old identity cannot be regained. A process that has other rights than its real
 * user's, or has lost some, is guarded from that user; with other rights it has no more
 * than the usual stack, too. */
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

/* From here on nothing fails: the process is the new program. */
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
