/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Runs random machine code in several processes at once. Each seed has a process of its own,
 * which starts random code TRIES times. Returning from a signal handler gives it random
 * registers, flags and selectors, and each fault brings it back to the handler, which makes up
 * the next code. Whatever happens to these processes, the kernel and the test must go on.
 *
 * `crashme FIRST COUNT` runs COUNT seeds from FIRST on instead of those of the test. Some seeds
 * crash the emulator ("tcg fatal error"), which is not the kernel's fault.
 */
#include "draw.h"
#include "tap.h"

#include <sys/stat.h>

#define WORKERS 3
#define SEEDS 100 /* seeds in each of the test's two runs */
#define TRIES 50
#define MOST 40      /* limit on the processes of a seed: some code forks all the time */
#define AREA 0x10000 /* code, data and stacks, where virtual 8086 mode can reach them */
#define AREA_SIZE (4 * PAGE)
#define HANDLER_STACK ((char *)0x30000)
#define FIRST_UID 2000
#define EFLAGS_IF 0x200u
#define EFLAGS_IOPL 0x3000u
#define EFLAGS_VM 0x20000u

/* Indices of words in struct sigcontext. */
enum { SC_GS, SC_EDI = 4, SC_ESP = 7, SC_EBX, SC_EAX = 11, SC_EIP = 14, SC_EFLAGS = 16 };

static uint32_t tries;
static volatile uint32_t *started; /* how many codes all processes have started */

#define CODE(text)                                                                                 \
	{                                                                                          \
		text, sizeof(text) - 1                                                             \
	}
/* Instructions that enter the kernel or try what it must forbid. write_code() changes random
 * bytes of some, for instance their operands. */
static const struct {
	const char *bytes;
	unsigned len;
} snippets[] = {
	CODE("\xcd\x80"),
	CODE("\x31\xc0\xb0\x02\xcd\x80"),     /* fork */
	CODE("\x31\xc0\xb0\x77\xcd\x80"),     /* sigreturn */
	CODE("\x31\xc0\xb0\xad\xcd\x80"),     /* rt_sigreturn */
	CODE("\xb8\xf3\x00\x00\x00\xcd\x80"), /* set_thread_area */
	CODE("\x0f\xb6\xc0\xcd\x80"),         /* a call below 256 */
	CODE("\xcf"),                         /* iret */
	CODE("\x66\xcf"),
	CODE("\x9d"),                                                 /* popf */
	CODE("\xfd\xcd\x80"),                                         /* std; a call */
	CODE("\x09\xc0\xeb\x00\xc0\x0f\x30\xd1\x15\x00\x00\x00\xf0"), /* stale flags */
	CODE("\xc0\x0f\x30\xd1\x16"),
	CODE("\xd1\x17"), /* rcl */
	CODE("\xcc"),
	CODE("\xce"),
	CODE("\xf1"), /* int3, into, icebp */
	CODE("\x0f\x34"),
	CODE("\x0f\x35"),
	CODE("\x0f\x05"),
	CODE("\x0f\x07"),
	CODE("\x8e\xd8"),
	CODE("\x8e\xc1"),
	CODE("\x8e\xd2"),
	CODE("\x8e\xe3"),
	CODE("\x8e\xee"),
	CODE("\x17"),
	CODE("\x1f"),
	CODE("\x07"),
	CODE("\x0f\xa1"),
	CODE("\x0f\xa9"),
	CODE("\xcb"),
	CODE("\xca\x04\x00"),
	CODE("\xff\x1f"),
	CODE("\xff\x2f"),
	CODE("\xc5\x07"),
	CODE("\x0f\xb2\x27"),
	CODE("\x9a\x00\x00\x01\x00\x08\x00"), /* far call and jump */
	CODE("\xea\x00\x00\x01\x00\x20\x00"),
	CODE("\xbc\x00\x00\x00\xc0"), /* esp in the kernel */
	CODE("\xbc\x00\x00\x01\x00"),
	CODE("\xf4"),
	CODE("\xfa"),
	CODE("\xfb"),
	CODE("\xec"),
	CODE("\xee"),
	CODE("\x6c"),
	CODE("\x0f\x20\xc0"),
	CODE("\x0f\x22\xd8"),
	CODE("\x0f\x23\xf8"),
	CODE("\x0f\x30"),
	CODE("\x0f\x01\x17"),
	CODE("\x0f\x00\xd8"),
	CODE("\x0f\x08"),
	CODE("\x0f\x01\x3f"),
	CODE("\xdb\xe3"),
	CODE("\xd9\x2f"),
	CODE("\xd9\x37"),
	CODE("\xdd\x37"),
	CODE("\xdd\x27"),
	CODE("\x0f\xae\x07"),
	CODE("\x0f\xae\x0f"),
	CODE("\x0f\xae\x17"),
	CODE("\x9b"),
	CODE("\xf3\xa5"),
	CODE("\xf3\xab"),
	CODE("\xc8\xff\xff\x1f"),
	CODE("\xc9"),
	CODE("\x61"),
	CODE("\xf0\x0f\xc7\x0f"),
	CODE("\xf0\x0f\xc7\xc8"),
	CODE("\x62\x07"),
	CODE("\x0f\x02\xc0"),
	CODE("\x0f\x03\xc1"),
	CODE("\x0f\x00\xe0"),
	CODE("\x0f\xa2"),
};
#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* Returns a random word that is likely to mean something: an address, a selector, flags or a
 * small number. In virtual 8086 mode nothing can stop a loop while IF is clear, so a word in
 * which EFLAGS_VM is set has IF set and an IOPL of 0. */
static uint32_t
word(void)
{
	uint32_t w = draw();

	switch (draw() % 8) {
	case 0:
		return w & 0x1ff;
	case 1:
		return AREA + w % AREA_SIZE;
	case 2:
		return 0xc0000000 - 16 + w % 32;
	case 3:
		return 0xc0100000 + w % 0x100000;
	case 4:
		return w & 0x7b;
	case 5:
		w &= 0x3fffff;
		break;
	case 6:
		return w & 0x7fff;
	default:
		break;
	}
	return w & EFLAGS_VM ? (w | EFLAGS_IF) & ~EFLAGS_IOPL : w;
}

/* Writes new code from `at` to near `end`: snippets, some with a byte changed, and random bytes. */
static void
write_code(uint8_t *at, const uint8_t *end)
{
	while (at + 16 < end) {
		unsigned i = draw() % COUNT(snippets), n = snippets[i].len;

		if (draw() % 4 == 0) {
			*at++ = (uint8_t)draw();
			continue;
		}
		memcpy(at, snippets[i].bytes, n);
		if (draw() % 4 == 0)
			at[draw() % n] = (uint8_t)draw();
		at += n;
	}
}

/* Signal handler: starts the next try, with new code, data, registers and flags. */
static void
next(int sig, siginfo_t *info, void *context)
{
	uint32_t *sc = (uint32_t *)context + 5;
	uint32_t *data = (uint32_t *)(AREA + PAGE);

	(void)sig, (void)info;
	if (tries++ == TRIES)
		_exit(0);
	++*started;
	write_code((uint8_t *)AREA, (uint8_t *)AREA + 128);
	for (int i = 0; i < 64; i++)
		data[i] = data[PAGE / 4 * 2 - 64 + i] = word();
	for (int i = SC_EDI; i <= SC_EAX; i++)
		sc[i] = word();
	if (draw() % 2)
		sc[SC_ESP] = AREA + 3 * PAGE - 256 + draw() % 64 * 4;
	if (draw() % 8 == 0)
		sc[SC_GS + draw() % 4] = word();
	sc[SC_EFLAGS] = word() & (draw() % 4 ? ~0x100u : ~0u);
	sc[SC_EIP] = AREA + draw() % 32;
}

/* Asks for SIGALRM in us microseconds, or for none if us is 0. */
static void
alarm_after(uint32_t us)
{
	uint32_t timer[4] = {0, 0, 0, us};

	syscall(104, 0, timer, NULL);
}

static void
run_seed(unsigned seed, int uid)
{
	static const int sigs[] = {SIGSEGV, SIGILL, SIGBUS, SIGFPE, SIGTRAP, SIGUSR1};

	state = seed * 2654435761u | 1;
	for (int fd = 0; fd < 16; fd++)
		close(fd);
	if (mmap((void *)AREA, AREA_SIZE, 7, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) !=
	            (void *)AREA ||
	    mmap(HANDLER_STACK, 4 * PAGE, 3, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) !=
	            HANDLER_STACK)
		_exit(1);
	sigaltstack(&(stack_t){.ss_sp = HANDLER_STACK, .ss_size = 4 * PAGE}, NULL);
	for (unsigned i = 0; i < COUNT(sigs); i++)
		sigaction(sigs[i],
		          &(struct sigaction){.sa_sigaction = next,
		                              .sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER},
		          NULL);
	alarm_after(20000);
	syscall(340, 0, RLIMIT_NPROC, &(struct abi_rlimit64){MOST, MOST}, NULL);
	become(uid, uid);
	raise(SIGUSR1);
	_exit(1);
}

static void
wake(int sig)
{
	(void)sig;
}

/* Kills all processes of the users that run random code. It does not fork, because that code may
 * have used up all memory. */
static void
kill_all_users(void)
{
	char path[32];
	struct stat st;

	for (int pid = 2; pid < 32768; pid++) {
		snprintf(path, sizeof(path), "/proc/%d/stat", pid);
		if (stat(path, &st) == 0 && st.st_uid >= FIRST_UID)
			kill(pid, SIGKILL);
	}
}

static pid_t
fork_at_last(void)
{
	pid_t pid;

	while ((pid = fork()) < 0) {
		kill_all_users();
		usleep(10000);
	}
	return pid;
}

/* Kills all of a user's processes. Processes that the random code made may have outlived it, or
 * the code may be waiting for them. */
static void
end_all(int uid)
{
	pid_t pid = fork_at_last();

	if (pid == 0) {
		become(uid, uid);
		kill(-1, SIGKILL);
		_exit(0);
	}
	ending(pid);
}

/* Runs every WORKERS-th seed from first on, each in a process of the user uid. */
static void
work(unsigned first, unsigned count, int uid)
{
	int status;

	sigaction(SIGALRM, &(struct sigaction){.sa_handler = wake}, NULL);
	for (unsigned i = 0; i < count; i += WORKERS) {
		pid_t pid = fork_at_last();

		if (pid == 0)
			run_seed(first + i, uid);
		alarm_after(100000);
		while (waitpid(pid, &status, 0) != pid)
			end_all(uid);
		alarm_after(0);
		end_all(uid);
	}
}

/* Removes the segments that random code has made by calling shmget. */
static void
remove_segments(void)
{
	struct shmid_ds ds;
	int id;

	for (int i = 0; i < 4096; i++)
		if ((id = shmctl(i, SHM_STAT, &ds)) >= 0)
			shmctl(id, IPC_RMID, NULL);
}

static int
run_seeds(unsigned first, unsigned count)
{
	pid_t worker[WORKERS];
	int bad = 0;

	started = shared(sizeof(*started));
	for (unsigned i = 0; i < WORKERS; i++)
		worker[i] = SPAWN(
		        work(first + i, count > i ? count - i : 0, FIRST_UID + (int)i));
	for (unsigned i = 0; i < WORKERS; i++)
		bad += ending(worker[i]) != 0;
	remove_segments();
	return bad;
}

int
helper(int argc, char **argv)
{
	unsigned first = (unsigned)atoi(argv[1]), count = argc > 2 ? (unsigned)atoi(argv[2]) : 1;
	int bad = run_seeds(first, count);

	printf("seeds %u to %u, %u tries: %s\n", first, first + count - 1, *started,
	       bad ? "a worker was ended" : "all is well");
	return bad != 0;
}

void
test(void)
{
	/* These seeds once made the emulator push reserved flags. */
	is(run_seeds(500600, SEEDS), 0, "random code of %d seeds, and nobody else is ended", SEEDS);
	is(run_seeds(1, SEEDS), 0, "random code of %d others", SEEDS);
	ok(*started > SEEDS * TRIES / 4, "most seeds come far (%u tries)", *started);
}
