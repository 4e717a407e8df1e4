/* SPDX-License-Identifier: BSD-2-Clause */
/* Permissions between users: spec-shm.md part 2. */
#include "shmcalls.h"

#define KEY 0x5ec
#define GROUP 300

/* What a user may do with a segment, as bits: read, write (both as in a mode), and remove it, which
 * is tried by an IPC_SET that changes nothing. */
#define MAY_R 4
#define MAY_W 2
#define MAY_M 8

static int
rights(const struct entrance *e, int id, const struct shmid_ds *ds)
{
	struct shmid_ds same = *ds;
	void *p = e->at(id, NULL, SHM_RDONLY);
	int r = p != NO_ADDR ? MAY_R : 0, rw = 0;

	if (p != NO_ADDR)
		e->dt(p);
	p = e->at(id, NULL, 0);
	if (p != NO_ADDR) {
		rw = MAY_R | MAY_W;
		e->dt(p);
	}
	/* shmget, shmat and IPC_STAT must agree on who may read and write. */
	if ((e->get(KEY, 0, 0400) == id) != (r != 0) || (e->get(KEY, 0, 0600) == id) != (rw != 0) ||
	    (e->ctl(id, IPC_STAT, &same) == 0) != (r != 0))
		return -1;
	if (!rw && e->get(KEY, 0, 0200) == id)
		rw = MAY_W;
	same = *ds;
	return r | rw | (e->ctl(id, IPC_SET, &same) == 0 ? MAY_M : 0);
}

struct who {
	const char *name;
	uid_t uid;
	gid_t gid, extra;
	int class; /* 0 owner, 1 group, 2 other, 3 root */
};

/* The owner, the creator and their groups are four different ids. */
static const struct who people[] = {
	{"root", 0, 0, 0, 3},
	{"the owner", ALICE, 50, 0, 0},
	{"the creator", BOB, 51, 0, 0},
	{"the owner, in the group", ALICE, GROUP, 0, 0},
	{"one of the group", 70, GROUP, 0, 1},
	{"one of the creator's group", 70, GROUP + 1, 0, 1},
	{"a supplementary member", 70, 52, GROUP, 1},
	{"a supplementary member of the creator's", 70, 52, GROUP + 1, 1},
	{"another", 70, 52, 53, 2},
};

static int
by(const struct who *w, const struct entrance *e, int id, const struct shmid_ds *ds)
{
	gid_t extra = w->extra;

	return CHILD(if (setgroups(extra != 0, &extra) < 0 || setgid(w->gid) < 0 ||
	                 setuid(w->uid) < 0)
	             bail("become"); _exit(rights(e, id, ds)));
}

static void
modes(const struct entrance *e)
{
	static const int mode[] = {0,    0777, 0600, 0060, 0006, 0440,
	                           0044, 0404, 0642, 0200, 0020, 0002};
	struct shmid_ds ds;
	static const char *const class[] = {"2.2a owner", "2.2b group", "2.2c other", "2.1 root"};
	int id = -1, wrong[4] = {0}, fell = 0;
	int *made = shared(sizeof(*made));

	CHILD(setresgid(GROUP + 1, GROUP + 1, 1); setresuid(BOB, BOB, BOB);
	      *made = e->get(KEY, 100, IPC_CREAT | 0600));
	id = *made;
	ds = stat_of(id);
	ds.shm_perm.uid = ALICE;
	ds.shm_perm.gid = GROUP;
	for (unsigned m = 0; m < sizeof(mode) / sizeof(mode[0]); m++) {
		ds.shm_perm.mode = mode[m];
		e->ctl(id, IPC_SET, &ds);
		for (unsigned i = 0; i < sizeof(people) / sizeof(people[0]); i++) {
			const struct who *w = &people[i];
			int bits = w->class == 3 ? 6 : mode[m] >> (2 - w->class) * 3 & 6;
			int got = by(w, e, id, &ds);

			if (w->class == 0 || w->class == 3)
				bits |= MAY_M;
			if (got != bits) {
				diag("mode %04o, %s: %d instead of %d", mode[m], w->name, got,
				     bits);
				wrong[w->class]++;
				fell += (got & ~bits) != 0;
			}
		}
	}
	for (int i = 0; i < 4; i++)
		is(wrong[i], 0, "%s: what each mode gives (%s)", class[i], e -> name);
	is(fell, 0, "2.4b %s: nobody gets what a later class has", e->name);
	e->ctl(id, IPC_RMID, NULL);
	munmap(made, sizeof(*made));
}

/* Permission depends on the effective user ID, not on the real one. */
static void
effective(const struct entrance *e)
{
	int id = e->get(KEY, 1, IPC_CREAT | 0600);

	CHILD(setresuid(0, BOB, 0);
	      fails((long)e->at(id, NULL, 0), EACCES, "2.1 %s: real root alone is not root",
	            e->name);
	      fails(e->ctl(id, IPC_RMID, NULL), EPERM, "2.3 nor may it remove");
	      setresuid(BOB, 0, 0); ok(e->at(id, NULL, 0) != NO_ADDR, "2.1 effective root is"));
	e->ctl(id, IPC_RMID, NULL);
}

/* After the owner has been changed, the new owner and the creator may remove the segment. */
static void
given(const struct entrance *e)
{
	struct shmid_ds ds;
	int id;

	CHILD(become(BOB, BOB); id = e->get(KEY, 100, IPC_CREAT | 0600); ds = stat_of(id);
	      ds.shm_perm.uid = ALICE;
	      is(e->ctl(id, IPC_SET, &ds), 0, "2.3 %s: given away", e->name);
	      is(stat_of(id).shm_perm.uid, ALICE, "2.3 the creator can still see it");
	      is(stat_of(id).shm_perm.cuid, BOB, "2.3 the creator stays who it was");
	      ds.shm_perm.mode = 0; is(e->ctl(id, IPC_SET, &ds), 0, "2.3 and change it");
	      fails(e->ctl(id, IPC_STAT, &ds), EACCES, "2.4a even the owner needs r to see it");
	      is(e->ctl(id, IPC_RMID, NULL), 0, "2.3 the creator removes it"));
	CHILD(become(BOB, BOB); id = e->get(KEY, 100, IPC_CREAT | 0600); ds = stat_of(id);
	      ds.shm_perm.uid = ALICE; e->ctl(id, IPC_SET, &ds));
	CHILD(become(70, 70); id = e->get(KEY, 0, 0);
	      fails(e->ctl(id, IPC_RMID, NULL), EPERM, "2.3 a third one doesn't"));
	CHILD(become(ALICE, ALICE); id = e->get(KEY, 0, 0);
	      is(e->ctl(id, IPC_RMID, NULL), 0, "2.3 the owner does"));
}

/* Permission is checked when a process attaches; later changes do not affect the attach. */
static void
later(const struct entrance *e)
{
	int id = e->get(KEY, 100, IPC_CREAT | 0666);
	struct shmid_ds ds = stat_of(id);
	struct gate at, set;
	pid_t pid;

	gate_make(&at), gate_make(&set);
	pid = SPAWN(become(BOB, BOB); volatile char *p = e->at(id, NULL, 0); gate_open(&at);
	            gate_pass(&set); *p = 'b';
	            fails((long)e->at(id, NULL, 0), EACCES, "2.4a %s: no new attach", e->name));
	gate_pass(&at);
	ds.shm_perm.mode = 0600;
	e->ctl(id, IPC_SET, &ds);
	gate_open(&set);
	is(ending(pid), 0, "ctl.3e the attach in place can be written on");
	gate_drop(&at), gate_drop(&set);
	e->ctl(id, IPC_RMID, NULL);
}

void
test(void)
{
	for (EACH_ENTRANCE(e)) {
		modes(e);
		effective(e);
		given(e);
		later(e);
	}
}
