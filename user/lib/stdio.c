/* SPDX-License-Identifier: BSD-2-Clause */
/* Streams: a buffer that is at any time either read from or written to. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "format.h"

struct FILE {
	int fd;   /* -1: this stream is free */
	int mode; /* _IOFBF..., or -1: decided at the first write */
	int eof, error, writing;
	size_t pos, len; /* reading: next, end; writing: pos bytes wait */
};

static char buffers[FOPEN_MAX][BUFSIZ]; /* apart, for they need no place in the image */
static FILE files[FOPEN_MAX] = {
	{.fd = 0},
	{.fd = 1, .mode = -1},
	{.fd = 2, .mode = _IONBF},
	[3 ... FOPEN_MAX - 1] = {.fd = -1},
};
FILE *const stdin = &files[0], *const stdout = &files[1], *const stderr = &files[2];

static char *
buffer(const FILE *f)
{
	return buffers[f - files];
}

FILE *
fdopen(int fd, const char *mode)
{
	(void)mode;
	for (FILE *f = files; f < files + FOPEN_MAX; f++) {
		if (f->fd < 0) {
			memset(f, 0, sizeof(*f));
			f->fd = fd;
			f->mode = -1;
			return f;
		}
	}
	errno = EMFILE;
	return NULL;
}

FILE *
fopen(const char *path, const char *mode)
{
	int flags = strchr(mode, '+') ? O_RDWR : *mode == 'r' ? O_RDONLY : O_WRONLY;
	FILE *f;
	int fd;

	if (*mode != 'r')
		flags |= O_CREAT | (*mode == 'a' ? O_APPEND : O_TRUNC);
	fd = open(path, flags, 0666);
	if (fd < 0)
		return NULL;
	f = fdopen(fd, mode);
	if (f == NULL)
		close(fd);
	return f;
}

int
fflush(FILE *f)
{
	size_t done = 0;
	int r = 0;

	if (f == NULL) {
		for (f = files; f < files + FOPEN_MAX; f++) {
			if (f->writing && fflush(f) < 0)
				r = EOF;
		}
		return r;
	}
	while (f->writing && done < f->pos) {
		ssize_t n = write(f->fd, buffer(f) + done, f->pos - done);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0) {
			f->error = 1;
			r = EOF;
			break;
		}
		done += n;
	}
	f->writing = 0;
	f->pos = f->len = 0;
	return r;
}

int
fclose(FILE *f)
{
	int r = fflush(f);

	if (close(f->fd) < 0)
		r = EOF;
	f->fd = -1;
	return r;
}

int
fileno(FILE *f)
{
	return f->fd;
}

int
feof(FILE *f)
{
	return f->eof;
}

int
ferror(FILE *f)
{
	return f->error;
}

void
clearerr(FILE *f)
{
	f->eof = f->error = 0;
}

int
setvbuf(FILE *f, char *buf, int mode, size_t size)
{
	(void)buf;
	(void)size;
	f->mode = mode;
	return 0;
}

int
fgetc(FILE *f)
{
	if (f->writing)
		fflush(f);
	if (f->pos == f->len) {
		ssize_t n;

		if (f == stdin)
			fflush(stdout); /* a prompt is seen before we wait */
		n = read(f->fd, buffer(f), BUFSIZ);
		if (n <= 0) {
			f->eof |= n == 0;
			f->error |= n < 0;
			return EOF;
		}
		f->pos = 0;
		f->len = n;
	}
	return (unsigned char)buffer(f)[f->pos++];
}

int
ungetc(int c, FILE *f)
{
	if (c == EOF || f->writing || f->pos == 0)
		return EOF;
	f->eof = 0;
	buffer(f)[--f->pos] = c;
	return c;
}

char *
fgets(char *s, int size, FILE *f)
{
	int n = 0, c = 0;

	while (n < size - 1 && c != '\n' && (c = fgetc(f)) != EOF)
		s[n++] = c;
	if (n == 0)
		return NULL;
	s[n] = 0;
	return s;
}

size_t
fread(void *p, size_t size, size_t n, FILE *f)
{
	size_t done;
	int c;

	for (done = 0; done < size * n && (c = fgetc(f)) != EOF; done++)
		((char *)p)[done] = c;
	return size ? done / size : 0;
}

static void
put(void *file, char c)
{
	FILE *f = file;

	if (!f->writing) {
		f->writing = 1;
		f->pos = 0;
	}
	if (f->mode < 0)
		f->mode = isatty(f->fd) ? _IOLBF : _IOFBF;
	buffer(f)[f->pos++] = c;
	if (f->pos == BUFSIZ || (c == '\n' && f->mode == _IOLBF))
		fflush(f);
}

/* Unbuffered means that what one call prints leaves in one piece at its end. */
static int
done(FILE *f, int result)
{
	if (f->mode == _IONBF)
		fflush(f);
	return f->error ? EOF : result;
}

int
fputc(int c, FILE *f)
{
	put(f, c);
	return done(f, (unsigned char)c);
}

size_t
fwrite(const void *p, size_t size, size_t n, FILE *f)
{
	for (size_t i = 0; i < size * n; i++)
		put(f, ((const char *)p)[i]);
	return done(f, 0) < 0 ? 0 : n;
}

int
fputs(const char *s, FILE *f)
{
	while (*s)
		put(f, *s++);
	return done(f, 0);
}

int
puts(const char *s)
{
	return printf("%s\n", s);
}

int
vfprintf(FILE *f, const char *fmt, va_list ap)
{
	return done(f, __format(put, f, fmt, ap));
}

int
vprintf(const char *fmt, va_list ap)
{
	return vfprintf(stdout, fmt, ap);
}

struct string {
	char *s;
	size_t pos, size;
};

static void
put_string(void *string, char c)
{
	struct string *t = string;

	if (t->pos + 1 < t->size)
		t->s[t->pos++] = c;
}

int
vsnprintf(char *s, size_t size, const char *fmt, va_list ap)
{
	struct string t = {s, 0, size};
	int n = __format(put_string, &t, fmt, ap);

	if (size)
		s[t.pos] = 0;
	return n;
}

int
vsprintf(char *s, const char *fmt, va_list ap)
{
	return vsnprintf(s, 0x7fffffff, fmt, ap);
}

#define VARIADIC(call) \
	va_list ap; \
	int n; \
\
	va_start(ap, fmt); \
	n = call; \
	va_end(ap); \
	return n

int
printf(const char *fmt, ...)
{
	VARIADIC(vfprintf(stdout, fmt, ap));
}

int
fprintf(FILE *f, const char *fmt, ...)
{
	VARIADIC(vfprintf(f, fmt, ap));
}

int
sprintf(char *s, const char *fmt, ...)
{
	VARIADIC(vsprintf(s, fmt, ap));
}

int
snprintf(char *s, size_t size, const char *fmt, ...)
{
	VARIADIC(vsnprintf(s, size, fmt, ap));
}
