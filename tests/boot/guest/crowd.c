/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Fills the machine with processes and with segments in every state, prints what /proc says
 * about them, and ends. ist.t stops it at its end and asks gdb and the kernel's monitor the same
 * questions.
 */
#include <fcntl.h>
#include <procfs.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/shm.h>
#include <sys/wait.h>
#include <unistd.h>

#define PAGE 4096
#define SPAN (4 << 20)
#define CROWD 50

static int pids[CROWD], npids;

static _Noreturn void
fail(const char *what)
{
	perror(what);
	exit(1);
}

static char *
attach(int id, char *at, int flags)
{
	char *a = shmat(id, at, flags);

	if (a == (char *)-1)
		fail("shmat");
	return a;
}

static int
segment(int key, unsigned size)
{
	int id = shmget(key, size, IPC_CREAT | 0640);

	if (id < 0)
		fail("shmget");
	return id;
}

/* Starts a child that runs fn(arg) and then waits for a signal. */
static void
start(void (*fn)(int), int arg)
{
	int pid = fork();

	if (pid < 0)
		fail("fork");
	if (pid == 0) {
		fn(arg);
		for (;;)
			pause();
	}
	pids[npids++] = pid;
}

static void
nothing(int arg)
{
}

/* Attaches a segment, and touches every third page of it. */
static void
toucher(int id)
{
	struct shmid_ds ds;
	char *a = attach(id, NULL, 0);

	shmctl(id, IPC_STAT, &ds);
	for (unsigned at = 0; at < ds.shm_segsz; at += 3 * PAGE)
		a[at] = 1;
}

/* Attaches a segment where the two last processes did not, and reads one byte of it. */
static void
reader(int id)
{
	volatile char *a = attach(id, (char *)0x60001000, SHM_RDONLY);

	(void)a[0];
}

/* Attaches a segment, and unmaps its second page, and in every other process also its first. */
static void
cutter(int id)
{
	char *a = attach(id, NULL, 0);

	a[2 * PAGE] = 1;
	if (munmap(a + PAGE, PAGE) < 0 || (npids % 2 && munmap(a, PAGE) < 0))
		fail("munmap");
}

static void
pipe_reader(int arg)
{
	int fds[2];
	char c;

	if (pipe(fds) == 0)
		(void)!read(fds[0], &c, 1);
}

static void
sleeper(int arg)
{
	sleep(1000);
}

static void
stopped(int arg)
{
	raise(SIGSTOP);
}

static void
zombie(int arg)
{
	_exit(0);
}

/* Prints a file of /proc below a heading. */
static void
show(const char *heading, const char *path)
{
	char buf[4096];
	int fd = open(path, O_RDONLY);
	ssize_t n;

	printf("== %s\n", heading);
	fflush(stdout);
	if (fd < 0)
		fail(path);
	while ((n = read(fd, buf, sizeof(buf))) > 0)
		(void)!write(1, buf, n);
	close(fd);
}

/* Prints each frame that belongs to a segment, with the segment's slot. */
static void
show_frames(void)
{
	unsigned short owner[1024];
	int fd = open("/proc/frames", O_RDONLY);
	unsigned frame = 0;
	ssize_t n;

	printf("== frames\n");
	while ((n = read(fd, owner, sizeof(owner))) > 0) {
		for (int i = 0; i < (int)(n / sizeof(owner[0])); i++, frame++)
			if (owner[i] >= 0x8000)
				printf("0x%x %d\n", frame, owner[i] - 0x8000);
	}
	fflush(stdout);
	close(fd);
}

int
main(void)
{
	int small = segment(0x1111, 2 * PAGE), big = segment(0x2222, SPAN + 5 * PAGE);
	int pieces = segment(IPC_PRIVATE, 9 * PAGE), locked = segment(0x3333, 20 * PAGE);
	int removed = segment(IPC_PRIVATE, 100), idle = segment(0x4444, 12345);
	char *a = attach(big, NULL, 0);
	struct proc_stat p;
	int n = 0;

	a[0] = a[SPAN] = 1;
	if (shmctl(locked, SHM_LOCK, NULL) < 0)
		fail("SHM_LOCK");
	(void)idle;
	start(toucher, small);
	start(toucher, big);
	start(toucher, locked);
	start(toucher, removed);
	start(reader, small);
	start(reader, big);
	start(cutter, pieces);
	start(cutter, pieces);
	start(pipe_reader, 0);
	start(sleeper, 0);
	start(stopped, 0);
	start(zombie, 0);
	while (npids < CROWD - 2) /* init and this process are the other two */
		start(nothing, 0);
	/* Everybody else runs until it sleeps. */
	for (int i = 0; i < 20; i++)
		usleep(10000);
	if (shmctl(removed, IPC_RMID, NULL) < 0)
		fail("IPC_RMID");

	show("shm", "/proc/sysvipc/shm");
	show("check", "/proc/sysvipc/check");
	show_frames();
	while (proc_next(&p)) {
		char path[64], heading[64];

		printf("== process %d %d %c %s\n", p.pid, p.ppid, p.state, p.name);
		if (p.state == 'Z')
			continue;
		snprintf(path, sizeof(path), "/proc/%d/wchan", p.pid);
		snprintf(heading, sizeof(heading), "wchan %d", p.pid);
		show(heading, path);
		printf("\n");
		snprintf(path, sizeof(path), "/proc/%d/maps", p.pid);
		snprintf(heading, sizeof(heading), "maps %d", p.pid);
		show(heading, path);
		n++;
	}
	printf("== %d processes with memory\n", n);
	show("meminfo", "/proc/meminfo");
	_exit(0);
}
