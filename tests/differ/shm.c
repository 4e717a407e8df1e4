/* SPDX-License-Identifier: BSD-2-Clause */
/* The shm calls: spec-shm.md parts 2, 3 and 5, branch by branch. */
#include "differ.h"

#define KEY 0x1d1f
#define RW 0600

static int id;
static struct segment ds;

/* Prints what IPC_STAT tells, and of each time only whether it is set. */
static void
stat_of(const char *what, int segment)
{
	struct segment s;

	memset(&s, 0xaa, sizeof(s));
	if (control(segment, IPC_STAT, &s) < 0) {
		show_number(what, -1);
		return;
	}
	TEXT(what,
	     "key %x owner %d:%d creator %d:%d mode %o size %u times %d %d %d cpid %s lpid %s "
	     "nattch %u",
	     s.perm.key, s.perm.uid, s.perm.gid, s.perm.cuid, s.perm.cgid, s.perm.mode, s.size,
	     s.atime[0] != 0, s.dtime[0] != 0, s.ctime[0] != 0,
	     s.cpid == getpid() ? "me" : "another",
	     s.lpid == 0          ? "none"
	     : s.lpid == getpid() ? "me"
	                          : "another",
	     s.nattch);
}
#define STAT(segment) stat_of("stat " #segment, segment)

static void
getting(void)
{
	static const size_t odd[] = {0,          1,          4095,       4096,       4097,
	                             0x7fffffff, 0x80000000, 0xfffff000, 0xfffff001, 0xffffffff};

	section("shmget");
	if (!direct) {
		differs("first-identifier");
		NUM(id = get(IPC_PRIVATE, 1, RW));
		control(id, IPC_RMID, NULL);
	}
	NUM(get(KEY, 4096, RW));
	NUM(get(KEY, 0, RW));
	NUM(get(KEY, 0, IPC_EXCL | RW));
	NUM(get(KEY, 0, IPC_CREAT | RW));
	ID(id = get(KEY, 100, IPC_CREAT | IPC_EXCL | 0640));
	STAT(id);
	ID(get(KEY, 0, 0));
	ID(get(KEY, 100, RW));
	ID(get(KEY, 100, IPC_CREAT | RW));
	ID(get(KEY, 100, IPC_EXCL | RW));
	ID(get(KEY, 1, 0));
	NUM(get(KEY, 101, 0));
	NUM(get(KEY, 4096, 0));
	NUM(get(KEY, 0x80000000, 0));
	NUM(get(KEY, 0xffffffff, 0));
	NUM(get(KEY, 100, IPC_CREAT | IPC_EXCL | RW));
	NUM(get(KEY, 0, IPC_CREAT | IPC_EXCL));
	differs("existing-key-order");
	NUM(get(KEY, 101, IPC_CREAT | IPC_EXCL | RW));
	NUM(control(id, IPC_RMID, NULL));
	NUM(get(KEY, 0, 0));
	for (size_t i = 0; i < sizeof(odd) / sizeof(odd[0]); i++) {
		/* A size beyond the machine's memory is left out: which check
		 * refuses it depends on the machine. */
		if (odd[i] >= 0x7fffffff && odd[i] < 0xfffff001)
			continue;
		TEXT("size", "%lu", (unsigned long)odd[i]);
		id = ID(get(IPC_PRIVATE, odd[i], IPC_EXCL | RW));
		if (id != -1)
			NUM(control(id, IPC_RMID, NULL));
	}
	ID(id = get(IPC_PRIVATE, 1, 07777777 & ~04000));
	STAT(id);
	NUM(control(id, IPC_RMID, NULL));
	umask(0777);
	ID(id = get(IPC_PRIVATE, 8192, 0666));
	umask(022);
	STAT(id);
	NUM(control(id, IPC_RMID, NULL));
	ID(id = get(-1, 1, IPC_CREAT | RW));
	STAT(id);
	NUM(control(id, IPC_RMID, NULL));
}

static void
attaching(void)
{
	char *p, *q, *r;

	section("shmat and shmdt");
	ID(id = get(IPC_PRIVATE, 3 * PAGE - 100, RW));
	AT(HOLE, p = attach(id, HOLE, 0));
	STAT(id);
	NUM(p[0] | p[3 * PAGE - 101] | p[3 * PAGE - 1]);
	strcpy(p, "some text");
	AT(NULL, q = attach(id, NULL, SHM_RDONLY));
	NUM(strcmp(p, q));
	NUM(touch(p, 1));
	NUM(touch(q, 0));
	NUM(touch(q, 1));
	NUM(mprotect(q, 3 * PAGE, PROT_READ | PROT_WRITE));
	NUM(touch(q, 1));
	STAT(id);
	differs("occupied-address");
	AT(HOLE, attach(id, HOLE, 0));
	differs("occupied-address");
	AT(HOLE, attach(id, HOLE + 2 * PAGE, 0));
	differs("occupied-address");
	AT(HOLE, attach(id, HOLE - PAGE, 0));
	AT(HOLE, attach(id, HOLE + 3 * PAGE + 1, 0));
	AT(HOLE + 3 * PAGE, attach(id, HOLE + 3 * PAGE + 1, SHM_RND));
	AT(HOLE - 3 * PAGE, attach(id, HOLE - 2 * PAGE - 1, SHM_RND));
	AT(NULL, r = attach(id, NULL, SHM_RND));
	NUM(detach(r));
	NUM(detach(q));
	AT(NULL, attach(id, NULL, SHM_REMAP));
	AT(NULL, attach(id, (void *)1, 0));
	differs("page-0");
	AT(NULL, attach(id, (void *)1, SHM_RND));
	detach(NULL);
	differs("outside");
	AT(NULL, attach(id, (void *)0xc0000000, 0));
	differs("outside");
	AT(NULL, attach(id, (void *)0xbffff000, 0));
	AT(NULL, attach(id, (void *)0xfffff000, 0));
	AT(NULL, attach(id, (void *)0xffffffff, SHM_RND));
	STAT(id);
	AT(HOLE, attach(id, HOLE, SHM_REMAP));
	NUM(strcmp(HOLE, "some text"));
	STAT(id);
	AT(HOLE + PAGE, attach(id, HOLE + PAGE, SHM_REMAP | SHM_RDONLY));
	NUM(touch(HOLE, 1));
	NUM(touch(HOLE + PAGE, 1));
	NUM(strcmp(HOLE + PAGE, "some text"));
	NUM(detach(HOLE + PAGE + 1));
	NUM(detach(HOLE + 2 * PAGE));
	NUM(detach((void *)1));
	NUM(detach(NULL));
	NUM(detach(BAD));
	NUM(detach((void *)0xfffff000));
	NUM(detach(HOLE + PAGE));
	NUM(detach(HOLE + PAGE));
	NUM(touch(HOLE + PAGE, 0));
	NUM(detach(HOLE));
	NUM(touch(HOLE, 0));
	NUM(detach(HOLE - 3 * PAGE));
	NUM(detach(HOLE + 3 * PAGE));
	NUM(detach(HOLE + 3 * PAGE));
	STAT(id);
	AT(HOLE, attach(id, HOLE, SHM_EXEC));
	NUM(detach(HOLE));
	AT(NULL, attach(id + 1, NULL, 0));
	AT(NULL, attach(-1, NULL, 0));
	AT(NULL, attach(0x7fffffff, NULL, 0));
	NUM(control(id, IPC_RMID, NULL));
	AT(NULL, attach(id, NULL, 0));
	NUM(detach(malloc(10000)));
}

/* Prints nattch. The time of the last detach is left out, because only one of the systems counts
 * the unmapping of a part as a detach. */
#define ATTACHES(segment)                                                                          \
	TEXT("attaches", "%d", control(segment, IPC_STAT, &ds) < 0 ? -1 : (int)ds.nattch)

/* Unmaps and protects parts of an attach. */
static void
cutting(void)
{
	section("parts of an attach");
	ID(id = get(IPC_PRIVATE, 5 * PAGE, RW));
	AT(HOLE, attach(id, HOLE, 0));
	memset(HOLE, 'x', 5 * PAGE);
	NUM(munmap(HOLE, PAGE));
	ATTACHES(id);
	NUM(munmap(HOLE + 4 * PAGE, PAGE));
	ATTACHES(id);
	NUM(touch(HOLE, 0));
	NUM(touch(HOLE + PAGE, 1));
	NUM(touch(HOLE + 4 * PAGE, 0));
	NUM(munmap(HOLE + 2 * PAGE, PAGE));
	differs("fragments");
	ATTACHES(id);
	NUM(detach(HOLE));
	ATTACHES(id);
	NUM(touch(HOLE + PAGE, 0));
	NUM(touch(HOLE + 3 * PAGE, 0));
	NUM(detach(HOLE));
	AT(HOLE, attach(id, HOLE, 0));
	NUM(munmap(HOLE, 5 * PAGE));
	ATTACHES(id);
	NUM(detach(HOLE));
	AT(HOLE, mmap(HOLE, 5 * PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0));
	NUM(detach(HOLE));
	NUM(touch(HOLE, 0));
	AT(HOLE, attach(id, HOLE, SHM_REMAP));
	NUM(HOLE[0]);
	NUM(mprotect(HOLE, 5 * PAGE, PROT_READ));
	NUM(touch(HOLE, 1));
	NUM(mprotect(HOLE, 5 * PAGE, PROT_NONE));
	NUM(touch(HOLE, 0));
	NUM(mprotect(HOLE, 5 * PAGE, PROT_READ | PROT_WRITE));
	NUM(touch(HOLE, 1));
	NUM(mprotect(HOLE + PAGE, PAGE, PROT_READ));
	NUM(touch(HOLE + PAGE, 1));
	NUM(touch(HOLE + 2 * PAGE, 1));
	differs("fragments");
	ATTACHES(id);
	AT(HOLE + PAGE,
	   mmap(HOLE + PAGE, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0));
	NUM(HOLE[PAGE]);
	NUM(detach(HOLE));
	NUM(touch(HOLE + PAGE, 0));
	NUM(touch(HOLE + 2 * PAGE, 0));
	ATTACHES(id);
	NUM(munmap(HOLE, 5 * PAGE));
	NUM(control(id, IPC_RMID, NULL));
}

static void
controlling(void)
{
	char *p;

	section("shmctl");
	ID(id = get(KEY, 2 * PAGE, IPC_CREAT | 0640));
	NUM(control(id, IPC_STAT, BAD));
	NUM(control(id, IPC_STAT, NULL));
	NUM(control(id, IPC_SET, BAD));
	NUM(control(id, 99, &ds));
	NUM(control(id, -1, &ds));
	NUM(control(id + 1, IPC_STAT, &ds));
	NUM(control(id + 1, 99, &ds));
	NUM(control(id + 1, IPC_RMID, NULL));
	NUM(control(-1, IPC_STAT, &ds));
	NUM(control(id, IPC_STAT, &ds));
	ds.perm.uid = 1000;
	ds.perm.gid = 1001;
	ds.perm.mode = 0177654;
	ds.size = 1;
	ds.perm.cuid = 5;
	NUM(control(id, IPC_SET, &ds));
	STAT(id);
	NUM(control(id, IPC_SET, &ds));
	STAT(id);
	NUM(control(id, SHM_LOCK, NULL));
	STAT(id);
	NUM(control(id, SHM_UNLOCK, NULL));
	STAT(id);
	AT(HOLE, p = attach(id, HOLE, 0));
	NUM(control(id, IPC_RMID, BAD));
	NUM(get(KEY, 0, 0));
	NUM(touch(p, 1));
	differs("removed-identifier");
	NUM(control(id, IPC_SET, &ds));
	differs("removed-identifier");
	NUM(control(id, IPC_RMID, NULL));
	differs("removed-identifier");
	NUM(control(id, IPC_STAT, &ds));
	differs("removed-identifier");
	AT(HOLE + 4 * PAGE, attach(id, HOLE + 4 * PAGE, 0));
	detach(HOLE + 4 * PAGE);
	ID(get(KEY, 1, IPC_CREAT | RW));
	NUM(control(get(KEY, 0, 0), IPC_RMID, NULL));
	NUM(detach(HOLE));
	NUM(control(id, IPC_STAT, &ds));
	NUM(control(id, IPC_RMID, NULL));
}

static void
put(const char *file, const char *text)
{
	int fd = open(file, O_WRONLY);

	NUM(write(fd, text, strlen(text)));
	close(fd);
}

static void
limits(void)
{
	int ids[8], n;

	section("limits");
	put("/proc/sys/kernel/shmmax", "1048576\n");
	put("/proc/sys/kernel/shmall", "64\n");
	NUM(get(IPC_PRIVATE, 1048577, RW));
	NUM(get(KEY, 1048577, IPC_CREAT | RW));
	differs("shmall");
	NUM(get(IPC_PRIVATE, 65 * PAGE, RW));
	ID(ids[0] = get(IPC_PRIVATE, 63 * PAGE, RW));
	differs("shmall");
	NUM(get(IPC_PRIVATE, PAGE + 1, RW));
	ID(ids[1] = get(IPC_PRIVATE, PAGE, RW));
	differs("shmall");
	NUM(get(IPC_PRIVATE, 1, RW));
	NUM(control(ids[0], IPC_RMID, NULL));
	ID(ids[0] = get(IPC_PRIVATE, 1, RW));
	for (n = 0; n < 2; n++)
		NUM(control(ids[n], IPC_RMID, NULL));
	put("/proc/sys/kernel/shmmax", "16777216\n");
	put("/proc/sys/kernel/shmall", "8192\n");
	ID(id = get(IPC_PRIVATE, 1, RW));
	for (n = 0; n < 200 && attach(id, NULL, 0) != (void *)-1; n++)
		;
	differs("attach-limit");
	TEXT("attaches of one process", "%d", n);
	NUM(control(id, IPC_RMID, NULL));
}

/* limits() runs in a child, whose end detaches all that it has attached. */
void
shm_calls(void)
{
	getting();
	attaching();
	cutting();
	controlling();
	child(0, 0, limits);
}
