/* SPDX-License-Identifier: BSD-2-Clause */
/* run: --append shmmni=1024 */
/* Tests how much memory the kernel itself needs for a segment and for a sleeping process. */
#include "tap.h"

#define SEGMENTS 1000
#define PROCESSES 50

/* Returns, in bytes, the memory that is neither available to programs nor committed to them. */
static unsigned long
kernel_memory(void)
{
	return (procfs_number("/proc/meminfo", "MemTotal") -
	        procfs_number("/proc/meminfo", "MemAvailable") -
	        procfs_number("/proc/meminfo", "Committed_AS")) *
	       1024;
}

static void
segments(void)
{
	static int id[SEGMENTS];
	unsigned long before = kernel_memory(), each;
	int bad = 0;

	for (int i = 0; i < SEGMENTS; i++)
		bad += (id[i] = shmget(1 + i, PAGE, IPC_CREAT | 0600)) < 0;
	is(bad, 0, "%d segments", SEGMENTS);
	each = (kernel_memory() - before) / SEGMENTS;
	/* A segment takes an object and its share of the page that the object is cut from. */
	ok(each <= 128, "one takes no more than 128 bytes beside its pages and tables: %lu", each);
	for (int i = 0; i < SEGMENTS; i++)
		shmctl(id[i], IPC_RMID, NULL);
	is(kernel_memory(), before, "and gives them back");
}

static void
processes(void)
{
	pid_t pid[PROCESSES];
	unsigned long before = kernel_memory(), each;

	for (int i = 0; i < PROCESSES; i++)
		pid[i] = SPAWN(pause());
	for (int i = 0; i < PROCESSES; i++)
		until_state(pid[i], 'S');
	each = (kernel_memory() - before) / PROCESSES;
	ok(each <= 16 * 1024, "a process at rest takes no more than 16 KiB: %lu", each);
	for (int i = 0; i < PROCESSES; i++) {
		kill(pid[i], SIGKILL);
		ending(pid[i]);
	}
}

void
test(void)
{
	segments();
	processes();
}
