/* SPDX-License-Identifier: BSD-2-Clause */
/* The lines that were typed last. */
#include "sh.h"

#include <stdlib.h>
#include <string.h>

#define HISTORY 32

static char *lines[HISTORY]; /* line n is at n modulo HISTORY */
static int count;            /* how many there have been */

const char *
history_line(int back)
{
	return back > 0 && back <= count && back <= HISTORY ? lines[(count - back) % HISTORY]
	                                                    : NULL;
}

void
history_add(const char *line)
{
	char **place = &lines[count % HISTORY];

	if (line[strspn(line, " ")] == 0 || (count && strcmp(history_line(1), line) == 0))
		return;
	free(*place);
	*place = strdup(line) ?: calloc(1, 1);
	count++;
}
