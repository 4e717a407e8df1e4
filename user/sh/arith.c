/* SPDX-License-Identifier: BSD-2-Clause */
/* Numbers: $((...)), with C's operators but those that assign or work on bits. */
#include "sh.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *at, *wrong; /* what is left; what is wrong, or NULL */

/* The operators; those of a higher level bind more tightly. */
static const struct {
	char text[3];
	int level;
} operators[] = {{"||", 1}, {"&&", 2}, {"==", 3}, {"!=", 3}, {"<=", 4}, {">=", 4}, {"<", 4},
                 {">", 4},  {"+", 5},  {"-", 5},  {"*", 6},  {"/", 6},  {"%", 6},  {"", 0}};

static long expression(int level);

static void
blanks(void)
{
	at += strspn(at, " \t\n");
}

/* A number, a variable, or something with an operator before it or in parentheses. */
static long
operand(void)
{
	size_t n;
	long v;

	blanks();
	n = name_length(at);
	if (*at == '-' || *at == '+' || *at == '!') {
		char op = *at++;

		v = operand();
		return op == '-' ? -v : op == '!' ? !v : v;
	}
	if (*at == '(') {
		at++;
		v = expression(1);
		if (*at == ')')
			at++;
		else
			wrong = "a ) is missing";
		return v;
	}
	if (isdigit(*at))
		return strtol(at, (char **)&at, 0);
	if (n == 0) {
		wrong = *at ? "a number is missing" : "it ends too early";
		return 0;
	}
	v = strtol(var_get(keep_text(at, n)) ?: "0", NULL, 0);
	at += n;
	return v;
}

static long
apply(const char *op, long a, long b)
{
	switch (*op) {
	case '|':
		return a || b;
	case '&':
		return a && b;
	case '=':
		return a == b;
	case '!':
		return a != b;
	case '<':
		return op[1] ? a <= b : a < b;
	case '>':
		return op[1] ? a >= b : a > b;
	case '+':
		return a + b;
	case '-':
		return a - b;
	case '*':
		return a * b;
	}
	if (b == 0)
		wrong = "division by zero";
	/* The smallest number has no positive counterpart. */
	return b == 0 ? 0 : b == -1 ? (*op == '/' ? -a : 0) : *op == '/' ? a / b : a % b;
}

static long
expression(int level)
{
	long v = operand();

	while (wrong == NULL) {
		int i = 0;

		blanks();
		while (operators[i].level &&
		       strncmp(at, operators[i].text, strlen(operators[i].text)))
			i++;
		if (operators[i].level < level)
			break;
		at += strlen(operators[i].text);
		v = apply(operators[i].text, v, expression(operators[i].level + 1));
	}
	return v;
}

int
arith(const char *text, long *value)
{
	at = text;
	wrong = NULL;
	*value = expression(1);
	if (wrong == NULL && *at)
		wrong = "an operator is missing";
	if (wrong)
		fprintf(stderr, "sh: $((%s)): %s\n", text, wrong);
	return wrong ? -1 : 0;
}
