/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#include "abi/fcntl.h"
#include <stdarg.h>
#include <sys/types.h>

#define EOF (-1)
#define BUFSIZ 1024
#define FOPEN_MAX 16
#define _IOFBF 0
#define _IOLBF 1
#define _IONBF 2

/* A stream. Its buffer holds input or, while writing is set, output; never both. */
typedef struct {
	int fd;   /* -1: a free stream, or one that writes to a string */
	int mode; /* _IOFBF, _IOLBF or _IONBF; -1 until the first write decides */
	int eof, error, writing;
	int count;       /* characters written so far */
	size_t pos, len; /* reading: the next byte, the end; writing: pos bytes wait */
	size_t size;
	char *buf;
} FILE;

extern FILE __files[FOPEN_MAX];
#define stdin (&__files[0])
#define stdout (&__files[1])
#define stderr (&__files[2])

int rename(const char *from, const char *to);
FILE *fopen(const char *path, const char *mode);
int fclose(FILE *f), fflush(FILE *f), fgetc(FILE *f);
char *fgets(char *s, int size, FILE *f);
size_t fread(void *p, size_t size, size_t n, FILE *f);
size_t fwrite(const void *p, size_t size, size_t n, FILE *f);
int fputc(int c, FILE *f), puts(const char *s);
int setvbuf(FILE *f, char *buf, int mode, size_t size);
void perror(const char *s);

#define fputs(s, f) fprintf(f, "%s", s)
#define fileno(f) ((f)->fd)
#define feof(f) ((f)->eof)
#define ferror(f) ((f)->error)
#define getc(f) fgetc(f)
#define getchar() fgetc(stdin)
#define putc(c, f) fputc(c, f)
#define putchar(c) fputc(c, stdout)
#define setbuf(f, buf) setvbuf(f, buf, (buf) ? _IOFBF : _IONBF, 0)

#define FORMAT(f, a) __attribute__((format(printf, f, a)))
int printf(const char *fmt, ...) FORMAT(1, 2), fprintf(FILE *f, const char *fmt, ...) FORMAT(2, 3);
int snprintf(char *s, size_t size, const char *fmt, ...) FORMAT(3, 4);
int sprintf(char *s, const char *fmt, ...) FORMAT(2, 3);
int vfprintf(FILE *f, const char *fmt, va_list ap) FORMAT(2, 0);
int vsnprintf(char *s, size_t n, const char *fmt, va_list ap) FORMAT(3, 0);
#define vprintf(fmt, ap) vfprintf(stdout, fmt, ap)
#define vsprintf(s, fmt, ap) vsnprintf(s, 0x7fffffff, fmt, ap)
#undef FORMAT
