/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests that the kernel checks the state that the CPU saves for a program, just as it checks
 * what the program passes to it. Under emulation a program can have flags pushed that no program
 * can set, and can enter virtual 8086 mode. On a processor that allows neither, the same code
 * ends in one of the ways that the tests accept.
 */
#include "tap.h"

#include <stdbool.h>

#define EFLAGS_IF 0x200u
#define EFLAGS_IOPL 0x3000u
#define EFLAGS_VM 0x20000u
#define EFLAGS_PROGRAM 0x254fd7u /* all flags that a program can have */
#define SC_EIP 14                /* indices of words in struct sigcontext */
#define SC_EFLAGS 16

static uint8_t *code; /* a page at 64 KiB, which virtual 8086 mode can reach */

static uint32_t
eflags(void)
{
	uint32_t f;

	__asm__ volatile("pushfl; popl %0" : "=r"(f));
	return f;
}

static bool
is_good(uint32_t f)
{
	return (f & ~EFLAGS_PROGRAM) == 0 && (f & EFLAGS_IF);
}

/*
 * Faults in an instruction for which the emulator takes the flags from the last result, which at
 * that point is still the word `pushed`. The emulator then pushes that word as the flags. A
 * signal handler continues at `stale_end`.
 */
extern const uint8_t stale_end[];
static void __attribute__((noinline)) fault_with(uint32_t pushed)
{
	static volatile uint8_t byte;

	byte = 1; /* bring its page in, so that the only fault is the one below */
	__asm__ volatile("orl %0, %0\n\tjmp 1f\n1:\trorb $48, (%1)\n\trcll $1, (%2)\n"
	                 ".globl stale_end\nstale_end:"
	                 :
	                 : "r"(pushed), "r"(&byte), "r"(0xf0000000)
	                 : "cc", "memory");
}

static volatile enum { LOOK, CLI, OUT, FORK, END } in_handler;

static void
on_fault(int sig, siginfo_t *info, void *context)
{
	uint32_t *sc = (uint32_t *)context + 5;

	(void)sig, (void)info;
	if (!is_good(eflags()) || !is_good(sc[SC_EFLAGS]))
		_exit(1);
	if (in_handler == END)
		_exit(0);
	if (in_handler == CLI)
		__asm__ volatile("cli\n1:\tjmp 1b");
	if (in_handler == OUT)
		for (const char *s = "exit 42\n"; *s; s++)
			__asm__ volatile("outb %b0, %w1" : : "a"(*s), "d"(0xe9));
	if (in_handler == FORK && CHILD(_exit(!is_good(eflags()))) != 0)
		_exit(2);
	sc[SC_EIP] = (uint32_t)stale_end;
}

static void
catch_faults(void)
{
	for (int sig = SIGILL; sig <= SIGSEGV; sig++)
		sigaction(sig,
		          &(struct sigaction){.sa_sigaction = on_fault, .sa_flags = SA_SIGINFO},
		          NULL);
}

/* Returns how a child ends that catches its faults and causes one with these flags. */
static int
end_with(uint32_t pushed)
{
	return CHILD(catch_faults(); fault_with(pushed); _exit(!is_good(eflags())));
}

static void
stale_flags(void)
{
	static const uint32_t pushed[] = {
		EFLAGS_IOPL | 0x202, EFLAGS_IOPL | 2,         0x80202, 0x100202, 0x180202,
		0xffc0822a,          EFLAGS_PROGRAM & ~0x100u};

	for (unsigned i = 0; i < sizeof(pushed) / sizeof(pushed[0]); i++)
		is(end_with(pushed[i]), 0, "flags 0x%x pushed: a program's are given back",
		   pushed[i]);
	in_handler = CLI;
	is(end_with(EFLAGS_IOPL | 0x202), SEGV, "IOPL pushed: cli stays forbidden");
	in_handler = OUT;
	is(end_with(EFLAGS_IOPL | 0x202), SEGV, "IOPL pushed: so do ports");
	in_handler = FORK;
	is(end_with(EFLAGS_IOPL | 0x202), 0, "IOPL pushed: a child has none");
	in_handler = LOOK;
	int end = end_with(EFLAGS_VM | 0x202);

	ok(end == SEGV || end == 0, "VM pushed: the process ends (%d)", end);
}

/* Executes IRET to 64 KiB in a child, with these flags in the frame. Returns how the child ends:
 * 0 if the CPU did not set VM but refused the segment. */
static int
iret(uint32_t flags, uint32_t cs)
{
	uint32_t ip = 0x10000 - (cs << 4 & 0xfffff);

	in_handler = END;
	return CHILD(catch_faults();
	             __asm__ volatile("pushl $0x7b; pushl $0x9000; pushl $0x0202; pushl $8;"
	                              "pushl $0x1234; pushl $0x8000; pushl %0; pushl %1; pushl %2;"
	                              "xorl %%edx, %%edx; movl $0, %%ebx; iret"
	                              :
	                              : "r"(flags), "r"(cs), "r"(ip), "a"(1)));
}

/* Runs each of these pieces of 16-bit code in virtual 8086 mode. The process must end by SIGSEGV
 * or with status 0. */
static void
virtual_8086(void)
{
	static const struct {
		const char *name, *bytes;
		uint32_t flags;
	} cases[] = {
		{"a call", "\xcd\x80\xeb\xfe", EFLAGS_IOPL},
		{"fork", "\x66\xb8\x02\x00\x00\x00\xcd\x80\xeb\xfe", EFLAGS_IOPL},
		{"vfork", "\x66\xb8\xbe\x00\x00\x00\xcd\x80\xeb\xfe", EFLAGS_IOPL},
		{"sigreturn", "\x66\xb8\x77\x00\x00\x00\xcd\x80\xeb\xfe", EFLAGS_IOPL},
		{"a call without IOPL", "\xcd\x80\xeb\xfe", 0},
		{"a loop", "\xeb\xfe", 0},
		{"a loop with IOPL", "\xeb\xfe", EFLAGS_IOPL},
		{"cli without IOPL", "\xfa\xeb\xfe", 0},
		{"cli, sti, a loop", "\xfa\xfb\xeb\xfe", EFLAGS_IOPL},
		{"breakpoint", "\xcc\xeb\xfe", EFLAGS_IOPL},
		{"overflow", "\xce\xeb\xfe", EFLAGS_IOPL | 0x800},
		{"single step", "\x90\xeb\xfe", 0x100},
		{"no instruction", "\x0f\x0b\xeb\xfe", 0},
		{"division by zero", "\xf6\xf3\xeb\xfe", 0},
		{"read of no memory", "\xa0\x00\x00\xeb\xfe", 0},
		{"in", "\xe4\x60\xeb\xfe", EFLAGS_IOPL},
		{"out", "\xe6\xe9\xeb\xfe", EFLAGS_IOPL},
		{"hlt", "\xf4\xeb\xfe", EFLAGS_IOPL},
		{"iret", "\xcf\xeb\xfe", EFLAGS_IOPL},
		{"popf", "\x9d\xeb\xfe", 0},
		{"int 13", "\xcd\x0d\xeb\xfe", EFLAGS_IOPL},
		{"int 255", "\xcd\xff\xeb\xfe", EFLAGS_IOPL},
	};

	for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		memcpy(code, cases[i].bytes, 10);
		for (uint32_t cs = 0xffc; cs <= 0x1003; cs += 7) {
			int end = iret(EFLAGS_VM | EFLAGS_IF | 2 | cases[i].flags, cs);

			ok(end == SEGV || end == 0, "virtual 8086 mode, cs 0x%x: %s (%d)", cs,
			   cases[i].name, end);
		}
	}
}

/* Tests that int n ends a process as it does on Linux, for each n. */
static void
vectors(void)
{
	int odd = 0;

	for (int n = 0; n < 256; n++) {
		int want = n == 3 ? KILLED(SIGTRAP) : n == 0x80 ? 7 : SEGV;

		/* int n, then exit(7): call 20 is getpid, whose result is not used */
		memcpy(code, "\xcd\x00\xb8\x01\x00\x00\x00\xbb\x07\x00\x00\x00\xcd\x80", 14);
		code[1] = (uint8_t)n;
		odd += CHILD(__asm__ volatile("jmp *%0" : : "r"(code), "a"(20))) != want;
	}
	is(odd, 0, "int n, for each n, is what it is on Linux");
	int end = CHILD(__asm__ volatile(".byte 0xf1"));

	ok(end == KILLED(SIGTRAP) || end == KILLED(SIGILL), "icebp (%d)", end);
}

/* ---- What the log says about a process ---- */

static char log_text[32768];

/* Returns what the kernel has logged since the last call. */
static const char *
log_since(void)
{
	static int fd = -1;
	int n = 0, got;

	if (fd < 0 && (fd = open("/proc/kmsg", O_RDONLY)) < 0)
		bail("/proc/kmsg");
	while ((got = read(fd, log_text + n, sizeof(log_text) - 1 - n)) > 0)
		n += got;
	log_text[n] = '\0';
	return log_text;
}

int
helper(int argc, char **argv)
{
	(void)argc, (void)argv;
	__asm__ volatile("ud2");
	return 0;
}

static bool
is_clean(const char *s)
{
	for (; *s; s++)
		if (*s != '\n' && (((uint8_t)*s & 0x7f) < ' ' || *s == 0x7f))
			return false;
	return true;
}

static void
names(void)
{
	static const char *const nasty[] = {"/tmp/a\nroot[1]: b", "/tmp/\33[2J\r\b\x9b!\x7f"};
	static const char *const shown[] = {"a\\x0aroot[1]: b[", "\\x1b[2J\\x0d\\x08\\x9b!\\x7f["};
	static const char header[64] = "\177ELF\2"; /* a 64-bit program */
	char path[256];
	int fd;

	log_since();
	memset(path, 0, sizeof(path));
	if (readlink("/proc/self/exe", path, sizeof(path) - 1) < 0)
		bail("/proc/self/exe");
	for (int i = 0; i < 2; i++) {
		is(symlink(path, nasty[i]), 0, "a name with control characters");
		is(CHILD(execl(nasty[i], "x", "crash", NULL)), KILLED(SIGILL),
		         "its process ends by a signal");
		unlink(nasty[i]);
		const char *text = log_since();

		ok(strstr(text, shown[i]) != NULL, "the log has them escaped");
		ok(is_clean(text), "and nothing else that a terminal would obey");
	}
	memset(path, 'l', sizeof(path));
	memcpy(path, "/tmp/\n", 6);
	path[250] = '\0';
	fd = open(path, O_CREAT | O_WRONLY, 0755);
	ok(fd >= 0 && write(fd, header, sizeof(header)) == sizeof(header),
	   "a long name of what is no program");
	close(fd);
	fails(execl(path, "x", NULL), ENOEXEC, "exec refuses it");
	unlink(path);
	const char *text = log_since();

	ok(is_clean(text) && strstr(text, "\\x0a") != NULL, "the line about it is escaped");
	is(text[strlen(text) - 1], '\n', "and cut, but ends as a line does");
}

void
test(void)
{
	code = mmap((void *)0x10000, PAGE, PROT_READ | PROT_WRITE | PROT_EXEC,
	            MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
	ok(code == (void *)0x10000, "a page at 64 KiB");
	stale_flags();
	vectors();
	names();
	virtual_8086(); /* last, for v86 ends there */
	ok(is_good(eflags()), "this process's flags are as they were");
}
