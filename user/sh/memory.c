/* SPDX-License-Identifier: BSD-2-Clause */
/* The memory of the shell: a stack for what a command needs, and texts that grow. The shell ends
 * if there is none left. */
#include "sh.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CHUNK 4000 /* bytes, unless more are asked for at once */

struct chunk {
	struct chunk *below;
	size_t used, size;
	char data[];
};
static struct chunk *top;

static void *
enough(void *p)
{
	if (p == NULL) {
		fprintf(stderr, "sh: out of memory\n");
		exit(2);
	}
	return p;
}

void *
keep(size_t n)
{
	n = (n + 7) & ~7u;
	if (top == NULL || top->size - top->used < n) {
		size_t size = n > CHUNK ? n : CHUNK;
		struct chunk *c = enough(malloc(sizeof(*c) + size));

		*c = (struct chunk){.below = top, .size = size};
		top = c;
	}
	top->used += n;
	return memset(top->data + top->used - n, 0, n);
}

char *
keep_text(const char *s, size_t n)
{
	return memcpy(keep(n + 1), s, n);
}

struct mark
keep_mark(void)
{
	return (struct mark){top, top ? top->used : 0};
}

void
keep_release(struct mark m)
{
	while (top != m.chunk) {
		struct chunk *below = top->below;

		free(top);
		top = below;
	}
	if (top)
		top->used = m.used;
}

void
text_add(struct text *t, const char *s, size_t n)
{
	if (t->size < t->len + n + 1) {
		t->size = 2 * (t->len + n + 1);
		t->s = enough(realloc(t->s, t->size));
	}
	memcpy(t->s + t->len, s, n);
	t->len += n;
	t->s[t->len] = 0;
}

void
text_char(struct text *t, char c)
{
	text_add(t, &c, 1);
}

void
text_drop_returns(struct text *t, size_t from)
{
	size_t to = from;

	for (; from < t->len; from++) {
		if (t->s[from] != '\r' || t->s[from + 1] != '\n')
			t->s[to++] = t->s[from];
	}
	t->len = to;
	if (t->s)
		t->s[to] = 0;
}

char *
text_keep(struct text *t)
{
	char *s = keep_text(t->s ?: "", t->len);

	free(t->s);
	*t = (struct text){NULL, 0, 0};
	return s;
}
