/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a program can see of shmget, shmat, shmdt and IPC_STAT. Each subject is some branches of
 * docs/spec-shm.md. No attach is inherited and no attached segment is removed: that is lab 7.
 */
#include "shmlook.h"

/* ---- shmget: parts 3, 3a and 3b ---- */

static key_t
some_key(void)
{
	return ONE_OF(IPC_PRIVATE, 1, 2, 0x7fffffff, 0x80000000, 0xffffffff);
}

static unsigned
some_size(void)
{
	return ONE_OF(0, 1, 100, 4095, 4096, 4097, 9000, 65536, 65537, 0x7fffffff, 0x80000000,
	              0xfffff000, 0xfffff001, 0xffffffff);
}

static int
some_flags(void)
{
	return ONE_OF(0, IPC_CREAT, IPC_CREAT, IPC_CREAT | IPC_EXCL, IPC_EXCL) |
	       ONE_OF(0, 0600, 0600, 0666, 0777);
}

/* Removes the segments of all keys, so that few are left; those of no key are removed by the
 * caller. */
static void
keys(void)
{
	for (int i = 0; i < 60; i++) {
		key_t key = some_key();
		int id = get(key, some_size(), some_flags());

		if (id != -1 && (key == IPC_PRIVATE || any(3) == 0))
			stat(id), rm(id);
	}
}

/* As a user who may not do everything, so that all errors of part 3a compete. */
static void
order(void)
{
	for (key_t key = 1; key < 4; key++)
		get(key, 5000, IPC_CREAT | ONE_OF(0, 0600, 0644, 0666, 0777));
	CHILD(become(ALICE, 100); for (int i = 0; i < 40; i++)
	                              get((key_t)(1 + any(4)), some_size() & 0x1fff,
	                                  some_flags() & ~(any(3) ? IPC_CREAT : 0)));
}

/* Within shmmni=6 shmall=40 shmmax=65536. */
static void
limits(void)
{
	int id[8], n = 0;

	for (int i = 0; i < 60; i++) {
		if (n == 8 || (n > 0 && any(3) == 0)) {
			int k = any(n);

			rm(id[k]);
			id[k] = id[--n];
			continue;
		}
		id[n] = get(IPC_PRIVATE, some_size(), 0600);
		n += id[n] != -1;
	}
}

/* Which slot and which sequence number a segment gets: parts 1.2, 3b.4 and 3b.5. */
static void
slots(void)
{
	int id[40], n = 0;

	for (int i = 0; i < 80; i++) {
		if (n == 40 || (n > 0 && any(5) < 2)) {
			int k = any(n);

			rm(id[k]);
			id[k] = id[--n];
			continue;
		}
		id[n] = get(IPC_PRIVATE, 1, 0600);
		n += id[n] != -1;
	}
	for (int i = 0; i < 300; i++)
		shmctl(shmget(IPC_PRIVATE, 1, 0600), IPC_RMID, NULL);
	get(IPC_PRIVATE, 1, 0600);
	stat(id[0] + 0x10000);
	stat(id[0] ^ 0x4000);
	stat(-1);
}

/* Several who want to be the only creator, while the memory is being cleared: 3a.1 and 3b.6. */
static void
creators(void)
{
	int n = 2 + (int)any(4), flags = IPC_CREAT | SHM_HUGETLB | 0600 | (any(2) ? IPC_EXCL : 0);
	int *count = shared(PAGE), *id = count + 8, best = 0;
	pid_t pid[8];

	for (int round = 0; round < 12; round++) {
		memset(count, 0, PAGE);
		for (int i = 0; i < n; i++)
			pid[i] = SPAWN(id[i] = shmget(round, 1 << 22, flags);
			               count[id[i] == -1 ? errno == EEXIST ? 1 : 2 : 0]++);
		for (int i = 0; i < n; i++)
			ending(pid[i]);
		see("of %d creators %d have an identifier, %d have EEXIST, %d another error", n,
		    count[0], count[1], count[2]);
		for (int i = 0; i < n; i++)
			if (round > 0 && id[i] > best)
				best = id[i];
		see("the identifier is 0x%x", best);
		/* By slot: who got which depends on the order, and the last is used next. */
		for (int slot = 0; slot < n; slot++)
			for (int i = 0; i < n; i++)
				if ((id[i] & 0xffff) == slot)
					shmctl(id[i], IPC_RMID, NULL);
	}
}

/* ---- Permission: part 2 ---- */

/* What a user can do with each segment. */
static void
try_all(const int *id, int n, const char *who)
{
	for (int i = 0; i < n; i++) {
		struct shmid_ds ds;
		char *r = shmat(id[i], NULL, SHM_RDONLY), *w = shmat(id[i], NULL, 0);
		int reads = r != NO_ADDR, writes = w != NO_ADDR, ask = 0100 << any(3);

		if (reads)
			shmdt(r);
		if (writes)
			shmdt(w);
		see("%s: segment %d: reads %d, writes %d, asks with 0%o: %s, sees %s", who, i,
		    reads, writes, ask, error(shmget(i + 1, 0, ask)),
		    error(shmctl(id[i], IPC_STAT, &ds)));
		if (any(2))
			see("%s: removes it: %s", who,
			    reads + writes == 0 ? error(shmctl(id[i], IPC_RMID, NULL)) : "no");
	}
}

static void
permission(void)
{
	int id[6];

	for (int i = 0; i < 6; i++) {
		struct shmid_ds ds;

		id[i] = get(i + 1, 100, IPC_CREAT | (int)any(01000));
		ds = stat_of(id[i]);
		ds.shm_perm.uid = ONE_OF(0, ALICE, BOB);
		ds.shm_perm.gid = ONE_OF(0, 100, 200);
		ds.shm_perm.mode = any(01000);
		shmctl(id[i], IPC_SET, &ds);
		stat(id[i]);
	}
	CHILD(become(ALICE, 100); try_all(id, 6, "alice of 100"));
	CHILD(become(BOB, 200); try_all(id, 6, "bob of 200"));
	CHILD(become(BOB, 300); try_all(id, 6, "bob of 300"));
	CHILD(gid_t also = 200; if (setgroups(1, &also) < 0 || setgid(300) < 0 || setuid(70) < 0)
	          bail("setgroups"); try_all(id, 6, "a member of 200"));
	CHILD(become(70, 300); try_all(id, 6, "another"));
	try_all(id, 6, "root");
}

/* ---- shmat and shmdt ---- */

static void
addresses(void)
{
	int id[4];

	for (int i = 0; i < 4; i++)
		id[i] = get(IPC_PRIVATE, 1 + any(5 * PAGE), 0600);
	for (int i = 0; i < 40; i++) {
		char *place = PLACE(any(PLACES)) + any(6) * PAGE;
		unsigned odd = any(3) == 0 ? any(PAGE) : 0;
		int flags = (any(2) ? SHM_RND : 0) | (any(4) ? 0 : SHM_REMAP) |
		            (any(4) ? 0 : SHM_RDONLY);

		switch (any(7)) {
		case 0:
			if (readable(place))
				break;
			mmap(place, PAGE, RW, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
			see("a page is mapped at %p", (void *)place);
			break;
		case 1:
			munmap(PLACE(0), (PLACES + 2) * 8 * PAGE);
			see("all is unmapped");
			break;
		case 2:
			at(id[any(4)],
			   (void *)ONE_OF(1, 0x1000, 0xf000, 0x10000, 0xbffff000, 0xbfffe000,
			                  0xc0000000, 0xfffff000, 0xffffffff),
			   flags & ~SHM_REMAP);
			break;
		case 3:
			at(id[any(4)] + (int)ONE_OF(0x10000, 0x1000, 0xffff0000), place, flags);
			break;
		default:
			/* What it would replace in part is lab 7. */
			if (flags & SHM_REMAP)
				munmap(PLACE(0), (PLACES + 2) * 8 * PAGE);
			at(id[any(4)], place + odd, flags);
			break;
		}
		if (any(4) == 0)
			look_around();
	}
	at(id[0], NULL, SHM_REMAP);
	for (int i = 0; i < 5; i++) {
		char *a = shmat(id[i % 4], NULL, (int)any(2) * SHM_RND), *b = a;

		see("the kernel chooses an address: %s; a multiple of SHMLBA: %s; free: %s",
		    error((long)a), (uintptr_t)a % PAGE == 0 ? "yes" : "no",
		    a != NO_ADDR && *b == 0 ? "yes" : "no");
	}
}

/* What one process writes the other reads, each at an address of its own. */
static void
memory(void)
{
	unsigned size = 1 + any(6 * PAGE), pages = (size + PAGE - 1) / PAGE;
	int id = get(0x17, size, IPC_CREAT | 0600);
	struct gate to, fro;
	unsigned char *p, sum;
	pid_t pid;

	gate_make(&to);
	gate_make(&fro);
	pid = SPAWN(unsigned char *q = shmat(shmget(0x17, 0, 0), PLACE(1 + any(4)), 0);
	            any(9); for (int i = 0; i < 6; i++) {
		            gate_pass(&to);
		            sum = 0;
		            for (unsigned k = 0; k < pages * PAGE; k++)
			            sum = (unsigned char)(sum * 31 + q[k]);
		            see("the child reads %02x", sum);
		            q[any(pages * PAGE)] = (unsigned char)any(256);
		            gate_open(&fro);
	            });
	p = shmat(id, PLACE(0), 0);
	sum = 0;
	for (unsigned k = 0; k < pages * PAGE; k++)
		sum |= p[k];
	see("new memory to the end of its last page: %02x", sum);
	for (int i = 0; i < 6; i++) {
		p[any(pages * PAGE)] = (unsigned char)any(256);
		gate_open(&to);
		gate_pass(&fro);
		sum = 0;
		for (unsigned k = 0; k < pages * PAGE; k++)
			sum = (unsigned char)(sum * 31 + p[k]);
		see("the parent reads %02x", sum);
	}
	see("the child ends with %d", ending(pid));
	see("behind the end: %d, a write: %d", readable(p + pages * PAGE), writable(p));
	p = (void *)at(id, PLACE(2), SHM_RDONLY);
	see("read-only: a read %d, a write %d, mprotect %s", readable(p), writable(p),
	    error(mprotect(p, PAGE, RW)));
}

/* Attaches and detaches by two processes, and what IPC_STAT says in between. */
static void
attaches(void)
{
	int id[3];

	for (int i = 0; i < 3; i++)
		id[i] = get(i + 1, 1 + any(3 * PAGE), IPC_CREAT | 0644);
	for (int i = 0; i < 40; i++) {
		char *place = PLACE(any(PLACES));

		switch (any(6)) {
		case 0:
		case 1:
			at(id[any(3)], place, any(2) ? 0 : SHM_RDONLY);
			break;
		case 2:
			dt(place + ONE_OF(0, 0, 0, 1, PAGE, 0u - PAGE, 2048));
			break;
		case 3:
			dt((void *)ONE_OF(0, 0x1000, 0xc0000000, 0xffffffff, 0x08048000));
			break;
		case 4:
			dt(place);
			look_around();
			break;
		case 5:
			stat(id[any(3)]);
			break;
		}
	}
	for (int i = 0; i < PLACES; i++)
		dt(PLACE(i));
	/* Another process, which inherits nothing. */
	CHILD(int me = id[any(3)]; at(me, PLACE(0), 0); stat(me); dt(PLACE(0)); stat(me));
	for (int i = 0; i < 3; i++)
		stat(id[i]), rm(id[i]), at(id[i], PLACE(0), 0), stat(id[i]);
}

/* Calls that fail must leave nothing behind, and segments that are removed neither. */
static void
life(void)
{
	int id = shmget(IPC_PRIVATE, 20 * PAGE, 0600);
	char *p;

	for (int i = 0; i < 50; i++) {
		shmat(id, (void *)0xbffff000, 0);
		shmat(id, (void *)0x60000001, 0);
		shmget(7, 1u << 30, IPC_CREAT | 0600);
	}
	p = shmat(id, PLACE(any(4)), 0);
	for (unsigned i = 0; i < 20; i++)
		p[i * PAGE] = (char)any(256);
	see("detached: %s", error(shmdt(p)));
	see("removed: %s", error(shmctl(id, IPC_RMID, NULL)));
}

static void
left_over(void)
{
	unsigned long frames, promised;

	for (int i = 0; i < 2; i++) {
		frames = procfs_number("/proc/meminfo", "MemFree");
		promised = procfs_number("/proc/meminfo", "Committed_AS");
		CHILD(for (int k = 0; k < 3; k++) life());
	}
	see("KiB lost: %ld, promised: %ld",
	    (long)(frames - procfs_number("/proc/meminfo", "MemFree")),
	    (long)(procfs_number("/proc/meminfo", "Committed_AS") - promised));
	see("segments: %u; the kernel's own check: %s", count_segments(),
	    CHILD(char text[8] = ""; read(open("/proc/sysvipc/check", O_RDONLY), text, 7);
	          _exit(strcmp(text, "ok\n") != 0)) == 0 ? "ok" : "not ok");
}

const struct subject subjects[] = {{"keys", keys},
                                   {"order", order},
                                   {"limits", limits},
                                   {"slots", slots},
                                   {"creators", creators},
                                   {"permission", permission},
                                   {"addresses", addresses},
                                   {"memory", memory},
                                   {"attaches", attaches},
                                   {"left", left_over},
                                   {NULL, NULL}};
