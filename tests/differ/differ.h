/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A static program for Linux/i386 that makes calls and prints each with its result, in a form that
 * does not depend on the system: errors by name, shm identifiers by the order in which they were
 * first seen, addresses as whether they are the ones that were asked for. tests/boot/differ.t runs
 * one file on both systems and compares.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/shm.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define PAGE 4096u
#define HOLE ((char *)0x50000000) /* free on both systems */
#define BAD ((void *)0xf0000000)  /* an address of the kernel */
#define AWAY (HOLE - 0x100000)    /* free, and never mapped by anybody */

/* Begins a group of calls. */
void section(const char *name);
/* Says that the result of the next call may differ: the row of that name in
 * tests/differ/permitted has the two results, and why. */
void differs(const char *name);
/* Each prints a line, with the call as it stands in the source and its result. */
long show_number(const char *call, long result);
long show_id(const char *call, long id);
void *show_address(const char *call, void *asked, void *got);
void show_text(const char *call, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
const char *error_name(int error);
#define NUM(call) show_number(#call, (long)(call))
#define ID(call) show_id(#call, (long)(call))
#define AT(asked, call) show_address(#call, asked, (void *)(call))
#define TEXT(call, ...) show_text(call, __VA_ARGS__)

/* Runs a function in a child, as another user if uid is not 0, and waits for it. Prints how the
 * child ended, unless it was by exit(0). */
void child(uid_t uid, gid_t gid, void (*body)(void));

/* Loads from p, or stores to it. Returns 0, or the signal that this raises. */
int touch(volatile char *p, int write);

/* The kernel's struct shmid64_ds; a C library may have another one. */
struct segment {
	struct {
		int key;
		unsigned uid, gid, cuid, cgid;
		unsigned short mode, seq, pad[2];
		unsigned spare[2];
	} perm;
	unsigned size, atime[2], dtime[2], ctime[2];
	int cpid, lpid;
	unsigned nattch, spare[2];
};

/* The shm calls, by ipc(), or by the system calls of their own if `direct` is set. */
extern int direct;
int get(key_t key, size_t size, int flags);
void *attach(int id, const void *addr, int flags);
int detach(const void *addr), control(int id, int cmd, void *buf);

/* Each of these makes the calls of some groups. */
void shm_calls(void), shm_permissions(void), shm_processes(void), shm_information(void);
void file_calls(void), lock_calls(void), kind_calls(void), memory_calls(void), process_calls(void),
	signal_calls(void);
void memory_more_calls(void), process_more_calls(void);
void bytes_calls(void), job_calls(void), other_calls(void), random_calls(unsigned seed);
void file_rights_calls(void), process_rights_calls(void);
/* The program that process_rights_calls() execs. */
void rights_program(int argc, char **argv);
