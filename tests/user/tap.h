/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * TAP for programs on the kernel. A program defines test(), which runs in a
 * process of its own; then what it left behind is looked for. Children of it
 * may call all of these too: the count is shared.
 */
#pragma once

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/shm.h>
#include <sys/wait.h>
#include <unistd.h>

#define PAGE 4096u
#define ALICE 1000
#define BOB 1001
#define NO_ADDR ((void *)-1)
#define LIKE_PRINTF __attribute__((format(printf, 3, 4)))

void test(void);
/* The program started with arguments is not a test, but what this makes of it. */
int helper(int argc, char **argv);

void ok(int good, const char *name, ...) __attribute__((format(printf, 2, 3)));
void is(long got, long want, const char *name, ...) LIKE_PRINTF;
/* The call gave -1 and errno. */
void fails(long result, int error, const char *name, ...) LIKE_PRINTF;
void diag(const char *text, ...) __attribute__((format(printf, 1, 2)));
_Noreturn void bail(const char *why);

/* A child's exit status, or 128 + the signal that ended it. */
int ending(pid_t pid);
#define SPAWN(...)                                                                                 \
	(fork() ?: ({                                                                              \
		__VA_ARGS__;                                                                       \
		_exit(0);                                                                          \
		0;                                                                                 \
	}))
#define CHILD(...) ending(SPAWN(__VA_ARGS__))
#define KILLED(sig) (128 + (sig))
#define SEGV KILLED(SIGSEGV)
/* How a child ends that reads a byte, or writes to it what it holds. */
int reads(const volatile void *at), writes(volatile void *at);
/* Become a user for good, without supplementary groups. */
void become(uid_t uid, gid_t gid);

/* Zeros that children share. */
void *shared(size_t size);
/* Processes wait for each other: a gate lets one through for each time it is
 * opened. */
struct gate {
	int fd[2];
};
void gate_make(struct gate *g), gate_open(struct gate *g), gate_pass(struct gate *g);
void gate_drop(struct gate *g);
/* Until pid has that state letter in /proc. */
void until_state(pid_t pid, char state);

/* A number out of /proc: the word behind key, or the first with key "". */
unsigned long proc_number(const char *file, const char *key);
unsigned count_segments(void), count_processes(void);
struct shmid_ds stat_of(int id);
