/* SPDX-License-Identifier: BSD-2-Clause */
/* The limits and shm_allow_removed can be changed while the kernel runs: spec-shm.md part 5. */
#include "shmcalls.h"

#define KEY 0x417

#define write_at(fd, text, n, at) syscall(181, fd, text, n, at, 0) /* pwrite64 */

static const char *const names[] = {"shmmax", "shmall", "shmseg", "shm_allow_removed"};

static unsigned long
value(const char *name)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/sys/kernel/%s", name);
	return procfs_number(path, "");
}

static void
set(const char *name, unsigned long v)
{
	char text[32];

	snprintf(text, sizeof(text), "%lu\n", v);
	if (knob(name, text) != 0)
		bail(name);
}

/* ---- Who may write what ---- */

static void
text(const char *name)
{
	static const char *const bad[] = {"x",
	                                  "-1",
	                                  "-0",
	                                  "+1",
	                                  "12x",
	                                  "1\r\n",
	                                  "1,2",
	                                  "0x",
	                                  "0xg",
	                                  "08",
	                                  "1K",
	                                  " ",
	                                  "4294967296",
	                                  "0x100000000",
	                                  "040000000000",
	                                  "18446744073709551617",
	                                  "99999999999999999999999"};
	unsigned long was = value(name);
	char path[64], is_now[32], long_one[300];
	int fd;

	for (unsigned i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		is(knob(name, bad[i]), EINVAL, "proc.4 %s: \"%s\"", name,
		   i == 5 ? "1\\r\\n" : bad[i]);
	memset(long_one, '1', sizeof(long_one));
	long_one[sizeof(long_one) - 1] = 0;
	is(knob(name, long_one), EINVAL, "proc.4 %s: 299 digits", name);
	snprintf(path, sizeof(path), "/proc/sys/kernel/%s", name);
	fd = open(path, O_RDWR | O_CREAT | O_TRUNC, 0666); /* a shell opens it this way */
	fails(write(fd, (void *)0xc0000000, 2), EFAULT, "proc.4 %s: from the kernel", name);
	snprintf(is_now, sizeof(is_now), "%lu\n", was);
	is(read(fd, long_one, sizeof(long_one)), strlen(is_now), "proc.2 %s: is read", name);
	ok(memcmp(long_one, is_now, strlen(is_now)) == 0, "proc.4 %s: as it was", name);
	close(fd);
	is(knob(name, "1"), 0, "proc.2 %s: without a newline", name);
	is(value(name), 1, "proc.2 %s: is taken", name);
	CHILD(become(BOB, BOB); is(knob(name, "0\n"), EACCES, "proc.3 %s: others", name);
	      is(value(name), 1, "proc.3 %s: may read", name));
	is(CHILD(setresuid(BOB, BOB, 0); _exit(knob(name, "0\n"))), EACCES,
	         "proc.3 %s: euid decides", name);
	is(value(name), 1, "proc.3 %s: unchanged", name);
	set(name, was);
	is(value(name), was, "proc.2 %s: and back", name);
}

/* Numbers are read as Linux reads them. A write takes a number and one blank after it; what
 * follows is left for the next write. */
static void
forms(void)
{
	static const struct {
		const char *text;
		unsigned long value, taken;
	} good[] = {{"0xffffff\n", 0xffffff, 9},
	            {"0XaBc", 0xabc, 5},
	            {"010\n", 8, 4},
	            {"0", 0, 1},
	            {" \t\n 8388608 \r\n", 8388608, 14},
	            {"4294967295\n", 4294967295, 11},
	            {"037777777777", 4294967295, 12},
	            {"12 34\n", 12, 3},
	            {"7\nx", 7, 2}};
	unsigned long was = value("shmmax");
	int fd;

	for (unsigned i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		fd = open("/proc/sys/kernel/shmmax", O_WRONLY);
		is(write(fd, good[i].text, strlen(good[i].text)), good[i].taken,
		   "proc.2 form %u is taken", i);
		is(value("shmmax"), good[i].value, "proc.2 form %u is read as %lu", i,
		   good[i].value);
		is(lseek(fd, 0, SEEK_CUR), good[i].taken, "proc.2 form %u: behind it", i);
		is(write(fd, "99", 2), 2, "proc.2 further on nothing is refused");
		is(value("shmmax"), good[i].value, "proc.2 and nothing changed");
		close(fd);
	}
	fd = open("/proc/sys/kernel/shmmax", O_WRONLY);
	is(write(fd, "", 0), 0, "proc.4 nothing is no error");
	is(write_at(fd, "5", 1, 0), 1, "proc.2 at the start by its own place");
	is(write_at(fd, "6", 1, 1), 1, "proc.2 and elsewhere");
	fails(write_at(fd, "5\0", 2, 0), EINVAL, "proc.4 a zero byte is no blank");
	is(value("shmmax"), 5, "proc.2 only the one at the start counts");
	close(fd);
	set("shmmax", was);
}

static void
fixed(void)
{
	unsigned long was = value("shmmni");

	ok(knob("shmmni", "5\n") != 0, "proc.6 shmmni can't be written");
	is(value("shmmni"), was, "proc.6 it stays");
	is(knob("shmseg", "4097\n"), EINVAL, "proc.4 shmseg: more than any table holds");
	is(knob("shm_allow_removed", "2\n"), EINVAL, "proc.4 shm_allow_removed: 0 or 1");
}

/* ---- Limits that are set below what is in use ---- */

static void
lower_max(void)
{
	unsigned long was = value("shmmax");
	int id = shmget(KEY, 3 * PAGE, IPC_CREAT | 0600), other;
	char *p;

	set("shmmax", PAGE);
	fails(shmget(IPC_PRIVATE, PAGE + 1, 0600), EINVAL, "proc.5 shmmax: a new one is too big");
	is(shmget(KEY, 3 * PAGE, 0600), id, "proc.5 shmmax: the old one is found");
	p = shmat(id, NULL, 0);
	ok(p != NO_ADDR, "proc.5 shmmax: and attached");
	p[3 * PAGE - 1] = 1;
	other = shmget(IPC_PRIVATE, PAGE, 0600);
	ok(other > 0, "proc.2 shmmax: up to it");
	shmctl(other, IPC_RMID, NULL);
	set("shmmax", 0);
	fails(shmget(IPC_PRIVATE, 1, 0600), EINVAL, "proc.2 shmmax 0: none at all");
	set("shmmax", was);
	other = shmget(IPC_PRIVATE, PAGE + 1, 0600);
	ok(other > 0, "proc.2 shmmax: raised again");
	shmctl(other, IPC_RMID, NULL);
	shmctl(id, IPC_RMID, NULL);
	shmdt(p);
}

static void
lower_all(void)
{
	unsigned long was = value("shmall");
	int id = shmget(KEY, 4 * PAGE, IPC_CREAT | 0600),
	    other = shmget(IPC_PRIVATE, 2 * PAGE, 0600);
	char *p = shmat(id, NULL, 0);

	set("shmall", 3);
	fails(shmget(IPC_PRIVATE, 1, 0600), ENOMEM, "proc.5 shmall: no new one");
	p[0] = p[4 * PAGE - 1] = 'p';
	ok(p[0] == 'p' && p[4 * PAGE - 1] == 'p', "proc.5 shmall: the old ones' pages are there");
	is(CHILD(_exit(p[0])), 'p', "proc.5 shmall: fork goes on");
	is(shmctl(other, IPC_RMID, NULL), 0, "proc.5 shmall: one goes");
	fails(shmget(IPC_PRIVATE, 1, 0600), ENOMEM,
	      "proc.5 shmall: four pages are still more than 3");
	shmctl(id, IPC_RMID, NULL);
	shmdt(p);
	other = shmget(IPC_PRIVATE, 3 * PAGE, 0600);
	ok(other > 0, "proc.2 shmall: up to it");
	fails(shmget(IPC_PRIVATE, 1, 0600), ENOMEM, "proc.2 shmall: and no further");
	shmctl(other, IPC_RMID, NULL);
	set("shmall", 0);
	fails(shmget(IPC_PRIVATE, 1, 0600), ENOMEM, "proc.2 shmall 0: none at all");
	set("shmall", was);
}

static void
lower_seg(void)
{
	unsigned long was = value("shmseg");
	int id = shmget(KEY, PAGE, IPC_CREAT | 0600), n;
	char *p[200];

	for (n = 0; n < 3; n++)
		p[n] = shmat(id, NULL, 0);
	set("shmseg", 1);
	fails((long)shmat(id, NULL, 0), EMFILE, "proc.5 shmseg: no further attach");
	is(CHILD(is(stat_of(id).shm_nattch, 6, "proc.5 shmseg: fork keeps all three");
	         fails((long)shmat(id, NULL, 0), EMFILE, "proc.5 shmseg: nor has the child more")),
	         0, "proc.5 shmseg: a child");
	is(shmdt(p[0]) | shmdt(p[1]), 0, "proc.5 shmseg: they can be detached");
	fails((long)shmat(id, NULL, 0), EMFILE, "proc.5 shmseg: one is the limit");
	set("shmseg", 0);
	CHILD(shmdt(p[2]); fails((long)shmat(id, NULL, 0), EMFILE, "proc.5 shmseg: 0, not one"));
	set("shmseg", 1);
	shmdt(p[2]);
	p[0] = shmat(id, NULL, 0);
	ok(p[0] != NO_ADDR, "proc.2 shmseg: up to it");
	set("shmseg", 200);
	for (n = 1; n < 200; n++)
		p[n] = shmat(id, NULL, 0);
	ok(p[199] != NO_ADDR, "proc.2 shmseg: raised to 200");
	fails((long)shmat(id, NULL, 0), EMFILE, "proc.2 shmseg: and no further");
	is(CHILD(_exit(stat_of(id).shm_nattch == 400 ? 0 : 1)), 0, "proc.2 shmseg: 200 over fork");
	for (n = 0; n < 200; n++)
		shmdt(p[n]);
	is(stat_of(id).shm_nattch, 0, "proc.2 shmseg: all are gone");
	set("shmseg", was);
	shmctl(id, IPC_RMID, NULL);
}

/* ---- shm_allow_removed: 0 at boot ---- */

static void
allowed(const struct entrance *e)
{
	int id = e->get(KEY, PAGE, IPC_CREAT | 0640), again;
	char *p = e->at(id, NULL, 0), *q;
	struct shmid_ds ds;

	p[0] = 'p';
	is(value("shm_allow_removed"), 0, "allow.1 %s: 0", e->name);
	e->ctl(id, IPC_RMID, NULL);
	fails((long)e->at(id, NULL, 0), EINVAL, "allow.1 0: no attach");
	set("shm_allow_removed", 1);
	q = e->at(id, NULL, SHM_RDONLY);
	ok(q != NO_ADDR && q[0] == 'p', "allow.2 1: attached by its identifier");
	is(e->ctl(id, IPC_STAT, &ds), 0, "allow.3 1: IPC_STAT");
	is(ds.shm_perm.mode, SHM_DEST | 0640, "allow.3 mode bit 01000");
	is(ds.shm_perm.key, 0, "allow.3 key 0");
	is(ds.shm_nattch, 2, "allow.2 both attaches are counted");
	fails(e->get(KEY, 0, 0), ENOENT, "allow.3 the key finds nothing");
	again = e->get(KEY, 1, IPC_CREAT | 0600);
	ok(again > 0 && again != id, "allow.3 it is another's to take");
	e->ctl(again, IPC_RMID, NULL);
	fails(e->ctl(again, IPC_STAT, &ds), EINVAL,
	      "allow.5 one that nobody has attached is freed");
	is(e->ctl(id, IPC_RMID, NULL), 0, "allow.4 a second IPC_RMID");
	is(e->ctl(id, IPC_RMID, NULL), 0, "allow.4 a third");
	is(stat_of(id).shm_nattch, 2, "allow.4 nothing is lost by it");
	CHILD(become(BOB, BOB);
	      fails((long)e->at(id, NULL, 0), EACCES, "allow.2 rights still count");
	      fails(e->ctl(id, IPC_STAT, &ds), EACCES, "allow.3 rights still count");
	      fails(e->ctl(id, IPC_RMID, NULL), EPERM, "allow.4 rights still count"));
	is(CHILD(char *r = e->at(id, NULL, 0); _exit(r[0])), 'p', "allow.2 another process");
	is(e->ctl(id, SHM_LOCK, NULL), 0, "allow.2 it can be locked");
	is(stat_of(id).shm_perm.mode, SHM_DEST | SHM_LOCKED | 0640, "allow.3 both bits show");
	set("shm_allow_removed", 0);
	fails((long)e->at(id, NULL, 0), EINVAL, "allow.1 0 again: no attach");
	fails(e->ctl(id, IPC_STAT, &ds), EINVAL, "allow.1 no stat");
	fails(e->ctl(id, IPC_RMID, NULL), EINVAL, "allow.1 no second removal");
	set("shm_allow_removed", 1);
	e->dt(p);
	is(q[0], 'p', "allow.5 the memory is there while one is attached");
	e->dt(q);
	is(count_segments(), 0, "allow.5 the last detach frees it");
	fails((long)e->at(id, NULL, 0), EINVAL, "allow.5 its identifier is dead");
	set("shm_allow_removed", 0);
}

/* A descriptor that has read the old value reads the new one after a seek to the start,
 * however many bytes it had read. */
static void
rewound(void)
{
	for (unsigned n = 1; n < 8; n++) {
		int fd = open("/proc/sys/kernel/shm_allow_removed", O_RDWR);
		char text[8] = "";

		read(fd, text, n);
		if (write_at(fd, "1\n", 2, 0) != 2 || lseek(fd, 0, SEEK_SET) != 0)
			bail("shm_allow_removed");
		read(fd, text, n);
		is(text[0], '1', "proc.2 read again after a write, %u bytes", n);
		close(fd);
		set("shm_allow_removed", 0);
	}
}

void
test(void)
{
	rewound();
	for (unsigned i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		text(names[i]);
	forms();
	fixed();
	lower_max();
	lower_all();
	lower_seg();
	for (EACH_ENTRANCE(e))
		allowed(e);
	invariants();
}
