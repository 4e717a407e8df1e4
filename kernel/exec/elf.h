/* SPDX-License-Identifier: BSD-2-Clause */
/* The format of ELF32 files: System V ABI, chapters 4 and 5. */
#ifndef ELF_H
#define ELF_H

#include <stdint.h>

#define ELF_CLASS 4 /* index in ident */
#define ELF_DATA 5
#define ELF_CLASS_32 1
#define ELF_DATA_LITTLE 1
#define ELF_TYPE_EXEC 2
#define ELF_TYPE_DYN 3 /* position-independent: any bias can be added to its addresses */
#define ELF_MACHINE_386 3

struct elf_header {
	uint8_t ident[16];
	uint16_t type, machine;
	uint32_t version, entry, phoff, shoff, flags;
	uint16_t ehsize, phentsize, phnum, shentsize, shnum, shstrndx;
};

#define ELF_PT_LOAD 1
#define ELF_PT_INTERP 3
#define ELF_EXEC 1
#define ELF_WRITE 2
#define ELF_READ 4

struct elf_phdr {
	uint32_t type, offset, vaddr, paddr, filesz, memsz, flags, align;
};

#endif
