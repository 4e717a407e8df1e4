/* SPDX-License-Identifier: BSD-2-Clause */
/* The format of ELF32 files: System V ABI, chapters 4 and 5. */
#ifndef ELF_H
#define ELF_H

#include "abi/layout.h"
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
AT(elf_header, ident, 0);
AT(elf_header, type, 16);
AT(elf_header, machine, 18);
AT(elf_header, version, 20);
AT(elf_header, entry, 24);
AT(elf_header, phoff, 28);
AT(elf_header, shoff, 32);
AT(elf_header, flags, 36);
AT(elf_header, ehsize, 40);
AT(elf_header, phentsize, 42);
AT(elf_header, phnum, 44);
AT(elf_header, shentsize, 46);
AT(elf_header, shnum, 48);
AT(elf_header, shstrndx, 50);
SIZE(elf_header, 52);

#define ELF_PT_LOAD 1
#define ELF_PT_INTERP 3
#define ELF_EXEC 1
#define ELF_WRITE 2
#define ELF_READ 4

struct elf_phdr {
	uint32_t type, offset, vaddr, paddr, filesz, memsz, flags, align;
};
AT(elf_phdr, type, 0);
AT(elf_phdr, offset, 4);
AT(elf_phdr, vaddr, 8);
AT(elf_phdr, paddr, 12);
AT(elf_phdr, filesz, 16);
AT(elf_phdr, memsz, 20);
AT(elf_phdr, flags, 24);
AT(elf_phdr, align, 28);
SIZE(elf_phdr, 32);

#endif
