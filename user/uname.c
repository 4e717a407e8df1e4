/* SPDX-License-Identifier: BSD-2-Clause */
/* uname [-asnrvm]: prints what the system is: its name, or what the letters ask for. */
#include "abi/misc.h"
#include <stdio.h>
#include <string.h>
#include <unistd.h>

int uname(struct abi_utsname *name);

int
main(int argc, char **argv)
{
	const char *letters = "snrvm", *sep = "";
	struct abi_utsname u;
	const char *texts[] = {u.sysname, u.nodename, u.release, u.version, u.machine};
	int c, wanted = 0;

	while ((c = getopt(argc, argv, "asnrvm")) != -1) {
		if (c == '?') {
			fprintf(stderr, "usage: uname [-asnrvm]\n");
			return 1;
		}
		wanted |= c == 'a' ? 31 : 1 << (strchr(letters, c) - letters);
	}
	if (uname(&u) < 0) {
		perror("uname");
		return 1;
	}
	for (int i = 0; i < 5; i++) {
		if ((wanted ?: 1) >> i & 1) {
			printf("%s%s", sep, texts[i]);
			sep = " ";
		}
	}
	putchar('\n');
	return 0;
}
