/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the parts of the shell know of each other. Text goes through them in this order:
 *
 *	sh.c      reads lines: edit.c from a terminal, with complete.c and history.c
 *	parse.c   makes a tree of commands of them; word.c finds where a word ends
 *	run.c     walks the tree; builtin.c, test.c, jobs.c do what it says
 *	expand.c  makes arguments of a command's words; arith.c, glob.c, vars.c help
 */
#ifndef SH_H
#define SH_H

#include <stddef.h>
#include <sys/types.h>

/* ---- memory.c: what a command needs while it runs ---- */

/* Memory is taken from a stack. What was taken after a mark is given back at once. */
struct mark {
	struct chunk *chunk;
	size_t used;
};
void *keep(size_t n);
char *keep_text(const char *s, size_t n);
struct mark keep_mark(void);
void keep_release(struct mark m);

/* A text that grows. It begins as all zeros; s is NULL while nothing was added. */
struct text {
	char *s;
	size_t len, size;
};
void text_add(struct text *t, const char *s, size_t n);
void text_char(struct text *t, char c);
/* Removes each carriage return before a newline, from byte `from` on: Windows ends lines so. */
void text_drop_returns(struct text *t, size_t from);
/* Returns the text in kept memory, and makes t empty. */
char *text_keep(struct text *t);

/* ---- word.c ---- */

/* Returns how many of the characters at s can be a variable's name: 0 if a digit is the first. */
size_t name_length(const char *s);
/* Returns the end of what begins at s: a character, or all of a quotation, $(...) or ${...}.
 * Returns NULL if that does not end, and sets *open to what is missing. */
const char *unit_end(const char *s, const char **open);
/* Returns the end of the word at s; NULL as unit_end() does. */
const char *word_end(const char *s, const char **open);
/* Returns the closing parenthesis for one before s; NULL as unit_end() does. */
const char *paren_end(const char *s, const char **open);
/* Removes each backslash that has a character behind it. Returns s. */
char *unescape(char *s);

/* ---- parse.c ---- */

enum kind {
	COMMAND,    /* words, or assignments and words */
	PIPELINE,   /* a, a->next, ... joined by pipes */
	NOT,        /* a, with its status turned over */
	AND,        /* a, then b if a succeeded */
	OR,         /* a, then b if a failed */
	SEQUENCE,   /* a, then b */
	BACKGROUND, /* a */
	IF,         /* if a, then b, else c, which may be NULL */
	WHILE,      /* while a, b */
	UNTIL,      /* until a, b */
	FOR,        /* for the name that is the first word, in the others, b */
	SUBSHELL,   /* a, in a process of its own */
	GROUP       /* a, in this one */
};

struct word { /* as it was written, with its quotes and dollars */
	struct word *next;
	char *text;
};

struct redirection {
	struct redirection *next;
	int fd;
	const char *op; /* < > >> <& >& << <<- */
	char *word;     /* the file, or the number of a descriptor, or a here-document's end */
	char *body;     /* of a here-document */
	int quoted;     /* it is taken as it stands */
};

struct node {
	enum kind kind;
	struct node *a, *b, *c, *next;
	struct word *words;
	struct redirection *redirections;
	char **argv;      /* what the words have become; NULL if they are not expanded yet */
	const char *text; /* where it stands in the text that was parsed, */
	int len;          /* in so many bytes */
};

enum parsed { PARSED, PARSE_END, PARSE_MORE, PARSE_WRONG };
/* Parses the commands at *at up to the end of a line and moves *at behind them. Returns
 *
 *	PARSED		*node has them; it is NULL for an empty line. It is kept memory.
 *	PARSE_END	the text ends.
 *	PARSE_MORE	the text ends in the middle of a command.
 *	PARSE_WRONG	there is a syntax error.
 *
 * After the last two, parse_error says what is wrong, and *at has not moved. */
enum parsed parse(const char **at, struct node **node);
extern char parse_error[];
extern int parse_line; /* how many lines after *at it is */

/* ---- expand.c ---- */

/* Set if an expansion has failed, and has said so. */
extern int expand_failed;
/* The status of the last $(...). */
extern int output_status;
/* Returns the arguments that the words become, with a NULL behind them. All three return kept
 * memory. */
char **expand(const struct word *words);
/* Returns what a word becomes if it is not divided: the value of an assignment, a file. */
char *expand_whole(const char *word);
/* Returns what the body of a here-document becomes, where quotes mean nothing. */
char *expand_body(const char *body);

/* ---- arith.c, glob.c, test.c, kill.c ---- */

/* Computes $((text)). Returns 0, or -1 after an error, which it has reported. */
int arith(const char *text, long *value);
/* Calls found with each file that matches, in order. In the pattern a backslash stands before each
 * character that is not meant as * ? or [. Returns how many there were. */
int glob(const char *pattern, void (*found)(void *arg, const char *path), void *arg);
/* test and [: returns 0 for true, 1 for false, 2 after an error. */
int do_test(int argc, char **argv);
int do_kill(int argc, char **argv);

/* ---- vars.c ---- */

void vars_import(char **environment);
const char *var_get(const char *name); /* NULL if it is not set */
/* Returns 0, or 1 if name is no name, which it has reported. */
int var_set(const char *name, const char *value, int export);
void var_unset(const char *name);
/* Returns whether the word is NAME=VALUE. */
int is_assignment(const char *word);
/* Returns the exported variables, as exec wants them, in kept memory. */
char **vars_environment(void);

/* ---- jobs.c ---- */

extern int interactive;  /* the shell has a terminal, which it hands to each foreground job */
extern pid_t background; /* $! */

/* Runs the n commands of a pipeline, linked by next. Returns the status of the last; 0 in the
 * background. */
int job_run(const struct node *first, const struct node *whole, int in_background);
/* Reports the background jobs that have ended since the last call, if the shell is interactive;
 * with all, also the others and their states. Returns 0. */
int job_poll(int all);
/* Sends a job a signal. Returns 0, or 1 after an error, which it has reported. */
int job_kill(const char *number, int sig);
int do_fg(const char *number), do_bg(const char *number), do_wait(const char *which);
/* Makes a forked process forget what only the shell itself has: jobs, terminal, handlers. */
void become_child(void);
void jobs_start(void); /* become interactive */

/* ---- run.c ---- */

extern int status;               /* $? */
extern volatile int interrupted; /* by this signal: nothing runs until the next prompt */
extern char *script, **args;     /* $0; $1..., with a NULL behind them */
extern int nargs;                /* $# */
extern pid_t shell_pid;          /* $$ */

/* Runs what is in the tree. With last, this process has nothing else to do, and may become the
 * command. Returns the status. */
int run(const struct node *n, int last);
/* Parses and runs all of the text. A syntax error names its line if the text is a file's. Returns
 * the status. */
int run_text(const char *text, int is_file);
/* Runs a file. Returns the status, 127 if it can't be read. */
int run_file(const char *path);
/* Reports what is wrong, in one line. Returns 1. */
int complain(const char *who, const char *what);
/* Leaves n loops, or with again, continues the last of them. Returns the status. */
int leave_loops(int n, int again);

/* ---- builtin.c ---- */

typedef int builtin_fn(int argc, char **argv);
builtin_fn *builtin_find(const char *name);
/* Returns the name of number i, or NULL if there are not so many. */
const char *builtin_name(int i);

/* ---- edit.c, history.c, complete.c: typing at a terminal ---- */

#define EDIT_MAX 1024 /* bytes of a line, with its NUL */

enum edited { EDIT_LINE, EDIT_INTERRUPTED, EDIT_END };
/* Lets the user type a line after a prompt. */
enum edited edit(const char *prompt, char line[EDIT_MAX]);
/* The terminal's modes: take those that it has now as the user's, or set the user's again. */
void modes_note(void);
void modes_restore(void);

void history_add(const char *line);
/* Returns the line typed back lines ago, counted from 1, or NULL. */
const char *history_line(int back);

/* Finds what the word before line + at may become. Returns how many there are, sets *start to
 * where in line the part that they complete begins, and *common to what they have in common, with
 * a space or a slash behind it if there is one only. With show, prints them. */
int complete(const char *line, size_t at, size_t *start, struct text *common, int show);

#endif
