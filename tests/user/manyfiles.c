/* SPDX-License-Identifier: BSD-2-Clause */
/* Tests the calls that take or return descriptors, with descriptors up to the highest that there
 * can be. */
#include "tap.h"

#include "abi/misc.h"
#include "abi/poll.h"

#define POLL 168
#define SELECT 142
#define LAST (OPEN_MAX - 1)

static struct abi_pollfd list[OPEN_MAX + 1];
static uint32_t set[OPEN_MAX / 32];

static void
close_all(void)
{
	for (int fd = 3; fd < OPEN_MAX; fd++)
		close(fd);
}

/* Tests that the lowest free descriptor is found wherever it is. */
static void
lowest(void)
{
	static const int place[] = {3, 63, 64, 65, 127, 128, 700, LAST};
	int n = 0, wrong = 0;

	while (dup(0) >= 0)
		n++;
	is(n, OPEN_MAX - 3, "as many as there may be");
	is(errno, EMFILE, "and no more");
	for (unsigned i = 0; i < sizeof(place) / sizeof(place[0]); i++) {
		close(place[i]);
		is(dup(0), place[i], "%d is free, and found", place[i]);
	}
	for (int fd = LAST; fd > 2; fd--)
		wrong += close(fd) != 0;
	is(wrong, 0, "all are closed");
	fails(close(LAST), EBADF, "and stay so");
	is(fcntl(0, F_DUPFD, 500), 500, "F_DUPFD from 500 on");
	is(fcntl(0, F_DUPFD, 500), 501, "the next");
	is(dup(0), 3, "the others are free");
	is(dup2(500, LAST), LAST, "dup2 to the last");
	is(dup2(LAST, 64), 64, "and to the first of a block");
	is(dup2(64, 64), 64, "to itself");
	fails(dup2(130, 131), EBADF, "of a closed one, in a block that was never used");
	fails(dup2(0, OPEN_MAX), EBADF, "beyond the last");
	fails(fcntl(0, F_DUPFD, OPEN_MAX), EINVAL, "F_DUPFD beyond it");
	close_all();
}

/* Tests that a child inherits all descriptors, and a program started by exec those without
 * FD_CLOEXEC. */
static void
inherited(void)
{
	int p[2], n = 0;
	char c = 0;

	pipe(p);
	dup2(p[1], 64);
	dup2(p[1], LAST);
	dup2(p[1], 300);
	is(fcntl(300, F_SETFD, FD_CLOEXEC), 0, "close on exec");
	is(fcntl(300, F_GETFD), FD_CLOEXEC, "is kept");
	is(fcntl(301, F_GETFD), -1, "by that descriptor alone");
	is(fcntl(LAST, F_GETFD), 0, "of those open");
	is(CHILD(write(64, "a", 1); write(300, "b", 1); write(LAST, "c", 1)), 0, "a child writes");
	while (n < 3 && read(p[0], &c, 1) == 1)
		n += c == "abc"[n];
	is(n, 3, "through each of them");
	is(CHILD(execl("/proc/self/exe", "manyfiles", "exec", NULL)), 0, "what exec keeps");
	/* A reader sees the end once the last descriptor of the writing end is closed. */
	close(p[1]), close(64), close(LAST), close(300);
	is(read(p[0], &c, 1), 0, "none was left behind");
	close(p[0]);
}

int
helper(int argc, char **argv)
{
	(void)argc, (void)argv;
	return fcntl(64, F_GETFD) != 0 || fcntl(LAST, F_GETFD) != 0 || fcntl(300, F_GETFD) != -1;
}

static void
limited(void)
{
	struct abi_rlimit l;

	is(syscall(191, RLIMIT_NOFILE, &l), 0, "the limit");
	ok(l.rlim_cur == OPEN_MAX && l.rlim_max == OPEN_MAX, "is what there may be");
	l.rlim_cur = 70;
	is(CHILD(struct abi_rlimit64 w = {70, 70}; syscall(340, 0, RLIMIT_NOFILE, &w, NULL);
	         while (dup(0) >= 0); if (errno != EMFILE || close(69) != 0 || close(70) == 0)
	                                      _exit(1);
	         if (fcntl(0, F_DUPFD, 70) != -1 || errno != EINVAL) _exit(2);
	         if (dup2(0, 70) != -1 || errno != EBADF) _exit(3);
	         if (syscall(POLL, list, 71, 0) != -1 || errno != EINVAL) _exit(4)), 0,
	                                                  "a lower one holds for all calls");
}

/* Tests poll and select on a pipe whose ends are open at about a thousand descriptors. */
static void
polled(void)
{
	int p[2], bad = 0;
	pid_t pid;

	pipe(p);
	for (int fd = 5; fd < OPEN_MAX; fd++)
		bad += dup2(fd % 2 ? p[0] : p[1], fd) != fd;
	is(bad, 0, "a thousand ends of one pipe");
	for (int i = 0; i < OPEN_MAX; i++)
		list[i] = (struct abi_pollfd){i, i < 5 ? 0 : POLLIN, 7};
	is(syscall(POLL, list, OPEN_MAX, 0), 0, "nothing to read");
	fails(syscall(POLL, list, OPEN_MAX + 1, 0), EINVAL, "one more than there may be");
	pid = SPAWN(close(5); until_state(getppid(), 'S'); write(p[1], "x", 1));
	is(syscall(POLL, list, OPEN_MAX, -1), (OPEN_MAX - 5 + 1) / 2, "a byte wakes them all");
	for (int i = 5; i < OPEN_MAX; i++)
		bad += list[i].revents != (i % 2 ? POLLIN : 0);
	is(bad, 0, "and each tells its own");
	is(ending(pid), 0, "who wrote it");
	list[LAST].fd = OPEN_MAX;
	is(syscall(POLL, &list[LAST], 1, 0), 1, "what is not open");
	is(list[LAST].revents, POLLNVAL, "is told");

	memset(set, 0, sizeof(set));
	set[LAST / 32] = 1u << LAST % 32 | 1u << (LAST - 1) % 32;
	set[2] = 1u << (65 - 64);
	is(syscall(SELECT, OPEN_MAX, set, NULL, NULL, NULL), 2, "select sees two");
	ok(set[LAST / 32] == 1u << LAST % 32 && set[2] == 2, "these");
	memset(set, 0xff, sizeof(set));
	set[0] = 0xffffffe0;
	is(syscall(SELECT, OPEN_MAX, set, NULL, NULL, NULL), (OPEN_MAX - 5 + 1) / 2, "or all");
	is(syscall(SELECT, OPEN_MAX, NULL, set, NULL, &(long[2]){0, 0}), 0,
	   "of which none is to write");
	close(700);
	memset(set, 0, sizeof(set));
	set[700 / 32] = 1u << 700 % 32;
	fails(syscall(SELECT, OPEN_MAX, set, NULL, NULL, NULL), EBADF, "a closed one");
	is(syscall(SELECT, 700, set, NULL, NULL, &(long[2]){0, 0}), 0, "but not beyond n");
	close_all();
}

void
test(void)
{
	lowest();
	inherited();
	limited();
	polled();
}
