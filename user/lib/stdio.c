/* SPDX-License-Identifier: BSD-2-Clause */
/* Streams, and the printf family at the end. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char buffers[FOPEN_MAX][BUFSIZ]; /* not in FILE, so that they lie in the bss */
FILE __files[FOPEN_MAX] = {
	{.fd = 0, .buf = buffers[0], .size = BUFSIZ},
	{.fd = 1, .buf = buffers[1], .size = BUFSIZ, .mode = -1},
	{.fd = 2, .buf = buffers[2], .size = BUFSIZ, .mode = _IONBF},
	[3 ... FOPEN_MAX - 1] = {.fd = -1},
};

FILE *
fopen(const char *path, const char *mode)
{
	int flags = strchr(mode, '+') ? O_RDWR : *mode == 'r' ? O_RDONLY : O_WRONLY, i = 3;

	if (*mode != 'r')
		flags |= O_CREAT | (*mode == 'a' ? O_APPEND : O_TRUNC);
	while (i < FOPEN_MAX && __files[i].fd >= 0)
		i++;
	if (i == FOPEN_MAX) {
		errno = EMFILE;
		return NULL;
	}
	__files[i] = (FILE){.mode = -1, .buf = buffers[i], .size = BUFSIZ};
	__files[i].fd = open(path, flags, 0666);
	return __files[i].fd < 0 ? NULL : &__files[i];
}

int
fflush(FILE *f)
{
	size_t done = 0;
	int r = 0;

	for (int i = 0; f == NULL && i < FOPEN_MAX; i++)
		r |= fflush(&__files[i]);
	while (f && f->writing && done < f->pos) {
		ssize_t n = write(f->fd, f->buf + done, f->pos - done);

		if (n > 0) {
			done += n;
		} else if (errno != EINTR) {
			f->error = 1;
			r = EOF;
			break;
		}
	}
	if (f)
		f->pos = f->len = f->writing = 0;
	return r;
}

int
fclose(FILE *f)
{
	int r = fflush(f) | close(f->fd);

	f->fd = -1;
	return r;
}

int
setvbuf(FILE *f, char *buf, int mode, size_t size)
{
	(void)buf, (void)size;
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
			fflush(stdout); /* show the prompt before waiting for an answer */
		n = read(f->fd, f->buf, f->size);
		f->eof |= n == 0;
		f->error |= n < 0;
		if (n <= 0)
			return EOF;
		f->pos = 0;
		f->len = n;
	}
	return (unsigned char)f->buf[f->pos++];
}

char *
fgets(char *s, int size, FILE *f)
{
	int n = 0, c = 0;

	while (n < size - 1 && c != '\n' && (c = fgetc(f)) != EOF)
		s[n++] = c;
	s[n] = 0;
	return n ? s : NULL;
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
put(FILE *f, char c)
{
	if (!f->writing) {
		f->writing = 1;
		f->pos = 0;
	}
	if (f->mode < 0)
		f->mode = isatty(f->fd) ? _IOLBF : _IOFBF;
	f->count++;
	if (f->pos < f->size)
		f->buf[f->pos++] = c;
	if (f->fd >= 0 && (f->pos == f->size || (c == '\n' && f->mode == _IOLBF)))
		fflush(f);
}

/* Ends a call that writes. On an unbuffered stream the output of the whole call is written now, in
 * one piece. Returns result, or EOF after an error. */
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
puts(const char *s)
{
	return printf("%s\n", s);
}

/* ---- printf ---- */

enum { LEFT = 1, PLUS = 2, SPACE = 4, ALT = 8, ZERO = 16 };
static const char flags[] = "-+ #0";

struct spec {
	int flags, width, prec; /* prec is -1 if none was given */
};

static void
pad(FILE *f, char c, int n)
{
	while (n-- > 0)
		put(f, c);
}

/* Writes a field: prefix (a sign or 0x), zeros, and text, padded to the width. */
static void
field(FILE *f, const struct spec *s, const char *prefix, int zeros, const char *text, int len)
{
	int fill = s->width - (int)strlen(prefix) - zeros - len;

	if (!(s->flags & LEFT))
		pad(f, ' ', fill);
	while (*prefix)
		put(f, *prefix++);
	pad(f, '0', zeros);
	while (len-- > 0)
		put(f, *text++);
	if (s->flags & LEFT)
		pad(f, ' ', fill);
}

/* Writes number n; its last `decimals` digits come after the decimal point. */
static void
number(FILE *f, const struct spec *s, unsigned long long n, int negative, char conv, int decimals)
{
	const char *digits = conv == 'X' ? "0123456789ABCDEF" : "0123456789abcdef", *sign = "";
	unsigned base = conv == 'o' ? 8 : strchr("xXp", conv) ? 16 : 10;
	char buf[32], *end = buf + sizeof(buf), *p = end;
	int zeros, prec = conv == 'f' ? -1 : s->prec;

	if (strchr("dif", conv))
		sign = negative ? "-" : s->flags & PLUS ? "+" : s->flags & SPACE ? " " : "";
	else if (conv == 'p' || (s->flags & ALT && base == 16 && n))
		sign = conv == 'X' ? "0X" : "0x";
	for (int i = 0; n || (decimals && i <= decimals); i++, n /= base) {
		if (decimals && i == decimals)
			*--p = '.';
		*--p = digits[n % base];
	}
	zeros = (prec < 0 ? 1 : prec) - (end - p);
	if (s->flags & ALT && base == 8 && zeros < 1)
		zeros = 1;
	if ((s->flags & (ZERO | LEFT)) == ZERO && prec < 0 && p > end - s->width + strlen(sign))
		zeros = s->width - strlen(sign) - (end - p);
	field(f, s, sign, zeros > 0 ? zeros : 0, p, end - p);
}

static void
convert(FILE *f, const struct spec *s, char conv, int size, va_list *ap)
{
	const char *text;
	int decimals;
	long long n;
	double x;
	char c;

	switch (conv) {
	case 'd':
	case 'i':
		n = size >= 2 ? va_arg(*ap, long long) : va_arg(*ap, int);
		n = size == -2 ? (signed char)n : size == -1 ? (short)n : n;
		number(f, s, n < 0 ? -(unsigned long long)n : (unsigned long long)n, n < 0, conv,
		       0);
		break;
	case 'u':
	case 'o':
	case 'x':
	case 'X':
	case 'p':
		n = size >= 2 ? va_arg(*ap, long long) : va_arg(*ap, unsigned);
		n = size == -2 ? (unsigned char)n : size == -1 ? (unsigned short)n : n;
		number(f, s, n, 0, conv, 0);
		break;
	case 'f': /* only values below 2^63 / 10^decimals: enough for times and ratios */
		x = va_arg(*ap, double);
		for (decimals = 0; decimals < (s->prec < 0 ? 6 : s->prec); decimals++)
			x *= 10;
		number(f, s, (long long)((x < 0 ? -x : x) + 0.5), x < 0, conv, decimals);
		break;
	case 's':
		text = va_arg(*ap, const char *) ?: "(null)";
		field(f, s, "", 0, text, strnlen(text, s->prec));
		break;
	case 'c':
		c = va_arg(*ap, int);
		field(f, s, "", 0, &c, 1);
		break;
	default:
		put(f, conv);
	}
}

/* Returns a width or precision: a number in the format, or the next argument for `*`. */
static int
amount(const char **fmt, va_list *ap)
{
	if (**fmt != '*')
		return strtol(*fmt, (char **)fmt, 10);
	++*fmt;
	return va_arg(*ap, int);
}

int
vfprintf(FILE *f, const char *fmt, va_list args)
{
	int start = f->count;
	va_list ap;

	va_copy(ap, args); /* a va_list parameter may be an array, so pass &ap on */
	for (; *fmt; fmt++) {
		struct spec s = {.prec = -1};
		const char *flag;
		int size = 0;

		if (*fmt != '%') {
			put(f, *fmt);
			continue;
		}
		while (*++fmt && (flag = strchr(flags, *fmt)))
			s.flags |= 1 << (flag - flags);
		s.width = amount(&fmt, &ap);
		if (s.width < 0) {
			s.flags |= LEFT;
			s.width = -s.width;
		}
		if (*fmt == '.') {
			fmt++;
			s.prec = amount(&fmt, &ap);
		}
		for (; *fmt && strchr("hljzt", *fmt); fmt++)
			size += *fmt == 'h' ? -1 : *fmt == 'l' ? 1 : *fmt == 'j' ? 2 : 0;
		if (*fmt == 0)
			break;
		convert(f, &s, *fmt, size, &ap);
	}
	va_end(ap);
	return done(f, f->count - start);
}

int
vsnprintf(char *s, size_t size, const char *fmt, va_list ap)
{
	FILE string = {.fd = -1, .writing = 1, .buf = s, .size = size};
	int n = vfprintf(&string, fmt, ap);

	if (size)
		s[string.pos < size ? string.pos : size - 1] = 0;
	return n;
}

#define VARIADIC(call)                                                                             \
	va_list ap;                                                                                \
	int n;                                                                                     \
                                                                                                   \
	va_start(ap, fmt);                                                                         \
	n = call;                                                                                  \
	va_end(ap);                                                                                \
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
