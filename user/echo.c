/* SPDX-License-Identifier: BSD-2-Clause */
/* echo [-n] [WORD...]: prints its arguments. */
#include <stdio.h>
#include <string.h>

int
main(int argc, char **argv)
{
	int bare = argc > 1 && strcmp(argv[1], "-n") == 0;

	for (int i = 1 + bare; i < argc; i++)
		printf("%s%s", argv[i], i + 1 < argc ? " " : "");
	if (!bare)
		putchar('\n');
	if (fflush(stdout) == 0)
		return 0;
	perror("echo: write error");
	return 1;
}
