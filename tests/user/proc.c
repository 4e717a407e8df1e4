/* SPDX-License-Identifier: BSD-2-Clause */
/* Tests that the numbers in /proc are right. */
#include "tap.h"

#include <sys/stat.h>
#include <time.h>

static char text[8192];

static const char *
slurp(const char *path)
{
	int fd = open(path, O_RDONLY), n, all = 0;

	if (fd < 0)
		bail(path);
	while ((n = read(fd, text + all, sizeof(text) - 1 - all)) > 0)
		all += n;
	close(fd);
	text[all] = 0;
	return text;
}

static const char *
of(pid_t pid, const char *file)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/%s", pid, file);
	return slurp(path);
}

/* Returns field n of /proc/PID/stat, counted as in proc(5). */
static unsigned long
field(pid_t pid, int n)
{
	const char *at = strrchr(of(pid, "stat"), ')') + 2;

	for (; n > 3; n--)
		at = strchr(at, ' ') + 1;
	return strtoul(at, NULL, 10);
}

static const char *
link_of(const char *path)
{
	static char to[256];
	int n = readlink(path, to, sizeof(to) - 1);

	to[n < 0 ? 0 : n] = 0;
	return to;
}

static void
ignore(int sig)
{
	(void)sig;
}

static void
stat_file(void)
{
	pid_t pid = getpid();
	volatile char local, *big = mmap(NULL, 64 * PAGE, PROT_READ | PROT_WRITE,
	                                 MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	unsigned long rss, faults, size = field(pid, 23), from = field(pid, 14) + field(pid, 15);
	int fields = 1, bytes = 0;

	for (const char *s = strrchr(of(pid, "stat"), ')'); *s; s++)
		fields += *s == ' ';
	is(fields + 1, 52, "52 fields");
	ok(field(pid, 4) == (unsigned)getppid() && field(pid, 5) == (unsigned)getpgrp(),
	   "its parent and group");
	/* The first write may replace a grafted page table by a private one, which changes the
	 * number of resident pages, so count from there on; downwards, for upwards a fault makes
	 * more than a page. */
	big[0] = 1;
	rss = field(pid, 24), faults = field(pid, 10);
	for (int i = 63; i > 0; i--)
		big[i * PAGE] = 1;
	is(field(pid, 24) - rss, 63, "resident pages are counted");
	ok(field(pid, 10) - faults >= 63, "and the faults");
	munmap((void *)big, 64 * PAGE);
	is(size - field(pid, 23), 64 * PAGE, "its size");
	while (field(pid, 14) + field(pid, 15) < from + 5)
		;
	ok(1, "its time goes on");
	ok(field(pid, 26) <= (unsigned long)stat_file && field(pid, 27) > (unsigned long)stat_file,
	   "where its text is");
	ok(field(pid, 45) <= (unsigned long)text && field(pid, 46) > (unsigned long)text,
	   "its data");
	ok(field(pid, 28) > (unsigned long)&local && field(pid, 28) < 0xc0000000, "its stack");
	is(field(pid, 50), field(pid, 49), "the environment lies behind the arguments");
	for (char **e = environ; *e; e++)
		bytes += strlen(*e) + 1;
	is(field(pid, 51) - field(pid, 50), bytes, "as long as it is");
	signal(SIGUSR1, ignore);
	signal(SIGUSR2, SIG_IGN);
	ok(field(pid, 34) >> (SIGUSR1 - 1) & 1, "a signal with a handler");
	ok(field(pid, 33) >> (SIGUSR2 - 1) & 1, "one that is ignored");
}

static void
links(void)
{
	char path[64];
	struct stat st;
	pid_t pid = SPAWN(execl("/bin/sleep", "sleep", "100", NULL));

	ok(lstat("/proc/self", &st) == 0 && (st.st_mode & S_IFMT) == S_IFLNK,
	   "/proc/self is a link");
	is(atoi(link_of("/proc/self")), getpid(), "to one's own");
	until_state(pid, 'S');
	snprintf(path, sizeof(path), "/proc/%d/exe", pid);
	while (strcmp(link_of(path), "/bin/sleep"))
		usleep(1000);
	ok(1, "exe");
	is(CHILD(become(ALICE, 7); _exit(open("/proc/frames", O_RDONLY) < 0 ? errno : 0)), EACCES,
	         "/proc/frames is root's");
	is(CHILD(become(ALICE, 7); _exit(readlink("/proc/1/exe", text, 9) < 0 ? errno : 0)), EACCES,
	         "where another's leads");
	kill(pid, SIGKILL);
	until_state(pid, 'Z');
	fails(readlink(path, text, 9), ENOENT, "a zombie has no program");
	ok(!strcmp(of(pid, "cmdline"), "") && !strcmp(of(pid, "maps"), ""), "and no memory");
	ending(pid);
	fails(open(path, O_RDONLY), ENOENT, "then it is gone");
}

/* Returns the line of maps whose mapping begins at `at`, or an empty string. */
static char *
map_line(void *at)
{
	char start[16], *line;

	snprintf(start, sizeof(start), "%08lx-", (unsigned long)at);
	line = strstr(of(getpid(), "maps"), start);
	if (line == NULL)
		return "";
	line[strcspn(line, "\n")] = 0;
	return line;
}

static void
maps(void)
{
	int fd = open("/dev/shm/a file", O_RDWR | O_CREAT, 0600),
	    id = shmget(0x1234, PAGE, 0600 | IPC_CREAT);
	char want[128], *file, *seg = shmat(id, NULL, SHM_RDONLY);
	struct stat st;

	ftruncate(fd, 3 * PAGE);
	fstat(fd, &st);
	file = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, PAGE);
	snprintf(want, sizeof(want), "%08lx-%08lx rw-s 00001000 00:00 %lu ", (unsigned long)file,
	         (unsigned long)file + PAGE, (unsigned long)st.st_ino);
	ok(!strncmp(map_line(file), want, strlen(want)), "a file in maps");
	ok(!strcmp(map_line(file) + 49, "/dev/shm/a file"), "its path in column 50");
	unlink("/dev/shm/a file");
	ok(strstr(map_line(file), "/dev/shm") == NULL, "it has none any more");
	snprintf(want, sizeof(want), "%08lx-%08lx r--s 00000000 00:00 %d ", (unsigned long)seg,
	         (unsigned long)seg + PAGE, id);
	ok(!strncmp(map_line(seg), want, strlen(want)), "a segment, its identifier");
	ok(!strcmp(map_line(seg) + 49, "/SYSV00001234 (deleted)"), "and its key");
	ok(strstr(of(getpid(), "maps"), " [stack]\n") != NULL, "[stack]");
	sbrk(PAGE);
	ok(strstr(of(getpid(), "maps"), " [heap]\n") != NULL, "[heap]");
	close(fd);
	munmap(file, PAGE);
	file = mmap(NULL, 2 * PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	file += PAGE;
	mprotect(file, PAGE, PROT_NONE);
	snprintf(want, sizeof(want), "%08lx-%08lx ---p 00000000 00:00 0 ", (unsigned long)file,
	         (unsigned long)file + PAGE);
	ok(!strcmp(map_line(file), want), "a piece of zeros, which is of no file's middle");
	munmap(file - PAGE, 2 * PAGE);
	shmdt(seg);
	shmctl(id, IPC_RMID, NULL);
}

static void
whole_system(void)
{
	unsigned long idle, cached, shmem, forks, user;
	int id = shmget(IPC_PRIVATE, 16 * PAGE, 0600), fd;
	char *seg = shmat(id, NULL, 0), *at;

	cached = procfs_number("/proc/meminfo", "Cached"),
	shmem = procfs_number("/proc/meminfo", "Shmem");
	memset(seg, 1, 16 * PAGE);
	is(procfs_number("/proc/meminfo", "Shmem") - shmem, 64, "Shmem");
	is(procfs_number("/proc/meminfo", "Cached") - cached, 64, "is a part of Cached");
	fd = open("/tmp/x", O_RDWR | O_CREAT, 0600);
	write(fd, seg, 2 * PAGE);
	is(procfs_number("/proc/meminfo", "Cached") - cached, 72, "as files are");
	close(fd), unlink("/tmp/x");
	shmdt(seg), shmctl(id, IPC_RMID, NULL);
	is(procfs_number("/proc/meminfo", "Cached") - cached, 0, "until they go");
	strtoul(slurp("/proc/uptime"), &at, 10);
	idle = strtoul(strchr(text, ' '), NULL, 10);
	sleep(3);
	idle = strtoul(strchr(slurp("/proc/uptime"), ' '), NULL, 10) - idle;
	ok(idle >= 2 && idle <= 4, "the idle time of uptime");
	user = strtoul(slurp("/proc/stat") + 5, NULL, 10);
	forks = procfs_number("/proc/stat", "processes");
	CHILD(for (long end = field(getpid(), 14) + 20; (long)field(getpid(), 14) < end;)
	          for (volatile int i = 0; i < 100000; i++));
	ok(strtoul(slurp("/proc/stat") + 5, NULL, 10) >= user + 19, "user time in stat");
	is(procfs_number("/proc/stat", "processes") - forks, 1, "how many forks");
	is(procfs_number("/proc/stat", "procs_running"), 1, "one runs");
	ok(strstr(slurp("/proc/stat"), "\ncpu0 ") != NULL, "of one CPU");
	ok(abs((int)time(NULL) - (int)procfs_number("/proc/stat", "btime") -
	       (int)procfs_number("/proc/uptime", "")) <= 1,
	   "when it was booted");
}

/* Uses the CPU only around the moments when the load is sampled, every five seconds, so that it
 * seems to use it all the time. */
static void
want_cpu(void)
{
	struct timespec t;

	for (int i = 0; i < 6; i++) {
		clock_gettime(CLOCK_MONOTONIC, &t);
		usleep(4950000 - (t.tv_sec % 5 * 1000000 + t.tv_nsec / 1000));
		do
			clock_gettime(CLOCK_MONOTONIC, &t);
		while (t.tv_sec % 5 == 4 || t.tv_nsec < 30000000);
	}
}

static void
load(void)
{
	struct timespec t;
	pid_t pid[2];
	unsigned long one;
	char *at;

	clock_gettime(CLOCK_MONOTONIC, &t);
	usleep((5 - t.tv_sec % 5) * 1000000 + 100000);
	for (int i = 0; i < 2; i++)
		pid[i] = SPAWN(want_cpu());
	slurp("/proc/loadavg");
	at = strrchr(text, '/') + 1;
	is(strtoul(at, &at, 10), count_processes(), "all processes");
	is(strtoul(at, NULL, 10), pid[1], "the youngest");
	ending(pid[0]), ending(pid[1]);
	one = strtoul(slurp("/proc/loadavg"), &at, 10) * 100 + strtoul(at + 1, &at, 10);
	/* Two processes for 30 s of a minute give 2 (1 - e^-0.5), which is 0.79. */
	ok(one >= 75 && one <= 83, "the load of a minute is 0.%lu", one);
	one = strtoul(at, &at, 10) * 100 + strtoul(at + 1, &at, 10);
	ok(one >= 17 && one <= 21, "that of five 0.%lu", one);
}

static void
words(void)
{
	static const struct {
		const char *file, *text;
	} files[] = {{"mounts", "ramfs / ramfs rw 0 0\nproc /proc proc rw 0 0\n"},
	             {"filesystems", "nodev\tramfs\nnodev\tproc\n"},
	             {"sys/kernel/ostype", "Linux\n"},
	             {"sys/kernel/hostname", "isthmus\n"},
	             {"sys/kernel/pid_max", "32767\n"}};
	char path[64], release[32];

	for (unsigned i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		snprintf(path, sizeof(path), "/proc/%s", files[i].file);
		is(strcmp(slurp(path), files[i].text), 0, "%s", files[i].file);
	}
	strcpy(release, slurp("/proc/sys/kernel/osrelease"));
	release[strcspn(release, "\n")] = 0;
	ok(!strncmp(slurp("/proc/version"), "Linux version ", 14) &&
	           !strncmp(text + 14, release, strlen(release)),
	   "version");
}

void
test(void)
{
	stat_file();
	links();
	maps();
	whole_system();
	load();
	words();
}
