/* SPDX-License-Identifier: BSD-2-Clause */
/* The shell's parser: it makes pipelines of text, one at a time. It runs nothing. */
#ifndef PARSE_H
#define PARSE_H

#include <stddef.h>
#include <sys/types.h>

#define WORDS 128 /* words of a command, at most */
#define STAGES 16 /* commands of a pipeline, at most */

struct stage { /* one command of a pipeline */
	char *argv[WORDS + 1];
	int argc;
	const char *file[3]; /* files that its descriptors 0 to 2 are redirected to, or NULL */
	int append, both;    /* flags: >> and 2>&1 were given */
};

struct pipeline {
	struct stage stages[STAGES];
	int n;            /* stages; 0: the line is empty here */
	const char *text; /* where it stands, in len bytes */
	int len;
	const char *end; /* the operator behind it: ; & && || or a newline; NULL: the text ends */
};

/* Parses the pipeline at *at into *p and moves *at past it and the operator behind it. Variables
 * are replaced by the values that they have now. The words of p are valid until the next call.
 * Returns 0, or -1 after a syntax error, which it has reported. */
int parse_pipeline(const char **at, struct pipeline *p);

/* Returns how many of the characters at s can be a variable's name. */
size_t name_length(const char *s);

/* The values of $? and $!, which sh.c sets. */
extern int status;
extern pid_t background;

#endif
