/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * TAP for programs that run on the kernel. A program defines test(), which runs in a process of
 * its own; main() then checks that it left nothing behind. Children of that process may call all
 * of these functions too, because they share its count of results.
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
/* Called instead of test() if the program has arguments; returns the exit status. A test starts
 * itself with arguments to do something in a new program. */
int helper(int argc, char **argv);

void ok(int good, const char *name, ...) __attribute__((format(printf, 2, 3)));
void is(long got, long want, const char *name, ...) LIKE_PRINTF;
/* Checks that a call returned -1 and that errno is error. */
void fails(long result, int error, const char *name, ...) LIKE_PRINTF;
void diag(const char *text, ...) __attribute__((format(printf, 1, 2)));
_Noreturn void bail(const char *why);
/* Unmaps the count of results in a child that makes random calls, which could change it. */
void tap_forget(void);

/* Waits for a child. Returns its exit status, or 128 + the signal that ended it. */
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
/* Return how a child ends that reads the byte, or writes to it the value it has. */
int reads(const volatile void *at), writes(volatile void *at);
/* Makes the process a user's for good, without supplementary groups. */
void become(uid_t uid, gid_t gid);

/* Returns zero-filled memory that is shared with children. */
void *shared(size_t size);
/* Processes wait for each other at a gate, which lets one through each time it is opened. */
struct gate {
	int fd[2];
};
void gate_make(struct gate *g), gate_open(struct gate *g), gate_pass(struct gate *g);
void gate_drop(struct gate *g);
/* Waits until pid has that state letter in /proc. */
void until_state(pid_t pid, char state);

/* Returns the number that follows key in a file of /proc, or its first number if key is "". */
unsigned long procfs_number(const char *file, const char *key);
unsigned count_segments(void), count_processes(void);
struct shmid_ds stat_of(int id);
