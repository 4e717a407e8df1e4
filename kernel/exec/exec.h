/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Room exec: starting a program: exec.c, with image.c for the file and exec_stack.c for
 * what the program finds on its stack. It calls fs/, vm/ and proc/. The call execve in sys/
 * calls it, and main.c for init.
 */
#ifndef EXEC_H
#define EXEC_H

#include <machine.h>

#include "exec/elf.h"

#define EXEC_ARG_PAGES 32u
#define EXEC_ARG_SIZE (EXEC_ARG_PAGES * PAGE_SIZE) /* more is E2BIG */

/* Arguments and environment as one block of strings, each with its NUL, filled
 * from its end downwards: the last is the first to be added. */
struct exec_args {
	char *pages[EXEC_ARG_PAGES]; /* the block, a page at a time */
	size_t len;                  /* bytes used, at its end */
	unsigned argc, envc;
};

/* Replace the current process's image. args is kernel memory, not freed.
 * => an errno with the old image untouched: ENOENT, EACCES, ENOEXEC, ELIBBAD,
 * ELOOP, ENOMEM, E2BIG; *reason (may be NULL) then says why in words. */
int exec_image(const char *path, struct exec_args *args, const char **reason);

int exec_args_add(struct exec_args *args, const char *s);
/* A string of the user's; page: PAGE_SIZE bytes to use. => EFAULT too. */
int exec_args_add_user(struct exec_args *args, vaddr_t s, char *page);
/* Take the first string away. => there is one. */
void exec_args_drop(struct exec_args *args);
void exec_args_free(struct exec_args *args);

/* ---- between the files of this room ---- */

struct vm_space;

#define PHDRS_MAX 32u

struct image {
	const char *path;
	struct node *node; /* one reference each */
	struct vm_object *object;
	uint32_t size; /* of the file, bytes */
	bool denied;   /* writing to it, as long as this is open */
	struct elf_header eh;
	struct elf_phdr ph[PHDRS_MAX];
	const struct elf_phdr *interp; /* NULL: it needs none */
	vaddr_t low, end;              /* of all that is loaded, as the file has them */
	uint32_t align;                /* of the one that wants most */
	vaddr_t bias;                  /* what is added to the file's addresses */
	vaddr_t phdr_va;               /* where its program headers are seen; 0: nowhere */
	const char *reason;
};

/* => ENOENT and the like; ETXTBSY: it may be written to. */
int image_open(struct image *im, const char *path);
void image_close(struct image *im);
/* Up to n bytes from the file's start; => how many. */
size_t image_peek(const struct image *im, void *to, size_t n);
/* Read the headers, and check them. => ENOEXEC. */
int image_read(struct image *im);
/* The interpreter's path; room for PATH_MAX. => ENOEXEC. */
int image_interp(struct image *im, char *path);
/* Choose its bias: for a file that can be anywhere `wish`, or (0) a free range.
 * => ENOEXEC, ENOMEM. */
int image_place(struct vm_space *sp, struct image *im, vaddr_t wish);
int image_map(struct vm_space *sp, struct image *im); /* => ENOMEM */
/* Clear what the file's last page of each program header holds beyond that header's end.
 * => the space is current. */
void image_clear_tails(struct vm_space *sp, const struct image *im);

/* Bytes of stack that a program needs at its start. */
uint32_t exec_stack_size(const char *path, const struct exec_args *args);
/* base: of the interpreter, or 0. => ESP for the first instruction. */
vaddr_t exec_stack_build(const char *path, const struct image *im, vaddr_t base,
                         const struct exec_args *args);

#endif
