/* SPDX-License-Identifier: BSD-2-Clause */
/* Attaches across fork and exec, and when a process ends in any way: spec-shm.md part 3. */
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
	is(seen->shm_nattch, 4, "fork.3 every attach of the parent");
	ok(seen->shm_atime == was.shm_atime && seen->shm_lpid == was.shm_lpid,
	   "fork.4 atime and lpid stay");
	p[0] = 'q';
	gate_open(&seen_it);
	is(ending(pid), 0, "fork.1 the child sees what the parent writes");
	is(r[1], 'c', "fork.1 and the parent what the child writes");
	is(stat_of(id).shm_nattch, 2, "exit.1 detaches");
	is(stat_of(id).shm_lpid, pid, "exit.4 lpid");
	is(writes((void *)r), SEGV, "fork.2 a read-only attach stays so");
	is(CHILD(fails(mprotect((void *)r, PAGE, PROT_READ | PROT_WRITE), EACCES,
	               "fork.2 and can't be raised in the child")),
	         0, "fork.2 that child");
	is(CHILD(shmdt(p); is(stat_of(id).shm_nattch, 3, "fork.3 the child detaches its own")), 0,
	         "fork.3 a third child");
	p[2] = 'x';
	is(p[2], 'x', "fork.1 the parent's stays");
	shmdt(p), shmdt(r);
	gate_drop(&forked), gate_drop(&seen_it);
}

/* A process ends in each way, with an attach of its own and an inherited one. */
static void
ends(void)
{
	static const char *const how[] = {"exit.1 exit", "exit.2 signal", "exit.3 fault",
	                                  "exec.1 exec", "exit.2 stop and kill"};
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
			is(stat_of(id).shm_nattch, 3, "exit.2 stop: attaches stay");
			kill(pid, SIGKILL);
		}
		ending(pid);
		ds = stat_of(id);
		is(ds.shm_nattch, 1, "%s: both attaches are gone", how[i]);
		is(ds.shm_lpid, pid, "exit.4 lpid: %s", how[i] + 7);
		ok(ds.shm_dtime >= from && ds.shm_dtime <= time(NULL), "exit.4 dtime: %s",
		   how[i] + 7);
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
	is(stat_of(id).shm_nattch, 1, "exec.2 one that fails leaves attaches");
	is(writes(p), 0, "exec.2 and their memory");
	gate_make(&go);
	/* cat runs until this process closes its input. */
	pid = SPAWN(dup2(go.fd[0], 0); gate_drop(&go); execl("/bin/cat", "cat", NULL));
	while (stat_of(id).shm_nattch != 1)
		usleep(1000);
	ok(1, "exec.1 the old image's attaches are detached, the program runs on");
	is(stat_of(id).shm_lpid, pid, "exec.1 lpid");
	gate_drop(&go);
	is(ending(pid), 0, "exec.1 its end changes nothing");
	is(stat_of(id).shm_nattch, 1, "exec.1 nattch");
	shmdt(p);
}

/* A removed segment is freed with its last attach, whichever process has that one. */
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
	is(count_segments(), n, "exit.5 the child still has it");
	gate_open(&go);
	is(ending(pid), 0, "exit.5 its memory is there");
	is(count_segments(), n - 1, "exit.5 gone with the child");

	other = shmget(IPC_PRIVATE, PAGE, 0600);
	is(CHILD(p = shmat(other, NULL, 0); shmctl(other, IPC_RMID, NULL);
	         execl("/bin/true", "true", NULL)), 0,
	         "exec.1 last attach of a removed one at an exec");
	is(count_segments(), n - 1, "exec.1 gone with the old image");
	other = shmget(IPC_PRIVATE, PAGE, 0600);
	p = shmat(other, NULL, 0);
	shmctl(other, IPC_RMID, NULL);
	munmap(p, PAGE);
	is(count_segments(), n - 1, "munmap.1 a removed one is gone munmap");
	gate_drop(&go);
}

/* A process forks with an attach of which a page is unmapped and another is read-only. */
static void
pieces(void)
{
	char *p = shmat(id, NULL, 0);

	munmap(p + PAGE, PAGE);
	mprotect(p + 2 * PAGE, PAGE, PROT_READ);
	is(CHILD(is(stat_of(id).shm_nattch, 2, "munmap.2 one attach each"); p[0] = 1;
	         is(writes(p + 2 * PAGE), SEGV, "fork.2 protection is inherited");
	         is(shmdt(p), 0, "munmap.2 the child's shmdt")), 0, "munmap.2 a child");
	is(reads(p + PAGE), SEGV, "munmap.2 the hole");
	is(shmdt(p), 0, "munmap.2 the parent's");
	is(stat_of(id).shm_nattch, 0, "munmap.2 nattch");
}

/* A fork fails at each of its allocations in turn, of every kind. */
static void
refusals(void)
{
	static const char *const site[] = {"kmem", "page", "commit"};
	char *p = shmat(id, NULL, 0), *q = shmat(id, NULL, SHM_RDONLY), text[32];

	for (int s = 0; s < 3; s++) {
		int n = 0, wrong = 0, error = ENOMEM;
		pid_t pid;

		do {
			snprintf(text, sizeof(text), "%s:nth=%d", site[s], ++n);
			knob("fail", text);
			pid = fork();
			if (pid == 0)
				_exit(0);
			error = pid < 0 && errno != ENOMEM && errno != EAGAIN ? errno : error;
			knob("fail", "\n");
			if (pid < 0)
				wrong += stat_of(id).shm_nattch != 2;
		} while (pid < 0 && n < 1000);
		ending(pid);
		ok(n > 1 && n < 1000 && wrong == 0, "fork.5 each failure of %s leaves nattch (%d)",
		   site[s], n - 1);
		is(error, ENOMEM, "fork.5 %s: ENOMEM", site[s]);
		invariants();
	}
	p[0] = 'p';
	is(q[0], 'p', "fork.5 the parent's attaches are whole");
	shmdt(p), shmdt(q);
}

/* Execs with the first allocation at this site failing, then with the second one, until an exec
 * succeeds. Counts the failures in *failures. */
static void
failed_exec(const char *site, int *failures)
{
	char text[32];

	shmat(id, NULL, 0);
	shmat(id, NULL, SHM_RDONLY);
	for (int n = 1; n < 1000; n++) {
		snprintf(text, sizeof(text), "%s:nth=%d", site, n);
		knob("fail", text);
		execl("/bin/true", "true", NULL);
		knob("fail", "\n");
		if (errno != ENOMEM || stat_of(id).shm_nattch != 2)
			_exit(1);
		++*failures;
	}
	_exit(2);
}

static void
failed_execs(void)
{
	static const char *const site[] = {"kmem", "page", "commit"};
	int *failures = shared(sizeof(*failures));

	for (int s = 0; s < 3; s++) {
		*failures = 0;
		is(CHILD(failed_exec(site[s], failures)), 0,
		         "exec.2 failures of %s leave both attaches", site[s]);
		ok(*failures > 0, "exec.2 there were %d", *failures);
		is(stat_of(id).shm_nattch, 0, "exec.1 the one that succeeds detaches them");
		knob("fail", "\n");
		invariants();
	}
	munmap(failures, sizeof(*failures));
}

/* A segment is created, attached, inherited, removed and detached, 200 times. */
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
	is(bad, 0, "exit.5 200 life cycles");
	is(count_segments(), 1, "exit.5 only one segment is left");
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
	refusals();
	failed_execs();
	cycles();
	is(stat_of(id).shm_nattch, 0, "exit.1 nothing is attached at the end");
	shmctl(id, IPC_RMID, NULL);
}
