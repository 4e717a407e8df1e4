# SPDX-License-Identifier: BSD-2-Clause
#
# What the host tests are made of: the rooms mem, vm and shm with what these call, which
# need no more of a machine than tests/host/support gives, and the i386's page tables.
# shm_check.c is left out, for it walks the processes, and there are none here.
# include/ comes first, so that its machine.h and cpu.h are the ones found;
# -iquote keeps the headers of room sys out of the host's <sys/...>.
HOST_KERNEL := $(filter-out kernel/shm/shm_check.c, \
	$(sort $(wildcard kernel/mem/*.c kernel/vm/*.c kernel/shm/*.c))) \
	kernel/base/cmdline.c kernel/base/number.c kernel/debug/inject.c \
	kernel/debug/sleep_check.c \
	kernel/fs/file_data.c kernel/fs/file_map.c kernel/proc/clock.c kernel/proc/cred.c \
	arch/i386/pmap.c
# The calls that can be made to fail, and those after which memory is junk.
HOST_WRAP := kmem_alloc kmem_free kmem_get kmem_copy page_alloc page_free page_free_zeroed \
	frame_alloc frame_alloc_user frame_alloc_table frame_free commit_charge
# make coverage and make fuzz put other options in the place of these.
HOST_INSTRUMENT := -fsanitize=address,undefined -fno-sanitize-recover=all
HOST_CFLAGS := -std=gnu11 -g -O1 -DDEBUG -Wall -Wextra -Wno-unused-parameter -fno-builtin \
	$(HOST_INSTRUMENT) -pthread \
	-Itests/host/include -Itests/host/support -Iarch/i386/include \
	-iquote kernel
HOST_LDFLAGS := $(HOST_WRAP:%=-Wl,--wrap=%)

# The exploration: the same sources, optimized and without address sanitizer, since snapshots copy
# the kernel's data as a whole. The model is small, for it is copied too.
EXPLORE_CFLAGS := -std=gnu11 -g -O2 -DDEBUG -Wall -Wextra -Wno-unused-parameter -fno-builtin \
	-fsanitize=undefined -fno-sanitize-recover=all \
	-DM_PROCS=6 -DM_SLOTS=4 -DM_ATTACHES=4 -DM_RANGES=32 -DM_PAGES=1026 \
	-Itests/host/include -Itests/host/support -Iarch/i386/include \
	-iquote kernel
