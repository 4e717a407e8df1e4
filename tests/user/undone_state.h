/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Takes a digest of all that a program can see of the machine: a number for each part of it.
 * Reading a file changes its time of access, so the measure before a call reads first and then
 * takes times and sizes, and the measure after the call takes them first and then reads.
 */
#pragma once

#include "undone.h"

enum part {
	P_files,
	P_contents,
	P_memory,
	P_map,
	P_descriptors,
	P_locks,
	P_actions,
	P_masks,
	P_limits,
	P_timer,
	P_family,
	P_ids,
	P_segments,
	P_terminal,
	P_tls,
	P_promises,
	P_frames,
	P_processes,
	P_pipe,
	P_child,
	P_signal,
	NPARTS
};

static const char *const part_name[] = {
	[P_files] = "files",
	[P_contents] = "contents",
	[P_memory] = "memory",
	[P_map] = "map",
	[P_descriptors] = "descriptors",
	[P_locks] = "locks",
	[P_actions] = "actions",
	[P_masks] = "masks",
	[P_limits] = "limits",
	[P_timer] = "timer",
	[P_family] = "family",
	[P_ids] = "ids",
	[P_segments] = "segments",
	[P_terminal] = "terminal",
	[P_tls] = "tls",
	[P_promises] = "promises",
	[P_frames] = "frames",
	[P_processes] = "processes",
	[P_pipe] = "pipe",
	[P_child] = "child",
	[P_signal] = "signal",
};

struct state {
	uint32_t part[NPARTS];
};

static uint32_t *sum; /* of the part that is being measured */

/* Adds a word to the sum, by FNV-1a with words for bytes. */
static void
add(uint32_t word)
{
	*sum = (*sum ^ word) * 16777619u;
}

static void
add_bytes(const void *from, size_t n)
{
	const uint8_t *p = from;

	add(n);
	for (size_t i = 0; i < n; i++)
		add(p[i]);
}

static void
add_answer(long result)
{
	add(result < 0 ? (uint32_t)-errno : (uint32_t)result);
}

static void
add_file(const char *path)
{
	static char buf[1024];
	int fd = open(path, O_RDONLY), n;

	add_answer(fd >= 0);
	while (fd >= 0 && (n = read(fd, buf, sizeof(buf))) > 0)
		add_bytes(buf, n);
	if (fd >= 0)
		close(fd);
}

/* Calls fn with the path of everything in a directory, and with the directory's own. */
static void
walk(const char *dir, void (*fn)(const char *path))
{
	char names[512], path[128];
	int fd = open(dir, O_RDONLY | O_DIRECTORY), n;

	fn(dir);
	while (fd >= 0 && (n = syscall(220, fd, names, sizeof(names))) > 0) {
		for (int at = 0; at < n;) {
			struct abi_dirent64 *d = (void *)(names + at);

			at += d->d_reclen;
			if (strcmp(d->d_name, ".") == 0 || strcmp(d->d_name, "..") == 0)
				continue;
			snprintf(path, sizeof(path), "%s/%s", dir, d->d_name);
			if (d->d_type == DT_DIR)
				walk(path, fn);
			else
				fn(path);
		}
	}
	close(fd);
}

static void
add_status(const char *path)
{
	struct abi_stat64 st;

	add_bytes(path, strlen(path));
	add_answer(syscall(196, path, &st));
	add_bytes(&st, sizeof(st));
}

static void
add_contents(const char *path)
{
	char target[64];
	int n = readlink(path, target, sizeof(target));
	struct abi_stat64 st;

	if (n >= 0)
		add_bytes(target, n);
	else if (syscall(196, path, &st) == 0 && (st.st_mode & S_IFMT) == S_IFREG)
		add_file(path);
}

static void
measure_files(struct state *s, bool before)
{
	for (int i = 0; i < 2; i++) {
		bool status = before == (i == 1);

		sum = &s->part[status ? P_files : P_contents];
		walk(ROOM, status ? add_status : add_contents);
		walk("/dev/shm", status ? add_status : add_contents);
	}
}

static void
measure_memory(struct state *s)
{
	sum = &s->part[P_memory];
	add_bytes((void *)PRIVATE, 4 * PAGE);
	add_bytes((void *)SEGMENT_AT, PAGE);
	add_bytes((void *)FILE_AT, PAGE);
	sum = &s->part[P_map];
	add_file("/proc/self/maps");
	add(procfs_number("/proc/self/status", "VmLck"));
	add((uint32_t)sbrk(0));
}

static void
measure_descriptors(struct state *s)
{
	sum = &s->part[P_descriptors];
	for (int fd = 0; fd < 72; fd++) {
		struct abi_stat64 st;
		uint64_t at = 0;

		add_answer(fcntl(fd, F_GETFD));
		add_answer(fcntl(fd, F_GETFL));
		add_answer(syscall(140, fd, 0, 0, &at, SEEK_CUR));
		add(at);
		if (syscall(197, fd, &st) == 0)
			add(st.st_ino32);
	}
}

/* Looks at which locks on "file" would keep another open file from locking
 * each of its bytes, and all of it. */
static void
measure_locks(struct state *s)
{
	static const int whole[] = {1, 2}; /* LOCK_SH, LOCK_EX */
	int fd = open("file", O_RDWR);

	sum = &s->part[P_locks];
	for (int at = 0; at < 40; at++) {
		struct abi_flock64 lock = {.l_type = F_WRLCK, .l_start = at, .l_len = 1};

		add_answer(syscall(221, fd, F_OFD_GETLK, &lock));
		add_bytes(&lock, sizeof(lock));
	}
	for (int i = 0; i < 2; i++) {
		add_answer(syscall(143, fd, whole[i] | 4)); /* LOCK_NB */
		syscall(143, fd, 8);                        /* LOCK_UN */
	}
	close(fd);
}

static void
measure_signals(struct state *s)
{
	struct abi_sigaction act;
	sigset_t set;
	stack_t stack;

	sum = &s->part[P_actions];
	for (int sig = 1; sig <= NSIG; sig++)
		if (syscall(174, sig, NULL, &act, sizeof(set)) == 0)
			add_bytes(&act, sizeof(act));
	sum = &s->part[P_masks];
	sigprocmask(SIG_BLOCK, NULL, &set);
	add_bytes(&set, sizeof(set));
	sigpending(&set);
	add_bytes(&set, sizeof(set));
	sigaltstack(NULL, &stack);
	add_bytes(&stack, sizeof(stack));
}

/* Looks at limits and the timer. What is left of the timer's 100,900 seconds is
 * taken in thousands of seconds. */
static void
measure_limits(struct state *s)
{
	struct abi_rlimit64 limit;
	struct abi_itimerval it;

	sum = &s->part[P_limits];
	for (int i = 0; i < RLIMIT_NLIMITS; i++) {
		syscall(340, 0, i, NULL, &limit);
		add_bytes(&limit, sizeof(limit));
	}
	sum = &s->part[P_timer];
	syscall(105, ITIMER_REAL, &it);
	add(it.it_value.tv_sec / 1000);
	add_bytes(&it.it_interval, sizeof(it.it_interval));
}

static void
measure_ids(struct state *s)
{
	uint32_t id[3], groups[NGROUPS_MAX];
	char cwd[64];
	mode_t mask = syscall(60, 0);
	int n;

	syscall(60, mask);
	sum = &s->part[P_ids];
	add(mask);
	syscall(209, &id[0], &id[1], &id[2]);
	add_bytes(id, sizeof(id));
	syscall(211, &id[0], &id[1], &id[2]);
	add_bytes(id, sizeof(id));
	n = getgroups(NGROUPS_MAX, groups);
	add_bytes(groups, n * sizeof(groups[0]));
	add(getpgrp());
	add(syscall(147, 0));
	add(getpid());
	add(getppid());
	add_answer(syscall(183, cwd, sizeof(cwd)));
	add_bytes(cwd, strlen(cwd));
	/* The priority and the name, by the calls that tell them. */
	add_answer(syscall(96, 0, 0));
	memset(cwd, 0, sizeof(cwd));
	syscall(172, 16, cwd);
	add_bytes(cwd, sizeof(cwd));
}

/* Looks at the first seven fields of each process's stat: its number, name, state, parent, group,
 * session and terminal. Looks also at what other processes may set of it. */
static void
measure_family(struct state *s, const int *children, int n)
{
	sum = &s->part[P_family];
	for (int i = 0; i < n; i++) {
		struct abi_rlimit64 limit;
		char text[256], path[32];
		int fd, len, spaces = 0;

		snprintf(path, sizeof(path), "/proc/%d/stat", children[i]);
		fd = open(path, O_RDONLY);
		len = fd < 0 ? 0 : read(fd, text, sizeof(text));
		close(fd);
		for (int k = 0; k < len && spaces < 7; k++) {
			spaces += text[k] == ' ';
			add(text[k]);
		}
		memset(&limit, 0, sizeof(limit));
		add_answer(syscall(340, children[i], RLIMIT_NOFILE, NULL, &limit));
		add_bytes(&limit, sizeof(limit));
		add_answer(syscall(96, 0, children[i]));
	}
}

static void
measure_system(struct state *s)
{
	struct abi_termios t;
	struct abi_winsize size;
	uint32_t info[8];

	sum = &s->part[P_segments];
	add_file("/proc/sysvipc/shm");
	add_answer(syscall(396, 0, SHM_INFO, info));
	add(info[0]), add(info[1]);
	sum = &s->part[P_terminal];
	syscall(54, TTY_FD, TCGETS, &t);
	add_bytes(&t, sizeof(t));
	syscall(54, TTY_FD, TIOCGWINSZ, &size);
	add_bytes(&size, sizeof(size));
	add_answer(syscall(54, TTY_FD, TIOCGPGRP, info));
	add(info[0]);
	sum = &s->part[P_tls];
	for (uint32_t entry = 6; entry <= 8; entry++) {
		uint32_t limit = 0;

		__asm__ volatile("lsl %1, %0" : "+r"(limit) : "r"(entry << 3 | 3) : "cc");
		add(limit);
	}
	s->part[P_processes] = count_processes();
	s->part[P_promises] = procfs_number("/proc/meminfo", "Committed_AS");
	s->part[P_frames] = procfs_number("/proc/meminfo", "MemFree");
}

static void
measure(struct state *s, bool before, const int *children, int n)
{
	memset(s, 0, sizeof(*s));
	measure_files(s, before);
	measure_memory(s);
	measure_descriptors(s);
	measure_locks(s);
	measure_signals(s);
	measure_limits(s);
	measure_ids(s);
	measure_family(s, children, n);
	measure_system(s);
}

/* Looks at what can be seen only by taking it, so this is for the end of a trial. Returns the
 * parts, as bits, that are not as the world was made. */
static uint32_t
measure_last(int zombie)
{
	char text[64];
	sigset_t set = 1ull << (SIGUSR2 - 1);
	struct abi_timespec64 now = {0};
	siginfo_t info = {0};
	uint32_t wrong = 0;
	int status = 0;

	if (read(PIPE_R, text, sizeof(text)) != sizeof(PIPE_TEXT) || strcmp(text, PIPE_TEXT) != 0)
		wrong |= BIT(P_pipe);
	if (waitpid(zombie, &status, WNOHANG) != zombie || status != 7 << 8)
		wrong |= BIT(P_child);
	if (syscall(421, &set, &info, &now, sizeof(set)) != SIGUSR2 || info.si_pid != getpid())
		wrong |= BIT(P_signal);
	return wrong;
}
