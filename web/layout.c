/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What web/snapshot.js has to know of the kernel's structures: the address of a variable, the
 * offset of a field, the value of a constant. The build compiles this file to assembly with the
 * release kernel's flags, and tools/mklayout makes layout.json of the lines that the macros leave
 * there and of the kernel's symbols. So the table belongs to the kernel that was linked with it.
 */
#include <machine.h>

#include "mem/frame.h"
#include "proc/proc.h"
#include "shm/shm_private.h"
#include "vm/space.h"

#define LINE(kind, name, value) __asm__ volatile("\n#layout " kind " " name " %c0" ::"i"(value))
#define SYMBOL(name) LINE("symbol", #name, 0)
#define FIELD(type, field) LINE("field", #type "." #field, offsetof(struct type, field))
#define SIZE(type) LINE("field", #type ".size", sizeof(struct type))
#define CONSTANT(name) LINE("constant", #name, name)

void layout(void);

void
layout(void)
{
	SYMBOL(frame_table);
	SYMBOL(frame_limit);
	SYMBOL(total);
	SYMBOL(kernel_used);
	SYMBOL(committed);
	SYMBOL(machine_kept);
	SYMBOL(machine_kept_count);
	SYMBOL(proc_list);
	SYMBOL(current_process);
	SYMBOL(shm_slot_chunks);
	SYMBOL(vector_syscall);

	SIZE(frame);
	FIELD(frame, refs);
	FIELD(frame, link);
	SIZE(ram_range);
	FIELD(ram_range, start);
	FIELD(ram_range, end);
	FIELD(proc, all.next);
	FIELD(proc, pid);
	FIELD(proc, state);
	FIELD(proc, name);
	FIELD(proc, parent);
	FIELD(proc, space);
	FIELD(proc, lender);
	FIELD(proc, cred.euid);
	FIELD(proc, why);
	FIELD(vm_space, pmap.dir);
	FIELD(vm_space, first);
	FIELD(vm_entry, next);
	FIELD(vm_entry, start);
	FIELD(vm_entry, end);
	FIELD(vm_entry, object);
	FIELD(vm_entry, pgoff);
	FIELD(vm_entry, prot);
	FIELD(vm_entry, inherit);
	FIELD(vm_entry, flags);
	FIELD(vm_object, npages);
	FIELD(vm_object, resident);
	FIELD(vm_object, large);
	FIELD(vm_object, tables);
	FIELD(shm_segment, perm.key);
	FIELD(shm_segment, perm.uid);
	FIELD(shm_segment, perm.mode);
	FIELD(shm_segment, perm.seq);
	FIELD(shm_segment, segsz);
	FIELD(shm_segment, nattch);
	FIELD(shm_segment, cpid);
	FIELD(shm_segment, lpid);
	FIELD(shm_segment, locked);
	FIELD(shm_segment, slot);

	CONSTANT(KERNEL_BASE);
	CONSTANT(PAGE_SHIFT);
	CONSTANT(SPAN_SHIFT);
	CONSTANT(PTAB_PAGES);
	CONSTANT(USER_END);
	CONSTANT(PTE_PRESENT);
	CONSTANT(PTE_WRITE);
	CONSTANT(PTE_LARGE);
	CONSTANT(PTE_GRAFT);
	CONSTANT(FRAME_KERNEL);
	CONSTANT(FRAME_TABLE);
	CONSTANT(FRAME_USER);
	CONSTANT(FRAME_HOLE);
	CONSTANT(FRAME_NEVER);
	CONSTANT(PROC_SLEEPING);
	CONSTANT(PROC_STOPPED);
	CONSTANT(PROC_ZOMBIE);
	CONSTANT(PROT_READ);
	CONSTANT(PROT_WRITE);
	CONSTANT(PROT_EXEC);
	CONSTANT(VM_SHARE);
	CONSTANT(VM_STACK);
	CONSTANT(VM_ATTACH);
	CONSTANT(SHMSEG_REMOVED);
	CONSTANT(SHMSEG_CREATING);
	CONSTANT(SHM_CHUNK);
	CONSTANT(SHM_SLOTS_MAX);
}
