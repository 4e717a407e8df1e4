/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Words, and pipelines of words:
 *
 *	pipeline: command [| command]...
 *	command:  [NAME=VALUE]... [word]... with redirections anywhere: <f >f >>f 2>f 2>&1
 *	word:     characters, 'text', "text", \c, $NAME, $?, $!, $$, up to a blank or an operator
 */
#include "parse.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* An operator stands before those that it begins with. */
static const char *const operators[] = {"2>&1", "2>", "&&", "||", ">>", "\n",
                                        ";",    "&",  "|",  "<",  ">",  NULL};

/* The words of the current pipeline, each with a NUL; next is where the following one begins. */
static char words[16384], *next;

static int
syntax(const char *what)
{
	fprintf(stderr, "sh: %s\n", what);
	return -1;
}

/* ---- Words ---- */

static void
emit(char c)
{
	if (next < words + sizeof(words) - 1)
		*next++ = c;
}

size_t
name_length(const char *s)
{
	size_t n = 0;

	while (isalnum(s[n]) || s[n] == '_')
		n++;
	return n;
}

/* Emits the value of the variable whose name begins at s. Returns the end of the name. */
static const char *
variable(const char *s)
{
	char name[64], text[12];
	size_t n = name_length(s);
	const char *value = text;

	snprintf(name, sizeof(name), "%.*s", (int)n, s);
	sprintf(text, "%d", *s == '?' ? status : *s == '$' ? getpid() : background);
	if (*s == 0 || !strchr("?$!", *s))
		value = n ? getenv(name) : "$";
	else
		n = 1;
	while (value && *value)
		emit(*value++);
	return s + n;
}

/* Parses the word at *at and moves *at past it. Sets *word to it, or to NULL if it expands to
 * nothing. Returns 1, or -1 if a quote is not closed. */
static int
parse_word(const char **at, char **word)
{
	const char *s = *at;
	char quote = 0, *start = next, any = 0;

	while (*s && (quote || !strchr(" \t\r\n;&|<>", *s))) {
		char c = *s++;

		if (quote ? c == quote : c == '\'' || c == '"') {
			quote ^= c;
			any = 1;
		} else if (c == '$' && quote != '\'') {
			s = variable(s);
		} else {
			if (c == '\\' && quote != '\'' && *s && (!quote || strchr("\\\"$", *s)))
				c = *s++;
			emit(c);
		}
	}
	*word = any || next > start ? start : NULL;
	emit(0);
	*at = s;
	return quote ? -1 : 1;
}

/* Parses the next token at *at and moves *at past it. Sets *op if it is an operator, else *word,
 * which is NULL for a word that expands to nothing. Returns 1, 0 at the end of the text, or -1 if
 * a quote is not closed. */
static int
token(const char **at, const char **op, char **word)
{
	const char *const *o = operators;

	*at += strspn(*at, " \t\r");
	*at += **at == '#' ? strcspn(*at, "\n") : 0;
	while (*o && strncmp(*at, *o, strlen(*o)))
		o++;
	*op = *o;
	*word = NULL;
	if (*o) {
		*at += strlen(*o);
		return 1;
	}
	return **at == 0 ? 0 : parse_word(at, word);
}

/* ---- Pipelines ---- */

/* Parses what follows op, an operator with < or >, and enters the redirection in s. Returns 0 or
 * -1. */
static int
redirection(const char **at, const char *op, struct stage *s)
{
	int to = *op == '2' ? 2 : *op == '>';
	char *word;

	if (strcmp(op, "2>&1") == 0) {
		s->both = 1;
		return 0;
	}
	s->append |= strcmp(op, ">>") == 0;
	if (token(at, &op, &word) <= 0 || !word)
		return syntax("a redirection has no file");
	s->file[to] = word;
	return 0;
}

int
parse_pipeline(const char **at, struct pipeline *p)
{
	struct stage *s = p->stages;
	int more, piped = 1;
	char *word;

	memset(p, 0, sizeof(*p));
	next = words;
	*at += strspn(*at, " \t");
	p->text = *at;
	while (piped) {
		more = token(at, &p->end, &word);
		if (more < 0)
			return syntax("a quote is not closed");
		if (s->argc == WORDS || next == words + sizeof(words) - 1)
			return syntax("a command is too long");
		if (more && !p->end) {
			if (word)
				s->argv[s->argc++] = word;
			continue;
		}
		if (p->end && (strchr(p->end, '<') || strchr(p->end, '>'))) {
			if (redirection(at, p->end, s) < 0)
				return -1;
			continue;
		}
		piped = p->end && strcmp(p->end, "|") == 0;
		if (s->argc == 0 && (s > p->stages || piped))
			return syntax("a command is missing");
		if (piped && ++s == p->stages + STAGES)
			return syntax("too many commands in a pipeline");
	}
	p->n = s - p->stages + (s->argc > 0);
	p->len = *at - p->text - (p->end ? strlen(p->end) : 0);
	while (p->len > 0 && p->text[p->len - 1] == ' ')
		p->len--;
	return 0;
}
