/* SPDX-License-Identifier: BSD-2-Clause */
/* Tokens: words and operators. The bodies of here-documents are taken where they stand, behind the
 * end of the line. */
#include "token.h"

#include <ctype.h>
#include <setjmp.h>
#include <stdio.h>
#include <string.h>

char parse_error[200];
int parse_line;
struct token tok;
const char *last_end;

static jmp_buf failed;
static const char *text, *at; /* all of it; how far it was read */

/* Here-documents whose bodies begin on the next line. */
static struct redirection *waiting[8];
static int nwaiting;

/* An operator stands before those that it begins with. */
static const char *const operators[] = {"&&", "||", "<<-", "<<", ">>", "<&", ">&", "\n",
                                        ";",  "&",  "|",   "<",  ">",  "(",  ")",  NULL};
/* These end a list, where a command would begin. */
static const char *const closing[] = {"then", "else", "elif", "fi", "do", "done", "}", NULL};

/* ---- Errors ---- */

_Noreturn void
fail(enum parsed how, const char *format, const char *what)
{
	snprintf(parse_error, 200, format, what);
	parse_line = 0;
	for (const char *s = text; s < tok.start; s++)
		parse_line += *s == '\n';
	longjmp(failed, how);
}

_Noreturn void
unexpected(const char *wanted)
{
	static char seen[40];

	if (tok.word == NULL && tok.op == NULL)
		fail(PARSE_MORE, "'%s' is missing at the end", wanted ?: "a command");
	snprintf(seen, sizeof(seen), "%s", tok.word ?: *tok.op == '\n' ? "end of line" : tok.op);
	fail(PARSE_WRONG, "'%s' is not expected here", seen);
}

/* ---- Tokens ---- */

int
is_op(const char *op)
{
	return tok.op && strcmp(tok.op, op) == 0;
}

int
is_word(const char *word)
{
	return tok.word && strcmp(tok.word, word) == 0;
}

int
is_redirection(void)
{
	return tok.op && strchr("<>", *tok.op);
}

/* Returns a copy of a here-document's end without its quotes. */
static char *
unquoted(const char *word)
{
	char *end = keep_text(word, strlen(word)), *to = end;

	for (; *word; word++) {
		if (!strchr("\\'\"", *word))
			*to++ = *word;
	}
	*to = 0;
	return end;
}

/* Reads the body of a here-document, which begins at `at`, and moves it behind its end. */
static void
read_body(struct redirection *r)
{
	int tabs = strcmp(r->op, "<<-") == 0;
	char *end = unquoted(r->word);
	struct text body = {NULL, 0, 0};

	r->quoted = strcmp(end, r->word) != 0;
	for (;;) {
		size_t n;

		at += tabs ? strspn(at, "\t") : 0;
		n = strcspn(at, "\n");
		if (n == strlen(end) && strncmp(at, end, n) == 0)
			break;
		if (at[n] == 0) {
			text_keep(&body);
			fail(PARSE_MORE, "'%s' is missing at the end of a here-document", end);
		}
		text_add(&body, at, n + 1);
		at += n + 1;
	}
	at += strlen(end) + (at[strlen(end)] == '\n');
	r->body = text_keep(&body);
}

static void
take_operator(const char *op)
{
	tok.op = op;
	at += strlen(op);
	if (*op == '\n') {
		for (int i = 0; i < nwaiting; i++)
			read_body(waiting[i]);
		nwaiting = 0;
	}
}

void
advance(void)
{
	const char *end, *open = NULL;
	size_t digits;
	int i = 0;

	last_end = tok.end;
	while (strchr(" \t", *at) && *at)
		at++;
	if (*at == '#')
		at += strcspn(at, "\n");
	tok.start = at;
	tok.word = NULL;
	tok.op = NULL;
	tok.fd = -1;
	for (digits = 0; isdigit(at[digits]); digits++)
		tok.fd = (digits ? tok.fd * 10 : 0) + at[digits] - '0';
	if (digits && strchr("<>", at[digits]) && at[digits])
		at += digits;
	else
		tok.fd = -1;
	while (operators[i] && strncmp(at, operators[i], strlen(operators[i])) != 0)
		i++;
	if (operators[i]) {
		take_operator(operators[i]);
	} else if (*at) {
		end = word_end(at, &open);
		if (end == NULL)
			fail(PARSE_MORE, "'%s' is missing at the end", open);
		tok.word = keep_text(at, end - at);
		at = end;
	} else if (nwaiting) {
		fail(PARSE_MORE, "the here-document '%s' is missing", waiting[0]->word);
	}
	tok.end = at;
}

void
expect_word(const char *word)
{
	if (!is_word(word))
		unexpected(word);
	advance();
}

void
newlines(void)
{
	while (is_op("\n"))
		advance();
}

int
closes_list(void)
{
	int i = 0;

	while (closing[i] && !is_word(closing[i]))
		i++;
	return closing[i] || is_op(")") || (tok.word == NULL && tok.op == NULL);
}

void
expect_body(struct redirection *r)
{
	if (nwaiting == sizeof(waiting) / sizeof(*waiting))
		fail(PARSE_WRONG, "'%s' is one here-document too many", r->word);
	waiting[nwaiting++] = r;
}

enum parsed
tokens(const char **from, void (*rule)(void))
{
	int how;

	text = at = *from;
	nwaiting = 0;
	*parse_error = 0;
	how = setjmp(failed);
	if (how)
		return how;
	advance();
	if (tok.word == NULL && tok.op == NULL)
		return PARSE_END;
	rule();
	*from = at;
	return PARSED;
}
