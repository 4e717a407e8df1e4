# SPDX-License-Identifier: BSD-2-Clause
#
# What the host tests are made of: these files of the kernel, which need no
# more of a machine than tests/host/support gives, and the i386's page tables.
# include/ comes first, so that its machine.h and cpu.h are the ones found;
# -iquote keeps the kernel's string.h and signal.h out of the host's headers.
HOST_KERNEL := kernel/mem/frame.c kernel/mem/kmem.c kernel/vm/vm_object.c kernel/vm/vm_map.c kernel/vm/vm_borders.c kernel/vm/vm_tree.c \
	kernel/vm/vm_space.c kernel/vm/brk.c kernel/vm/vm_fault.c kernel/vm/usercopy.c kernel/fs/file_data.c kernel/fs/file_map.c kernel/shm/ipc.c kernel/proc/cred.c \
	kernel/shm/shm.c kernel/shm/shm_control.c \
	kernel/shm/shm_slots.c kernel/shm/shm_cut.c kernel/shm/shm_info.c kernel/debug/inject.c kernel/base/cmdline.c kernel/base/number.c kernel/proc/clock.c kernel/vm/vm_lock.c \
	arch/i386/pmap.c
# The calls that can be made to fail, and those after which memory is junk.
HOST_WRAP := kmem_alloc kmem_free kmem_get kmem_copy page_alloc page_free page_free_zeroed \
	frame_alloc frame_alloc_user frame_alloc_table frame_free commit_charge
HOST_CFLAGS := -std=gnu11 -g -O1 -DDEBUG -Wall -Wextra -Wno-unused-parameter -fno-builtin \
	-fsanitize=address,undefined -fno-sanitize-recover=all -pthread \
	-Itests/host/include -Itests/host/support -Iarch/i386/include \
	-iquote kernel $(HOST_WRAP:%=-Wl,--wrap=%)
