/* SPDX-License-Identifier: BSD-2-Clause */
/* shm between users and between processes, and the calls that inform about it. */
#include "differ.h"

#define KEY 0x2d2f
#define OWNER 1000
#define MEMBER 1001
#define STRANGER 1002
#define GROUP 500

static int id;
static struct segment ds;

/* The kernel's struct shm_info, whose fields have other names in each C library. */
struct info {
	int used_ids;
	unsigned long tot, rss, swp, spare[2];
};
struct limits {
	unsigned long max, min, mni, seg, all, spare[4];
};

static void
try_attach(void)
{
	AT(NULL, attach(id, NULL, SHM_RDONLY));
	AT(NULL, attach(id, NULL, 0));
}

static void
try_all(void)
{
	ID(get(KEY, 0, 0));
	ID(get(KEY, 0, 0400));
	ID(get(KEY, 0, 0200));
	ID(get(KEY, 0, 0600));
	NUM(control(id, IPC_STAT, &ds));
	try_attach();
}

static void
not_mine(void)
{
	ds.perm.uid = getuid();
	NUM(control(id, IPC_SET, &ds));
	NUM(control(id, IPC_RMID, NULL));
	NUM(control(id, SHM_LOCK, NULL));
	NUM(control(id, SHM_UNLOCK, NULL));
	differs("stranger-sets");
	NUM(control(id, IPC_SET, BAD));
}

static void
order(void)
{
	differs("existing-key-order");
	NUM(get(KEY, 1 << 20, 0600));
	differs("existing-key-order");
	NUM(get(KEY, 0, IPC_CREAT | IPC_EXCL | 0600));
	differs("shmat-order");
	AT(NULL, attach(id, NULL, SHM_REMAP));
	differs("shmat-order");
	AT(NULL, attach(id, (void *)1, 0));
	differs("request-bits");
	NUM(get(KEY, 0, 0044) != -1);
	differs("request-bits");
	NUM(get(KEY, 0, 0006) != -1);
}

static void
set_mode(mode_t mode)
{
	TEXT("mode", "%o", mode);
	control(id, IPC_STAT, &ds);
	ds.perm.mode = mode;
	NUM(control(id, IPC_SET, &ds));
}

static void
mine(void)
{
	int other;

	ID(other = get(IPC_PRIVATE, 1, 0));
	NUM(control(other, IPC_STAT, &ds));
	AT(NULL, attach(other, NULL, 0));
	NUM(control(other, SHM_LOCK, NULL));
	ds.perm.uid = STRANGER;
	ds.perm.gid = GROUP;
	ds.perm.mode = 0777;
	NUM(control(other, IPC_SET, &ds));
	NUM(control(other, IPC_STAT, &ds));
	TEXT("the creator's", "%d:%d %d %o", ds.perm.uid, ds.perm.gid, ds.perm.cuid,
	     ds.perm.mode & 0777);
	NUM(control(other, IPC_RMID, NULL));
}

void
shm_permissions(void)
{
	static const mode_t modes[] = {0,    0400, 0200, 0600, 0040, 0020,
	                               0060, 0004, 0002, 0006, 0077};

	section("permissions");
	ID(id = get(KEY, 100, IPC_CREAT | IPC_EXCL));
	NUM(control(id, IPC_STAT, &ds));
	ds.perm.uid = OWNER;
	ds.perm.gid = GROUP;
	NUM(control(id, IPC_SET, &ds));
	for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++) {
		set_mode(modes[i]);
		child(OWNER, GROUP, try_all);
		child(MEMBER, GROUP, try_all);
		child(STRANGER, STRANGER, try_all);
	}
	child(STRANGER, STRANGER, not_mine);
	child(MEMBER, GROUP, not_mine);
	set_mode(0600);
	child(STRANGER, STRANGER, order);
	child(OWNER, OWNER, mine);
	NUM(control(id, IPC_RMID, NULL));
}

static void
counts(const char *what)
{
	struct segment s;

	if (control(id, IPC_STAT, &s) < 0)
		show_number(what, -1);
	else
		TEXT(what, "nattch %u lpid %s mode %o", s.nattch,
		     s.lpid == getpid() ? "me" : "another", s.perm.mode);
}

static void
attach_and_exit(void)
{
	counts("in the child");
	AT(NULL, attach(id, NULL, 0));
	HOLE[0] = 'c';
	counts("one more");
	NUM(detach(HOLE));
	counts("one less");
}

static void
attach_and_die(void)
{
	attach(id, NULL, 0);
	kill(getpid(), SIGKILL);
}

static void
attach_and_exec(void)
{
	static char *argv[] = {"nothing", NULL};

	attach(id, NULL, 0);
	NUM(execve("/nothing", argv, NULL));
	counts("after an exec that failed");
	execl("/proc/self/exe", "differ", "digests", "0", "0", NULL);
}

static void
remove_it(void)
{
	NUM(control(id, IPC_RMID, NULL));
}

void
shm_processes(void)
{
	section("fork, exec, exit");
	ID(id = get(IPC_PRIVATE, 2 * PAGE, 0600));
	AT(HOLE, attach(id, HOLE, 0));
	AT(HOLE + 4 * PAGE, attach(id, HOLE + 4 * PAGE, SHM_RDONLY));
	child(0, 0, attach_and_exit);
	NUM(HOLE[0]);
	counts("after exit");
	child(0, 0, attach_and_die);
	counts("after a signal");
	child(0, 0, attach_and_exec);
	counts("after exec");
	child(0, 0, remove_it);
	NUM(HOLE[0]);
	NUM(HOLE[4 * PAGE]);
	NUM(detach(HOLE));
	NUM(HOLE[4 * PAGE]);
	NUM(detach(HOLE + 4 * PAGE));
	NUM(control(id, IPC_STAT, &ds));
}

static int
by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Prints the lines of /proc/sysvipc/shm sorted, and without what is different on each system: which
 * slot is taken first is up to the system. */
static void
procfs_lines(void)
{
	static char text[4096];
	int fd = open("/proc/sysvipc/shm", O_RDONLY), n, len = 0, lines = 0;
	char *s, *line[32];

	while ((n = read(fd, text + len, sizeof(text) - 1 - len)) > 0)
		len += n;
	close(fd);
	text[len] = '\0';
	for (s = strtok(text, "\n"); s && lines < 32; s = strtok(NULL, "\n")) {
		if (strlen(s) >= 136 && strstr(s, "shmid") == NULL) {
			memset(s + 11, 'i', 10); /* the identifier, the processes, and the times */
			memset(s + 39, 'p', 11);
			memset(s + 82, 't', 32);
		}
		line[lines++] = s;
	}
	qsort(line, lines, sizeof(line[0]), by_text);
	for (int i = 0; i < lines; i++)
		TEXT("/proc/sysvipc/shm", "%s", line[i]);
}

/* Prints which of the two segments are in the slots up to the highest. */
static void
slots(int highest, int a, int b)
{
	int seen = 0, others = 0;

	for (int i = 0; i <= highest; i++) {
		int found = control(i, SHM_STAT, &ds), any = control(i, 15, &ds);

		if (found != any)
			TEXT("SHM_STAT_ANY", "%d, not %d", any, found);
		seen |= found == a ? 1 : found == b ? 2 : 0;
		others += found != -1 && found != a && found != b;
	}
	TEXT("SHM_STAT of all slots", "%d and %d others", seen, others);
}

void
shm_information(void)
{
	struct info info;
	struct limits lim;
	int slot, other;

	section("what there is");
	ID(id = get(KEY, 5000, IPC_CREAT | 0640));
	ID(other = get(IPC_PRIVATE, 123456, 0604));
	AT(HOLE, attach(other, HOLE, 0));
	memset(HOLE, 1, 3 * PAGE);
	memset(&info, 0xaa, sizeof(info));
	NUM((slot = control(0, SHM_INFO, (void *)&info)) >= 1);
	TEXT("SHM_INFO", "%d segments, %lu pages, %lu in memory, %lu in swap", info.used_ids,
	     info.tot, info.rss, info.swp);
	memset(&lim, 0xaa, sizeof(lim));
	NUM(control(0, IPC_INFO, (void *)&lim) == slot);
	/* The limits depend on the machine; limits() shows that they are set. */
	TEXT("IPC_INFO", "%lu %lu %lu", lim.max, lim.min, lim.all);
	slots(slot, id, other);
	NUM(control(slot + 1, SHM_STAT, &ds));
	NUM(control(-1, SHM_STAT, &ds));
	NUM(control(slot, SHM_STAT, BAD));
	NUM(control(0, SHM_INFO, BAD));
	NUM(control(0, IPC_INFO, BAD));
	procfs_lines();
	NUM(control(other, IPC_RMID, NULL));
	procfs_lines();
	NUM(detach(HOLE));
	NUM(control(id, IPC_RMID, NULL));
	procfs_lines();
}
