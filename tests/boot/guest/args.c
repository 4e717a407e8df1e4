/* SPDX-License-Identifier: BSD-2-Clause */
/* Prints the arguments that it was started with. */
#include <stdio.h>

int
main(int argc, char **argv)
{
	for (int i = 0; i < argc; i++)
		printf("%s<%s>", i ? " " : "", argv[i]);
	return puts("") < 0;
}
