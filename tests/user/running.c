/* SPDX-License-Identifier: BSD-2-Clause */
/* A program that runs cannot be written to, and a file that is open for writing cannot be run. Also
 * tests paths that end with a slash. */
#include "tap.h"

#include <sys/stat.h>

#define COPY "/tmp/copy"

static char buf[65536];

static void
copy(void)
{
	int in = open("/proc/self/exe", O_RDONLY), out = open(COPY, O_WRONLY | O_CREAT, 0755), n;

	while ((n = read(in, buf, sizeof(buf))) > 0)
		write(out, buf, n);
	close(in), close(out);
}

static int
run(const char *path)
{
	return CHILD(execl(path, path, "x", NULL); _exit(errno));
}

/* The copied program: it starts a child that runs until a byte comes through the pipe. */
int
helper(int argc, char **argv)
{
	int fd = argc > 2 ? atoi(argv[2]) : 0;
	char c;

	if (fd > 0 && fork() == 0)
		read(fd, &c, 1);
	return fd > 0;
}

static void
written(void)
{
	int fd = open(COPY, O_WRONLY), reader = open(COPY, O_RDONLY), script;
	char *p;

	is(run(COPY), ETXTBSY, "what is open for writing does not run");
	close(fd);
	is(run(COPY), 0, "when it is closed it does");
	close(reader);
	fd = open(COPY, O_RDWR);
	p = mmap(NULL, PAGE, PROT_READ, MAP_SHARED, fd, 0);
	close(fd);
	is(run(COPY), ETXTBSY, "nor what a mapping may write to");
	munmap(p, PAGE);
	is(run(COPY), 0, "when it has gone it does");
	fd = open(COPY, O_RDWR);
	p = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
	close(fd);
	is(run(COPY), 0, "a private mapping is no matter");
	munmap(p, PAGE);
	script = open("/tmp/script", O_WRONLY | O_CREAT, 0755);
	write(script, "#!" COPY "\n", strlen("#!" COPY "\n"));
	is(run("/tmp/script"), ETXTBSY, "a script that is open for writing");
	close(script);
	fd = open(COPY, O_WRONLY);
	is(run("/tmp/script"), ETXTBSY, "one whose interpreter is");
	close(fd);
	is(run("/tmp/script"), 0, "neither is");
	unlink("/tmp/script");
}

static void
running(void)
{
	char end[8];
	int p[2];
	unsigned n = count_processes();

	pipe(p);
	snprintf(end, sizeof(end), "%d", p[0]);
	is(CHILD(close(p[1]); execl(COPY, COPY, "x", end, NULL)), 1, "it runs, and forks");
	fails(open(COPY, O_WRONLY), ETXTBSY, "what a child runs is not opened for writing");
	fails(open(COPY, O_RDWR), ETXTBSY, "nor for both");
	fails(open(COPY, O_RDONLY | O_TRUNC), ETXTBSY, "nor emptied");
	fails(truncate(COPY, 10), ETXTBSY, "nor cut off");
	ok(open(COPY, O_RDONLY) >= 0, "but read");
	is(unlink(COPY), 0, "and its name goes");
	copy();
	is(run(COPY), 0, "another may have it");
	write(p[1], "x", 1);
	while (count_processes() > n)
		usleep(10000);
	close(p[0]), close(p[1]);
	is(close(open(COPY, O_WRONLY)), 0, "when none runs it can be written to");
	is(run("/nothing"), ENOENT, "a failed exec");
	fails(open("/proc/self/exe", O_WRONLY), ETXTBSY, "this program still runs");
	for (int fd = 3; fd < 20; fd++)
		close(fd);
}

static void
slashes(void)
{
	mkdir("/tmp/d", 0755);
	symlink("d", "/tmp/s");
	symlink("nowhere", "/tmp/n");
	fails(rename("/tmp/s/", "/tmp/t"), ENOTDIR,
	      "a link with a slash is no directory to rename");
	is(access("/tmp/d", F_OK), 0, "and what it leads to stays");
	is(rename("/tmp/s", "/tmp/t"), 0, "without, the link moves");
	fails(unlink("/tmp/t/"), ENOTDIR, "unlink does not go through it");
	fails(rmdir("/tmp/t/"), ENOTDIR, "nor rmdir");
	fails(rmdir("/tmp/t"), ENOTDIR, "a link is none");
	fails(mkdir("/tmp/n/", 0755), EEXIST, "mkdir does not make what it leads to");
	fails(rename("/tmp/d", "/tmp/n/"), ENOTDIR, "nor rename");
	fails(open("/tmp/t", O_RDONLY | O_NOFOLLOW), ELOOP, "O_NOFOLLOW");
	fails(open("/tmp/t", O_RDONLY | O_NOFOLLOW | O_DIRECTORY), ENOTDIR, "and O_DIRECTORY");
	is(close(open("/tmp/t/", O_RDONLY | O_NOFOLLOW | O_DIRECTORY)), 0, "a slash goes through");
	is(unlink("/tmp/t") | unlink("/tmp/n") | rmdir("/tmp/d"), 0, "all go");
}

void
test(void)
{
	copy();
	written();
	running();
	slashes();
	unlink(COPY);
}
