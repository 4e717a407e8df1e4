/* SPDX-License-Identifier: BSD-2-Clause */
/* FIFOs, files without a name, programs that run, and paths that end with a slash. */
#include "differ.h"
#include <poll.h>

#define T "/tmp/differ"

static char buf[4096];

static void
poll_line(int fd, int wanted)
{
	struct pollfd p = {fd, wanted, 0};

	NUM(poll(&p, 1, 0));
	TEXT("poll", "%x", p.revents);
}

static void
fifos(void)
{
	struct stat st;
	int r, w, both;

	section("FIFOs");
	NUM(chdir(T));
	NUM(mkfifo("fifo", 0666));
	NUM(mkfifo("fifo", 0666));
	NUM(mkfifo("new/", 0666));
	NUM(mkfifo("no/fifo", 0666));
	NUM(mknod("x", S_IFDIR | 0666, 0));
	NUM(mknod("x", 0170000, 0));
	NUM(mknod("fifo", S_IFCHR, 0));
	NUM(mknod("plain", 0640, 0));
	NUM(unlink("plain"));
	NUM(stat("fifo", &st));
	TEXT("stat", "mode %o links %d size %lld", st.st_mode, (int)st.st_nlink,
	     (long long)st.st_size);
	NUM(open("fifo", O_WRONLY | O_NONBLOCK));
	NUM(open("fifo", O_RDONLY | O_DIRECTORY));
	NUM(r = open("fifo", O_RDONLY | O_NONBLOCK));
	poll_line(r, POLLIN);
	NUM(read(r, buf, 10));
	NUM(w = open("fifo", O_WRONLY | O_TRUNC));
	NUM(read(r, buf, 10));
	poll_line(r, POLLIN);
	NUM(write(w, "hello", 5));
	poll_line(r, POLLIN);
	NUM(close(w));
	poll_line(r, POLLIN);
	NUM(read(r, buf, 10));
	NUM(read(r, buf, 10));
	NUM(lseek(r, 0, SEEK_SET));
	NUM(ftruncate(r, 0));
	NUM(close(r));
	NUM(both = open("fifo", O_RDWR));
	NUM(write(both, "xy", 2));
	poll_line(both, POLLIN | POLLOUT);
	NUM(w = open("fifo", O_WRONLY | O_NONBLOCK));
	NUM(close(both));
	signal(SIGPIPE, SIG_IGN);
	NUM(write(w, "z", 1));
	signal(SIGPIPE, SIG_DFL);
	poll_line(w, POLLOUT);
	NUM(r = open("fifo", O_RDONLY));
	NUM(read(r, buf, 10));
	NUM(close(r) | close(w));
	NUM(truncate("fifo", 0));
	NUM(unlink("fifo"));
}

static void
unnamed(void)
{
	struct stat st;
	int fd;

	section("memfd_create");
	NUM(fd = memfd_create("mine", MFD_CLOEXEC));
	NUM(fcntl(fd, F_GETFD));
	TEXT("F_GETFL", "%x", fcntl(fd, F_GETFL));
	NUM(fstat(fd, &st));
	TEXT("fstat", "mode %o links %d size %lld", st.st_mode, (int)st.st_nlink,
	     (long long)st.st_size);
	NUM(write(fd, "x", 1));
	NUM(ftruncate(fd, 5000));
	NUM(close(fd));
	memset(buf, 'n', 250);
	buf[250] = 0;
	NUM(memfd_create(buf, 0));
	buf[249] = 0;
	NUM(close(memfd_create(buf, 0)));
	NUM(memfd_create("x", 0x100));
	NUM(memfd_create(BAD, 0));
}

static void
copy(const char *to)
{
	int in = open("/proc/self/exe", O_RDONLY), out = open(to, O_WRONLY | O_CREAT, 0755), n;

	while ((n = read(in, buf, sizeof(buf))) > 0)
		if (write(out, buf, n) != n)
			break;
	close(in), close(out);
}

static void
run(void)
{
	NUM(execl("program", "program", "digests", "1", "0", NULL));
}

static void
programs(void)
{
	char *p;
	int fd;

	section("programs that run");
	NUM(open("/proc/self/exe", O_WRONLY));
	NUM(open("/proc/self/exe", O_RDONLY | O_TRUNC));
	NUM(truncate("/proc/self/exe", 0));
	copy("program");
	child(0, 0, run);
	NUM(fd = open("program", O_RDWR));
	child(0, 0, run);
	NUM((p = mmap(NULL, PAGE, PROT_READ, MAP_SHARED, fd, 0)) != MAP_FAILED);
	NUM(close(fd));
	child(0, 0, run);
	NUM(munmap(p, PAGE));
	child(0, 0, run);
	NUM(unlink("program"));
}

static void
slashes(void)
{
	section("slashes");
	NUM(mkdir("d", 0755));
	NUM(symlink("d", "s"));
	NUM(symlink("nowhere", "n"));
	NUM(close(open("f", O_CREAT | O_RDWR, 0644)));
	NUM(rename("s/", "t"));
	NUM(rename("d", "n/"));
	NUM(rename("f", "new/"));
	NUM(rename("f/", "new"));
	NUM(rename("d", "s/"));
	NUM(rename("d", "f/"));
	NUM(unlink("s/"));
	NUM(unlink("f/"));
	NUM(unlink("d/"));
	NUM(unlink("no/"));
	NUM(rmdir("s/"));
	NUM(rmdir("f/"));
	NUM(mkdir("n/", 0755));
	NUM(mkdir("s/", 0755));
	NUM(mkdir("f/", 0755));
	NUM(mkfifo("s/", 0644));
	NUM(symlink("x", "s/"));
	NUM(symlink("x", "f/"));
	NUM(symlink("x", "new/"));
	NUM(link("f", "s/"));
	NUM(link("f", "new/"));
	NUM(link("f/", "g"));
	NUM(open("s", O_RDONLY | O_NOFOLLOW));
	NUM(open("s", O_RDONLY | O_NOFOLLOW | O_DIRECTORY));
	NUM(open("n", O_RDONLY | O_NOFOLLOW | O_DIRECTORY));
	NUM(close(open("s/", O_RDONLY | O_NOFOLLOW | O_DIRECTORY)));
	NUM(open("f", O_RDONLY | O_NOFOLLOW | O_DIRECTORY));
	NUM(rename("s", "t"));
	NUM(unlink("t") | unlink("n") | unlink("f") | rmdir("d"));
}

void
kind_calls(void)
{
	fifos();
	unnamed();
	programs();
	slashes();
}
