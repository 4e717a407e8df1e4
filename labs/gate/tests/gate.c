/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a program can see of the gate between it and the kernel: the results of calls with good and
 * with bad addresses, what they leave in its memory, and whether the kernel is alive afterwards.
 */
#include "look.h"

#include <sys/stat.h>
#include <sys/uio.h>

#define RW (PROT_READ | PROT_WRITE)
#define PAGES 4
#define MINE ((char *)0x60000000) /* PAGES pages; nothing is mapped below and above */
#define END (MINE + PAGES * PAGE)
#define SHOWN ((char *)0x60100000) /* one page that can only be read */
#define KERNEL 0xc0000000u

enum { UNAME = 122, NANOSLEEP = 162, SHMWHO = 512 };

static const char *
error(long r)
{
	return r < 0 ? strerror(errno) : "done";
}

/* Returns one number for the content of the pages. */
static unsigned
content(void)
{
	unsigned sum = 1;

	for (const unsigned *w = (void *)MINE; w < (unsigned *)END; w++)
		sum = (sum ^ *w) * 16777619u;
	return sum;
}

static void
map(void)
{
	if (mmap(MINE, PAGES * PAGE, RW, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) != MINE ||
	    mmap(SHOWN, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) != SHOWN)
		bail("mmap");
}

/* Makes a pipe that holds n bytes, which are drawn. */
static void
fill_pipe(int fd[2], unsigned n)
{
	char byte;

	if (pipe(fd) < 0)
		bail("pipe");
	while (n-- > 0) {
		byte = (char)any(256);
		write(fd[1], &byte, 1);
	}
}

static void
drop_pipe(int fd[2])
{
	close(fd[0]);
	close(fd[1]);
}

/* ---- Good programs ---- */

/* Copies of any length, to and from any address, into pages that are not there yet, and into pages
 * that a child shares until somebody writes. */
static void
good(void)
{
	int fd[2], from_child[2];
	char names[390];

	map();
	for (int i = 0; i < 30; i++) {
		unsigned n = 1 + any(i % 3 == 0 ? 3000 : 9), to = any(PAGES * PAGE - n);

		fill_pipe(fd, n);
		see("read %u bytes to %u: %d", n, to, read(fd[0], MINE + to, n));
		see("write: %d", write(fd[1], MINE + to, n));
		drop_pipe(fd);
		if (i % 10 == 9) {
			pipe(from_child);
			fill_pipe(fd, 100);
			see("a child ends with %d",
			    CHILD(read(fd[0], MINE + any(PAGE), 100);
			                                  _exit(content() % 101)));
			drop_pipe(fd);
			drop_pipe(from_child);
		}
		see("the pages hold %08x", content());
	}
	see("uname: %s, %s", error(syscall(UNAME, names)), names + 4 * 65);
	see("a file: %s", error(open("/etc/motd", O_RDONLY)));
	see("no file: %s", error(open("/no/such", O_RDONLY)));
	see("a program: %d", CHILD(execl("/bin/true", "true", NULL); _exit(99)));
}

/* ---- Hostile programs ---- */

/* Returns an address at which len bytes are not all the program's. */
static char *
bad(unsigned len)
{
	switch (any(9)) {
	case 0:
		return NULL;
	case 1:
		return END - any(len);
	case 2:
		return MINE - 1 - any(len - 1);
	case 3:
		return (char *)KERNEL - 1 - any(len - 1); /* across the border */
	case 4:
		return (char *)KERNEL;
	case 5:
		return (char *)KERNEL + 0x100000 + any(0x80000); /* the kernel's code and data */
	case 6:
		return (char *)-1 - any(len - 1); /* it wraps */
	case 7:
		return (char *)0xff000000 + any(1 << 20);
	default:
		return (char *)0x58000000 + any(1 << 20);
	}
}

/* Makes a call that reads len bytes at the address. */
static long
reading(char *at, unsigned len)
{
	int fd[2];
	long r;

	if (pipe(fd) < 0)
		bail("pipe");
	switch (any(3)) {
	case 0:
		r = write(fd[1], at, len);
		see("write(%p, %u): %s", (void *)at, len, error(r));
		break;
	case 1:
		r = shmctl(*(int *)MINE, IPC_SET, (struct shmid_ds *)at);
		see("IPC_SET(%p): %s", (void *)at, error(r));
		break;
	default:
		r = syscall(NANOSLEEP, at, NULL);
		see("nanosleep(%p): %s", (void *)at, error(r));
		break;
	}
	drop_pipe(fd);
	return r;
}

static void
reads_bad(void)
{
	map();
	*(int *)MINE = shmget(IPC_PRIVATE, 1, 0600);
	for (int i = 0; i < 40; i++)
		reading(bad(8), 8);
	see("and a good one: %ld", reading(MINE + 8, 8));
	shmctl(*(int *)MINE, IPC_RMID, NULL);
	see("the pages hold %08x", content());
}

/* What a call writes must not go to the kernel, nor to what can only be read. */
static void
writes_bad(void)
{
	int fd[2], id = shmget(IPC_PRIVATE, 1, 0600);

	map();
	for (int i = 0; i < 40; i++) {
		char *at = any(6) ? bad(8) : SHOWN + any(PAGE - 80);

		fill_pipe(fd, 8);
		switch (any(4)) {
		case 0:
			see("read(%p): %s", (void *)at, error(read(fd[0], at, 8)));
			break;
		case 1:
			see("pipe(%p): %s", (void *)at, error(pipe((int *)at)));
			break;
		case 2:
			see("IPC_STAT(%p): %s", (void *)at,
			    error(shmctl(id, IPC_STAT, (struct shmid_ds *)at)));
			break;
		default:
			see("getcwd(%p): %s", (void *)at, getcwd(at, 8) ? "done" : strerror(errno));
			break;
		}
		drop_pipe(fd);
	}
	see("a page that can only be read holds %d", SHOWN[any(PAGE)]);
	see("a child: %d", CHILD(_exit(7)));
	shmctl(id, IPC_RMID, NULL);
}

/* Lengths that are too long: the end of the range wraps, or lies in the kernel. */
static void
lengths(void)
{
	static const unsigned lens[] = {0x7fffffff, 0x60000000, 0x5ffffff0, 0x60000001, 0x50000000};
	int fd = open("/tmp/gate", O_RDWR | O_CREAT | O_TRUNC, 0600),
	    zero = open("/dev/zero", O_RDONLY);

	map();
	for (int i = 0; i < 12; i++) {
		unsigned len = lens[any(5)] + any(2) * PAGE;
		char *at = any(2) ? END - 1 - any(8) : bad(9);
		struct iovec v[2] = {{END - 4, 4}, {bad(9), 9}};

		see("zeros to %p, %u: %s", (void *)at, len, error(read(zero, at, len)));
		see("a vector that ends at %p: %s", v[1].iov_base,
		    error(writev(fd, v, any(2) + 1)));
		see("a vector at %p: %s", (void *)at, error(writev(fd, (struct iovec *)at, 2)));
	}
	see("the pages hold %08x", content());
	close(fd);
	close(zero);
	unlink("/tmp/gate");
}

/* Strings at the end of a page, at the end of the program's memory, and of all lengths. */
static void
strings(void)
{
	struct stat st;

	map();
	for (int i = 0; i < 40; i++) {
		unsigned n = any(3) ? any(20) : 4080 + any(40);
		char *at = any(3) == 0 ? bad(2) : END - n - any(2);

		if (at > MINE && at < END) {
			memset(at, '/', (unsigned)(END - at));
			if (at + n < END)
				at[n] = 0;
		}
		switch (any(4)) {
		case 0:
			see("stat(%p, %u): %s", (void *)at, n, error(stat(at, &st)));
			break;
		case 1:
			see("open(%p, %u): %s", (void *)at, n, error(open(at, O_WRONLY)));
			break;
		case 2:
			see("rename(%p, %u): %s", (void *)at, n, error(rename(at, "/tmp/x")));
			break;
		default:
			see("execve(%p, %u): %s", (void *)at, n,
			    error(execve(at, (char *[]){at, NULL}, NULL)));
			break;
		}
	}
	see("arguments at bad addresses: %s", error(execve("/bin/true", (char **)bad(8), NULL)));
	see("an argument at a bad address: %s",
	    error(execve("/bin/true", (char *[]){"true", bad(2), NULL}, NULL)));
}

/* Can a program read the kernel's memory by having it written to a pipe? */
static void
secrets(void)
{
	int fd[2];

	map();
	for (int i = 0; i < 8; i++) {
		char *at = (char *)KERNEL + 0x100000 + any(0x40000);
		unsigned n = 1 + any(200);

		pipe(fd);
		see("write(%p, %u): %s", (void *)at, n, error(write(fd[1], at, n)));
		write(fd[1], "end", 3);
		see("the pipe holds %d bytes", read(fd[0], MINE, 300));
		see("which are %08x", content());
		see("link: %s", error(symlink(at, "/tmp/secret")));
		n = readlink("/tmp/secret", MINE, 100);
		see("%d bytes of it: %08x", (int)n, content());
		unlink("/tmp/secret");
		drop_pipe(fd);
	}
}

/* ---- The new call ---- */

/* Prints what the call says, with each process by its place among those that the test knows. */
static void
ask(int id, const pid_t *known, int n, unsigned room)
{
	pid_t pids[8];
	char line[80] = "";
	long count;

	memset(pids, 0, sizeof(pids));
	count = syscall(SHMWHO, id, pids, room);
	for (int i = 0; i < 8 && pids[i] != 0; i++)
		for (int k = 0; k < n; k++)
			if (pids[i] == known[k])
				snprintf(line + strlen(line), 8, " %d", k);
	if (count < 0)
		see("room for %u: %s", room, strerror(errno));
	else
		see("room for %u, %ld have it:%s", room, count, line);
}

static void
some_attaches(int id, int other)
{
	shmat(id, MINE, 0);
	shmat(other, SHOWN, SHM_RDONLY);
	if (any(2))
		munmap(MINE, PAGE);
}

static void
who(void)
{
	int id[2] = {shmget(1, 3 * PAGE, IPC_CREAT | 0640), shmget(2, 1, IPC_CREAT | 0600)};
	pid_t pid[5] = {getpid()};
	struct gate go[5];

	for (int i = 1; i < 5; i++) {
		int mine = any(2), both = any(3) == 0;

		gate_make(&go[i]);
		pid[i] = SPAWN(some_attaches(id[mine], both ? id[!mine] : -1); gate_pass(&go[i]));
		any(7);
		until_state(pid[i], 'S');
		ask(id[0], pid, 5, any(3));
		ask(id[1], pid, 5, 8);
	}
	shmat(id[0], MINE, 0);
	shmat(id[0], MINE + PAGES * PAGE, 0);
	ask(id[0], pid, 5, 8);
	for (int i = 4; i > 0; i--) {
		gate_open(&go[i]);
		ending(pid[i]);
		ask(id[0], pid, 5, any(3));
		ask(id[1], pid, 5, 1);
	}
	munmap(MINE, 2 * PAGE);
	shmdt(MINE + PAGES * PAGE);
	ask(id[0], pid, 5, 8);
	shmdt(MINE);
	ask(id[0], pid, 5, 8);
	shmctl(id[1], IPC_RMID, NULL);
	shmctl(id[0], IPC_RMID, NULL);
}

static void
who_is_refused(void)
{
	int id[2] = {shmget(1, 1, IPC_CREAT | 0640), shmget(2, 1, IPC_CREAT | 0604)};
	pid_t pid[1] = {getpid()};

	map();
	shmat(id[0], MINE + 2 * PAGES * PAGE, 0);
	for (int i = 0; i < 12; i++) {
		char *at = any(4) ? bad(8) : SHOWN + 8;

		see("shmwho to %p: %s", (void *)at,
		    error(syscall(SHMWHO, id[any(2)], at, 1 + any(4))));
	}
	see("no room: %ld", syscall(SHMWHO, id[0], NULL, 0));
	see("much room: %ld", syscall(SHMWHO, id[0], END - 4, 0x40000001 + any(100)));
	see("another id: %s", error(syscall(SHMWHO, id[0] + 0x10000, MINE, 4)));
	see("a negative id: %s", error(syscall(SHMWHO, -1 - (int)any(100), MINE, 4)));
	see("others: %d",
	    CHILD(become(ALICE, ALICE); ask(id[0], pid, 1, 4); ask(id[1], pid, 1, 4)));
	shmctl(id[0], IPC_RMID, NULL);
	ask(id[0], pid, 1, 4);
	shmctl(id[1], IPC_RMID, NULL);
}

const struct subject subjects[] = {
	{"good", good},       {"reads", reads_bad},        {"writes", writes_bad},
	{"lengths", lengths}, {"strings", strings},        {"secrets", secrets},
	{"who", who},         {"refused", who_is_refused}, {NULL, NULL}};
