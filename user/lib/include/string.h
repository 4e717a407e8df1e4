/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#include <stddef.h>

void *memcpy(void *d, const void *s, size_t n), *memmove(void *d, const void *s, size_t n);
void *memset(void *d, int c, size_t n), *memchr(const void *s, int c, size_t n);
int memcmp(const void *a, const void *b, size_t n);
size_t strlen(const char *s), strnlen(const char *s, size_t n);
char *strcpy(char *d, const char *s), *strncpy(char *d, const char *s, size_t n);
char *strcat(char *d, const char *s), *strdup(const char *s);
int strcmp(const char *a, const char *b), strncmp(const char *a, const char *b, size_t n);
int strcasecmp(const char *a, const char *b);
char *strchr(const char *s, int c), *strrchr(const char *s, int c);
char *strstr(const char *s, const char *what), *strtok(char *s, const char *set);
size_t strspn(const char *s, const char *set), strcspn(const char *s, const char *set);
char *strerror(int error), *strsignal(int sig);
