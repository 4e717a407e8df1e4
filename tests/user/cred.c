/* SPDX-License-Identifier: BSD-2-Clause */
/* Tests the calls that set user and group ids: which changes a process may make. */
#include "tap.h"

static int
are(uid_t r, uid_t e, uid_t s)
{
	uid_t id[3];

	return getresuid(&id[0], &id[1], &id[2]) == 0 && id[0] == r && id[1] == e && id[2] == s &&
	       getuid() == r && geteuid() == e;
}

static int
gids_are(gid_t r, gid_t e, gid_t s)
{
	gid_t id[3];

	return getresgid(&id[0], &id[1], &id[2]) == 0 && id[0] == r && id[1] == e && id[2] == s &&
	       getgid() == r && getegid() == e;
}

static void
by_setuid(void)
{
	is(setuid(5), 0, "setuid by root");
	ok(are(5, 5, 5), "sets all three");
	fails(setuid(0), EPERM, "with no way back");
	fails(setuid(6), EPERM, "nor aside");
	is(setuid(5), 0, "but to oneself");
	fails(setuid(-1), EINVAL, "-1 is nobody");
	fails(setgid(7), EPERM, "nor another group");
	fails(setgroups(0, NULL), EPERM, "nor other groups");
}

static void
by_setresuid(void)
{
	is(setresuid(1, 2, 3), 0, "setresuid by root");
	ok(are(1, 2, 3), "each as asked");
	is(setresuid(-1, 3, -1), 0, "to a saved one");
	ok(are(1, 3, 3), "the others stay");
	is(setresuid(3, 1, -1), 0, "exchanged");
	ok(are(3, 1, 3), "as asked");
	fails(setresuid(2, -1, -1), EPERM, "to one that is gone");
	fails(setresuid(3, 3, 4), EPERM, "one wrong is all wrong");
	ok(are(3, 1, 3), "nothing changed");
	is(CHILD(_exit(!are(3, 1, 3))), 0, "fork inherits them");
}

static void
by_setreuid(void)
{
	is(setreuid(1, 2), 0, "setreuid by root");
	ok(are(1, 2, 2), "the saved one follows");
	is(setreuid(2, 1), 0, "exchanged");
	ok(are(2, 1, 1), "saved follows effective");
	fails(setreuid(0, -1), EPERM, "not to root");
	is(setreuid(-1, 2), 0, "effective alone, to the real one");
	ok(are(2, 2, 1), "the saved one stays");
	fails(setreuid(1, -1), EPERM, "real may not become saved");
}

static void
by_seteuid(void)
{
	is(seteuid(9), 0, "seteuid by root");
	ok(are(0, 9, 0), "the others stay");
	fails(setuid(8), EPERM, "not root now");
	is(seteuid(0), 0, "root again");
	ok(are(0, 0, 0), "wholly");
}

static void
group_ids(void)
{
	is(setresgid(1, 2, 3), 0, "setresgid by root");
	ok(gids_are(1, 2, 3), "each as asked");
	is(setregid(4, -1), 0, "setregid");
	ok(gids_are(4, 2, 2), "the saved one follows");
	setuid(1);
	is(setgid(4), 0, "setgid to a real one");
	ok(gids_are(4, 4, 2), "effective only");
	fails(setgid(9), EPERM, "to a strange one");
	is(setegid(2), 0, "setegid to a saved one");
	fails(setresgid(-1, -1, 0), EPERM, "not to root's");
}

static void
supplementary(void)
{
	static gid_t many[NGROUPS_MAX + 1], got[NGROUPS_MAX];

	for (int i = 0; i < NGROUPS_MAX + 1; i++)
		many[i] = 100 + i;
	is(setgroups(NGROUPS_MAX, many), 0, "as many groups as there may be");
	is(getgroups(0, NULL), NGROUPS_MAX, "getgroups counts");
	is(getgroups(NGROUPS_MAX, got), NGROUPS_MAX, "and tells");
	ok(memcmp(got, many, sizeof(got)) == 0, "which");
	fails(getgroups(NGROUPS_MAX - 1, got), EINVAL, "no room for all");
	fails(getgroups(-1, got), EINVAL, "less than none");
	fails(setgroups(NGROUPS_MAX + 1, many), EINVAL, "one too many");
	fails(setgroups(2, (void *)0xc0000000), EFAULT, "from the kernel");
	is(CHILD(_exit(getgroups(0, NULL) != NGROUPS_MAX)), 0, "fork inherits them");
	is(setgroups(0, NULL), 0, "none");
	is(getgroups(0, NULL), 0, "are left");
}

void
test(void)
{
	ok(are(0, 0, 0) && gids_are(0, 0, 0), "a test starts as root");
	is(CHILD(by_setuid()), 0, "setuid");
	is(CHILD(by_setresuid()), 0, "setresuid");
	is(CHILD(by_setreuid()), 0, "setreuid");
	is(CHILD(by_seteuid()), 0, "seteuid");
	is(CHILD(group_ids()), 0, "groups of a user");
	is(CHILD(supplementary()), 0, "setgroups");
	fails(getresuid((void *)0xc0000000, NULL, NULL), EFAULT, "getresuid to the kernel");
}
