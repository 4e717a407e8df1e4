/* SPDX-License-Identifier: BSD-2-Clause */
/* Where words end: what quotes, backslashes, $(...) and ${...} hold together. */
#include "sh.h"

#include <ctype.h>
#include <string.h>

size_t
name_length(const char *s)
{
	size_t n = 0;

	while (isalpha(s[n]) || s[n] == '_' || (n && isdigit(s[n])))
		n++;
	return n;
}

const char *
paren_end(const char *s, const char **open)
{
	while (s && *s != ')') {
		if (*s == 0) {
			*open = ")";
			return NULL;
		}
		if (*s == '(') {
			s = paren_end(s + 1, open);
			s = s ? s + 1 : NULL;
		} else {
			s = unit_end(s, open);
		}
	}
	return s;
}

/* Returns the end of a quotation or ${...} that character end closes; s is behind its opening. If
 * nested, backslashes and dollars have their meanings in it. */
static const char *
closed_by(const char *s, const char *end, int nested, const char **open)
{
	while (s && *s != *end) {
		if (*s == 0) {
			*open = end;
			return NULL;
		}
		s = nested && (*s == '\\' || *s == '$') ? unit_end(s, open) : s + 1;
	}
	return s ? s + 1 : NULL;
}

const char *
unit_end(const char *s, const char **open)
{
	switch (*s) {
	case '\\':
		*open = "a character after \\";
		return s[1] && (s[1] != '\n' || s[2]) ? s + 2 : NULL;
	case '\'':
		return closed_by(s + 1, "'", 0, open);
	case '"':
		return closed_by(s + 1, "\"", 1, open);
	case '$':
		if (s[1] == '{')
			return closed_by(s + 2, "}", 1, open);
		if (s[1] != '(')
			return s + 1;
		s = paren_end(s + 2, open);
		return s ? s + 1 : NULL;
	default:
		return s + 1;
	}
}

const char *
word_end(const char *s, const char **open)
{
	while (s && *s && !strchr(" \t\n;&|<>()", *s))
		s = unit_end(s, open);
	return s;
}

char *
unescape(char *s)
{
	char *to = s;

	for (const char *from = s; *from; from++)
		*to++ = *(from += *from == '\\' && from[1]);
	*to = 0;
	return s;
}
