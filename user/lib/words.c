/* SPDX-License-Identifier: BSD-2-Clause */
/* The shell's tokens and words. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <words.h>

struct words_special words_special;

static char arena[4 * WORDS_LINE], *arena_next;

/* Longest first where one begins another. */
static const char *const operators[] = {"2>&1", "2>>", "2>", "&&", "||", ">>",
                                        ";",    "&",   "|",  "<",  ">",  NULL};

/* The operator at s, or NULL. "2>" is one only where a word may begin. */
static const char *
operator_at(const char *s, int in_word)
{
	for (const char *const *op = operators; *op; op++) {
		if (strncmp(s, *op, strlen(*op)) == 0 && !(in_word && **op == '2'))
			return *op;
	}
	return NULL;
}

void
words_begin(void)
{
	arena_next = arena;
}

int
words_token(char **s, const char **op, char **word)
{
	char *p, quote = 0;

	*op = NULL;
	*s += strspn(*s, " \t\r\n");
	if (**s == 0 || **s == '#')
		return 0;
	*op = operator_at(*s, 0);
	if (*op) {
		*s += strlen(*op);
		return 1;
	}
	for (p = *s; *p; p++) {
		if (*p == '\\' && quote != '\'' && p[1])
			p++;
		else if (quote)
			quote = *p == quote ? 0 : quote;
		else if (*p == '\'' || *p == '"')
			quote = *p;
		else if (isspace(*p) || operator_at(p, 1))
			break;
	}
	*word = arena_next;
	arena_next += sprintf(arena_next, "%.*s", (int)(p - *s), *s) + 1;
	*s = p;
	return quote ? -1 : 1;
}

/* The value of what follows a $ at *s, which is moved past the name. */
static const char *
value(const char **s)
{
	static char text[64];
	int n = 0, c = *(*s)++, brace = c == '{';

	if (c && strchr("?$!#", c)) {
		sprintf(text, "%d",
		        c == '?'   ? words_special.status
		        : c == '$' ? getpid()
		        : c == '!' ? words_special.background
		                   : words_special.nargs - 1);
		return text;
	}
	if (isdigit(c))
		return c - '0' < words_special.nargs ? words_special.args[c - '0'] : "";
	for (c = brace ? *(*s)++ : c; isalnum(c) || c == '_'; c = *(*s)++) {
		if (n < 63)
			text[n++] = c;
	}
	if (!brace || c != '}')
		(*s)--;
	text[n] = 0;
	return n == 0 ? "$" : getenv(text) ? getenv(text) : "";
}

char *
words_expand(const char *s)
{
	char *out = arena_next, *end = arena + sizeof(arena) - 1, quote = 0;
	int any = 0;

	while (*s) {
		char c = *s++;

		if (c == '\\' && quote != '\'' && *s && (!quote || strchr("\\\"$", *s))) {
			c = *s++;
		} else if (quote ? c == quote : c == '\'' || c == '"') {
			quote = quote ? 0 : c;
			any = 1;
			continue;
		} else if (c == '$' && quote != '\'' && *s) {
			for (const char *v = value(&s); *v && arena_next < end; v++)
				*arena_next++ = *v;
			continue;
		}
		if (arena_next < end)
			*arena_next++ = c;
	}
	any |= arena_next > out;
	*arena_next = 0;
	arena_next += arena_next < end;
	return any ? out : NULL;
}

char *
words_assignment(const char *word)
{
	size_t n = 0;

	while (isalnum(word[n]) || word[n] == '_')
		n++;
	return n && !isdigit(*word) && word[n] == '=' ? (char *)word + n : NULL;
}

char **
words_assign(char **argv)
{
	char *eq;

	for (; *argv && (eq = words_assignment(*argv)); argv++) {
		*eq = 0;
		setenv(*argv, eq + 1, 1);
		*eq = '=';
	}
	return argv;
}
