/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdio.h>

#include "explore.h"

void
program_write(const struct world *w, const uint16_t *path, unsigned n, const char *why,
              const char *file)
{
	unsigned i;

	(void)w, (void)file;
	for (i = 0; i < n; i++) {
		const struct step *s = &steps[path[i]];

		printf("  %u: op %u slot %d %x %x %x %x\n", s->who, s->op, s->slot, s->a[0],
		       s->a[1], s->a[2], s->a[3]);
	}
	printf("%s\n", why);
}
