/* SPDX-License-Identifier: BSD-2-Clause */
/* run: --debug --mem 1024 --append shmmni=32768 --append shmseg=4096 --append stretch=0 */
/* counts: instructions */
/*
 * A call does not keep interrupts off for long, however much memory, however many segments,
 * attaches and processes it is about. The debug kernel measures it: /proc/stretch. Its code is not
 * optimized: a stretch of LIMIT instructions takes the release kernel less than half as many.
 * TOLD() is for what still takes longer with more.
 */
#include "abi/poll.h"
#include "shmcalls.h"

#include <dirent.h>
#include <sys/stat.h>

#define LIMIT 2000000u
#define POLL 168
#define RW (PROT_READ | PROT_WRITE)
#define ANON (MAP_PRIVATE | MAP_ANONYMOUS)

static size_t big; /* bytes of much memory */

static void
forget(void)
{
	int fd = open("/proc/stretch", O_WRONLY);

	if (fd < 0 || write(fd, "0", 1) != 1)
		bail("/proc/stretch");
	close(fd);
}

static void
stretch_read(char *text, size_t size)
{
	int fd = open("/proc/stretch", O_RDONLY);
	long n = read(fd, text, size - 1);

	if (n <= 0)
		bail("/proc/stretch");
	close(fd);
	text[n - 1] = '\0';
}

/* Checks the longest stretch since forget(). */
static void
check(const char *what)
{
	char text[80];

	stretch_read(text, sizeof(text));
	ok(strtoul(text, NULL, 10) <= LIMIT, "%s: %s", what, text);
	forget();
}

/* Tells the longest stretch since forget(): of an operation that still takes longer with more. */
static void
tell(const char *what)
{
	char text[80];

	stretch_read(text, sizeof(text));
	diag("%s, which has no limit yet: %s", what, text);
	forget();
}

#define MEASURE(report, what, ...)                                                                 \
	do {                                                                                       \
		forget();                                                                          \
		__VA_ARGS__;                                                                       \
		report(what);                                                                      \
	} while (0)
#define STEP(...) MEASURE(check, __VA_ARGS__)
#define TOLD(...) MEASURE(tell, __VA_ARGS__)

static void
touch(char *p, size_t size)
{
	for (size_t i = 0; i < size; i += PAGE)
		p[i] = 1;
}

static void
memory(void)
{
	char *p;

	STEP("mmap of much memory", p = mmap(NULL, big, RW, ANON, -1, 0));
	STEP("the first touch of it", touch(p, big));
	STEP("fork, exit and wait with much memory", CHILD(_exit(0)));
	STEP("a child writes a page of each span",
	     CHILD(for (size_t i = 0; i < big; i += 1 << 22) p[i] = 2));
	STEP("a child execs", CHILD(execl("/bin/true", "true", NULL)));
	STEP("mprotect", mprotect(p, big, PROT_READ));
	STEP("mprotect back", mprotect(p, big, RW));
	STEP("mlock", syscall(150, p, big));
	STEP("munlock", syscall(151, p, big));
	STEP("madvise DONTNEED", syscall(219, p, big, 4));
	touch(p, big);
	STEP("mremap, moved", p = (char *)syscall(163, p, big, big + PAGE, 1));
	STEP("munmap", munmap(p, big + PAGE));
	STEP("exit with much memory", CHILD(touch(p = mmap(NULL, big, RW, ANON, -1, 0), big)));
	STEP("exec with much memory", CHILD(touch(p = mmap(NULL, big, RW, ANON, -1, 0), big);
	           execl("/bin/true", "true", NULL)));
	STEP("killed with much memory",
	     CHILD(touch(p = mmap(NULL, big, RW, ANON, -1, 0), big); *(volatile int *)0 = 0));
	p = sbrk(big);
	touch(p, big);
	STEP("brk down", sbrk(-(long)big));
}

#define SPAN (4u << 20)

/* Maps and touches so many bytes of each of many spans. */
static char *
parts(size_t bytes, int type)
{
	char *p = (char *)0x50000000;

	for (size_t i = 0; i + SPAN <= big; i += SPAN) {
		if (mmap(p + i, bytes, RW, type | MAP_ANONYMOUS | MAP_FIXED, -1, 0) == MAP_FAILED)
			bail("mmap");
		touch(p + i, bytes);
	}
	return p;
}

static char *
nearly_whole(int type)
{
	return parts(SPAN - PAGE, type);
}

static char *
nearly_half(void)
{
	return parts(SPAN / 2 - PAGE, MAP_PRIVATE);
}

/* Memory that fills no span. */
static void
holes(void)
{
	STEP("exit with nearly whole spans", CHILD(nearly_whole(MAP_PRIVATE)));
	STEP("the same of shared memory", CHILD(nearly_whole(MAP_SHARED)));
	STEP("exec with nearly whole spans",
	     CHILD(nearly_whole(MAP_PRIVATE); execl("/bin/true", "true", NULL)));
	STEP("munmap of nearly whole spans", CHILD(munmap(nearly_whole(MAP_PRIVATE), big)));
	STEP("mmap over nearly whole spans",
	     CHILD(mmap(nearly_whole(MAP_PRIVATE), big, RW, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED,
	                -1, 0)));
	STEP("exit with nearly half spans", CHILD(nearly_half()));
	STEP("exec with nearly half spans", CHILD(nearly_half(); execl("/bin/true", "true", NULL)));
	STEP("munmap of nearly half spans", CHILD(munmap(nearly_half(), big)));
	STEP("exit, the last attaches of removed segments of 4 MiB",
	     CHILD(for (size_t i = 0; i + SPAN <= big; i += SPAN) {
		     int id = shmget(IPC_PRIVATE, SPAN, 0600);
		     touch(shmat(id, NULL, 0), SPAN);
		     shmctl(id, IPC_RMID, NULL);
	     }));
}

static void
segment(void)
{
	int id;
	char *p;

	STEP("shmget of much memory", id = shmget(IPC_PRIVATE, big, 0600));
	STEP("shmat", p = shmat(id, NULL, 0));
	STEP("the first touch", touch(p, big));
	STEP("fork, exit", CHILD(_exit(0)));
	STEP("mprotect of an attach", mprotect(p, big / 2, PROT_READ));
	STEP("munmap in the midst", munmap(p + PAGE, PAGE));
	STEP("shmdt", shmdt(p));
	STEP("IPC_RMID", shmctl(id, IPC_RMID, NULL));
	TOLD("SHM_HUGETLB, shmget", id = shmget(IPC_PRIVATE, big / 2 >> 22 << 22, 0600 | 04000));
	ok(id >= 0, "SHM_HUGETLB");
	STEP("SHM_HUGETLB, shmat and touch", p = shmat(id, NULL, 0); touch(p, big / 2 >> 22 << 22));
	shmctl(id, IPC_RMID, NULL);
	STEP("SHM_HUGETLB, the last shmdt", shmdt(p));
	id = shmget(IPC_PRIVATE, big, 0600);
	STEP("SHM_LOCK", shmctl(id, 11, NULL));
	STEP("SHM_UNLOCK", shmctl(id, 12, NULL));
	STEP("IPC_RMID, locked before", shmctl(id, IPC_RMID, NULL));
	id = shmget(IPC_PRIVATE, big, 0600);
	p = shmat(id, NULL, 0);
	touch(p, big);
	shmctl(id, IPC_RMID, NULL);
	STEP("the last shmdt of a removed segment", shmdt(p));
	id = shmget(IPC_PRIVATE, big, 0600);
	STEP("exit, the last attach of a removed segment",
	     CHILD(p = shmat(id, NULL, 0); touch(p, big); shmctl(id, IPC_RMID, NULL)));
}

static void
file(void)
{
	int fd = open("/tmp/big", O_RDWR | O_CREAT, 0600);
	static char buf[1 << 20];
	char *p;

	STEP("a write of 1 MiB", write(fd, buf, sizeof(buf)));
	STEP("a read of 1 MiB", lseek(fd, 0, SEEK_SET); read(fd, buf, sizeof(buf)));
	STEP("a large write", {
		p = mmap(NULL, big / 4, RW, ANON, -1, 0);
		write(fd, p, big / 4);
	});
	munmap(p, big / 4);
	STEP("truncation", ftruncate(fd, 0));
	STEP("truncation up", ftruncate(fd, big));
	STEP("fallocate", syscall(324, fd, 0, 0, 0, big / 2, 0));
	p = mmap(NULL, big / 2, RW, MAP_SHARED, fd, 0);
	STEP("touch of a mapped file", touch(p, big / 2));
	STEP("msync", syscall(144, p, big / 2, 4));
	STEP("truncation while mapped", ftruncate(fd, PAGE));
	munmap(p, big / 2);
	syscall(324, fd, 0, 0, 0, big / 2, 0);
	STEP("unlink", unlink("/tmp/big"));
	STEP("the last close", close(fd));
}

static void
read_all(const char *name)
{
	static char buf[65536];
	int fd = open(name, O_RDONLY);

	if (fd < 0)
		bail(name);
	while (read(fd, buf, sizeof(buf)) > 0)
		;
	close(fd);
}

static void
segments(void)
{
	static int id[32768];
	int n = 0, i;
	char info[200];

	STEP("32,768 shmget", while (n < 32768 && (id[n] = shmget(IPC_PRIVATE, 1, 0600)) >= 0) n++);
	diag("%d segments", n);
	STEP("/proc/sysvipc/shm", read_all("/proc/sysvipc/shm"));
	STEP("/proc/sysvipc/shm, its end", {
		int fd = open("/proc/sysvipc/shm", O_RDONLY);
		lseek(fd, 1 << 21, SEEK_SET);
		read(fd, info, 100);
		close(fd);
	});
	STEP("/proc/meminfo", read_all("/proc/meminfo"));
	STEP("/proc/vmstat", read_all("/proc/vmstat"));
	STEP("IPC_INFO, SHM_INFO", shmctl(0, 3, (void *)info); shmctl(0, 14, (void *)info));
	STEP("shmget by a key that is not there", shmget(77, 1, 0));
	for (i = 0; i < n; i++)
		shmat(id[i], NULL, 0) == NO_ADDR ? i = n : 0;
	STEP("fork with many attaches", CHILD(_exit(0)));
	STEP("exec with many attaches", CHILD(execl("/bin/true", "true", NULL)));
	STEP("/proc/self/maps", read_all("/proc/self/maps"));
	STEP("/proc/self/status", read_all("/proc/self/status"));
	STEP("/proc/self/pages", read_all("/proc/self/pages"));
	STEP("shmwho", syscall(512, id[0], NULL, 0));
	STEP("32,768 IPC_RMID", while (n > 0) shmctl(id[--n], IPC_RMID, NULL));
	STEP("exit with many attaches of removed segments", CHILD(_exit(0)));
}

static void
entries(void)
{
	char *p = mmap(NULL, 60000 * PAGE, RW, ANON, -1, 0);

	STEP("mprotect of each second page",
	     for (int i = 0; i < 60000; i += 2) mprotect(p + i * PAGE, PAGE, PROT_READ));
	touch(p + PAGE, PAGE);
	TOLD("exit with 60,000 entries", CHILD(_exit(0)));
	TOLD("mprotect of all", mprotect(p, 60000 * PAGE, PROT_READ));
	TOLD("mprotect of all back", mprotect(p, 60000 * PAGE, RW));
	for (int i = 0; i < 60000; i += 2)
		mprotect(p + i * PAGE, PAGE, PROT_READ);
	STEP("mlockall", syscall(152, 1));
	STEP("munlockall", syscall(153));
	STEP("munmap of 60,000 entries", munmap(p, 60000 * PAGE));
}

/* Executes a program with n arguments. The vector is in memory of its own: 500 processes are yet to
 * be promised what this program has. */
static void
exec_with(unsigned n, char *word)
{
	char **many = mmap(NULL, (n + 1) * sizeof(*many), RW, ANON, -1, 0), *none[] = {NULL};

	for (unsigned i = 0; i < n; i++)
		many[i] = word;
	execve("/bin/true", many, none);
}

static void
arguments(void)
{
	const size_t size = 120000;
	char *word = mmap(NULL, size + 1, RW, ANON, -1, 0);

	memset(word, 'x', size);
	STEP("exec with 40,000 arguments", CHILD(exec_with(40000, "x")));
	STEP("exec with too many", CHILD(exec_with(140000, "")));
	STEP("exec with a long argument", CHILD(exec_with(1, word)));
	munmap(word, size + 1);
}

static void
processes(void)
{
	static pid_t pid[500];
	static struct abi_pollfd fds[1024];
	struct gate g;
	int end[2], n, fd = open("/proc/self/stat", O_RDONLY);

	gate_make(&g);
	STEP("500 forks", for (n = 0; n < 500; n++) pid[n] = SPAWN(gate_pass(&g)));
	for (n = 0; n < 500; n++)
		until_state(pid[n], 'S');
	STEP("/proc", {
		DIR *d = opendir("/proc");
		while (readdir(d))
			;
		closedir(d);
	});
	STEP("kill(-1)", CHILD(become(ALICE, ALICE); kill(-1, 0)); kill(-1, SIGCONT));
	for (n = 0; n < 1024; n++) {
		fds[n].fd = n < 900 ? dup(fd) : fd;
		fds[n].events = POLLIN;
	}
	STEP("poll of 1,024", syscall(POLL, fds, 1024, 1));
	STEP("fork with 900 descriptors", CHILD(_exit(0)));
	for (n = 0; n < 1024; n++)
		if (fds[n].fd > fd)
			close(fds[n].fd);
	STEP("exit with 1,000 ends of pipes", CHILD(while (pipe(end) == 0)));
	STEP("exec with as many that it closes",
	     CHILD(while (syscall(331, end, O_CLOEXEC) == 0); execl("/bin/true", "true", NULL)));
	STEP("setpriority, getpriority", syscall(97, 2, 0, 5); syscall(96, 2, 0));
	STEP("one write wakes 500", {
		char b[500] = {0};
		write(g.fd[1], b, sizeof(b));
	});
	for (n = 0; n < 500; n++)
		until_state(pid[n], 'Z');
	STEP("500 waits", for (n = 0; n < 500; n++) ending(pid[n]));
	STEP("a parent of 300 ends, and they are killed", {
		pid_t parent = SPAWN(setsid(); for (n = 0; n < 300; n++) (void)SPAWN(pause()));
		ending(parent);
		kill(-parent, SIGKILL);
		usleep(20000);
	});
	syscall(97, 2, 0, 0);
}

static void
names(void)
{
	char name[40];

	mkdir("/tmp/d", 0755);
	STEP(
		"10,000 files in a directory", for (int i = 0; i < 10000; i++) {
			snprintf(name, sizeof(name), "/tmp/d/%d", i);
			close(open(name, O_CREAT | O_RDWR, 0600));
		});
	STEP("getdents", {
		DIR *d = opendir("/tmp/d");
		while (readdir(d))
			;
		closedir(d);
	});
	STEP(
		"unlink all", for (int i = 0; i < 10000; i++) {
			snprintf(name, sizeof(name), "/tmp/d/%d", i);
			unlink(name);
		});
	rmdir("/tmp/d");
}

void
test(void)
{
	big = procfs_number("/proc/meminfo", "MemFree:") / 16 * 7 * 1024 / PAGE * PAGE;
	if (big > 0xa0000000u)
		big = 0xa0000000u;
	diag("much memory is %u MiB", (unsigned)(big >> 20));
	memory();
	holes();
	segment();
	file();
	segments();
	entries();
	names();
	arguments();
	processes();
}
