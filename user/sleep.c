/* SPDX-License-Identifier: BSD-2-Clause */
/* sleep SECONDS, with decimals */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

int
main(int argc, char **argv)
{
	struct timespec t = {0};
	char *end = argc == 2 ? argv[1] : "?";
	long unit = 100000000;

	t.tv_sec = strtoul(end, &end, 10);
	if (*end == '.') {
		for (end++; isdigit(*end); end++, unit /= 10)
			t.tv_nsec += (*end - '0') * unit;
	}
	if (*end) {
		fprintf(stderr, "usage: sleep SECONDS\n");
		return 1;
	}
	return nanosleep(&t, NULL) < 0;
}
