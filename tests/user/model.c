/* SPDX-License-Identifier: BSD-2-Clause */
/* run: --append shmmax=6M --append shmall=4096 */
/*
 * Compares the kernel with the model of spec-shm.md: the test orders random calls from a few
 * processes, its servants, and each answer must be the model's.
 *
 *	model [SEED COUNT], with the limits above on the command line
 */
#include "tap.h"

#include <setjmp.h>
#include <time.h>

#include "../model/model.c"
#include "../model/drive.c"

#ifndef NAME
#define NAME "model"
#endif
#define SEED 1
#define COUNT 200000

/* Descriptors of both ends of the pipes: each servant has one for its orders, and all of them
 * share one for their answers. */
#define ORDERS(i) (10 + 2 * (i))
#define ORDERS_IN(i) (11 + 2 * (i))
#define ANSWERS 8
#define ANSWERS_IN 9

struct orders {
	uint32_t n;
	struct call call[M_BATCH];
};

static const char *program; /* the path for exec */

static void
read_all(int fd, void *buf, size_t n)
{
	ssize_t got;

	for (; n > 0; n -= got, buf = (char *)buf + got)
		if ((got = read(fd, buf, n)) <= 0)
			_exit(98);
}

/* ---- A servant ---- */

static uint32_t ds[W_STAT];
static jmp_buf faulted;

static void
fault(int sig)
{
	longjmp(faulted, sig);
}

static void
catch_faults(void)
{
	struct sigaction act = {.sa_handler = fault, .sa_flags = SA_NODEFER};

	sigaction(SIGSEGV, &act, NULL);
}

static long
control_call(const struct call *c)
{
	uint32_t buf = c->a[2] != 0 ? c->a[2] : (uint32_t)ds;

	memset(ds, 0xaa, sizeof(ds));
	ds[W_UID] = c->a[3];
	ds[W_GID] = c->a[4];
	ds[W_MODE] = c->a[5] | 0x55550000;
	return c->by_ipc ? syscall(117, IPCOP_SHMCTL, c->a[0], c->a[1] | IPC_64, 0, buf, 0)
	                 : shmctl(c->a[0], c->a[1], (void *)buf);
}

static long
attach_call(const struct call *c)
{
	void *where = NULL;
	long r;

	if (!c->by_ipc)
		return (long)shmat(c->a[0], (void *)c->a[1], c->a[2]);
	r = syscall(117, IPCOP_SHMAT, c->a[0], c->a[2], &where, c->a[1], 0);
	return r < 0 ? r : (long)where;
}

static long
map_call(const uint32_t *a)
{
	int how = MAP_PRIVATE | MAP_ANONYMOUS | (a[2] ? MAP_FIXED : MAP_FIXED_NOREPLACE);

	return (long)mmap((void *)a[0], a[1], PROT_READ | PROT_WRITE, how, -1, 0);
}

/* Sets the effective user id. The real and the saved id stay root's, so that the process can
 * become root again. */
static void
effective(uid_t uid)
{
	if (setresuid(-1, uid, -1) < 0)
		bail("setresuid");
}

static long
user_call(const struct call *c)
{
	gid_t group = c->a[2];

	effective(0);
	if (setgroups(1, &group) < 0 || setresgid(-1, c->a[1], -1) < 0)
		bail("become a user");
	effective(c->a[0]);
	return 0;
}

static _Noreturn void
end(uint32_t way)
{
	static volatile char *volatile nothing;

	if (way == 1)
		raise(SIGKILL);
	if (way == 2) {
		signal(SIGSEGV, SIG_DFL);
		*nothing = 0;
	}
	_exit(0);
}

static long
exec_call(const struct call *c)
{
	char index[2] = {'0' + (char)c->who, '\0'};

	return execl(c->a[0] ? program : "/nowhere", program, "servant", index, NULL);
}

static void servant(uint32_t index);

static long
make(const struct call *c)
{
	const uint32_t *a = c->a;
	long r;

	switch ((enum op)c->op) {
	case OP_GET:
		return c->by_ipc ? syscall(117, IPCOP_SHMGET, a[0], a[1], a[2], 0, 0)
		                 : shmget(a[0], a[1], a[2]);
	case OP_AT:
		return attach_call(c);
	case OP_DT:
		return c->by_ipc ? syscall(117, IPCOP_SHMDT, 0, 0, 0, a[0], 0)
		                 : shmdt((void *)a[0]);
	case OP_CTL:
		return control_call(c);
	case OP_UNMAP:
		return munmap((void *)a[0], a[1]);
	case OP_PROTECT:
		return mprotect((void *)a[0], a[1], a[2]);
	case OP_MAP:
		return map_call(a);
	case OP_USER:
		return user_call(c);
	case OP_FORK:
		r = fork();
		if (r == 0)
			servant(a[0]);
		return r;
	case OP_EXIT:
		end(a[0]);
	case OP_EXEC:
		return exec_call(c);
	default:
		return -1;
	}
}

/* Makes a load or store as a program would, and sets *value to the word that is there then.
 * Returns EFAULT if it faults, else 0. */
static uint32_t
reach_word(const struct call *c, uint32_t *value)
{
	volatile uint32_t *at = (void *)c->a[0];

	if (setjmp(faulted) != 0)
		return EFAULT;
	if (c->op == OP_STORE)
		*at = c->a[1];
	*value = *at;
	return 0;
}

/* Records, as root, what IPC_STAT says of the segment that the call was about. */
static void
record_stat(const struct call *c, struct reply *r)
{
	bool created = c->op == OP_GET && r->err == 0;
	uid_t was = geteuid();

	if (c->op == OP_CTL && c->a[1] == M_STAT && r->err == 0) {
		memcpy(r->stat, c->a[2] != 0 ? (void *)c->a[2] : ds, sizeof(r->stat));
		return;
	}
	if (was != 0)
		effective(0);
	memset(r->stat, 0xaa, sizeof(r->stat));
	if (shmctl(created ? r->value : c->touched, IPC_STAT, (void *)r->stat) < 0)
		r->stat_err = errno;
	if (was != 0)
		effective(was);
}

static void
serve(const struct call *c, struct reply *r)
{
	long result;

	*r = (struct reply){.before = time(NULL)};
	if (c->op == OP_LOAD || c->op == OP_STORE) {
		r->err = reach_word(c, &r->value);
	} else {
		result = make(c);
		if (result == -1)
			r->err = errno;
		else
			r->value = result;
	}
	r->after = time(NULL);
	record_stat(c, r);
}

static void
servant(uint32_t index)
{
	static struct orders o;
	static struct reply replies[M_BATCH];
	uint32_t i;

	for (;;) {
		read_all(ORDERS(index), &o.n, sizeof(o.n));
		read_all(ORDERS(index), o.call, o.n * sizeof(o.call[0]));
		for (i = 0; i < o.n; i++)
			serve(&o.call[i], &replies[i]);
		write(ANSWERS_IN, replies, o.n * sizeof(replies[0]));
	}
}

/*
 * Continues a servant after exec. It sends the answer for exec, which is always ordered alone;
 * perform() fills in the time before the call, which the new program does not know.
 */
static void
go_on(uint32_t index)
{
	struct reply r = {.after = time(NULL), .stat_err = EINVAL};

	catch_faults();
	write(ANSWERS_IN, &r, sizeof(r));
	servant(index);
}

/* ---- The process that gives the orders ---- */

static void
order(const struct call *calls, struct reply *replies, unsigned n)
{
	static struct orders o;
	uint32_t who = calls[0].who;

	o.n = n;
	memcpy(o.call, calls, n * sizeof(o.call[0]));
	write(ORDERS_IN(who), &o, sizeof(o.n) + n * sizeof(o.call[0]));
	if (calls[n - 1].op != OP_EXIT)
		read_all(ANSWERS, replies, n * sizeof(replies[0]));
}

/* Has a servant make n calls. An exit or exec, which is the last, is ordered alone, because the
 * servant would not get to send the answers to the calls before it. */
void
perform(const struct call *calls, struct reply *replies, unsigned n)
{
	const struct call *last = &calls[n - 1];
	uint32_t before;

	if (n > 1 && (last->op == OP_EXIT || last->op == OP_EXEC)) {
		perform(calls, replies, n - 1);
		perform(last, &replies[n - 1], 1);
		return;
	}
	before = time(NULL);
	order(calls, replies, n);
	if (last->op == OP_EXIT) {
		while (kill(m.proc[last->who].pid, 0) == 0)
			usleep(1);
		replies[0] = (struct reply){.after = time(NULL)};
	}
	if (last->op == OP_EXIT || last->op == OP_EXEC)
		replies[0].before = before;
}

/* Gets the next row of /proc/sysvipc/shm. Reads the file anew if *slot is 0; returns false at
 * its end. */
bool
list(uint32_t *slot, uint32_t *id, uint32_t *stat)
{
	static const uint8_t column[14] = {W_KEY, 99,    W_MODE, W_SIZE, W_CPID,  W_LPID,  W_NATTCH,
	                                   W_UID, W_GID, W_CUID, W_CGID, W_ATIME, W_DTIME, W_CTIME};
	static char text[(M_SLOTS + 1) * 200];
	static char *at;
	int fd, n, i, len = 0;

	if ((*slot)++ == 0) {
		fd = open("/proc/sysvipc/shm", O_RDONLY);
		while ((n = read(fd, text + len, sizeof(text) - 1 - len)) > 0)
			len += n;
		close(fd);
		text[len] = '\0';
		at = strchr(text, '\n') + 1;
	}
	if (*at == '\0')
		return false;
	for (i = 0; i < 14; i++) {
		uint32_t v = strtoul(at, &at, i == 2 ? 8 : 10);

		*(column[i] == 99 ? id : &stat[column[i]]) = v;
	}
	at = strchr(at, '\n') + 1;
	return true;
}

void
say(const char *format, ...)
{
	char line[200];
	va_list ap;

	va_start(ap, format);
	vsnprintf(line, sizeof(line), format, ap);
	va_end(ap);
	diag("%s", line);
}

static void
pipe_at(int out, int in)
{
	int fd[2];

	if (pipe(fd) < 0 || dup2(fd[0], out) < 0 || dup2(fd[1], in) < 0)
		bail("pipe");
	close(fd[0]);
	close(fd[1]);
}

/* Starts the first servant, with nothing mapped but the program itself, so that the model knows
 * what is mapped. */
static pid_t
first_servant(void)
{
	return SPAWN(signal(SIGCHLD, SIG_IGN); catch_faults();
	             munmap((void *)0x40000000, 0x10000000); servant(0));
}

static bool
run(uint32_t seed, uint32_t count)
{
	struct limits limit = {.mni = procfs_number("/proc/sys/kernel/shmmni", ""),
	                       .seg = procfs_number("/proc/sys/kernel/shmseg", ""),
	                       .max = procfs_number("/proc/sys/kernel/shmmax", ""),
	                       .all = procfs_number("/proc/sys/kernel/shmall", "")};
	uint32_t i;
	bool same;

	signal(SIGCHLD, SIG_IGN);
	pipe_at(ANSWERS, ANSWERS_IN);
	for (i = 0; i < M_PROCS; i++)
		pipe_at(ORDERS(i), ORDERS_IN(i));
	same = drive(seed, count, &limit, first_servant());
	for (i = 0; i < M_PROCS; i++)
		if (m.proc[i].alive)
			kill(m.proc[i].pid, SIGKILL);
	if (!same)
		diag("to repeat: tools/run --icount "
		     "--append 'shmmni=%u shmseg=%u shmmax=%u shmall=%u' build/tests/%s %u %u",
		     limit.mni, limit.seg, limit.max, limit.all, strrchr(program, '/') + 1, seed,
		     count);
	return same;
}

int
helper(int argc, char **argv)
{
	program = argv[0];
	if (argc == 3 && strcmp(argv[1], "servant") == 0)
		go_on(argv[2][0] - '0');
	return !run(strtoul(argv[1], NULL, 0), argc > 2 ? strtoul(argv[2], NULL, 0) : COUNT);
}

void
test(void)
{
	program = "/run/" NAME;
	ok(run(SEED, COUNT), "the kernel answers %d calls as the model does", COUNT);
}
