/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#define WORDS_LINE 4096 /* the longest line */

/* What $?, $!, $# and $0, $1... stand for. */
extern struct words_special {
	int status, background, nargs;
	char **args;
} words_special;

/* Begin a line: strings of the line before are no more. */
void words_begin(void);
/* Take the next token off *s: an operator (*op is set) or a word with its
 * quotes still in it. => 0 at the end of the line, -1 if a quote is open. */
int words_token(char **s, const char **op, char **word);
/* What a word means without quotes and $; NULL if it comes to nothing. */
char *words_expand(const char *word);
/* The = of NAME=value, or NULL. */
char *words_assignment(const char *word);
/* Carry out the assignments that argv begins with; the first other word. */
char **words_assign(char **argv);
