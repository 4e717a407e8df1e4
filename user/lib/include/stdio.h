/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#include <stdarg.h>
#include <sys/types.h>
#include <abi/fcntl.h>

#define EOF (-1)
#define BUFSIZ 1024
#define FOPEN_MAX 16
#define _IOFBF 0
#define _IOLBF 1
#define _IONBF 2
#define getc(f) fgetc(f)
#define getchar() fgetc(stdin)
#define putc(c, f) fputc(c, f)
#define putchar(c) fputc(c, stdout)
#define setbuf(f, buf) setvbuf(f, buf, (buf) ? _IOFBF : _IONBF, BUFSIZ)

typedef struct FILE FILE;
extern FILE *const stdin, *const stdout, *const stderr;

FILE *fopen(const char *path, const char *mode), *fdopen(int fd, const char *mode);
int fclose(FILE *f), fflush(FILE *f), fileno(FILE *f), feof(FILE *f), ferror(FILE *f);
void clearerr(FILE *f);
int setvbuf(FILE *f, char *buf, int mode, size_t size);
int fgetc(FILE *f), ungetc(int c, FILE *f);
char *fgets(char *s, int size, FILE *f);
size_t fread(void *p, size_t size, size_t n, FILE *f);
int fputc(int c, FILE *f), fputs(const char *s, FILE *f);
int puts(const char *s);
size_t fwrite(const void *p, size_t size, size_t n, FILE *f);
void perror(const char *s);
#define FORMAT(f, a) __attribute__((format(printf, f, a)))
int printf(const char *fmt, ...) FORMAT(1, 2), fprintf(FILE *f, const char *fmt, ...) FORMAT(2, 3);
int sprintf(char *s, const char *fmt, ...) FORMAT(2, 3);
int snprintf(char *s, size_t size, const char *fmt, ...) FORMAT(3, 4);
int vprintf(const char *fmt, va_list ap) FORMAT(1, 0);
int vfprintf(FILE *f, const char *fmt, va_list ap) FORMAT(2, 0);
int vsprintf(char *s, const char *fmt, va_list ap) FORMAT(2, 0);
int vsnprintf(char *s, size_t n, const char *fmt, va_list ap) FORMAT(3, 0);
#undef FORMAT
