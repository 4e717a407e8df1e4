/* SPDX-License-Identifier: BSD-2-Clause */
/* Tests record locks and flock: which locks conflict, and when they are released. */
#include "tap.h"

#define FLOCK 143
#define HERE "/tmp/locks"
#define ENDLESS 0

static int fd;

static int
command(int on, int cmd, int type, long long start, long long len)
{
	struct abi_flock64 fl = {
		.l_type = (int16_t)type, .l_whence = SEEK_SET, .l_start = start, .l_len = len};

	return fcntl(on, cmd, &fl);
}

static int
set(int type, long long start, long long len)
{
	return command(fd, F_SETLK64, type, start, len);
}

/* Returns what another process sees of the first 20 bytes, as a letter for each: `.` for no
 * lock, r and w for a lock to read and to write, ? and ! for a wrong answer of F_GETLK64. */
static char *
map(void)
{
	static char *text;

	if (text == NULL)
		text = shared(PAGE);
	if (CHILD(for (int i = 0; i < 20; i++) {
		    struct abi_flock64 fl = {.l_type = F_WRLCK, .l_start = i, .l_len = 1};

		    if (fcntl(fd, F_GETLK64, &fl) != 0)
			    _exit(1);
		    text[i] = fl.l_type == F_UNLCK                   ? '.'
		              : fl.l_pid != getppid()                ? '?'
		              : fl.l_start > i || fl.l_whence != 0   ? '!'
		              : fl.l_len && fl.l_start + fl.l_len <= i ? '!'
		              : fl.l_type == F_WRLCK                 ? 'w'
		                                                     : 'r';
	    }) != 0)
		return "a child failed";
	return text;
}
#define MAP(want, what) ok(strcmp(map(), want) == 0, "%s: %s", what, map())

static void
pieces(void)
{
	set(F_WRLCK, 5, 10);
	MAP(".....wwwwwwwwww.....", "ten bytes");
	set(F_RDLCK, 8, 3);
	MAP(".....wwwrrrwwww.....", "three of them to read: two pieces are left");
	set(F_UNLCK, 9, 1);
	MAP(".....wwwr.rwwww.....", "one of these free");
	set(F_RDLCK, 9, 1);
	MAP(".....wwwrrrwwww.....", "and back, in one piece with both");
	set(F_WRLCK, 0, 9);
	MAP("wwwwwwwwwrrwwww.....", "over the border of two");
	set(F_RDLCK, 10, ENDLESS);
	MAP("wwwwwwwwwrrrrrrrrrrr", "to the end, wherever it is");
	set(F_UNLCK, 12, 3);
	MAP("wwwwwwwwwrrr...rrrrr", "a hole");
	set(F_UNLCK, 0, ENDLESS);
	MAP("....................", "all free");
	set(F_WRLCK, 4, 2), set(F_WRLCK, 8, 2), set(F_WRLCK, 6, 2);
	MAP("....wwwwww..........", "three that touch");
	struct abi_flock64 fl = {.l_type = F_RDLCK, .l_start = 5, .l_len = 1};

	is(CHILD(fcntl(fd, F_GETLK64, &fl); _exit(fl.l_start == 4 && fl.l_len == 6)), 1,
	         "are one lock");
	set(F_RDLCK, 0, 12);
	MAP("rrrrrrrrrrrr........", "one type over the other");
	is(command(fd, F_SETLK64, F_WRLCK, 11, -4), 0, "a negative length");
	MAP("rrrrrrrwwwwr........", "is before the start");
	set(F_UNLCK, 0, ENDLESS);
}

static void
arguments(void)
{
	struct abi_flock64 fl = {.l_type = F_WRLCK, .l_whence = 3, .l_len = 1};
	struct abi_flock narrow = {.l_type = F_RDLCK, .l_start = 3, .l_len = 1};
	int ro = open(HERE, O_RDONLY), wo = open(HERE, O_WRONLY);

	fails(fcntl(fd, F_SETLK64, &fl), EINVAL, "no such whence");
	fails(set(3, 0, 1), EINVAL, "no such type");
	fails(set(F_WRLCK, -1, 1), EINVAL, "before the start");
	fails(set(F_WRLCK, 1, -2), EINVAL, "reaching before it");
	fails(set(F_WRLCK, INT64_MAX, 2), EOVERFLOW, "beyond the last byte");
	fails(command(fd, F_GETLK64, F_UNLCK, 0, 1), EINVAL, "nothing is not in the way");
	fails(command(ro, F_SETLK64, F_WRLCK, 0, 1), EBADF, "for writing, of a reader");
	fails(command(wo, F_SETLK64, F_RDLCK, 0, 1), EBADF, "for reading, of a writer");
	fails(command(99, F_SETLK64, F_RDLCK, 0, 1), EBADF, "of nobody");
	fails(fcntl(fd, F_SETLK64, (void *)0xc0000000), EFAULT, "a bad pointer");
	fails(syscall(55, fd, F_SETLK64, &fl), EINVAL, "the old call knows no wide form");
	lseek(fd, 10, SEEK_SET);
	fl = (struct abi_flock64){
		.l_type = F_WRLCK, .l_whence = SEEK_CUR, .l_start = -2, .l_len = 1};
	is(fcntl(fd, F_SETLK64, &fl), 0, "from the place on");
	MAP("........w...........", "two before it");
	ftruncate(fd, 15);
	fl.l_whence = SEEK_END;
	is(fcntl(fd, F_SETLK64, &fl), 0, "from the end on");
	MAP("........w....w......", "two before that");
	set(F_WRLCK, 0x80000000ll, 1);
	is(CHILD(narrow.l_start = 0x7fffffff; narrow.l_len = 0; fcntl(fd, F_GETLK, &narrow);
	         _exit(errno)), EOVERFLOW, "a lock that the narrow form cannot tell");
	set(F_UNLCK, 0, ENDLESS);
	is(syscall(55, fd, F_SETLK, &narrow), 0, "the narrow form, by the old call");
	MAP("...r................", "sets one");
	close(ro), close(wo);
	MAP("....................", "which goes with any descriptor of the file");
}

static void
ends(void)
{
	int other;

	set(F_WRLCK, 0, 1);
	is(CHILD(_exit(set(F_RDLCK, 0, 1) == -1 ? errno : 0)), EAGAIN, "a child has none of them");
	other = dup(fd);
	close(other);
	MAP("....................", "a dup's end is the lock's");
	set(F_WRLCK, 0, 1);
	dup2(0, other = dup(fd));
	MAP("....................", "so is dup2 onto one");
	close(other);
	is(CHILD(set(F_WRLCK, 0, 1)), 0, "a child's lock");
	is(set(F_WRLCK, 0, 1), 0, "ends with it");
	is(CHILD(set(F_UNLCK, 0, ENDLESS); close(fd)), 0, "what a child frees and closes");
	MAP("w...................", "is not ours");
	set(F_UNLCK, 0, ENDLESS);
	is(CHILD(set(F_WRLCK, 1, 1); execl("/proc/self/exe", "locks", "exec", NULL)), 0,
	         "exec keeps them");
}

/* Runs after exec, with byte 1 locked: returns 0 if another process still finds it locked. */
int
helper(int argc, char **argv)
{
	(void)argc, (void)argv;
	fd = 3;
	return CHILD(_exit(set(F_RDLCK, 1, 1) == -1 && errno == EAGAIN)) != 1;
}

static void
nothing(int sig)
{
	(void)sig;
}

static void
waiting(void)
{
	struct sigaction act = {.sa_handler = nothing};
	struct gate locked;
	pid_t pid;

	set(F_WRLCK, 0, 2);
	pid = SPAWN(_exit(command(fd, F_SETLKW64, F_WRLCK, 1, 1)));
	until_state(pid, 'S');
	set(F_UNLCK, 0, 1);
	until_state(pid, 'S');
	set(F_UNLCK, 1, 1);
	is(ending(pid), 0, "who waits gets it when it is free");
	set(F_WRLCK, 0, 2);
	pid = SPAWN(sigaction(SIGUSR1, &act, NULL); command(fd, F_SETLKW64, F_WRLCK, 0, 1);
	            _exit(errno));
	until_state(pid, 'S');
	kill(pid, SIGUSR1);
	is(ending(pid), EINTR, "a signal ends the wait");
	pid = SPAWN(command(fd, F_SETLKW64, F_RDLCK, 0, 1));
	until_state(pid, 'S');
	kill(pid, SIGKILL);
	is(ending(pid), KILLED(SIGKILL), "and a kill");
	/* Each of two processes holds a lock and wants the other's. */
	set(F_UNLCK, 0, ENDLESS);
	gate_make(&locked);
	set(F_WRLCK, 0, 1);
	pid = SPAWN(set(F_WRLCK, 1, 1); gate_open(&locked);
	            _exit(command(fd, F_SETLKW64, F_WRLCK, 0, 1)));
	gate_pass(&locked);
	until_state(pid, 'S');
	fails(command(fd, F_SETLKW64, F_WRLCK, 1, 1), EDEADLK, "a deadlock is told");
	fails(set(F_WRLCK, 1, 1), EAGAIN, "only who would wait");
	set(F_UNLCK, 0, 1);
	is(ending(pid), 0, "the other goes on");
	/* The lock that the other process waits for is released, so there is no circle any more. */
	set(F_WRLCK, 0, 1);
	pid = SPAWN(set(F_WRLCK, 1, 1); gate_open(&locked);
	            command(fd, F_SETLKW64, F_WRLCK, 0, 1); set(F_UNLCK, 0, ENDLESS));
	gate_pass(&locked);
	until_state(pid, 'S');
	set(F_UNLCK, 0, 1);
	is(command(fd, F_SETLKW64, F_WRLCK, 1, 1), 0, "no deadlock with who has been let go");
	is(ending(pid), 0, "it ends");
	set(F_UNLCK, 0, ENDLESS);
	gate_drop(&locked);
}

static int
flock(int on, int how)
{
	return syscall(FLOCK, on, how);
}

static void
whole(void)
{
	int other = open(HERE, O_RDONLY), third = open(HERE, O_RDONLY), copy;
	pid_t pid;

	is(flock(fd, LOCK_EX), 0, "flock");
	is(flock(fd, LOCK_EX), 0, "again");
	fails(flock(other, LOCK_SH | LOCK_NB), EAGAIN, "another open file of the same process");
	is(command(other, F_SETLK64, F_RDLCK, 0, 0), 0, "record locks do not see it");
	is(flock(fd, LOCK_SH), 0, "to share");
	is(flock(other, LOCK_SH), 0, "with another");
	fails(flock(third, LOCK_EX | LOCK_NB), EAGAIN, "not with one who won't");
	fails(flock(fd, LOCK_EX | LOCK_NB), EAGAIN, "nor one of them alone");
	is(flock(other, LOCK_EX | LOCK_NB), 0, "who asked has lost its own");
	is(CHILD(flock(other, LOCK_UN)), 0, "a child frees it");
	is(flock(fd, LOCK_EX | LOCK_NB), 0, "for all");
	copy = dup(fd);
	close(fd);
	fails(flock(other, LOCK_EX | LOCK_NB), EAGAIN, "a dup keeps it");
	pid = SPAWN(close(copy); flock(other, LOCK_EX); _exit(7));
	until_state(pid, 'S');
	close(copy);
	is(ending(pid), 7, "the last close ends it");
	fails(flock(third, LOCK_SH | LOCK_NB), EAGAIN, "a child's stays with the open file");
	fails(flock(other, 0), EINVAL, "no such way");
	fails(flock(other, LOCK_NB), EINVAL, "nor this");
	fails(flock(99, LOCK_SH), EBADF, "of nobody");
	close(other), close(third);
	fd = open(HERE, O_RDWR);
}

/* Tests locks that belong to an open file instead of a process. */
static void
of_files(void)
{
	int other = open(HERE, O_RDWR);
	struct abi_flock64 fl = {.l_type = F_WRLCK, .l_len = 1, .l_pid = 1};

	fails(fcntl(fd, F_OFD_SETLK, &fl), EINVAL, "a pid is no part of it");
	is(command(fd, F_OFD_SETLK, F_WRLCK, 0, 1), 0, "an open file's lock");
	fails(command(other, F_OFD_SETLK, F_WRLCK, 0, 1), EAGAIN, "is in another's way");
	fails(set(F_WRLCK, 0, 1), EAGAIN, "and in its own process's");
	is(CHILD(_exit(command(fd, F_OFD_SETLK, F_WRLCK, 0, 2))), 0, "not in a child's");
	fl.l_pid = 0;
	ok(fcntl(other, F_OFD_GETLK, &fl) == 0 && fl.l_pid == -1 && fl.l_len == 2, "is told");
	close(dup(fd));
	fails(command(other, F_OFD_SETLK, F_WRLCK, 0, 1), EAGAIN, "stays with a dup's end");
	close(fd);
	is(command(other, F_OFD_SETLK, F_WRLCK, 0, 1), 0, "and goes with the last");
	close(other);
	fd = open(HERE, O_RDWR);
}

/* Tests the limit on the locks of a file. Each call searches all of them, so their number is
 * limited. */
static void
many(void)
{
	int n = 0;

	while (set(F_WRLCK, 2 * n, 1) == 0)
		n++;
	is(errno, ENOLCK, "locks come to an end");
	is(n, 4096, "after 4,096 on a file");
	fails(set(F_RDLCK, 1, 1), ENOLCK, "no more by another place");
	is(set(F_WRLCK, 0, ENDLESS), -1, "a larger one is one more until it has taken their place");
	is(set(F_UNLCK, 0, 100), 0, "some go");
	is(set(F_WRLCK, 0, ENDLESS), 0, "and one takes the place of all");
	is(set(F_UNLCK, 5, 1), 0, "which is split");
}

void
test(void)
{
	fd = open(HERE, O_RDWR | O_CREAT, 0600);
	is(fd, 3, "a file");
	pieces();
	arguments();
	ends();
	waiting();
	whole();
	of_files();
	many();
	close(fd);
	unlink(HERE);
	map();
	munmap(map(), PAGE);
}
