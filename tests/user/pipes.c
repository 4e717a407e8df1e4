/* SPDX-License-Identifier: BSD-2-Clause */
/* Tests pipes: the order of data, the ends, full and empty pipes, and one or many processes at
 * each end. */
#include "tap.h"

#include <sys/stat.h>
#include <sys/uio.h>

static char buf[65536];

static void
ends(void)
{
	struct stat st;
	int p[2];

	is(pipe(p), 0, "pipe");
	is(write(p[1], "hello", 5), 5, "write");
	is(read(p[0], buf, 100), 5, "read takes what there is");
	ok(memcmp(buf, "hello", 5) == 0, "as it was written");
	fails(write(p[0], "x", 1), EBADF, "the reading end can't be written");
	fails(read(p[1], buf, 1), EBADF, "nor the other read");
	fails(lseek(p[0], 0, SEEK_SET), ESPIPE, "no place to go to");
	ok(fstat(p[0], &st) == 0 && S_ISFIFO(st.st_mode), "a FIFO");
	is(write(p[1], buf, 0), 0, "no bytes");
	fails(write(p[1], (void *)0xc0000000, 5), EFAULT, "from the kernel");
	fails(write(p[1], buf, 0xffffffff), EINVAL, "too many");
	write(p[1], "rest", 4);
	close(p[1]);
	is(read(p[0], buf, 100), 4, "what is left comes after the close");
	is(read(p[0], buf, 100), 0, "then the end");
	is(read(p[0], buf, 100), 0, "for ever");
	close(p[0]);

	pipe(p);
	close(p[0]);
	signal(SIGPIPE, SIG_IGN);
	fails(write(p[1], "x", 1), EPIPE, "without a reader: EPIPE");
	signal(SIGPIPE, SIG_DFL);
	is(CHILD(write(p[1], "x", 1)), KILLED(SIGPIPE), "and SIGPIPE");
	close(p[1]);
	fails(pipe((int *)0xc0000000), EFAULT, "a bad place for the descriptors");
	fails(pipe2(p, 0x40), EINVAL, "a flag that is none");
	is(pipe2(p, O_CLOEXEC), 0, "pipe2");
	is(fcntl(p[0], F_GETFD) + fcntl(p[1], F_GETFD), 2, "O_CLOEXEC on both");
	close(p[0]), close(p[1]);
}

static void
not_waiting(void)
{
	int p[2], n = 0, r;

	pipe2(p, O_NONBLOCK);
	fails(read(p[0], buf, 1), EAGAIN, "O_NONBLOCK: empty");
	while ((r = write(p[1], buf, 100)) == 100)
		n += r;
	fails(r, EAGAIN, "full");
	ok(n >= 16 * PIPE_BUF - 100 && n % 100 == 0, "no part of 100 bytes was taken");
	fails(write(p[1], buf, PIPE_BUF), EAGAIN, "nor of PIPE_BUF");
	ok(write(p[1], buf, PIPE_BUF + 1) > 0, "of more, what there is room for");
	while (read(p[0], buf, sizeof(buf)) > 0)
		;
	is(errno, EAGAIN, "empty again");
	is(write(p[1], buf, PIPE_BUF), PIPE_BUF, "room for PIPE_BUF");
	close(p[1]);
	is(read(p[0], buf, sizeof(buf)), PIPE_BUF, "which is all there");
	is(read(p[0], buf, 1), 0, "the end is no EAGAIN");
	close(p[0]);
}

/* Sends a megabyte through a pipe to a slow reader, which takes pieces of odd sizes. */
static void
through(void)
{
	int p[2], n, at = 0, bad = 0, piece = 1;
	pid_t pid;

	pipe(p);
	pid = SPAWN(close(p[0]); for (int k = 0; k < 16; k++) {
		for (int i = 0; i < 65536; i++)
			buf[i] = (k * 65536 + i) * 31 >> 8;
		if (write(p[1], buf, 65536) != 65536)
			_exit(1);
	});
	close(p[1]);
	while ((n = read(p[0], buf, piece)) > 0) {
		for (int i = 0; i < n; i++)
			bad += buf[i] != (char)((at + i) * 31 >> 8);
		at += n;
		piece = piece * 7 % 9973;
	}
	is(at, 1 << 20, "a megabyte");
	is(bad, 0, "in order");
	is(ending(pid), 0, "a write of 64 KiB comes back whole");
	close(p[0]);
}

/* Counts in got[0] the records that came whole, and in got[1] those that did not. */
static void
read_records(int fd, int *got)
{
	int n, same;

	while ((n = read(fd, buf, 64)) > 0) {
		for (same = 1; same < n && buf[same] == buf[0];)
			same++;
		got[same != 64]++;
	}
}

static void
write_records(int fd, char c)
{
	memset(buf, c, 64);
	for (int i = 0; i < 500; i++)
		if (write(fd, buf, 64) != 64)
			_exit(1);
}

/* Passes on each byte that it reads, incremented by one. */
static void
pass_on(int in, int to)
{
	char c;

	while (read(in, &c, 1) == 1) {
		c++;
		write(to, &c, 1);
	}
}

/* Tests that no record is torn when eight processes write records and two read them. */
static void
many(void)
{
	int p[2], total = 0, *got = shared(4 * sizeof(*got));
	pid_t writer[8], reader[2];

	pipe(p);
	for (int r = 0; r < 2; r++)
		reader[r] = SPAWN(close(p[1]); read_records(p[0], &got[2 * r]));
	for (int w = 0; w < 8; w++)
		writer[w] = SPAWN(write_records(p[1], 'a' + w));
	close(p[0]), close(p[1]);
	for (int w = 0; w < 8; w++)
		total += ending(writer[w]);
	is(total, 0, "eight writers");
	ending(reader[0]), ending(reader[1]);
	is(got[0] + got[2], 4000, "4,000 records to two readers");
	is(got[1] + got[3], 0, "none torn");
	munmap(got, 4 * sizeof(*got));
}

/* Tests ping-pong between two processes, a chain of twenty processes, and writev. */
static void
turns(void)
{
	int a[2], b[2], n = 0, in;
	pid_t pid, chain[20];

	pipe(a), pipe(b);
	pid = SPAWN(for (int v; read(a[0], &v, 4) == 4 && v < 1000; v++, write(b[1], &v, 4)););
	for (; n < 1000; read(b[0], &n, 4))
		write(a[1], &n, 4);
	write(a[1], &n, 4);
	is(ending(pid), 0, "500 rounds of ping-pong");
	close(a[0]), close(a[1]), close(b[0]), close(b[1]);

	pipe(a);
	in = a[0];
	for (int i = 0; i < 20; i++) {
		pipe(b);
		chain[i] = SPAWN(close(a[1]); pass_on(in, b[1]));
		close(in), close(b[1]);
		in = b[0];
	}
	write(a[1], "A", 1);
	close(a[1]);
	is(read(in, buf, 2), 1, "through twenty processes");
	is(buf[0], 'A' + 20, "each of which did its part");
	is(read(in, buf, 2), 0, "and the end runs through");
	close(in);
	for (int i = 0; i < 20; i++)
		ending(chain[i]);
	struct iovec iov[3] = {{"one ", 4}, {"two ", 4}, {"three", 5}};

	pipe(a);
	is(writev(a[1], iov, 3), 13, "writev");
	is(read(a[0], buf, 100), 13, "is one piece");
	ok(memcmp(buf, "one two three", 13) == 0, "in order");
	close(a[0]), close(a[1]);
}

void
test(void)
{
	ends();
	not_waiting();
	through();
	many();
	turns();
}
