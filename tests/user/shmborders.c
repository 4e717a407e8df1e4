/* SPDX-License-Identifier: BSD-2-Clause */
/* Attaches next to the heap and the stack, which grow, and inside of them. */
#include "shmstate.h"

static int one, two; /* segments: three pages of 'A', and a page of 'B' */
static char *heap;   /* a page-aligned part of the heap that ends at the break; in a child */

static void
shows(const char *at, const char *want, const char *what)
{
	const char *got = view(getpid(), at, strlen(want), one, two);

	ok(strcmp(got, want) == 0, "%s: %s", what, want);
	if (strcmp(got, want) != 0)
		diag("got %s", got);
}

static int
fill(unsigned pages, int with)
{
	int id = shmget(IPC_PRIVATE, pages * PAGE, 0600);
	char *p = shmat(id, NULL, 0);

	memset(p, with, pages * PAGE);
	shmdt(p);
	return id;
}

/* Returns how many of n pages do not hold this byte at both of their ends. */
static int
wrong(const volatile char *at, unsigned n, int want)
{
	int bad = 0;

	for (unsigned i = 0; i < n; i++)
		bad += at[i * PAGE] != want || at[i * PAGE + PAGE - 1] != want;
	return bad;
}

/* ---- The heap ---- */

/* Makes the heap's last pages: so many, page-aligned, filled with 'h'. */
static void
heap_of(unsigned pages)
{
	heap = (char *)(((unsigned)sbrk(0) + PAGE - 1) & -PAGE);
	if (brk(heap + pages * PAGE) < 0)
		bail("brk");
	memset(heap, 'h', pages * PAGE);
}

static void
brk_refused(char *end, const char *name)
{
	char *was = sbrk(0);

	fails(brk(end), ENOMEM, "%s", name);
	is((long)sbrk(0), (long)was, "%s: the break stays", name);
}

static void
grows_into(void)
{
	heap_of(2);
	is((long)shmat(one, heap + 4 * PAGE, 0), (long)heap + 4 * PAGE, "at.5a above the heap");
	is(brk(heap + 4 * PAGE), 0, "brk up to an attach");
	shows(heap, "ppppAAA.", "brk up to an attach");
	brk_refused(heap + 4 * PAGE + 1, "brk.1 a byte into an attach");
	brk_refused(heap + 6 * PAGE, "brk.1 pages into an attach");
	brk_refused(heap + 9 * PAGE, "brk.1 beyond an attach");
	is(syscall(45, heap + 9 * PAGE), (long)heap + 4 * PAGE, "brk.1 the call tells the break");
	shows(heap, "ppppAAA.", "brk.1 refused");
	is(wrong(heap, 2, 'h') + wrong(heap + 2 * PAGE, 2, 0) + wrong(heap + 4 * PAGE, 3, 'A'), 0,
	   "brk.1 what they hold stays");
	stands(one, 1, getpid(), "brk.1 refused");
	is(brk(heap + 2 * PAGE), 0, "brk goes back below it");
	shows(heap, "pp..AAA.", "brk goes back below it");
	shmdt(heap + 4 * PAGE);
	is(brk(heap + 5 * PAGE), 0, "brk.1 where an attach was");
	is(wrong(heap + 2 * PAGE, 3, 0), 0, "brk.1 zeros, and nothing of the segment");
	stands(one, 0, getpid(), "brk.1 where an attach was");
}

/* An attach begins at the break, which then moves within a page. */
static void
at_the_break(void)
{
	heap_of(2);
	shmat(one, heap + 2 * PAGE, 0);
	shows(heap, "ppAAA.", "at.5a at the break");
	brk_refused(heap + 2 * PAGE + 1, "brk.1 from an attach's start");
	is(brk(heap + 2 * PAGE - 100), 0, "brk within the page before it");
	is(brk(heap + 2 * PAGE), 0, "brk and to its end");
	is(brk(heap + PAGE + 1), 0, "brk to the page's first byte");
	shows(heap, "ppAAA.", "brk within a page");
	is(brk(heap + PAGE), 0, "brk a page less");
	shows(heap, "p.AAA.", "brk a page less");
	is(wrong(heap + 2 * PAGE, 3, 'A'), 0, "brk.1 the attach is as it was");
	is((long)shmat(two, heap + PAGE, 0), (long)heap + PAGE, "at.5a between the two");
	brk_refused(heap + PAGE + 1, "brk.1 into the new one");
	stands(one, 1, getpid(), "brk.1 at the break");
	stands(two, 1, getpid(), "brk.1 at the break");
}

/* When the break goes below an attach that SHM_REMAP put into the heap, the
 * attach is unmapped as by munmap. */
static void
shrinks_over(void)
{
	heap_of(6);
	is((long)shmat(one, heap + 2 * PAGE, SHM_REMAP), (long)heap + 2 * PAGE,
	   "remap.2 in the heap");
	shows(heap, "ppAAAp.", "remap.2 in the heap");
	is(brk(heap + 5 * PAGE), 0, "brk to an attach's end");
	shows(heap, "ppAAA..", "brk to an attach's end");
	for (int n = 1; n <= 2; n++) {
		knob("fail", n == 1 ? "kmem:nth=1" : "kmem:nth=2");
		brk_refused(heap + 4 * PAGE - 1, "brk.2 there is no memory to cut an attach");
		knob("fail", "\n");
		shows(heap, "ppAAA..", "brk.2 no memory");
		stands(one, 1, getpid(), "brk.2 no memory");
	}
	is(brk(heap + 4 * PAGE - 1), 0, "brk.2 into an attach");
	shows(heap, "ppAA...", "brk.2 into an attach");
	stands(one, 1, getpid(), "brk.2 into an attach");
	is(brk(heap + 6 * PAGE), 0, "brk and up again");
	shows(heap, "ppAApp.", "brk and up again");
	is(wrong(heap + 2 * PAGE, 2, 'A') + wrong(heap + 4 * PAGE, 2, 0), 0,
	   "brk.2 new pages are not the segment's");
	is(brk(heap + PAGE), 0, "brk.2 below an attach");
	shows(heap, "p......", "brk.2 below an attach");
	fails(shmdt(heap + 2 * PAGE), EINVAL, "brk.2 which has ended");
	stands(one, 0, getpid(), "brk.2 below an attach");
	is(wrong(heap, 1, 'h'), 0, "brk what is below stays");
}

static void
top_page(void)
{
	heap_of(3);
	shmat(two, heap + 2 * PAGE, SHM_REMAP);
	shows(heap, "ppB..", "remap.2 the heap's top page");
	is(brk(heap + 5 * PAGE), 0, "brk up from an attach");
	shows(heap, "ppBpp", "brk up from an attach");
	memset(heap + 3 * PAGE, 'n', 2 * PAGE);
	is(wrong(heap, 2, 'h') + wrong(heap + 2 * PAGE, 1, 'B'), 0, "brk.2 each has its own");
	is(CHILD(brk(heap + 2 * PAGE); shows(heap, "pp...", "brk.2 in a child")), 0,
	         "brk.2 a child");
	stands(two, 1, ANYBODY, "brk.2 the child's has ended");
	is(wrong(heap + 2 * PAGE, 1, 'B'), 0, "brk.2 not the parent's");
	is(shmdt(heap + 2 * PAGE), 0, "brk a hole in the heap");
	is(brk(heap + 6 * PAGE), 0, "brk above a hole");
	shows(heap, "pp.ppp", "brk above a hole");
	is(brk(heap + 2 * PAGE), 0, "brk below a hole");
	shows(heap, "pp....", "brk below a hole");
}

/* An attach is partly in the heap and partly above it. */
static void
across_the_break(void)
{
	heap_of(3);
	shmat(one, heap + 2 * PAGE, SHM_REMAP);
	shows(heap, "ppAAA.", "remap.2 across the break");
	brk_refused(heap + 4 * PAGE, "brk.1 what is above is occupied");
	is(brk(heap + 2 * PAGE), 0, "brk.2 what is in the heap goes");
	shows(heap, "pp.AA.", "brk.2 what is in the heap goes");
	stands(one, 1, getpid(), "brk.2 a part is left");
	is(brk(heap + 3 * PAGE), 0, "brk up to what is left");
	shows(heap, "pppAA.", "brk up to what is left");
	brk_refused(heap + 3 * PAGE + 1, "brk.1 and not into it");
	is(shmdt(heap + 2 * PAGE), 0, "munmap.3 found by where it began");
	shows(heap, "ppp...", "munmap.3 which is the heap's");
	stands(one, 0, getpid(), "munmap.3 what was left of it");
	/* The break goes below the last attach of a removed segment. */
	int gone = fill(2, 'g');

	shmat(gone, heap + PAGE, SHM_REMAP);
	shmctl(gone, IPC_RMID, NULL);
	is(brk(heap), 0, "brk.2 over a removed one");
	stands(gone, GONE, 0, "brk.2 over a removed one");
}

/* ---- The stack ---- */

static char *low; /* its lowest page */

/* Recurses through so many pages of stack. Each frame gets the address of the one above, so that
 * the compiler cannot leave any out. */
static int __attribute__((noinline)) deep(unsigned pages, volatile char *above)
{
	volatile char room[PAGE];

	room[0] = 1;
	return pages == 0 ? *above : *above + deep(pages - 1, room);
}

/* Extends the stack of a child by so many pages, and sets `low` to the lowest one. */
static void
stack_of(unsigned pages)
{
	char *sp = (char *)((unsigned)&sp & -PAGE);

	low = sp - pages * PAGE;
	*(volatile char *)low = 's';
	memset(low, 's', (pages - 2) * PAGE);
}

static unsigned guard;

static void
faulted(int sig, siginfo_t *info, void *context)
{
	(void)sig, (void)context;
	_exit((unsigned)info->si_addr - guard < PAGE ? 5 : 6);
}

static _Noreturn void
overflows(void)
{
	static char other[8192];
	struct sigaction act = {.sa_sigaction = faulted, .sa_flags = SA_SIGINFO | SA_ONSTACK};

	sigaltstack(&(stack_t){.ss_sp = other, .ss_size = sizeof(other)}, NULL);
	sigaction(SIGSEGV, &act, NULL);
	deep(1000, low + 15 * PAGE);
	_exit(7);
}

static void
grows_down_to(void)
{
	stack_of(16);
	char *p = low - 8 * PAGE;
	int fd = open("/dev/zero", O_RDONLY);

	is((long)shmat(one, p, 0), (long)p, "at.5e where the stack may grow");
	shows(p, "AAA.....p", "at.5e where the stack may grow");
	is(writes(p + 3 * PAGE), SEGV, "stack.1 a page stays free");
	is(CHILD(guard = (unsigned)p + 3 * PAGE; overflows()), 5,
	         "stack.1 a stack too deep: SIGSEGV there");
	is(CHILD(deep(1000, low + 15 * PAGE)), SEGV, "stack.1 and without a handler");
	fails(read(fd, p + 3 * PAGE, 1), EFAULT, "stack.1 the kernel does not cross it");
	close(fd);
	shows(p, "AAA.....p", "stack.1 refused");
	p[4 * PAGE] = 's';
	shows(p, "AAA.ppppp", "stack.1 up to that page it grows");
	is(writes(p + 3 * PAGE), SEGV, "stack.1 it is still free");
	is(wrong(p, 3, 'A') + wrong(p + 5 * PAGE, 3, 0), 0, "stack.1 the attach is as it was");
	stands(one, 1, ANYBODY, "stack.1 refused");
	is(CHILD(p[2 * PAGE] = 'c'), 0, "fork.1 of a stack with an attach below");
	is(p[2 * PAGE], 'c', "fork.1 which is one memory");
	p[2 * PAGE] = 'A';
	shmdt(p);
	p[2 * PAGE] = 's';
	shows(p, "..ppppppp", "stack.1 without it, the stack goes on");
	stands(one, 0, getpid(), "stack.1 without it");
}

/* An attach may be right below the stack: the free page is kept only when the stack grows. */
static void
right_below(void)
{
	stack_of(16);
	is((long)shmat(one, low - 3 * PAGE, 0), (long)low - 3 * PAGE, "at.5e right below");
	shows(low - 4 * PAGE, ".AAAp", "at.5e right below");
	is(writes(low - 4 * PAGE), SEGV, "stack.1 below the attach nothing grows");
	is(CHILD(memset(low - PAGE, 'c', 2 * PAGE)), 0, "stack.1 a store across the border");
	is(wrong(low - PAGE, 1, 'c') + wrong(low, 1, 's'), 0, "stack.1 each is what it is");
	memset(low - PAGE, 'A', PAGE);
	stands(one, 1, ANYBODY, "stack.1 right below");
}

/* Checks that /proc/self/maps names one piece of the stack, the one that starts at `from`. */
static void
stack_named(const char *from)
{
	const char *maps = text_of("/proc/self/maps"), *name = strstr(maps, "[stack]");
	char line[16];

	snprintf(line, sizeof(line), "\n%08x-", (unsigned)from);
	maps = strstr(maps, line);
	ok(name != NULL && maps != NULL && maps < name && strchr(maps + 1, '\n') > name,
	   "stack.2 in maps it is the stack");
	ok(name != NULL && strstr(name + 1, "[stack]") == NULL, "stack.2 and no other is");
}

/* An attach replaces pages of the stack. The other pieces still grow, and once the attach is gone
 * the stack grows into its place. */
static void
replaced(unsigned from)
{
	char *p;

	stack_of(16);
	p = low + from * PAGE;
	is((long)shmat(one, p, SHM_REMAP), (long)p, "remap.2 pages of the stack, from %u", from);
	shows(low - PAGE, from ? ".ppAAApp" : ".AAAppp", "remap.2 pages of the stack");
	is(wrong(p, 3, 'A') + wrong(p + 3 * PAGE, 3, 's'), 0, "remap.2 the rest is there");
	is(writes(low - PAGE), from ? 0 : SEGV,
	   "stack.2 it grows below an attach only from a page of its own");
	is(CHILD(deep(4, low + 15 * PAGE)), 0, "stack.2 what is above serves a child");
	is(CHILD(memset(p, 'c', 1)), 0, "fork.1 an attach in the stack");
	is(p[0], 'c', "fork.1 which is one memory");
	p[0] = 'A';
	stands(one, 1, ANYBODY, "remap.2 pages of the stack");
	stack_named(p + 3 * PAGE);
	is(munmap(p + PAGE, PAGE), 0, "munmap.2 in the stack");
	is(shmdt(p), 0, "munmap.3 in the stack");
	shows(low - PAGE, from ? ".pp...pp" : "....ppp", "munmap.3 in the stack");
	p[2 * PAGE] = 's';
	shows(low - PAGE, from ? ".pp..ppp" : "...pppp", "stack.2 the stack takes it again");
	p[0] = 's';
	shows(low - PAGE, from ? ".ppppppp" : ".pppppp", "stack.2 to its last page");
	is(wrong(p + 3 * PAGE, 3, 's'), 0, "stack.2 what is above stays");
	stands(one, 0, getpid(), "munmap.3 in the stack");
}

void
test(void)
{
	one = fill(3, 'A');
	two = fill(1, 'B');
	is(CHILD(grows_into()), 0, "brk.1 a child");
	is(CHILD(at_the_break()), 0, "brk.1 a second child");
	is(CHILD(shrinks_over()), 0, "brk.2 a child");
	is(CHILD(top_page()), 0, "brk.2 a second child");
	is(CHILD(across_the_break()), 0, "brk.2 a third child");
	is(CHILD(grows_down_to()), 0, "stack.1 a child");
	is(CHILD(right_below()), 0, "stack.1 a second child");
	is(CHILD(replaced(2)), 0, "stack.2 a child");
	is(CHILD(replaced(0)), 0, "stack.2 a second child");
	is(stat_of(one).shm_nattch + stat_of(two).shm_nattch, 0, "nothing is attached");
	shmctl(one, IPC_RMID, NULL);
	shmctl(two, IPC_RMID, NULL);
}
