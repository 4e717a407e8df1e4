/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The stack that a program finds at its start (System V ABI, i386 supplement, figure 3-31):
 *
 *	STACK_TOP   path of the file, 16 random bytes
 *	            the strings of arguments and environment
 *	            (down to a multiple of 16)
 *	            AT_NULL ... auxiliary vector
 *	            NULL ... environment
 *	            NULL ... arguments
 *	    ESP ->  argc
 */
#include "abi/errno.h"
#include "base/string.h"
#include "exec/exec.h"
#include "mem/frame.h"
#include "proc/proc.h"
#include "vm/space.h"
#include "vm/usercopy.h"

#define STACK_GRANT (64u << 10) /* bytes promised at the start, beside what the arguments take */
#define AUX_WORDS 34u           /* words of the auxiliary vector: push_auxv() */

/* ---- The block of strings ---- */

/* Returns where byte `off` of the used part of the block is. Puts into *room how many bytes there
 * are from it to the end of its page. */
static char *
args_at(const struct exec_args *args, size_t off, size_t *room)
{
	off += EXEC_ARG_SIZE - args->len;
	*room = PAGE_SIZE - off % PAGE_SIZE;
	return args->pages[off / PAGE_SIZE] + off % PAGE_SIZE;
}

/* Returns the byte at offset off of the strings. */
static char
args_byte(const struct exec_args *args, size_t off)
{
	size_t room;

	return *args_at(args, off, &room);
}

/* Move *off behind the string that begins there. May sleep at the end of each page. */
static void
skip_string(const struct exec_args *args, size_t *off)
{
	size_t room;
	const char *s = args_at(args, *off, &room);

	while (*s++ != '\0') {
		++*off;
		if (--room == 0) {
			sched_point();
			s = args_at(args, *off, &room);
		}
	}
	++*off;
	if (room == 1 && *off < args->len)
		sched_point();
}

/* Put n bytes in front of the block: from s or, if that is NULL, from the program's address `user`.
 * The last of them becomes a NUL. Returns 0, E2BIG, ENOMEM or EFAULT. */
static int
args_put(struct exec_args *args, const char *s, vaddr_t user, size_t n)
{
	size_t page, off, room;

	if (n > EXEC_ARG_SIZE - args->len)
		return E2BIG;
	page = (EXEC_ARG_SIZE - args->len - n) / PAGE_SIZE;
	for (; page < EXEC_ARG_PAGES && args->pages[page] == NULL; page++)
		if ((args->pages[page] = page_alloc()) == NULL)
			return ENOMEM;
	args->len += n;
	for (off = 0; off < n; off += room) {
		char *to = args_at(args, off, &room);

		if (room > n - off)
			room = n - off;
		if (s != NULL)
			memcpy(to, s + off, room);
		else if (copyin(to, user + off, room) != 0)
			return EFAULT;
		to[room - 1] = off + room == n ? '\0' : to[room - 1];
	}
	return 0;
}

int
exec_args_add(struct exec_args *args, const char *s)
{
	return args_put(args, s, 0, strlen(s) + 1);
}

int
exec_args_add_user(struct exec_args *args, vaddr_t s, char *page)
{
	size_t len = 0, n = 0;
	int err;

	while ((err = copyinstr(page, s + len, PAGE_SIZE, &n)) == ENAMETOOLONG) {
		len += PAGE_SIZE;
		if (len > EXEC_ARG_SIZE)
			return E2BIG;
		sched_point();
	}
	/* args_put() sets the NUL, in case another process has written into the string since. */
	return err != 0 ? err : args_put(args, NULL, s, len + n + 1);
}

void
exec_args_drop(struct exec_args *args)
{
	while (args_byte(args, 0) != '\0')
		args->len--;
	args->len--;
}

void
exec_args_free(struct exec_args *args)
{
	unsigned i;

	for (i = 0; i < EXEC_ARG_PAGES; i++)
		page_free(args->pages[i]);
}

/* ---- The stack ---- */

/* Where the next word is written; from there upwards. The stack is in the current space, and all of
 * it has been promised, so these writes cannot fail. */
struct stack {
	vaddr_t va;
};

/* Copy n bytes to the new stack, and move upwards past them. */
static void
push_bytes(struct stack *st, const void *from, size_t n)
{
	copyout(st->va, from, n);
	st->va += n;
}

/* Put one word on the new stack. */
static void
push_word(struct stack *st, uint32_t word)
{
	push_bytes(st, &word, sizeof(word));
}

/* Put one entry of the auxiliary vector on the new stack. */
static void
push_aux(struct stack *st, uint32_t key, uint32_t value)
{
	push_word(st, key);
	push_word(st, value);
}

/* Put all strings of the arguments and the environment on the new stack. */
static void
push_strings(struct stack *st, const struct exec_args *args)
{
	size_t off, n;

	for (off = 0; off < args->len; off += n) {
		const char *from = args_at(args, off, &n);

		push_bytes(st, from, n);
	}
}

/* Write pointers to n strings, then NULL. The first string is at byte *off of the block, which the
 * program sees at address base. Moves *off behind the last string. May sleep. */
static void
push_pointers(struct stack *st, const struct exec_args *args, vaddr_t base, size_t *off, unsigned n)
{
	while (n-- > 0) {
		push_word(st, base + *off);
		skip_string(args, off);
	}
	push_word(st, 0);
}

/* Write the auxiliary vector. base is the dynamic linker's bias; random and path are the addresses
 * of the 16 random bytes and of the file's path. */
static void
push_auxv(struct stack *st, const struct image *im, vaddr_t base, vaddr_t random, vaddr_t path)
{
	const struct cred *c = &curproc()->cred;

	push_aux(st, AT_PAGESZ, PAGE_SIZE);
	push_aux(st, AT_PHDR, im->phdr_va);
	push_aux(st, AT_PHENT, sizeof(struct elf_phdr));
	push_aux(st, AT_PHNUM, im->eh.phnum);
	push_aux(st, AT_BASE, base);
	push_aux(st, AT_FLAGS, 0);
	push_aux(st, AT_ENTRY, im->eh.entry + im->bias);
	push_aux(st, AT_UID, c->ruid);
	push_aux(st, AT_EUID, c->euid);
	push_aux(st, AT_GID, c->rgid);
	push_aux(st, AT_EGID, c->egid);
	push_aux(st, AT_SECURE, c->euid != c->ruid || c->egid != c->rgid);
	push_aux(st, AT_RANDOM, random);
	push_aux(st, AT_HWCAP, machine_hwcap);
	push_aux(st, AT_CLKTCK, HZ);
	push_aux(st, AT_EXECFN, path);
	push_aux(st, AT_NULL, 0);
}

/* Returns the bytes that argc, the pointers and the auxiliary vector take. */
static uint32_t
vectors_size(const struct exec_args *args)
{
	return (1 + args->argc + 1 + args->envc + 1 + AUX_WORDS) * sizeof(uint32_t);
}

uint32_t
exec_stack_size(const char *path, const struct exec_args *args)
{
	return page_round(STACK_GRANT + args->len + strlen(path) + vectors_size(args));
}

vaddr_t
exec_stack_build(const char *path, const struct image *im, vaddr_t base,
                 const struct exec_args *args)
{
	struct vm_space *sp = curproc()->space;
	vaddr_t execfn = STACK_TOP - (strlen(path) + 1), random = execfn - 16;
	vaddr_t strings = random - args->len;
	vaddr_t esp = (strings - vectors_size(args)) & ~15u;
	struct stack st = {.va = strings};
	uint64_t seed[2] = {machine_cycles(), machine_cycles() * 2862933555777941757ull};
	size_t off = 0;

	push_strings(&st, args);
	push_bytes(&st, seed, sizeof(seed));
	push_bytes(&st, path, strlen(path) + 1);
	st.va = esp;
	push_word(&st, args->argc);
	push_pointers(&st, args, strings, &off, args->argc);
	sp->arg_start = strings;
	sp->arg_end = strings + off;
	push_pointers(&st, args, strings, &off, args->envc);
	sp->env_end = strings + off;
	sp->stack_start = esp;
	push_auxv(&st, im, base, random, execfn);
	return esp;
}
