/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One static program for Linux/i386 that makes calls and prints each with its
 * result, in a form that is the same wherever it runs: errors by name, shm
 * identifiers by the order in which they were first seen, addresses as whether
 * they are the ones that were asked for. tests/boot/differ.t runs the very same
 * file on Linux and here, and compares.
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
#define HOLE ((char *)0x50000000) /* where nothing is, on either system */
#define BAD ((void *)0xf0000000)  /* of the kernel */
#define AWAY (HOLE - 0x100000)    /* nobody's, and never made anybody's */

/* Begin a group of calls. */
void section(const char *name);
/* The next call may differ: tests/differ/permitted tells how and why. */
void differs(const char *name);
/* Print a line: the call as it stands in the source and its result. */
long show_number(const char *call, long result);
long show_id(const char *call, long id);
void *show_address(const char *call, void *asked, void *got);
void show_text(const char *call, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
const char *error_name(int error);
#define NUM(call) show_number(#call, (long)(call))
#define ID(call) show_id(#call, (long)(call))
#define AT(asked, call) show_address(#call, asked, (void *)(call))
#define TEXT(call, ...) show_text(call, __VA_ARGS__)

/* Run a function in a child, as another user if uid is not 0, to its end, and
 * print how that was unless it was exit(0). */
void child(uid_t uid, gid_t gid, void (*body)(void));

/* What a load or a store at p does: 0, or the signal it is answered with. */
int touch(volatile char *p, int write);

/* What the kernel calls struct shmid64_ds; a C library's may be another. */
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

/* shm, by ipc() or by the calls of their own. */
extern int direct;
int get(key_t key, size_t size, int flags);
void *attach(int id, const void *addr, int flags);
int detach(const void *addr), control(int id, int cmd, void *buf);

/* The groups. */
void shm_calls(void), shm_permissions(void), shm_processes(void), shm_information(void);
void file_calls(void), lock_calls(void), kind_calls(void), memory_calls(void), process_calls(void),
	signal_calls(void);
void memory_more_calls(void), process_more_calls(void);
void bytes_calls(void), job_calls(void), other_calls(void), random_calls(unsigned seed);
void file_rights_calls(void), process_rights_calls(void);
/* What the program does that process_rights_calls() execs. */
void rights_program(int argc, char **argv);
