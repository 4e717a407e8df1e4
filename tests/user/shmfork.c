/* SPDX-License-Identifier: BSD-2-Clause */
/* Attaches over fork, exec and every kind of end: SPEC-shm.md part 3. */
#include "shmcalls.h"

#include <time.h>

static int id;

static void
inherited(void)
{
	char *p = shmat(id, NULL, 0);
	const char *r = shmat(id, NULL, SHM_RDONLY);
	struct shmid_ds was = stat_of(id), *seen = shared(sizeof(*seen));
	struct gate forked, seen_it;
	pid_t pid;

	gate_make(&forked);
	gate_make(&seen_it);
	p[0] = 'p';
	pid = SPAWN(*seen = stat_of(id); gate_open(&forked); gate_pass(&seen_it);
	            _exit(p[0] == 'q' && r[0] == 'q' ? p[1] = 'c', 0 : 1));
	gate_pass(&forked);
	is(seen->shm_nattch, 4, "fork: every attach of the parent");
	ok(seen->shm_atime == was.shm_atime && seen->shm_lpid == was.shm_lpid,
	   "fork: atime and lpid stay");
	p[0] = 'q';
	gate_open(&seen_it);
	is(ending(pid), 0, "fork: the child sees what the parent writes");
	is(r[1], 'c', "fork: and the parent what the child writes");
	is(stat_of(id).shm_nattch, 2, "exit: detaches");
	is(stat_of(id).shm_lpid, pid, "exit: lpid");
	is(writes((void *)r), SEGV, "fork: a read-only attach stays so");
	is(CHILD(fails(mprotect((void *)r, PAGE, PROT_READ | PROT_WRITE), EACCES,
	               "fork: and can't be raised in the child")), 0, "fork: that child");
	is(CHILD(shmdt(p); is(stat_of(id).shm_nattch, 3, "fork: the child detaches its own")), 0,
	   "fork: a third child");
	p[2] = 'x';
	is(p[2], 'x', "fork: the parent's stays");
	shmdt(p), shmdt(r);
	gate_drop(&forked), gate_drop(&seen_it);
}

/* Each end of a process: with an attach of its own and an inherited one. */
static void
ends(void)
{
	static const char *const how[] = {"exit", "signal", "fault", "exec", "stop and kill"};
	char *p = shmat(id, NULL, 0);

	for (int i = 0; i < 5; i++) {
		time_t from = time(NULL);
		pid_t pid = SPAWN(shmat(id, NULL, SHM_RDONLY);
		                  if (i == 0) _exit(0);
		                  if (i == 1) kill(getpid(), SIGTERM);
		                  if (i == 2) __builtin_trap();
		                  if (i == 3) execl("/bin/true", "true", NULL);
		                  kill(getpid(), SIGSTOP));
		struct shmid_ds ds;

		if (i == 4) {
			int status;

			waitpid(pid, &status, WUNTRACED);
			is(stat_of(id).shm_nattch, 3, "stop: attaches stay");
			kill(pid, SIGKILL);
		}
		ending(pid);
		ds = stat_of(id);
		is(ds.shm_nattch, 1, "%s: both attaches are gone", how[i]);
		is(ds.shm_lpid, pid, "%s: lpid", how[i]);
		ok(ds.shm_dtime >= from && ds.shm_dtime <= time(NULL), "%s: dtime", how[i]);
	}
	shmdt(p);
}

static void
exec(void)
{
	char *p = shmat(id, NULL, 0);
	struct gate go;
	pid_t pid;

	execl("/no/such", "x", NULL);
	execl("/etc/passwd", "x", NULL);
	is(stat_of(id).shm_nattch, 1, "exec: one that fails leaves attaches");
	is(writes(p), 0, "exec: and their memory");
	gate_make(&go);
	/* cat waits for its input, which is ours to end. */
	pid = SPAWN(dup2(go.fd[0], 0); gate_drop(&go); execl("/bin/cat", "cat", NULL));
	while (stat_of(id).shm_nattch != 1)
		usleep(1000);
	ok(1, "exec: the old image's attaches are detached, the program runs on");
	is(stat_of(id).shm_lpid, pid, "exec: lpid");
	gate_drop(&go);
	is(ending(pid), 0, "exec: its end changes nothing");
	is(stat_of(id).shm_nattch, 1, "exec: nattch");
	shmdt(p);
}

/* A removed segment dies with its last attach, in whose hands that ever is. */
static void
removed(void)
{
	int other = shmget(IPC_PRIVATE, 3 * PAGE, 0600);
	char *p = shmat(other, NULL, 0);
	unsigned n = count_segments();
	struct gate go;
	pid_t pid;

	gate_make(&go);
	strcpy(p, "still here");
	pid = SPAWN(gate_pass(&go); _exit(strcmp(p, "still here")));
	shmctl(other, IPC_RMID, NULL);
	shmdt(p);
	is(count_segments(), n, "removed: the child still has it");
	gate_open(&go);
	is(ending(pid), 0, "removed: its memory is there");
	is(count_segments(), n - 1, "removed: gone with the child");

	other = shmget(IPC_PRIVATE, PAGE, 0600);
	is(CHILD(p = shmat(other, NULL, 0); shmctl(other, IPC_RMID, NULL);
	         execl("/bin/true", "true", NULL)), 0, "removed: last attach at an exec");
	is(count_segments(), n - 1, "removed: gone with the old image");
	other = shmget(IPC_PRIVATE, PAGE, 0600);
	p = shmat(other, NULL, 0);
	shmctl(other, IPC_RMID, NULL);
	munmap(p, PAGE);
	is(count_segments(), n - 1, "removed: gone by munmap");
	gate_drop(&go);
}

/* Partly unmapped, protected differently, at fork. */
static void
pieces(void)
{
	char *p = shmat(id, NULL, 0);

	munmap(p + PAGE, PAGE);
	mprotect(p + 2 * PAGE, PAGE, PROT_READ);
	is(CHILD(is(stat_of(id).shm_nattch, 2, "pieces: one attach each"); p[0] = 1;
	         is(writes(p + 2 * PAGE), SEGV, "pieces: protection is inherited");
	         is(shmdt(p), 0, "pieces: the child's shmdt")), 0, "pieces: a child");
	is(reads(p + PAGE), SEGV, "pieces: the hole");
	is(shmdt(p), 0, "pieces: the parent's");
	is(stat_of(id).shm_nattch, 0, "pieces: nattch");
}

/* 200 lives of segments with everything in them. */
static void
cycles(void)
{
	int bad = 0;

	for (int i = 0; i < 200; i++) {
		int one = shmget(IPC_PRIVATE, 5 * PAGE + i, 0600);
		char *p = shmat(one, NULL, 0);

		p[4 * PAGE] = i;
		bad += CHILD(_exit(p[4 * PAGE] != (char)i)) != 0;
		shmctl(one, IPC_RMID, NULL);
		shmdt(p);
	}
	is(bad, 0, "200 life cycles");
	is(count_segments(), 1, "only one segment is left");
}

void
test(void)
{
	id = shmget(IPC_PRIVATE, 3 * PAGE, 0600);
	inherited();
	ends();
	exec();
	removed();
	pieces();
	cycles();
	is(stat_of(id).shm_nattch, 0, "nothing is attached at the end");
	shmctl(id, IPC_RMID, NULL);
}
