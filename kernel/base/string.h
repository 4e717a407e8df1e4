/* SPDX-License-Identifier: BSD-2-Clause */
/* Memory and string functions. Those of C's library do what they do there. */
#ifndef KSTRING_H
#define KSTRING_H

#include <stddef.h>

void *memcpy(void *to, const void *from, size_t n);
void *memmove(void *to, const void *from, size_t n);
void *memset(void *to, int c, size_t n);
int memcmp(const void *a, const void *b, size_t n);
size_t strlen(const char *s);
int strcmp(const char *a, const char *b);
int strncmp(const char *a, const char *b, size_t n);
char *strchr(const char *s, int c);
/* Copies as much of `from` as fits into size bytes with a NUL. Returns the length of `from`. */
size_t strlcpy(char *to, const char *from, size_t size);

#endif
