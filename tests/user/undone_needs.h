/* SPDX-License-Identifier: BSD-2-Clause */
/* What the rows of undone_calls.h point to, and their setup functions. */
#pragma once

#include "undone.h"

/* ---- Memory that the rows' calls read ---- */

static const char data[8] = "written";
static const struct iovec to_write[] = {{(void *)data, 4}, {(void *)data, 4}};
static struct iovec to_read[] = {{(void *)OUT(3), 4}, {(void *)OUT(4), 4}};
static struct iovec one_to_read[] = {{(void *)OUT(3), 8}};
static struct iovec one_to_write[] = {{(void *)data, 8}};
static const struct abi_timespec32 short32[] = {{0, 1000}, {0, 1000}};
static const struct abi_timespec64 short64[] = {{0, 1000, 0}, {0, 1000, 0}};
static const struct abi_timespec64 zero64[] = {{0, 0, 0}};
static const struct abi_timespec32 zero32[] = {{0, 0}};
static const struct abi_itimerval other_timer = {{1, 0}, {50000, 0}};
static const struct sigaction other_action = {.sa_handler = SIG_IGN};
static const stack_t other_stack = {(void *)(ALTSTACK + 1024), 0, 3072};
static const sigset_t no_signals, usr1 = 1ull << (SIGUSR1 - 1), usr2 = 1ull << (SIGUSR2 - 1);
static const gid_t other_groups[] = {21, 22, 23};
static const struct abi_rlimit64 other_limit = {32, 60};
static const struct abi_winsize other_size = {40, 100, 0, 0};
static const uint32_t some_word;
/* For the older forms of calls: arguments in memory, sets of 32 signals, and locks. */
static const uint32_t old_mmap[] = {0, 4 * PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0};
static const uint32_t old_select[] = {15, OUT(1), OUT(2), OUT(3), OUT(4)};
static const uint32_t old_action[4] = {1};
static const struct abi_rlimit old_limit = {32, 60};
static const struct abi_flock a_lock = {F_WRLCK, SEEK_SET, 2, 3, 0};
static const struct abi_flock64 a_lock64 = {F_WRLCK, SEEK_SET, 2, 3, 0},
				a_hole = {F_UNLCK, SEEK_SET, 23, 3, 0},
				a_piece = {F_RDLCK, SEEK_SET, 23, 3, 0};
static const uint32_t first_processor = 1;
static const uint32_t no_mask[] = {A(&no_signals), 8};
static const char *const program_args[] = {"/bin/true", "an argument", NULL};

/* ---- Setup functions ---- */

static void
need_cap(uint32_t *a)
{
	*(uint32_t *)a[0] = CAP_VERSION_3;
	((uint32_t *)a[0])[1] = 0;
}

/* Prepares a segment's stat for IPC_SET. */
static void
need_stat(uint32_t *a)
{
	struct shmid_ds *ds = (void *)OUT(5);

	*ds = stat_of(a[0] == IPCOP_SHMCTL ? a[1] : a[0]);
	ds->shm_perm.mode = 0640;
	ds->shm_perm.uid = 5;
}

/* Asks for descriptors 13 and 14, the ends of the pipe. */
static void
need_sets(uint32_t *a)
{
	for (int i = 1; i <= 3; i++)
		*(uint64_t *)a[i] = i == 1 ? BIT(PIPE_R) : i == 2 ? BIT(PIPE_W) : 0;
	memset((void *)OUT(4), 0, sizeof(struct abi_timespec64));
}

static void
need_old_sets(uint32_t *a)
{
	uint32_t all[] = {15, OUT(1), OUT(2), OUT(3), OUT(4)};

	need_sets(all);
	(void)a;
}

/* Prepares a lock for a call that asks whether it could be set. */
static void
need_lock(uint32_t *a)
{
	if (a[1] == 5)
		memcpy((void *)a[2], &a_lock, sizeof(a_lock));
	else
		memcpy((void *)a[2], &a_lock64, sizeof(a_lock64));
}

static void
need_pollfds(uint32_t *a)
{
	struct abi_pollfd *p = (void *)a[0];

	p[0] = (struct abi_pollfd){PIPE_R, POLLIN, 0};
	p[1] = (struct abi_pollfd){FILE_FD, POLLIN | POLLOUT, 0};
	memset((void *)OUT(2), 0, sizeof(struct abi_timespec64));
}

/* Prepares the descriptor of a segment for thread-local storage, in any free entry. */
static void
need_tls(uint32_t *a)
{
	*(struct abi_user_desc *)a[0] = (struct abi_user_desc){-1, 0x2000, 0xfffff, 0x51};
}

static void
need_alarm(uint32_t *a)
{
	static const struct abi_itimerval soon = {{0, 0}, {0, 20000}};

	syscall(104, ITIMER_REAL, &soon, NULL);
	(void)a;
}

static void
need_terminal(uint32_t *a)
{
	syscall(54, TTY_FD, TCGETS, a[2]);
}

static void
need_append(uint32_t *a)
{
	fcntl(FILE_FD, F_SETFL, O_APPEND);
	(void)a;
}

/* Makes the file ALICE's, with the set-user-ID bit, and makes this process ALICE's. */
static void
need_setid(uint32_t *a)
{
	syscall(94, FILE_FD, 04755);
	syscall(207, FILE_FD, ALICE, ALICE);
	syscall(94, FILE_FD, 04755);
	setresuid(ALICE, ALICE, ALICE);
	(void)a;
}

/* Moves the offset far beyond the file's end. */
static void
need_end(uint32_t *a)
{
	lseek(FILE_FD, 100000, SEEK_SET);
	(void)a;
}

/* ---- Calls that syscall() cannot make ---- */

/* Extends the heap. brk returns the end of the heap, whether it has moved or not. */
static long
call_brk(const uint32_t *a)
{
	char *end = sbrk(0);

	(void)a;
	errno = ENOMEM;
	return syscall(45, end + (1 << 20)) == (long)(end + (1 << 20)) ? 0 : -1;
}

/* ---- Calls that return twice ---- */

/* Makes the clone call. The child ends at once and does not write to
 * the stack, which it may share. */
static long
call_clone(uint32_t number, uint32_t flags, void *stack)
{
	long r;

	__asm__ volatile("int $0x80\n\ttest %%eax, %%eax\n\tjnz 1f\n"
	                 "\tmov $1, %%eax\n\txor %%ebx, %%ebx\n\tint $0x80\n1:"
	                 : "=a"(r)
	                 : "a"(number), "b"(flags), "c"(stack)
	                 : "memory");
	errno = -r;
	return r < 0 ? -1 : r;
}

static long
call_vfork(const uint32_t *a)
{
	(void)a;
	return call_clone(190, 0, NULL);
}

static long
call_borrower(const uint32_t *a)
{
	static uint32_t stack[64];

	return call_clone(120, a[0], stack + 64);
}
