/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#include <sys/types.h>

#define EXIT_SUCCESS 0
#define EXIT_FAILURE 1
#define RAND_MAX 0x7fffffff

void *malloc(size_t n), *calloc(size_t n, size_t size), *realloc(void *p, size_t n), free(void *p);
_Noreturn void exit(int status), abort(void);
int atexit(void (*fn)(void));
char *getenv(const char *name);
int setenv(const char *name, const char *value, int overwrite);
long strtol(const char *s, char **end, int base);
unsigned long strtoul(const char *s, char **end, int base);
long long strtoll(const char *s, char **end, int base);
unsigned long long strtoull(const char *s, char **end, int base);
int rand(void);
void srand(unsigned seed);
void qsort(void *base, size_t n, size_t size, int (*cmp)(const void *, const void *));

#define abs(n) __builtin_abs(n)
#define atol(s) strtol(s, NULL, 10)
#define atoi(s) ((int)atol(s))
