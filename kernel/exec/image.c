/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Program files: ELF32 for the i386, position-independent or not (System V ABI, chapters 4 and
 * 5). A file whose program headers cannot be mapped as they ask for is refused before anything
 * is mapped.
 */
#include "abi/errno.h"
#include "base/printf.h"
#include "base/string.h"
#include "exec/exec.h"
#include "fs/node.h"
#include "mem/frame.h"
#include "proc/proc.h"
#include "vm/space.h"
#include "vm/usercopy.h"

/* Say in the log why the file can't be run. Returns ENOEXEC. */
static int
refuse(struct image *im, const char *reason)
{
	im->reason = reason;
	printf("exec: %s: %s\n", im->path, reason);
	return ENOEXEC;
}

/* ---- The file ---- */

int
image_open(struct image *im, const char *path)
{
	const struct proc *p = curproc();
	int err;

	im->path = path;
	err = fs_lookup(path, p->cwd, &p->cred, &im->node);
	if (err != 0) {
		im->reason = err == ENOENT ? "no such file" : "cannot be reached";
		return err;
	}
	im->object = node_object(im->node, &im->size);
	err = im->object == NULL ? EACCES : fs_access(im->node, &p->cred, X_OK);
	if (im->object != NULL)
		vm_object_ref(im->object);
	if (err != 0) {
		im->reason = "not an executable file";
		return err;
	}
	err = node_deny_write(im->node);
	if (err != 0)
		im->reason = "open for writing";
	im->denied = err == 0;
	return err;
}

void
image_close(struct image *im)
{
	if (im->denied)
		node_allow_write(im->node);
	if (im->object != NULL)
		vm_object_unref(im->object);
	node_unref(im->node);
	im->denied = false;
	im->object = NULL;
	im->node = NULL;
}

size_t
image_peek(const struct image *im, void *to, size_t n)
{
	if (n > im->size)
		n = im->size;
	file_data_read(im->object, 0, to, n);
	return n;
}

/* Returns whether a program header asks for memory. */
static bool
is_load(const struct elf_phdr *ph)
{
	return ph->type == ELF_PT_LOAD && ph->memsz > 0;
}

/* Returns whether the part of the file that ph names is inside the file. */
static bool
in_file(const struct image *im, const struct elf_phdr *ph)
{
	return ph->offset <= im->size && ph->filesz <= im->size - ph->offset;
}

/* Read the ELF header and the program headers into *im. Returns 0 or ENOEXEC. */
static int
check_header(struct image *im)
{
	const struct elf_header *eh = &im->eh;

	/* This is not logged: shells exec any file to find out whether it is a program. */
	im->reason = "not an ELF file";
	if (image_peek(im, &im->eh, sizeof(*eh)) < sizeof(*eh) ||
	    memcmp(eh->ident, "\177ELF", 4) != 0)
		return ENOEXEC;
	im->reason = NULL;
	if (eh->ident[ELF_CLASS] != ELF_CLASS_32 || eh->ident[ELF_DATA] != ELF_DATA_LITTLE)
		return refuse(im, "not a 32-bit ELF file");
	if (eh->machine != ELF_MACHINE_386)
		return refuse(im, "not for the i386");
	if (eh->type != ELF_TYPE_EXEC && eh->type != ELF_TYPE_DYN)
		return refuse(im, "not an executable");
	if (eh->phentsize != sizeof(struct elf_phdr) || eh->phnum == 0 || eh->phnum > PHDRS_MAX ||
	    eh->phoff > im->size || eh->phnum * sizeof(struct elf_phdr) > im->size - eh->phoff)
		return refuse(im, "its program headers are not valid");
	file_data_read(im->object, eh->phoff, im->ph, eh->phnum * sizeof(struct elf_phdr));
	return 0;
}

/* Check a program header that is to be mapped. Returns 0 or ENOEXEC. */
static int
check_phdr(struct image *im, const struct elf_phdr *ph)
{
	vaddr_t end = ph->vaddr + ph->memsz;

	if (ph->filesz > ph->memsz || !in_file(im, ph))
		return refuse(im, "a program header reaches beyond the file");
	if (end < ph->vaddr || page_round(end) < end)
		return refuse(im, "a program header reaches beyond user space");
	if (ph->filesz > 0 && (ph->offset & PAGE_MASK) != (ph->vaddr & PAGE_MASK))
		return refuse(im, "a program header is not aligned to pages");
	return 0;
}

int
image_read(struct image *im)
{
	const struct elf_phdr *ph;
	bool entry_ok = false;
	int err = check_header(im);

	im->low = UINT32_MAX;
	im->align = PAGE_SIZE;
	for (ph = im->ph; err == 0 && ph < im->ph + im->eh.phnum; ph++) {
		if (ph->type == ELF_PT_INTERP)
			im->interp = ph;
		if (!is_load(ph))
			continue;
		err = check_phdr(im, ph);
		if (im->eh.entry - ph->vaddr < ph->memsz)
			entry_ok = true;
		if (im->eh.phoff - ph->offset < ph->filesz)
			im->phdr_va = ph->vaddr + (im->eh.phoff - ph->offset);
		if (ph->vaddr < im->low)
			im->low = ph->vaddr & ~PAGE_MASK;
		if (ph->vaddr + ph->memsz > im->end)
			im->end = ph->vaddr + ph->memsz;
		/* A larger alignment than a span's is ignored: nothing here can use it. */
		if (ph->align > im->align && ph->align <= SPAN_SIZE &&
		    (ph->align & (ph->align - 1)) == 0)
			im->align = ph->align;
	}
	if (err == 0 && !entry_ok)
		return refuse(im, "its entry point is not in memory that it maps");
	return err;
}

int
image_interp(struct image *im, char *path)
{
	uint32_t len = im->interp->filesz;

	if (len < 2 || len > PATH_MAX || !in_file(im, im->interp))
		return refuse(im, "its dynamic linker's name is not valid");
	file_data_read(im->object, im->interp->offset, path, len);
	if (path[len - 1] != '\0')
		return refuse(im, "its dynamic linker's name does not end");
	return 0;
}

/* ---- Its memory ---- */

int
image_place(struct vm_space *sp, struct image *im, vaddr_t wish)
{
	uint32_t len = page_round(im->end) - im->low;
	vaddr_t va = im->low;

	if (im->eh.type == ELF_TYPE_DYN)
		va = wish;
	if (im->eh.type == ELF_TYPE_DYN && wish == 0) {
		if (im->align > UINT32_MAX - len ||
		    vm_find_space(sp, len + im->align - PAGE_SIZE, &va) != 0)
			return ENOMEM;
		va = (va + im->align - 1) & ~(im->align - 1);
	}
	if (!vm_range_ok(va, len) || va + len > STACK_LOW)
		return refuse(im, "a program header reaches beyond user space");
	if (!vm_range_free(sp, va, len))
		return refuse(im, "something else is mapped at its address");
	im->bias = va - im->low;
	if (im->phdr_va != 0)
		im->phdr_va += im->bias;
	return 0;
}

/* Returns a program header's rights as PROT_ bits. */
static int
prot_of(const struct elf_phdr *ph)
{
	return (ph->flags & ELF_READ ? PROT_READ : 0) | (ph->flags & ELF_WRITE ? PROT_WRITE : 0) |
	       (ph->flags & ELF_EXEC ? PROT_EXEC : 0);
}

/* Returns whether ph's last page of the file has a rest that is to be cleared. Such a program
 * header is mapped writable until image_clear_tails() has done that. */
static bool
has_tail(const struct elf_phdr *ph)
{
	return is_load(ph) && ph->filesz > 0 && ph->memsz > ph->filesz;
}

/* Map the program header's part of the file, and zeros behind it. A page that two program headers
 * share belongs to the later one. Returns 0 or ENOMEM. */
static int
map_phdr(struct vm_space *sp, struct image *im, const struct elf_phdr *ph)
{
	vaddr_t at = ph->vaddr + im->bias, start = at & ~PAGE_MASK;
	vaddr_t file_end = ph->filesz == 0 ? start : page_round(at + ph->filesz);
	vaddr_t end = page_round(at + ph->memsz);
	struct vm_mapping m = {.start = start,
	                       .len = file_end - start,
	                       .object = im->object,
	                       .pgoff = ph->offset >> PAGE_SHIFT,
	                       .prot = prot_of(ph) | (has_tail(ph) ? PROT_WRITE : 0),
	                       .max_prot = PROT_READ | PROT_WRITE | PROT_EXEC,
	                       .inherit = VM_COPY,
	                       .replace = true};

	if (m.len > 0 && vm_map(sp, &m) != 0)
		return ENOMEM;
	m.start = file_end;
	m.len = end - file_end;
	m.object = NULL;
	m.pgoff = 0;
	m.prot = prot_of(ph);
	return m.len > 0 ? vm_map(sp, &m) : 0;
}

int
image_map(struct vm_space *sp, struct image *im)
{
	const struct elf_phdr *ph;
	int err = 0;

	for (ph = im->ph; err == 0 && ph < im->ph + im->eh.phnum; ph++)
		if (is_load(ph))
			err = map_phdr(sp, im, ph);
	return err;
}

void
image_clear_tails(struct vm_space *sp, const struct image *im)
{
	const struct elf_phdr *ph;

	for (ph = im->ph; ph < im->ph + im->eh.phnum; ph++) {
		vaddr_t start = ph->vaddr + im->bias, end = start + ph->filesz;

		if (!has_tail(ph))
			continue;
		copyzero(end, page_round(end) - end);
		if (!(ph->flags & ELF_WRITE)) /* its own entry: nothing to split or promise */
			vm_protect(sp, start & ~PAGE_MASK, page_round(end), prot_of(ph));
	}
}
