/* SPDX-License-Identifier: BSD-2-Clause */
/* sleep SECONDS: waits that long. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

int
main(int argc, char **argv)
{
	char *end = argc == 2 ? argv[1] : "?";
	unsigned long seconds = strtoul(end, &end, 10);

	if (argc != 2 || *end) {
		fprintf(stderr, "usage: sleep SECONDS\n");
		return 1;
	}
	return sleep(seconds) != 0;
}
