/* SPDX-License-Identifier: BSD-2-Clause */
/* run: --mem 256 --append shmseg=1024 */
/* One segment has 100,000 attaches, a thousand in each process. */
#include "shmcalls.h"

#define PROCESSES 98
#define EACH 1024

static int id;
static char *at[EACH];

/* Makes the attaches `from` to EACH - 1 of the segment. Returns how many of them failed. */
static int
fill(int from)
{
	int bad = 0;

	for (int i = from; i < EACH; i++) {
		at[i] = shmat(id, NULL, i % 2 ? SHM_RDONLY : 0);
		bad += at[i] == NO_ADDR;
	}
	return bad;
}

/* A process whose table of attaches is full forks, and its child makes an exec
 * that fails and one that succeeds. */
static void
full_table(void)
{
	unsigned long committed = procfs_number("/proc/meminfo", "Committed_AS");

	is(fill(0), 0, "at.8b 1,024 attaches in one process");
	fails((long)shmat(id, NULL, 0), EMFILE, "at.3 one more: EMFILE");
	is(CHILD(is(stat_of(id).shm_nattch, 2 * EACH, "fork.3 all of them again");
	         fails((long)shmat(id, NULL, 0), EMFILE, "fork.1 the child's table is full too");
	         for (int i = 0; i < EACH; i += 2) shmdt(at[i]);
	         is(stat_of(id).shm_nattch, EACH + EACH / 2, "dt.2b the child detaches half");
	         execl("/no/such", "x", NULL);
	         is(stat_of(id).shm_nattch, EACH + EACH / 2, "exec.2 one that fails leaves them");
	         execl("/bin/true", "true", NULL)), 0, "exec.1 with what is left of them");
	is(stat_of(id).shm_nattch, EACH, "exec.1 detached all of the child's");
	is(CHILD(_exit(*at[EACH - 1])), 'm', "exit.1 all of another child's");
	is(stat_of(id).shm_nattch, EACH, "exit.1 detached");
	for (int i = 0; i < EACH; i++)
		shmdt(at[i]);
	is(stat_of(id).shm_nattch, 0, "dt.2b shmdt, 1,024 times");
	is(procfs_number("/proc/meminfo", "Committed_AS"), committed, "no promise is left");
}

/* Each child inherits half of its attaches from its parent, and makes the other half itself. */
static void
many(void)
{
	struct gate ready, go;
	pid_t pid[PROCESSES];
	int bad = 0;
	char *own;

	gate_make(&ready), gate_make(&go);
	fill(EACH / 2);
	for (int i = 0; i < PROCESSES; i++)
		pid[i] = SPAWN(bad = 0; for (int k = 0; k < EACH / 2; k++) {
			at[k] = shmat(id, NULL, 0);
			bad += at[k] == NO_ADDR;
		} gate_open(&ready);
		               gate_pass(&go);
		               _exit(bad != 0 || *at[0] != 'm' || *at[EACH - 1] != 'm'));
	for (int i = 0; i < PROCESSES; i++)
		gate_pass(&ready);
	is(stat_of(id).shm_nattch, PROCESSES * EACH + EACH / 2, "B9 nattch, with %d processes",
	   PROCESSES);
	own = shmat(id, NULL, SHM_RDONLY);
	shmctl(id, IPC_RMID, NULL);
	for (int i = EACH / 2; i < EACH; i++)
		shmdt(at[i]);
	is(*own, 'm', "B9 removed: the memory is still there");
	is(count_segments(), 1, "B9 and the segment counts");
	shmdt(own);
	for (int i = 0; i < PROCESSES; i++)
		gate_open(&go);
	for (int i = 0; i < PROCESSES; i++)
		bad += ending(pid[i]) != 0;
	is(bad, 0, "B9 each process has its attaches and sees the memory to its end");
	is(count_segments(), 0, "B9 the last of them takes it along");
	gate_drop(&ready), gate_drop(&go);
}

void
test(void)
{
	char *p;

	id = shmget(IPC_PRIVATE, PAGE, 0600);
	p = shmat(id, NULL, 0);
	*p = 'm';
	shmdt(p);
	full_table();
	many();
}
