/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Room exec: starting a program. exec.c makes the new space, image.c reads and maps the program's
 * file, exec_stack.c builds the first stack. It calls fs/, mem/, vm/ and proc/. execve in sys/
 * calls it, and main.c for init. None of its functions sleeps.
 */
#ifndef EXEC_H
#define EXEC_H

#include <machine.h>

#include "exec/elf.h"

#define EXEC_ARG_PAGES 32u
#define EXEC_ARG_SIZE (EXEC_ARG_PAGES * PAGE_SIZE) /* more is E2BIG */

/* Arguments and environment as one block of strings, each with its NUL. The block is filled from
 * its end downwards, so the last string is added first. */
struct exec_args {
	char *pages[EXEC_ARG_PAGES]; /* the block, in pages; NULL: not allocated yet */
	size_t len;                  /* bytes used, at the end of the block */
	unsigned argc, envc;         /* how many of the strings are arguments, and environment */
};

/* Replace the current process's program by that at path, or its interpreter if it is a
 * script. Changes args, but does not free it. Returns 0, or ENOENT, EACCES, ETXTBSY, ENOEXEC,
 * ELIBBAD, ELOOP, ENOMEM or E2BIG with the old program as it was; then *reason, if reason is not
 * NULL, says why in words. May sleep. */
int exec_image(const char *path, struct exec_args *args, const char **reason);

/* Add a string in front of the others. The caller counts it in argc or envc. Returns 0, ENOMEM, or
 * E2BIG if the block would be longer than EXEC_ARG_SIZE. */
int exec_args_add(struct exec_args *args, const char *s);
/* Like exec_args_add(), for a string at address s of the program's; returns EFAULT if it cannot be
 * read. page is a buffer of PAGE_SIZE bytes, which it overwrites. May sleep. */
int exec_args_add_user(struct exec_args *args, vaddr_t s, char *page);
/* Remove the first string. There must be one. */
void exec_args_drop(struct exec_args *args);
/* Free the memory of the block. */
void exec_args_free(struct exec_args *args);

/* ---- Between the files of this room ---- */

struct vm_space;

#define PHDRS_MAX 32u

/* A program's file, or its dynamic linker's. All zeros: not open. */
struct image {
	const char *path;
	struct node *node;        /* with a reference */
	struct vm_object *object; /* its content, with a reference */
	uint32_t size;            /* bytes of the file */
	bool denied;              /* node_deny_write() holds, until image_close() */
	struct elf_header eh;
	struct elf_phdr ph[PHDRS_MAX];
	const struct elf_phdr *interp; /* PT_INTERP; NULL: it needs no dynamic linker */
	vaddr_t low, end;              /* addresses in the file of all that is loaded */
	uint32_t align;                /* the largest alignment of its program headers, bytes */
	vaddr_t bias;                  /* address in memory minus address in the file */
	vaddr_t phdr_va;               /* where its program headers are mapped; 0: nowhere */
	const char *reason;            /* why it was refused, or NULL */
};

/* Open the file at path and let nobody write to it. Returns 0, an error of the look-up such as
 * ENOENT, EACCES if it may not be executed, or ETXTBSY if somebody may write to it. image_close()
 * is due after an error, too. */
int image_open(struct image *im, const char *path);
/* Drop what image_open() took. Does nothing to an image that is not open. */
void image_close(struct image *im);
/* Read up to n bytes from the start of the file. Returns how many. */
size_t image_peek(const struct image *im, void *to, size_t n);
/* Read the file's headers and check them. Returns 0 or ENOEXEC. */
int image_read(struct image *im);
/* Read the path of the dynamic linker into path, which has room for PATH_MAX bytes. Returns 0 or
 * ENOEXEC. */
int image_interp(struct image *im, char *path);
/* Choose the bias, so that a file which can be anywhere begins at `wish` or, if that is 0, in a
 * free range. Returns 0, ENOMEM, or ENOEXEC if its addresses are not in user space or not
 * free. */
int image_place(struct vm_space *sp, struct image *im, vaddr_t wish);
/* Map all program headers of type PT_LOAD. Returns 0 or ENOMEM. */
int image_map(struct vm_space *sp, struct image *im);
/* Clear the rest of each program header's last page of the file, which is zeros in memory. sp must
 * be the current space. */
void image_clear_tails(struct vm_space *sp, const struct image *im);

/* Returns the bytes of stack that a program needs at its start, in whole pages. */
uint32_t exec_stack_size(const char *path, const struct exec_args *args);
/* Build the first stack in the current space. base is the dynamic linker's bias, or 0. Returns the
 * ESP for the first instruction. May sleep. */
vaddr_t exec_stack_build(const char *path, const struct image *im, vaddr_t base,
                         const struct exec_args *args);

#endif
