/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Makes every call of syscalls.def with bad arguments, one bad argument at a time, each in a
 * child of its own. The test fails if a child is killed or a result is impossible.
 */
#include "hostile.h"

/* These calls are not made. exit and exit_group do not return; pause waits for ever, and so does
 * sigsuspend with any number as its mask; fork, vfork and clone return twice; sigreturn and
 * rt_sigreturn take a frame (faults.c tests them). */
static const char *const left_out[] = {"exit",  "exit_group", "pause",     "sigsuspend",  "fork",
                                       "vfork", "clone",      "sigreturn", "rt_sigreturn"};

static struct {
	int result, error, id;
} * out;

static void
woken(int sig)
{
	(void)sig;
}

/* Makes the call, in a child, after setting up what its good arguments refer to. */
static void
make(const struct call *c, const uint32_t *arg)
{
	uint32_t a[6];

	close(open(NAME, O_RDWR | O_CREAT, 0700));
	for (int i = 0; i < 6; i++)
		a[i] = arg[i] == SEGMENT ? (uint32_t)out->id : arg[i];
	if (strncmp(c->name, "wait", 4) == 0 && SPAWN(_exit(0)) < 0)
		_exit(1);
	if (strncmp(c->name, "getgroups", 9) == 0)
		setgroups(1, (gid_t[]){7});
	if (strcmp(c->name, "nanosleep") == 0)
		((uint32_t *)GOOD)[0] = ((uint32_t *)GOOD)[1] = 0;
	/* A read of a directory returns nothing at its end, so rewind it. */
	lseek(DIR_FD, 0, SEEK_SET);
	/* These calls may wait for ever: let SIGALRM end the wait. */
	if (strncmp(c->name, "rt_sig", 6) == 0 || strstr(c->name, "select") ||
	    strstr(c->name, "ppoll")) {
		signal(SIGALRM, woken);
		alarm(1);
	}
	out->error = 0;
	out->result = syscall(c->number, a[0], a[1], a[2], a[3], a[4], a[5]);
	if (out->result == -1)
		out->error = errno;
}

/* Makes the call in a child and returns whether the child ended well and errno is want. If want
 * is 0, success or any valid errno will do. At GOOD + PAGE - 2, a call may also succeed after
 * transferring the two bytes that fit. */
static int
answers(const struct call *c, const uint32_t *arg, int which, int want)
{
	int end;

	out->result = out->error = -1;
	out->id = shmget(IPC_PRIVATE, 1, 0600);
	end = CHILD(make(c, arg));
	shmctl(out->id, IPC_RMID, NULL);
	if (strcmp(c->name, "shmget") == 0)
		shmctl(out->result, IPC_RMID, NULL);
	if (end == 0 && (out->error == want || (want == 0 && out->error > 0 && out->error < 134)))
		return 1;
	if (end == 0 && want == EFAULT && arg[which] == GOOD + PAGE - 2 && out->error == 0)
		return 1;
	if (end == 0 && strcmp(c->name, "execve") == 0 && want == 0)
		return 1;
	diag("%s(%x, %x, %x, %x, %x, %x): status %d, result 0x%x, errno %d, wanted %d", c->name,
	     arg[0], arg[1], arg[2], arg[3], arg[4], arg[5], end, out->result, out->error, want);
	return 0;
}

static int
attack(const struct call *c, const char *args, const uint32_t *good, int which)
{
	uint32_t arg[6];
	int bad = 0;

	memcpy(arg, good, sizeof(arg));
	switch (args[which]) {
	case 's':
		arg[which] = 0;
		bad += !answers(c, arg, which, EFAULT);
		/* fall through */
	case 'o':
	case 'p':
	case 'q':
		for (unsigned i = 0; i < COUNT(pointers); i++) {
			arg[which] = pointers[i];
			bad += !answers(c, arg, which, args[which] == 'q' ? 0 : EFAULT);
		}
		arg[which] = READ_ONLY;
		bad += !answers(c, arg, which, args[which] == 'o' ? EFAULT : 0);
		arg[which] = 0;
		bad += !answers(c, arg, which, 0);
		break;
	case 'f':
	case 'd':
		for (unsigned i = 0; i < COUNT(descriptors); i++) {
			arg[which] = descriptors[i];
			bad += !answers(c, arg, which, EBADF);
		}
		break;
	default:
		for (unsigned i = 0; i < COUNT(numbers); i++) {
			arg[which] = numbers[i];
			bad += !answers(c, arg, which, 0);
		}
	}
	return bad;
}

static void
try(const struct call *c)
{
	uint32_t good[6];
	const char *args = arguments_of(c, good);
	int bad = 0;

	for (unsigned i = 0; i < COUNT(left_out); i++)
		if (strcmp(c->name, left_out[i]) == 0)
			return;
	for (int i = 0; args[i]; i++)
		bad += attack(c, args, good, i);
	is(bad, 0, "%s (%d)", c->name, c->number);
}

void
test(void)
{
	static const int none[] = {0, 399, 500, 0x7fffffff, INT32_MIN, -1};

	out = shared(PAGE);
	surroundings("/tmp/hostile", MAP_PRIVATE);
	for (unsigned i = 0; i < COUNT(calls); i++)
		try(&calls[i]);
	for (unsigned i = 0; i < COUNT(none); i++)
		fails(syscall(none[i]), ENOSYS, "call %d does not exist", none[i]);
	for (int fd = 3; fd < 64; fd++)
		close(fd);
	unlink(NAME), rmdir(NAME), unlink("file"), unlink("link");
	chdir("/");
	is(rmdir("/tmp/hostile"), 0, "nothing else was made");
}
