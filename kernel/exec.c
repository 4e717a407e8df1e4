/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Starting a program: a static ELF32 file for the i386 becomes the current
 * process's image. The new space is made beside the old one, which goes only
 * when nothing can fail any more.
 *
 * The stack that a program finds (System V ABI, i386 supplement, figure 3-31):
 *
 *	STACK_TOP   path of the file, 16 random bytes
 *	            the strings of arguments and environment
 *	            (down to a multiple of 16)
 *	            AT_NULL ... auxiliary vector
 *	            NULL ... environment
 *	            NULL ... arguments
 *	    ESP ->  argc
 */
#include "exec.h"

#include "abi/errno.h"
#include "abi/fcntl.h"
#include "elf.h"
#include "file.h"
#include "frame.h"
#include "printf.h"
#include "proc.h"
#include "shm.h"
#include "string.h"
#include "vm.h"

#define STACK_TOP (USER_END - PAGE_SIZE)
#define STACK_MAX (8u << 20)    /* how far it may grow */
#define STACK_GRANT (64u << 10) /* promised from the start, beyond what the arguments take */
#define PHDRS_MAX 32u
#define AUX_WORDS 34u

struct image {
	const char *path;
	struct vm_object *object;
	uint32_t size; /* of the file, bytes */
	struct elf_header eh;
	struct elf_phdr ph[PHDRS_MAX];
	uint32_t phdr_va; /* where programs see their program headers; 0: nowhere */
	vaddr_t end;      /* of the highest segment */
	const char *reason;
};

static int
refuse(struct image *im, const char *reason)
{
	im->reason = reason;
	printf("exec: %s: %s\n", im->path, reason);
	return ENOEXEC;
}

/* ---- Arguments ---- */

int
exec_args_add(struct exec_args *args, const char *s)
{
	size_t left = strlen(s) + 1;

	while (left > 0) {
		size_t page = args->len / PAGE_SIZE, off = args->len % PAGE_SIZE;
		size_t n = PAGE_SIZE - off < left ? PAGE_SIZE - off : left;

		if (page == EXEC_ARG_PAGES)
			return E2BIG;
		if (off == 0 && (args->pages[page] = page_alloc()) == NULL)
			return ENOMEM;
		memcpy(args->pages[page] + off, s, n);
		args->len += n;
		s += n;
		left -= n;
	}
	return 0;
}

void
exec_args_free(struct exec_args *args)
{
	unsigned i;

	for (i = 0; i < EXEC_ARG_PAGES; i++)
		page_free(args->pages[i]);
}

/* ---- The file ---- */

static int
check_header(struct image *im)
{
	const struct elf_header *eh = &im->eh;

	if (im->size < sizeof(*eh))
		return refuse(im, "not an ELF file");
	vm_object_read(im->object, 0, &im->eh, sizeof(im->eh));
	if (memcmp(eh->ident, "\177ELF", 4) != 0)
		return refuse(im, "not an ELF file");
	if (eh->ident[ELF_CLASS] != ELF_CLASS_32 || eh->ident[ELF_DATA] != ELF_DATA_LITTLE)
		return refuse(im, "not a 32-bit ELF file");
	if (eh->machine != ELF_MACHINE_386)
		return refuse(im, "not for the i386");
	if (eh->type != ELF_TYPE_EXEC)
		return refuse(im, "not a static executable at fixed addresses");
	if (eh->phentsize != sizeof(struct elf_phdr) || eh->phnum == 0 || eh->phnum > PHDRS_MAX ||
	    eh->phoff > im->size || eh->phnum * sizeof(struct elf_phdr) > im->size - eh->phoff)
		return refuse(im, "program headers that make no sense");
	vm_object_read(im->object, eh->phoff, im->ph, eh->phnum * sizeof(struct elf_phdr));
	return 0;
}

static int
check_segment(struct image *im, const struct elf_phdr *ph)
{
	vaddr_t page = ph->vaddr & ~PAGE_MASK;
	uint32_t len = ph->memsz + (ph->vaddr - page);

	if (ph->filesz > ph->memsz || ph->offset > im->size || ph->filesz > im->size - ph->offset)
		return refuse(im, "a segment that lies outside of the file");
	if (len < ph->memsz || page_round(len) < len || !vm_range_ok(page, page_round(len)) ||
	    page + page_round(len) > STACK_TOP - STACK_MAX)
		return refuse(im, "a segment that lies outside of user space");
	if ((ph->offset & PAGE_MASK) != (ph->vaddr & PAGE_MASK))
		return refuse(im, "a segment that is not aligned to pages");
	if (ph->memsz > ph->filesz && !(ph->flags & ELF_WRITE))
		return refuse(im, "a read-only segment with zeros to fill in");
	return 0;
}

static int
check_segments(struct image *im)
{
	const struct elf_phdr *ph;
	bool entry_ok = false;
	int err;

	for (ph = im->ph; ph < im->ph + im->eh.phnum; ph++) {
		if (ph->type == ELF_PT_INTERP)
			return refuse(im, "not static: it needs a dynamic linker");
		if (ph->type != ELF_PT_LOAD || ph->memsz == 0)
			continue;
		err = check_segment(im, ph);
		if (err != 0)
			return err;
		if (im->eh.entry - ph->vaddr < ph->memsz)
			entry_ok = true;
		if (im->eh.phoff - ph->offset < ph->filesz)
			im->phdr_va = ph->vaddr + (im->eh.phoff - ph->offset);
		if (ph->vaddr + ph->memsz > im->end)
			im->end = ph->vaddr + ph->memsz;
	}
	return entry_ok ? 0 : refuse(im, "an entry point outside of its segments");
}

static int
open_image(struct image *im)
{
	const struct proc *p = curproc();
	struct node *node;
	int err;

	err = fs_lookup(im->path, p->cwd, &p->cred, &node);
	if (err != 0) {
		im->reason = err == ENOENT ? "no such file" : "cannot be reached";
		return err;
	}
	im->object = node_object(node, &im->size);
	err = im->object == NULL ? EACCES : fs_access(node, &p->cred, X_OK);
	if (err == 0)
		vm_object_ref(im->object);
	else
		im->reason = "not an executable file";
	node_unref(node);
	return err;
}

/* ---- The new space ---- */

static int
map_segment(struct vm_space *sp, struct image *im, const struct elf_phdr *ph)
{
	vaddr_t start = ph->vaddr & ~PAGE_MASK;
	vaddr_t file_end = page_round(ph->vaddr + ph->filesz);
	vaddr_t end = page_round(ph->vaddr + ph->memsz);
	struct vm_mapping m = {.start = start,
	                       .len = file_end - start,
	                       .object = im->object,
	                       .pgoff = ph->offset >> PAGE_SHIFT,
	                       .max_prot = PROT_READ | PROT_WRITE | PROT_EXEC,
	                       .inherit = VM_COPY};

	m.prot = (ph->flags & ELF_READ ? PROT_READ : 0) | (ph->flags & ELF_WRITE ? PROT_WRITE : 0) |
	         (ph->flags & ELF_EXEC ? PROT_EXEC : 0);
	if (!vm_range_free(sp, start, end - start))
		return refuse(im, "segments that overlap");
	if (ph->filesz == 0)
		m.len = 0;
	if (m.len > 0 && vm_map(sp, &m) != 0)
		return ENOMEM;
	m.start += m.len;
	m.len = end - m.start;
	m.object = NULL;
	m.pgoff = 0;
	return m.len > 0 ? vm_map(sp, &m) : 0;
}

static int
map_image(struct vm_space *sp, struct image *im, uint32_t stack)
{
	struct vm_mapping m = {.start = STACK_TOP - stack,
	                       .len = stack,
	                       .prot = PROT_READ | PROT_WRITE,
	                       .max_prot = PROT_READ | PROT_WRITE | PROT_EXEC,
	                       .inherit = VM_COPY,
	                       .stack = true};
	const struct elf_phdr *ph;
	int err;

	for (ph = im->ph; ph < im->ph + im->eh.phnum; ph++) {
		if (ph->type != ELF_PT_LOAD || ph->memsz == 0)
			continue;
		err = map_segment(sp, im, ph);
		if (err != 0)
			return err;
	}
	sp->brk_start = sp->brk_end = page_round(im->end);
	sp->stack_limit = STACK_TOP - STACK_MAX;
	return vm_map(sp, &m);
}

/* What the file's last page holds beyond a segment's end isn't the segment's. */
static void
clear_tails(const struct image *im)
{
	const struct elf_phdr *ph;

	for (ph = im->ph; ph < im->ph + im->eh.phnum; ph++) {
		vaddr_t end = ph->vaddr + ph->filesz;

		if (ph->type == ELF_PT_LOAD && ph->memsz > ph->filesz && ph->filesz > 0)
			copyzero(end, page_round(end) - end);
	}
}

/* ---- The stack ---- */

/* Where the next word of the stack goes. The space is current, and all of it
 * has been promised: these writes can't fail. */
struct stack {
	vaddr_t va;
};

static void
push_bytes(struct stack *st, const void *from, size_t n)
{
	copyout(st->va, from, n);
	st->va += n;
}

static void
push_word(struct stack *st, uint32_t word)
{
	push_bytes(st, &word, sizeof(word));
}

static void
push_aux(struct stack *st, uint32_t key, uint32_t value)
{
	push_word(st, key);
	push_word(st, value);
}

/* Pointers to n of the strings, the first of which is byte *off of the block,
 * which stands at base; then NULL. */
static void
push_pointers(struct stack *st, const struct exec_args *args, vaddr_t base, size_t *off, unsigned n)
{
	while (n-- > 0) {
		push_word(st, base + *off);
		while (args->pages[*off / PAGE_SIZE][*off % PAGE_SIZE] != '\0')
			++*off;
		++*off;
	}
	push_word(st, 0);
}

static void
push_auxv(struct stack *st, const struct image *im, vaddr_t random, vaddr_t path)
{
	const struct cred *c = &curproc()->cred;

	push_aux(st, AT_PAGESZ, PAGE_SIZE);
	push_aux(st, AT_PHDR, im->phdr_va);
	push_aux(st, AT_PHENT, sizeof(struct elf_phdr));
	push_aux(st, AT_PHNUM, im->eh.phnum);
	push_aux(st, AT_BASE, 0);
	push_aux(st, AT_FLAGS, 0);
	push_aux(st, AT_ENTRY, im->eh.entry);
	push_aux(st, AT_UID, c->ruid);
	push_aux(st, AT_EUID, c->euid);
	push_aux(st, AT_GID, c->rgid);
	push_aux(st, AT_EGID, c->egid);
	push_aux(st, AT_SECURE, 0);
	push_aux(st, AT_RANDOM, random);
	push_aux(st, AT_HWCAP, 0);
	push_aux(st, AT_CLKTCK, HZ);
	push_aux(st, AT_EXECFN, path);
	push_aux(st, AT_NULL, 0);
}

/* Bytes that the pointers, argc and the auxiliary vector take. */
static uint32_t
vectors_size(const struct exec_args *args)
{
	return (1 + args->argc + 1 + args->envc + 1 + AUX_WORDS) * sizeof(uint32_t);
}

/* => ESP for the program's first instruction. */
static vaddr_t
build_stack(const struct image *im, const struct exec_args *args)
{
	struct vm_space *sp = curproc()->space;
	vaddr_t path = STACK_TOP - (strlen(im->path) + 1), random = path - 16;
	vaddr_t strings = random - args->len;
	vaddr_t esp = (strings - vectors_size(args)) & ~15u;
	struct stack st = {.va = random};
	uint64_t seed[2] = {machine_cycles(), machine_cycles() * 2862933555777941757ull};
	size_t off;

	push_bytes(&st, seed, sizeof(seed));
	push_bytes(&st, im->path, strlen(im->path) + 1);
	st.va = strings;
	for (off = 0; off < args->len; off += PAGE_SIZE)
		push_bytes(&st, args->pages[off / PAGE_SIZE],
		           args->len - off < PAGE_SIZE ? args->len - off : PAGE_SIZE);
	off = 0;
	st.va = esp;
	push_word(&st, args->argc);
	push_pointers(&st, args, strings, &off, args->argc);
	sp->arg_start = strings;
	sp->arg_end = strings + off;
	push_pointers(&st, args, strings, &off, args->envc);
	push_auxv(&st, im, random, path);
	return esp;
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

/* From here on nothing fails: the process is the new program. */
static void
become(struct vm_space *sp, const struct image *im, const struct exec_args *args)
{
	struct proc *p = curproc();

	proc_set_space(sp);
	p->exit_signal = SIGCHLD;
	clear_tails(im);
	set_name(p, im->path);
	p->execed = true;
	signal_exec(p);
	fdtable_exec(p->files);
	machine_proc_exec(im->eh.entry, build_stack(im, args));
}

static int
load(struct image *im, const struct exec_args *args)
{
	uint32_t stack =
		page_round(STACK_GRANT + args->len + strlen(im->path) + vectors_size(args));
	struct vm_space *sp;
	int err;

	err = check_header(im);
	if (err == 0)
		err = check_segments(im);
	if (err == 0)
		err = vm_space_create(&sp);
	if (err != 0)
		return err;
	err = map_image(sp, im, stack);
	if (err != 0) {
		vm_space_destroy(sp);
		return err;
	}
	become(sp, im, args);
	return 0;
}

int
exec_image(const char *path, struct exec_args *args, const char **reason)
{
	struct image *im = page_alloc();
	int err;

	if (im == NULL)
		return ENOMEM;
	im->path = path;
	err = open_image(im);
	if (err == 0) {
		err = load(im, args);
		vm_object_unref(im->object);
	}
	if (reason != NULL)
		*reason = im->reason != NULL ? im->reason : "not enough memory";
	page_free(im);
	return err;
}
