/* SPDX-License-Identifier: BSD-2-Clause */
/* id: who this process acts as. */
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <unistd.h>

static void
show(const char *what, unsigned id, const char *name)
{
	printf("%s%u", what, id);
	if (name)
		printf("(%s)", name);
}

static const char *
group_name(gid_t gid)
{
	struct group *g = getgrgid(gid);

	return g ? g->gr_name : NULL;
}

int
main(void)
{
	struct passwd *pw = getpwuid(geteuid());
	gid_t groups[32];
	int n = getgroups(32, groups);

	show("uid=", geteuid(), pw ? pw->pw_name : NULL);
	show(" gid=", getegid(), group_name(getegid()));
	for (int i = 0; i < n; i++)
		show(i ? "," : " groups=", groups[i], group_name(groups[i]));
	putchar('\n');
	return 0;
}
