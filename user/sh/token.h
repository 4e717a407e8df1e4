/* SPDX-License-Identifier: BSD-2-Clause */
/* What the parser's rules look at. */
#ifndef TOKEN_H
#define TOKEN_H

#include "sh.h"

/* The token that comes next; with neither word nor op the text ends. */
struct token {
	char *word;
	const char *op, *start, *end;
	int fd; /* the number before a redirection, or -1 */
};
extern struct token tok;
extern const char *last_end; /* of the token before */

/* Goes to the next token. */
void advance(void);
/* Goes on behind ends of lines; behind the word, which must come next. */
void newlines(void), expect_word(const char *word);

int is_op(const char *op), is_word(const char *word), is_redirection(void);
/* Returns whether a list of commands ends here. */
int closes_list(void);

/* Takes the here-document r from behind the end of the line. */
void expect_body(struct redirection *r);

/* Ends the parsing with a message. */
_Noreturn void fail(enum parsed how, const char *format, const char *what);
/* Ends it because the text should go on with what is wanted (NULL: with a command). */
_Noreturn void unexpected(const char *wanted);

/* Parses the text at *from by a rule, and moves *from behind what it took. Returns as parse(). */
enum parsed tokens(const char **from, void (*rule)(void));

#endif
