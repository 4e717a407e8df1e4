/* SPDX-License-Identifier: BSD-2-Clause */
/* mmap: Linux/i386's numbers. */
#ifndef ABI_MMAN_H
#define ABI_MMAN_H

#define PROT_NONE 0
#define PROT_READ 1
#define PROT_WRITE 2
#define PROT_EXEC 4

#define MAP_SHARED 0x01
#define MAP_PRIVATE 0x02
#define MAP_SHARED_VALIDATE 0x03
#define MAP_TYPE 0x0f
#define MAP_FIXED 0x10
#define MAP_ANONYMOUS 0x20
#define MAP_DENYWRITE 0x800
#define MAP_NORESERVE 0x4000
#define MAP_STACK 0x20000
#define MAP_FIXED_NOREPLACE 0x100000
/* The flags that Linux had before it refused others; of these, what has no meaning here is
 * ignored. */
#define MAP_VALID 0x17f9ffu

#define MREMAP_MAYMOVE 1u
#define MREMAP_FIXED 2u

#define MLOCK_ONFAULT 1u
#define MCL_CURRENT 1u
#define MCL_FUTURE 2u
#define MCL_ONFAULT 4u

#define MADV_WILLNEED 3
#define MADV_DONTNEED 4

#define MS_ASYNC 1
#define MS_INVALIDATE 2
#define MS_SYNC 4

#endif
