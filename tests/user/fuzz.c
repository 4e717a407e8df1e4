/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Hostile programs at random, over all of syscalls.def. Processes of three users, which fork deep
 * trees, make calls with arguments good and bad (hostile.h), results of earlier calls among them.
 * Beside each stands a racer that shares its page of arguments and writes to it at all times.
 *
 * They may end themselves and each other, and nobody else: the test has memory, a segment and a
 * file that nobody but it may read or change, a neighbour of another user looks after his own,
 * and what a killed process leaves in memory must not be seen again.
 *
 * /etc/fuzz may hold "SEED CALLS" in place of the seeds and calls of the test; tools/fuzz does so.
 */
#include "fuzz_attack.h"

#include <dirent.h>

#define NEIGHBOUR 4000
#define SECRET_PAGES 32u
#define CANARY_KEY 0xca4a41
#define CANARY_FILE "/tmp/fuzz/canary"

/* ---- Those who must not be harmed ---- */

static uint32_t own[2 * PAGE / 4];

static uint32_t
canary(uint32_t i)
{
	return i * 2654435761u ^ 0xca4a41;
}

/* Returns how many words of the page are not the canary's. */
static uint32_t
changed(const uint32_t *page)
{
	uint32_t bad = 0;

	for (uint32_t i = 0; i < PAGE / 4; i++)
		bad += page[i] != canary(i);
	return bad;
}

/* The neighbour looks after memory of its own, and a segment, until it is killed. */
static void
watch(void)
{
	uint32_t *more = shared(4 * PAGE);
	const uint32_t *segment = shmat(shmget(CANARY_KEY, 0, 0), NULL, 0);

	become(NEIGHBOUR, NEIGHBOUR);
	for (uint32_t round = 0;; round++) {
		for (uint32_t i = 0; i < COUNT(own); i++) {
			ctl->harmed += round > 0 && own[i] != round - 1 + i;
			ctl->harmed += round > 0 && more[i] != (round - 1) * i;
			own[i] = round + i;
			more[i] = round * i;
		}
		ctl->harmed += changed(segment) + (getuid() != NEIGHBOUR);
		ctl->watched++;
		usleep(5000);
	}
}

/* Leaves secrets in the memory that it frees by ending, in a pipe, and in the kernel's buffers. */
static void
leave_secrets(void)
{
	static uint32_t words[SECRET_PAGES * PAGE / 4];
	int p[2], fd;

	for (uint32_t i = 0; i < COUNT(words); i++)
		words[i] = SECRET | (i & 0xff);
	pipe(p);
	write(p[1], words, PAGE);
	fd = syscall(356, "secret", 0); /* memfd_create */
	write(fd, words, 2 * PAGE);
	_exit(0);
}

/* Makes the segment and the file that only root may see and change. */
static void
canary_set(void)
{
	int fd = open(CANARY_FILE, O_RDWR | O_CREAT, 0600);
	uint32_t *page = shmat(shmget(CANARY_KEY, PAGE, IPC_CREAT | 0600), NULL, 0);

	if (fd < 0 || page == NO_ADDR)
		bail("canary");
	for (uint32_t i = 0; i < PAGE / 4; i++)
		page[i] = own[i] = canary(i);
	write(fd, page, PAGE);
	shmdt(page);
	close(fd);
}

/* Removes them. Returns how much of them was not as it should be, with the memory of the test. */
static uint32_t
canary_drop(void)
{
	static uint32_t file[PAGE / 4 + 1];
	int id = shmget(CANARY_KEY, 0, 0), fd = open(CANARY_FILE, O_RDONLY);
	struct shmid_ds ds = stat_of(id);
	uint32_t bad = changed(own) + (read(fd, file, sizeof(file)) != PAGE) + changed(file), *page;

	bad += ds.shm_perm.mode != 0600 || ds.shm_perm.uid != 0 || ds.shm_nattch != 0;
	bad += (ds.shm_segsz != PAGE) + (getuid() != 0);
	page = shmat(id, NULL, 0);
	bad += changed(page);
	shmdt(page);
	shmctl(id, IPC_RMID, NULL);
	close(fd);
	unlink(CANARY_FILE);
	return bad;
}

/* ---- The end ---- */

/* Kills all of a user's processes without a fork, which may fail now: as this user for a moment. */
static void
kill_user(uint32_t user)
{
	int uid = FIRST_UID + (int)user;

	syscall(208, uid, uid, 0); /* setresuid */
	kill(-1, SIGKILL);
	syscall(208, 0, 0, 0);
}

static void
remove_segments(void)
{
	struct shmid_ds ds;
	int id;

	for (int i = 0; i < 4096; i++)
		if ((id = shmctl(i, SHM_STAT, &ds)) >= 0 && ds.shm_perm.cuid != 0)
			shmctl(id, IPC_RMID, NULL);
}

/* Removes a directory and all in it. */
static void
remove_tree(const char *path)
{
	char name[512];
	struct dirent *e;
	DIR *d;

	chmod(path, 0700);
	while ((d = opendir(path)) != NULL) {
		while ((e = readdir(d)) != NULL &&
		       (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0))
			;
		if (e != NULL)
			snprintf(name, sizeof(name), "%s/%s", path, e->d_name);
		closedir(d);
		if (e == NULL)
			break;
		if (unlink(name) < 0)
			remove_tree(name);
	}
	if (rmdir(path) < 0)
		bail(path);
}

/* ---- A seed ---- */

/* Keeps a program of each user going until enough calls are made, and kills the users' processes
 * when nobody gets on. In the end only so many processes are left. */
static void
keep_going(uint32_t seed, unsigned processes)
{
	pid_t worker[USERS] = {0};
	uint32_t before = 0, round = 0, idle = 0;

	while (ctl->calls < ctl->quota && ctl->leaked == 0) {
		for (uint32_t u = 0; u < USERS; u++) {
			if (worker[u] > 0 && waitpid(worker[u], NULL, WNOHANG) == 0)
				continue;
			kill_user(u);
			worker[u] = fork();
			if (worker[u] == 0)
				program(u, seed * 7919 + round);
			round++;
		}
		if (fork() == 0)
			leave_secrets();
		usleep(20000);
		while (waitpid(-1, NULL, WNOHANG) > 0)
			;
		idle = ctl->calls == before ? idle + 1 : 0;
		before = ctl->calls;
		for (uint32_t u = 0; idle > 2 && u < USERS; u++)
			kill_user(u);
	}
	while (count_processes() > processes) {
		for (uint32_t u = 0; u < USERS; u++)
			kill_user(u);
		usleep(1000);
		while (waitpid(-1, NULL, WNOHANG) > 0)
			;
	}
}

static void
consistent(uint32_t seed)
{
	char text[160] = {0};
	int fd = open("/proc/sysvipc/check", O_RDONLY);

	read(fd, text, sizeof(text) - 1);
	close(fd);
	ok(strcmp(text, "ok\n") == 0, "seed %u: the kernel's counts are right", seed);
}

/* Only in their rooms may the users make files. */
static void
others_may_write(int yes)
{
	chmod("/tmp", yes ? 0777 : 0755);
	chmod("/dev/shm", yes ? 0777 : 0755);
}

static void
run_seed(uint32_t seed, uint32_t quota)
{
	unsigned processes = count_processes();
	pid_t neighbour;
	char room[40];

	memset(ctl, 0, sizeof(*ctl));
	ctl->quota = quota;
	mkdir("/tmp/fuzz", 0755);
	for (uint32_t u = 0; u < USERS; u++) {
		room_of(u, room);
		mkdir(room, 0755);
		chown(room, FIRST_UID + (int)u, FIRST_UID + (int)u);
	}
	others_may_write(0);
	canary_set();
	neighbour = SPAWN(watch());
	keep_going(seed, processes + 1);
	is(ctl->leaked, 0, "seed %u: no memory of others was seen", seed);
	if (ctl->leaked > 0)
		diag("call %u saw the word 0x%x", ctl->last, ctl->seen);
	is(kill(neighbour, SIGKILL), 0, "seed %u: the neighbour lives", seed);
	is(ending(neighbour), KILLED(SIGKILL), "seed %u: until it is killed", seed);
	ok(ctl->harmed == 0 && ctl->watched > 0, "seed %u: and is unharmed", seed);
	is(canary_drop(), 0, "seed %u: what is the test's is as it was", seed);
	remove_segments();
	remove_tree("/tmp/fuzz");
	others_may_write(1);
	consistent(seed);
	diag("seed %u: %u calls, %u succeeded; %u programs, %u looks at fresh memory", seed,
	     ctl->calls, ctl->answers[1], ctl->programs, ctl->scans);
}

void
test(void)
{
	char text[64] = {0}, *end;
	int fd = open("/etc/fuzz", O_RDONLY);

	ctl = mmap((void *)CONTROL, PAGE, PROT_READ | PROT_WRITE,
	           MAP_SHARED | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
	umask(022);
	if (fd < 0) {
		for (uint32_t seed = 1; seed <= 3; seed++)
			run_seed(seed, 3000);
		return;
	}
	read(fd, text, sizeof(text) - 1);
	close(fd);
	fd = (int)strtoul(text, &end, 10);
	run_seed((uint32_t)fd, (uint32_t)strtoul(end, NULL, 10));
}
