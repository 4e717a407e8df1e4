/* SPDX-License-Identifier: BSD-2-Clause */
/* The variables. */
#include "sh.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct var {
	struct var *next;
	int exported;
	size_t name; /* its length */
	char *text;  /* NAME=VALUE */
} * vars;

/* Returns where the pointer to the variable is, or where one to a new variable goes. */
static struct var **
find(const char *name, size_t n)
{
	struct var **v = &vars;

	while (*v && ((*v)->name != n || strncmp((*v)->text, name, n) != 0))
		v = &(*v)->next;
	return v;
}

const char *
var_get(const char *name)
{
	struct var *v = *find(name, strlen(name));

	return v ? v->text + v->name + 1 : NULL;
}

int
var_set(const char *name, const char *value, int export)
{
	size_t n = strlen(name);
	struct var **v = find(name, n);
	char *text = malloc(n + strlen(value) + 2);

	if (n == 0 || name_length(name) != n) {
		fprintf(stderr, "sh: '%s' cannot be a variable's name\n", name);
		free(text);
		return 1;
	}
	if (*v == NULL && (*v = calloc(1, sizeof(**v))) == NULL)
		text = NULL;
	if (text == NULL)
		return complain("sh", name);
	sprintf(text, "%s=%s", name, value);
	free((*v)->text);
	(*v)->text = text;
	(*v)->name = n;
	(*v)->exported |= export;
	return 0;
}

void
var_unset(const char *name)
{
	struct var **at = find(name, strlen(name)), *v = *at;

	if (v) {
		*at = v->next;
		free(v->text);
		free(v);
	}
}

int
is_assignment(const char *word)
{
	size_t n = name_length(word);

	return n && word[n] == '=';
}

void
vars_import(char **environment)
{
	for (; *environment; environment++) {
		char *eq = strchr(*environment, '=');

		if (eq && is_assignment(*environment)) {
			*eq = 0;
			var_set(*environment, eq + 1, 1);
			*eq = '=';
		}
	}
}

char **
vars_environment(void)
{
	int n = 0;
	char **list;

	for (struct var *v = vars; v; v = v->next)
		n += v->exported;
	list = keep((n + 1) * sizeof(*list));
	n = 0;
	for (struct var *v = vars; v; v = v->next) {
		if (v->exported)
			list[n++] = v->text;
	}
	return list;
}
