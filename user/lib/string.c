/* SPDX-License-Identifier: BSD-2-Clause */
/* Strings and characters. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

/* Bits of a character: upper 1, lower 2, digit 4, hexadecimal 8, space 16, punctuation 32, blank
 * 64. */
const unsigned char __ctype[256] = {['\t' ... '\r'] = 16, [' '] = 80,         ['!' ... '/'] = 32,
                                    ['0' ... '9'] = 12,   [':' ... '@'] = 32, ['A' ... 'F'] = 9,
                                    ['G' ... 'Z'] = 1,    ['[' ... '`'] = 32, ['a' ... 'f'] = 10,
                                    ['g' ... 'z'] = 2,    ['{' ... '~'] = 32};

int
tolower(int c)
{
	return isupper(c) ? c + 32 : c;
}

int
toupper(int c)
{
	return islower(c) ? c - 32 : c;
}

/* Written in assembly, because a compiler may turn a C loop into a call of memcpy. */
void *
memcpy(void *d, const void *s, size_t n)
{
	void *to = d;

	__asm__ volatile("rep movsb" : "+D"(to), "+S"(s), "+c"(n) : : "memory");
	return d;
}

void *
memmove(void *d, const void *s, size_t n)
{
	if ((size_t)d - (size_t)s >= n)
		return memcpy(d, s, n);

	char *to = (char *)d + n - 1;
	const char *from = (const char *)s + n - 1;

	__asm__ volatile("std; rep movsb; cld" : "+D"(to), "+S"(from), "+c"(n) : : "memory");
	return d;
}

void *
memset(void *d, int c, size_t n)
{
	void *to = d;

	__asm__ volatile("rep stosb" : "+D"(to), "+c"(n) : "a"(c) : "memory");
	return d;
}

int
memcmp(const void *a, const void *b, size_t n)
{
	const unsigned char *p = a, *q = b;

	for (; n; p++, q++, n--) {
		if (*p != *q)
			return *p - *q;
	}
	return 0;
}

void *
memchr(const void *s, int c, size_t n)
{
	const unsigned char *p = s;

	for (; n; p++, n--) {
		if (*p == (unsigned char)c)
			return (void *)p;
	}
	return NULL;
}

size_t
strnlen(const char *s, size_t n)
{
	const char *end = memchr(s, 0, n);

	return end ? (size_t)(end - s) : n;
}

size_t
strlen(const char *s)
{
	return strnlen(s, -1);
}

char *
strcpy(char *d, const char *s)
{
	return memcpy(d, s, strlen(s) + 1);
}

char *
strncpy(char *d, const char *s, size_t n)
{
	size_t len = strnlen(s, n);

	memset(d + len, 0, n - len);
	return memcpy(d, s, len);
}

char *
strcat(char *d, const char *s)
{
	strcpy(d + strlen(d), s);
	return d;
}

int
strncmp(const char *a, const char *b, size_t n)
{
	for (; n; a++, b++, n--) {
		if (*a != *b || *a == 0)
			return (unsigned char)*a - (unsigned char)*b;
	}
	return 0;
}

int
strcmp(const char *a, const char *b)
{
	return strncmp(a, b, -1);
}

int
strcasecmp(const char *a, const char *b)
{
	while (*a && tolower(*a) == tolower(*b))
		a++, b++;
	return tolower(*a) - tolower(*b);
}

char *
strchr(const char *s, int c)
{
	return memchr(s, c, strlen(s) + 1);
}

char *
strrchr(const char *s, int c)
{
	for (size_t i = strlen(s) + 1; i--;) {
		if (s[i] == (char)c)
			return (char *)s + i;
	}
	return NULL;
}

char *
strstr(const char *s, const char *what)
{
	for (size_t n = strlen(what);; s++) {
		if (strncmp(s, what, n) == 0)
			return (char *)s;
		if (*s == 0)
			return NULL;
	}
}

size_t
strcspn(const char *s, const char *set)
{
	size_t n = 0;

	while (strchr(set, s[n]) == NULL)
		n++;
	return n;
}

size_t
strspn(const char *s, const char *set)
{
	size_t n = 0;

	while (s[n] && strchr(set, s[n]))
		n++;
	return n;
}

char *
strtok(char *s, const char *set)
{
	static char *rest;

	s = s ? s : rest;
	s += strspn(s, set);
	rest = s + strcspn(s, set);
	if (rest == s)
		return NULL;
	if (*rest)
		*rest++ = 0;
	return s;
}

char *
strdup(const char *s)
{
	char *d = malloc(strlen(s) + 1);

	return d ? strcpy(d, s) : NULL;
}
