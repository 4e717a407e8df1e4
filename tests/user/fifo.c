/* SPDX-License-Identifier: BSD-2-Clause */
/* Tests FIFOs (how they are made and opened, and who waits for whom) and memfd_create's files,
 * which have no name. */
#include "tap.h"

#include "abi/poll.h"
#include <sys/stat.h>

#define MKNOD 14
#define MEMFD 356
#define F "/tmp/fifo"

static char buf[PAGE];

static int
events(int fd, int wanted)
{
	struct abi_pollfd p = {fd, wanted, 0x7fff};

	return syscall(168, &p, 1, 0) < 0 ? -errno : p.revents;
}

static void
made(void)
{
	struct stat st;

	is(syscall(MKNOD, F, S_IFIFO | 0666, 0), 0, "mkfifo");
	ok(stat(F, &st) == 0 && st.st_mode == (S_IFIFO | 0644) && st.st_nlink == 1, "a FIFO");
	fails(syscall(MKNOD, F, S_IFIFO | 0666, 0), EEXIST, "twice");
	fails(syscall(MKNOD, F, S_IFCHR | 0666, 0), EEXIST, "whatever it is to be");
	fails(syscall(MKNOD, "/tmp/dev", S_IFCHR | 0666, 0x103), EPERM, "a device");
	fails(syscall(MKNOD, "/tmp/dev", S_IFDIR | 0777, 0), EPERM, "a directory");
	fails(syscall(MKNOD, "/tmp/dev", 0170000, 0), EINVAL, "nothing of the kind");
	fails(syscall(MKNOD, "/tmp/dev/", S_IFIFO | 0666, 0), ENOENT, "with a slash");
	is(syscall(MKNOD, "/tmp/file", 0600, 0), 0, "a file");
	ok(stat("/tmp/file", &st) == 0 && S_ISREG(st.st_mode), "is one");
	unlink("/tmp/file");
	is(CHILD(become(ALICE, ALICE); _exit(open(F, O_WRONLY | O_NONBLOCK) == -1 ? errno : 0)),
	         EACCES, "its mode counts");
}

static void
opened(void)
{
	struct sigaction act = {.sa_handler = SIG_IGN};
	int r, w, both;
	pid_t pid;

	fails(open(F, O_WRONLY | O_NONBLOCK), ENXIO, "no reader");
	r = open(F, O_RDONLY | O_NONBLOCK);
	ok(r >= 0, "a reader that does not wait");
	is(events(r, POLLIN), 0, "no writer has been: no end");
	is(read(r, buf, 10), 0, "nothing to read");
	w = open(F, O_WRONLY);
	ok(w >= 0, "a writer need not wait");
	fails(read(r, buf, 10), EAGAIN, "now something may come");
	is(write(w, "hello", 5), 5, "it comes");
	is(events(r, POLLIN), POLLIN, "and is there");
	close(w);
	is(events(r, POLLIN), POLLIN | POLLHUP, "until the end");
	is(read(r, buf, 10), 5, "what is left");
	is(read(r, buf, 10), 0, "the end");
	w = open(F, O_RDONLY | O_NONBLOCK);
	is(events(w, POLLIN), 0, "which is none for who came later");
	is(events(r, POLLIN), POLLHUP, "and stays one");
	close(r), close(w);
	both = open(F, O_RDWR);
	ok(both >= 0, "both at once wait for nobody");
	is(write(both, "xy", 2), 2, "for itself");
	is(events(both, POLLIN | POLLOUT), POLLIN | POLLOUT, "both are ready");
	w = open(F, O_WRONLY | O_NONBLOCK);
	close(both);
	fails(lseek(w, 0, SEEK_SET), ESPIPE, "no place");
	sigaction(SIGPIPE, &act, NULL);
	fails(write(w, "z", 1), EPIPE, "the reader has gone");
	act.sa_handler = SIG_DFL;
	sigaction(SIGPIPE, &act, NULL);
	is(events(w, POLLOUT), POLLOUT | POLLERR, "which poll tells");
	r = open(F, O_RDONLY | O_NONBLOCK);
	is(read(r, buf, 10), 2, "what was written stays while one end is open");
	close(r), close(w);
	r = open(F, O_RDONLY | O_NONBLOCK);
	is(read(r, buf, 10), 0, "and no longer");
	close(r);
	/* An open of one end waits for an open of the other. */
	pid = SPAWN(w = open(F, O_WRONLY); write(w, "late", 4));
	until_state(pid, 'S');
	r = open(F, O_RDONLY);
	is(ending(pid), 0, "a reader lets a writer in");
	is(read(r, buf, 10), 4, "whose word comes");
	close(r);
	pid = SPAWN(_exit(read(open(F, O_RDONLY), buf, 10)));
	until_state(pid, 'S');
	close(open(F, O_WRONLY));
	is(ending(pid), 0, "a writer that has gone again lets a reader in");
}

static void
nothing(int sig)
{
	(void)sig;
}

static void
interrupted(void)
{
	static const int how[] = {O_RDONLY, O_WRONLY};

	for (int i = 0; i < 2; i++) {
		struct sigaction act = {.sa_handler = nothing};
		pid_t pid = SPAWN(sigaction(SIGUSR1, &act, NULL); open(F, how[i]); _exit(errno));

		until_state(pid, 'S');
		kill(pid, SIGUSR1);
		is(ending(pid), EINTR, "a signal ends the wait");
		pid = SPAWN(open(F, how[i]));
		until_state(pid, 'S');
		kill(pid, SIGKILL);
		is(ending(pid), KILLED(SIGKILL), "so does a kill");
	}
	fails(open(F, O_WRONLY | O_NONBLOCK), ENXIO, "nobody is left in it");
}

static void
unnamed(void)
{
	static char name[300], maps[8192];
	struct stat st;
	char *p;
	int fd = syscall(MEMFD, "mine", 1), in;

	ok(fd >= 0, "memfd_create");
	is(fcntl(fd, F_GETFD), FD_CLOEXEC, "closed by exec");
	ok(fstat(fd, &st) == 0 && st.st_mode == (S_IFREG | 0777) && st.st_nlink == 0, "no name");
	is(ftruncate(fd, 2 * PAGE), 0, "two pages");
	p = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	ok(p != MAP_FAILED, "mapped");
	is(CHILD(p[PAGE] = 'c'), 0, "a child writes");
	lseek(fd, PAGE, SEEK_SET);
	is(read(fd, buf, 1), 1, "the file");
	is(buf[0], 'c', "has it");
	in = open("/proc/self/maps", O_RDONLY);
	read(in, maps, sizeof(maps) - 1);
	close(in);
	ok(strstr(maps, "/memfd:mine (deleted)\n") != NULL, "maps knows it");
	close(fd);
	is(p[PAGE], 'c', "the mapping stays");
	munmap(p, 2 * PAGE);
	memset(name, 'n', 249);
	fd = syscall(MEMFD, name, 0);
	ok(fd >= 0, "the longest name");
	close(fd);
	name[249] = 'n';
	fails(syscall(MEMFD, name, 0), EINVAL, "a longer one");
	fails(syscall(MEMFD, "x", 8), EINVAL, "no such flag");
	fails(syscall(MEMFD, "x", 2), EINVAL, "no seals");
}

void
test(void)
{
	umask(022);
	made();
	opened();
	interrupted();
	unlink(F);
	unnamed();
}
