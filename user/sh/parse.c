/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The parser: it makes a tree of text, and runs nothing. Each rule is a function:
 *
 *	line:     and_or [; or & and_or]... up to a newline
 *	list:     and_or [; or & or newline, and_or]..., between two reserved words
 *	and_or:   pipeline [&& or || pipeline]...
 *	pipeline: [!] command [| command]...
 *	command:  words and redirections, or if, while, until, for, {...}, (...) and redirections
 *
 * A word is not expanded here; what is in $(...) is parsed when it is run.
 */
#include "token.h"

#include <string.h>

static struct node *tree; /* what has been parsed */

static struct node *list(void), *pipeline(void);

static struct node *
node(enum kind kind, struct node *a, struct node *b)
{
	struct node *n = keep(sizeof(*n));

	n->kind = kind;
	n->a = a;
	n->b = b;
	return n;
}

static struct word *
take_word(void)
{
	struct word *w = keep(sizeof(*w));

	w->text = tok.word;
	advance();
	return w;
}

static struct redirection *
redirection(void)
{
	struct redirection *r = keep(sizeof(*r));

	r->op = tok.op;
	r->fd = tok.fd >= 0 ? tok.fd : *tok.op == '>';
	advance();
	if (tok.word == NULL)
		unexpected("a file");
	r->word = tok.word;
	if (strncmp(r->op, "<<", 2) == 0)
		expect_body(r);
	advance();
	return r;
}

/* Takes the words and redirections that follow, or only redirections. */
static void
words(struct node *n, int only_redirections)
{
	struct redirection **r = &n->redirections;
	struct word **w = &n->words;

	for (;;) {
		if (is_redirection()) {
			*r = redirection();
			r = &(*r)->next;
		} else if (tok.word && !only_redirections) {
			*w = take_word();
			w = &(*w)->next;
		} else {
			return;
		}
	}
}

/* if or elif, up to the fi, which is the caller's. */
static struct node *
if_command(void)
{
	struct node *n = node(IF, NULL, NULL);

	advance();
	n->a = list();
	expect_word("then");
	n->b = list();
	if (is_word("elif")) {
		n->c = if_command();
	} else if (is_word("else")) {
		advance();
		n->c = list();
	}
	return n;
}

static struct node *
body(struct node *n)
{
	expect_word("do");
	n->b = list();
	expect_word("done");
	return n;
}

static struct node *
for_command(void)
{
	struct node *n = node(FOR, NULL, NULL);
	struct word **w;

	advance();
	if (tok.word == NULL || name_length(tok.word) != strlen(tok.word))
		unexpected("a name");
	n->words = take_word();
	w = &n->words->next;
	newlines();
	if (is_word("in")) {
		advance();
		for (; tok.word; w = &(*w)->next)
			*w = take_word();
	} else {
		*w = keep(sizeof(**w));
		(*w)->text = keep_text("\"$@\"", 4);
	}
	if (is_op(";") || is_op("\n"))
		advance();
	newlines();
	return body(n);
}

/* Returns a command that begins with a reserved word or a parenthesis, or NULL. */
static struct node *
compound(void)
{
	struct node *n;

	if (is_op("(")) {
		advance();
		n = node(SUBSHELL, list(), NULL);
		if (!is_op(")"))
			unexpected(")");
		advance();
	} else if (is_word("{")) {
		advance();
		n = node(GROUP, list(), NULL);
		expect_word("}");
	} else if (is_word("if")) {
		n = if_command();
		expect_word("fi");
	} else if (is_word("while") || is_word("until")) {
		n = node(is_word("while") ? WHILE : UNTIL, NULL, NULL);
		advance();
		n->a = list();
		n = body(n);
	} else {
		n = is_word("for") ? for_command() : NULL;
	}
	return n;
}

static struct node *
command(void)
{
	const char *start = tok.start;
	struct node *n = compound();
	int simple = n == NULL;

	if (simple) {
		if (closes_list() || (tok.word == NULL && !is_redirection()))
			unexpected(NULL);
		n = node(COMMAND, NULL, NULL);
	}
	words(n, !simple);
	n->text = start;
	n->len = last_end - start;
	return n;
}

static struct node *
pipeline(void)
{
	const char *start = tok.start;
	struct node *n, *last;
	int not = 0;

	for (; is_word("!"); advance())
		not ^= 1;
	n = last = command();
	if (is_op("|"))
		n = node(PIPELINE, n, NULL);
	while (is_op("|")) {
		advance();
		newlines();
		last = last->next = command();
	}
	n->text = start;
	n->len = last_end - start;
	return not ? node(NOT, n, NULL) : n;
}

static struct node *
and_or(void)
{
	const char *start = tok.start;
	struct node *n = pipeline();

	while (is_op("&&") || is_op("||")) {
		n = node(is_op("&&") ? AND : OR, n, NULL);
		advance();
		newlines();
		n->b = pipeline();
	}
	n->text = start;
	n->len = last_end - start;
	return n;
}

/* Takes an and_or and the ; or & behind it, and returns it as what follows n. */
static struct node *
append(struct node *n)
{
	struct node *more = and_or();

	if (is_op("&"))
		more = node(BACKGROUND, more, NULL);
	if (is_op("&") || is_op(";"))
		advance();
	else if (!is_op("\n") && !closes_list())
		unexpected(NULL);
	return n ? node(SEQUENCE, n, more) : more;
}

static struct node *
list(void)
{
	struct node *n = NULL;

	for (newlines(); !closes_list(); newlines())
		n = append(n);
	if (n == NULL)
		unexpected(NULL);
	return n;
}

/* Makes the tree of a line; NULL if it is empty. */
static void
line(void)
{
	tree = NULL;
	while (!is_op("\n") && (tok.word || tok.op))
		tree = append(tree);
}

enum parsed
parse(const char **from, struct node **to)
{
	enum parsed how = tokens(from, line);

	if (how == PARSED)
		*to = tree;
	return how;
}
