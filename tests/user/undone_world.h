/* SPDX-License-Identifier: BSD-2-Clause */
/* The world that each trial of undone.c finds. The trial's own process makes it. */
#pragma once

#include "undone_state.h"

/* What a trial reports. It is shared memory, for the trial runs in a process of its own. */
static struct {
	int works, error;           /* errno of the first failure */
	uint32_t once, often, last; /* parts that were not as before */
	unsigned done;              /* rounds */
	int zombie, paused, segment;
} * out;
static unsigned base_processes;

static void
caught(int sig)
{
	(void)sig;
}

static void
fill(uint32_t at, size_t n)
{
	for (size_t i = 0; i < n; i += 4)
		*(uint32_t *)(at + i) = at + i;
}

static void
make_file(const char *path, const char *text)
{
	int fd = open(path, O_RDWR | O_CREAT, 0644);

	if (write(fd, text, strlen(text)) != (int)strlen(text))
		bail(path);
	close(fd);
}

/* The part of "file" on which FILE_FD has a write lock; it has a shared lock on all of it, too. */
static const struct abi_flock64 own_lock = {.l_type = F_WRLCK, .l_start = 20, .l_len = 10};

/* Moves the descriptor to number `to`. */
static void
put(int fd, int to)
{
	if (fd < 0 || dup2(fd, to) != to)
		bail("descriptor");
	close(fd);
}

static void
make_files(void)
{
	char page[PAGE];
	int p[2];

	mkdir(ROOM, 0755);
	if (chdir(ROOM) < 0)
		bail(ROOM);
	make_file("file", "0123456789");
	make_file("other", "other");
	mkdir("dir", 0755);
	make_file("dir/inner", "inner");
	mkdir("empty", 0755);
	symlink("file", "link");
	put(open("/proc/sys/kernel/fail", O_RDWR), FAIL_FD);
	put(open("file", O_RDWR), FILE_FD);
	lseek(FILE_FD, 3, SEEK_SET);
	if (syscall(221, FILE_FD, F_OFD_SETLK, &own_lock) < 0 || syscall(143, FILE_FD, 1) < 0)
		bail("locks");
	put(open("dir/inner", O_RDONLY), READ_FD);
	put(open(".", O_RDONLY), DIR_FD);
	put(open("/dev/console", O_RDWR), TTY_FD);
	pipe2(p, O_NONBLOCK);
	put(p[0], PIPE_R), put(p[1], PIPE_W);
	if (write(PIPE_W, page, PAGE - 1) != PAGE - 1 ||
	    write(PIPE_W, PIPE_TEXT, sizeof(PIPE_TEXT)) != sizeof(PIPE_TEXT) ||
	    read(PIPE_R, page, PAGE - 1) != PAGE - 1)
		bail("pipe");
}

static void
map(uint32_t at, size_t len, int flags, int fd)
{
	if (mmap((void *)at, len, PROT_READ | PROT_WRITE, MAP_FIXED | flags, fd, 0) != (void *)at)
		bail("mmap");
}

static void
make_memory(void)
{
	map(GOOD, PAGE, MAP_PRIVATE | MAP_ANONYMOUS, -1);
	map(READ_ONLY, PAGE, MAP_PRIVATE | MAP_ANONYMOUS, -1);
	map(PRIVATE, 4 * PAGE, MAP_PRIVATE | MAP_ANONYMOUS, -1);
	map(ALTSTACK, PAGE, MAP_PRIVATE | MAP_ANONYMOUS, -1);
	map(FILE_AT, PAGE, MAP_SHARED, FILE_FD);
	fill(GOOD, PAGE);
	fill(PRIVATE, 4 * PAGE);
	/* The page is also filled beyond the file's end, where the bytes
	 * can be seen until the file grows. */
	fill(FILE_AT + 64, 64);
	out->segment = shmget(IPC_PRIVATE, 2 * PAGE, 0600);
	if (shmat(out->segment, (void *)SEGMENT_AT, 0) != (void *)SEGMENT_AT)
		bail("shmat");
	fill(SEGMENT_AT, PAGE);
}

static void
make_world(void)
{
	static const struct abi_itimerval timer = {{500, 0}, {100900, 0}};
	struct abi_user_desc tls = {6, 0x1000, 0xfffff, 0x51};
	stack_t stack = {(void *)ALTSTACK, 0, PAGE};
	sigset_t set = 1ull << (SIGUSR2 - 1);

	out->zombie = SPAWN(_exit(7));
	out->paused = SPAWN(for (;;) pause());
	make_files();
	make_memory();
	setgroups(2, (gid_t[]){7, 8});
	signal(SIGUSR1, caught);
	signal(SIGALRM, caught);
	sigaltstack(&stack, NULL);
	sigprocmask(SIG_BLOCK, &set, NULL);
	kill(getpid(), SIGUSR2);
	syscall(104, ITIMER_REAL, &timer, NULL);
	syscall(243, &tls);
	until_state(out->zombie, 'Z');
	until_state(out->paused, 'S');
}

static void
remove_any(const char *path)
{
	if (unlink(path) < 0)
		rmdir(path);
}

/* Removes what a trial has left, whether the call has worked or not, and ends its processes. */
static void
end_world(void)
{
	kill(out->paused, SIGKILL);
	/* The walk comes to a directory before its content, so it
	 * takes one round for each level. */
	for (int depth = 0; depth < 4; depth++)
		walk(ROOM, remove_any);
	for (int id, i = 0; i < 64; i++) {
		struct shmid_ds ds;

		if ((id = syscall(396, i, SHM_STAT, &ds)) >= 0)
			shmctl(id, IPC_RMID, NULL);
	}
	while (count_processes() != base_processes)
		usleep(1000);
}
