// SPDX-License-Identifier: BSD-2-Clause
/*
 * Reads what the kernel's memory says at one moment: processes, segments, who has attached what
 * where, page tables and frames. It follows the kernel's own structures, and changes nothing.
 *
 *	readSnapshot(read, layout)
 *	readEntries(read, layout, process, address)
 *
 * read(address, bytes) returns a Uint8Array of the machine's physical memory, which is copied
 * where it is kept; with v86 that is emulator.read_memory(). layout is the table of addresses and
 * offsets that the build writes into layout.json (web/layout.c); it belongs to one kernel.
 *
 * The kernel changes its structures only in ring 0, and is not preempted there. So the memory is
 * to be read while the processor is in user mode or halted, which atRest(emulator) says. At another
 * moment the kernel may be in the middle of a change: readSnapshot() then may throw a TornError, or
 * return what is not true.
 *
 * readSnapshot() returns plain data, which can be kept and compared; all numbers of bytes, pages
 * and frames are plain, and a frame is a page's physical address / 4096:
 *
 * {
 *   frames: {
 *     total, free,        // frames that the allocator has, and those of them not in use
 *     kernel,             // those that the kernel uses itself
 *     promised,           // pages and page tables that are promised to programs, taken or not
 *     kind: Uint8Array,   // by frame: one of KIND below
 *     refs: Uint32Array,  // by frame: the count of references; 0: free, or not the allocator's
 *     owner: Int32Array,  // by frame: the shmid of a SEGMENT's page; the pid of a PRIVATE page that
 *                         // one process has alone, 0 if several share it until one writes; else 0
 *   },
 *   processes: [{         // oldest first, zombies included
 *     pid, ppid,          // ppid 0: init
 *     uid,                // effective
 *     name,
 *     state,              // "running", "sleeping", "stopped", "zombie" (or "new": not started yet)
 *     waits,              // what a sleeping one sleeps on, as in /proc/PID/wchan; else null
 *     current,            // it is the process on the processor
 *     borrows,            // the pid whose memory it uses, after vfork(); else 0. It has no
 *                         // attaches and no tables of its own then: they are that process's
 *     directory,          // the frame of its page directory; 0: it has no memory (a zombie)
 *     mapped, resident,   // bytes that it has mapped; pages of them that are in its tables
 *     maps: [{            // all that it has mapped, in order of address, as /proc/PID/maps
 *       address, bytes,
 *       prot,             // "rwx", "r--"
 *       shared,           // a shared mapping (segments are), not a private one
 *       stack,            // the stack, which grows downwards
 *       shmid,            // the segment that it shows; -1: none
 *     }],
 *     attaches: [{        // in order of address; one that munmap() cut has a row for each piece
 *       shmid, address, bytes,
 *       offset,           // bytes into the segment at which it begins
 *       readonly,         // it has no right to write (now)
 *       prot,             // "rw-", "---"
 *       ptes: Uint32Array // by page: what the processor finds in the page table; 0: nothing yet. In
 *                         // a large page: what it would find, with the frame of that page
 *     }],
 *     tables: [{          // the entries of its directory that are not 0, in order of address
 *       span,             // index in the directory; it maps [span << 22, (span + 1) << 22)
 *       entry,            // the directory's entry as it is
 *       frame,            // the frame of the page table, or the first of a large page
 *       grafted,          // it is a table that others hold, too: a segment's own, or a fork's
 *       large,            // there is no table: the entry maps a page of 4 MiB
 *       shared,           // references on the table's frame are more than one
 *       shmid,            // the segment that has this table, or this large page; -1: none
 *       present,          // how many of its entries are present (1,024 if large)
 *     }],
 *   }],
 *   segments: [{          // by slot
 *     shmid, key, uid,    // uid: its owner
 *     mode,               // the nine bits
 *     bytes,              // as asked for
 *     nattch,
 *     cpid, lpid,
 *     removed, locked, huge,
 *     resident,           // pages that have a frame
 *     frames: Uint32Array // by page: its frame; 0: none yet
 *     tables: [frame]     // the frames of its own page tables, by 4 MiB; 0: none yet
 *   }],
 * }
 *
 * readEntries() returns { pde, pte }: the two entries by which the processor translates the
 * address, at this moment. pte is 0 if there is no table, or a large page.
 */

/* What a frame is used for. */
export const KIND = {
	NONE: 0, // not RAM
	FREE: 1,
	KERNEL: 2,
	TABLE: 3, // a page table
	SEGMENT: 4, // a page of a segment
	PRIVATE: 5, // a page of a process; after a fork perhaps of several, until one writes
	FILE: 6, // a page of a file, or of a shared mmap
	IMAGE: 7, // the kernel's image and the boot module
};
