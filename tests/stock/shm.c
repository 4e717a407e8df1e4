/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The example of the textbooks: a parent creates a segment, its child writes into it, the parent
 * reads it, both detach, and it is removed. The calls are made through the C library, and through
 * each of the kernel's two entrances.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/shm.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define IPC 117
#define SHMGET 395
#define SHMCTL 396
#define SHMAT 397
#define SHMDT 398
#define SIZE 10000

struct entrance {
	const char *name;
	int (*get)(key_t key, size_t size, int flags);
	void *(*at)(int id, const void *addr, int flags);
	int (*dt)(const void *addr);
	int (*ctl)(int id, int cmd, struct shmid_ds *ds);
};

static int
ipc_get(key_t key, size_t size, int flags)
{
	return syscall(IPC, 23, key, size, flags, 0);
}

static void *
ipc_at(int id, const void *addr, int flags)
{
	unsigned long at;

	return syscall(IPC, 21, id, flags, &at, addr) < 0 ? (void *)-1 : (void *)at;
}

static int
ipc_dt(const void *addr)
{
	return syscall(IPC, 22, 0, 0, 0, addr);
}

static int
ipc_ctl(int id, int cmd, struct shmid_ds *ds)
{
	return syscall(IPC, 24, id, (cmd & 0xff) | 0x100, 0, ds);
}

static int
direct_get(key_t key, size_t size, int flags)
{
	return syscall(SHMGET, key, size, flags);
}

static void *
direct_at(int id, const void *addr, int flags)
{
	return (void *)syscall(SHMAT, id, addr, flags);
}

static int
direct_dt(const void *addr)
{
	return syscall(SHMDT, addr);
}

static int
direct_ctl(int id, int cmd, struct shmid_ds *ds)
{
	return syscall(SHMCTL, id, cmd & 0xff, ds); /* some libraries set IPC_64 in cmd */
}

/* Returns nattch, which is the last field in all forms of the
 * structure that the kernel fills in. */
static unsigned
attaches(const struct entrance *e, int id)
{
	union {
		struct shmid_ds ds;
		unsigned word[64];
	} u;

	if (e->ctl(id, IPC_STAT, &u.ds) < 0)
		return -1;
	return e->ctl == shmctl ? u.ds.shm_nattch : u.word[18];
}

static void
run(const struct entrance *e)
{
	key_t key = 0x1234;
	int id = e->get(key, SIZE, IPC_CREAT | IPC_EXCL | 0600), status;
	char *at;

	printf("%s: shmget %s, again %s\n", e->name, id < 0 ? strerror(errno) : "made it",
	       e->get(key, SIZE, IPC_CREAT | IPC_EXCL | 0600) < 0 ? strerror(errno) : "?");
	fflush(stdout);
	if (fork() == 0) {
		at = e->at(id, NULL, 0);
		strcpy(at + SIZE - 20, "from the child");
		_exit(attaches(e, id) == 1 ? 42 : 1);
	}
	wait(&status);
	at = e->at(id, NULL, SHM_RDONLY);
	printf("%s: child %d, \"%s\", attaches %u\n", e->name, WEXITSTATUS(status), at + SIZE - 20,
	       attaches(e, id));
	printf("%s: rmid %d, ", e->name, e->ctl(id, IPC_RMID, NULL));
	printf("shmdt %d, ", e->dt(at));
	printf("%s, ", e->dt(at) < 0 ? strerror(errno) : "?");
	printf("%s\n", attaches(e, id) == -1u ? strerror(errno) : "?");
}

int
main(void)
{
	static const struct entrance all[] = {
		{"library", shmget, shmat, shmdt, shmctl},
		{"ipc", ipc_get, ipc_at, ipc_dt, ipc_ctl},
		{"direct", direct_get, direct_at, direct_dt, direct_ctl},
	};

	for (int i = 0; i < 3; i++)
		run(&all[i]);
	return 0;
}
