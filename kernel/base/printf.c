/* SPDX-License-Identifier: BSD-2-Clause */
/* Formatted output, and the log: a ring buffer of the last 16 KiB that printf() wrote. */
#include "base/printf.h"

#include <machine.h>

#include "base/bits.h"
#include "base/string.h"

#define LOG_SIZE 16384u /* a power of two */

static char log_ring[LOG_SIZE];
static uint32_t log_end; /* bytes logged since boot: the next is log_end % LOG_SIZE */

/* The buffer that formatted text is put into; what does not fit is counted only. */
struct sink {
	char *buf;
	size_t size, len; /* bytes of buf; bytes of the whole text so far */
	bool escape;      /* %s escapes control characters: put_escaped() */
};

/* Append c to what is printed, or only count it where there is no room. One byte stays for the
 * 0. */
static void
put(struct sink *s, char c)
{
	if (s->len + 1 < s->size)
		s->buf[s->len] = c;
	s->len++;
}

/* The flags, width and precision of a conversion. */
struct spec {
	bool left, zero;      /* '-', '0' */
	int width, precision; /* precision -1: none */
};

/* Put text, filled up to the width with blanks on the left, or on the right for the flag '-'. */
static void
put_padded(struct sink *s, const struct spec *sp, const char *text, size_t len)
{
	int pad = sp->width - (int)len;

	for (; !sp->left && pad > 0; pad--)
		put(s, ' ');
	while (len-- > 0)
		put(s, *text++);
	for (; pad > 0; pad--)
		put(s, ' ');
}

/*
 * Puts a string into the log. The string may come from a program, which must not be able to forge a
 * line or to send commands to the reader's terminal. So control characters (those of ISO 8859-1,
 * too) and the backslash are written as a backslash, x and two digits.
 */
static void
put_escaped(struct sink *s, const char *text, size_t len)
{
	static const char digits[] = "0123456789abcdef";

	for (; len > 0; len--, text++) {
		unsigned char c = (unsigned char)*text;

		if ((c & 0x7f) >= ' ' && c != 0x7f && c != '\\') {
			put(s, (char)c);
			continue;
		}
		put(s, '\\');
		put(s, 'x');
		put(s, digits[c >> 4]);
		put(s, digits[c & 15]);
	}
}

/* Put v in a base of 8, 10 or 16, with a minus sign if negative. Zeros in front fill it up to the
 * precision or, with the flag '0', to the width, but to no more than 32 digits. */
static void
put_number(struct sink *s, struct spec *sp, uint64_t v, unsigned base, bool negative, bool upper)
{
	const char *digits = upper ? "0123456789ABCDEF" : "0123456789abcdef";
	char text[40], *p = text + sizeof(text);
	int min = sp->precision;

	if (sp->zero && !sp->left && min < 0)
		min = sp->width - negative;
	if (min > 32)
		min = 32;
	while (v != 0 || p == text + sizeof(text))
		*--p = digits[bits_divide(&v, base)];
	while (text + sizeof(text) - p < min)
		*--p = '0';
	if (negative)
		*--p = '-';
	put_padded(s, sp, p, text + sizeof(text) - p);
}

/* Returns the next argument, an unsigned integer of the size that `longs` times "l" says. */
static uint64_t
get_unsigned(va_list *ap, int longs)
{
	return longs >= 2   ? va_arg(*ap, uint64_t)
	       : longs == 1 ? va_arg(*ap, unsigned long)
	                    : va_arg(*ap, unsigned);
}

/* Returns the next argument, a signed integer of the size that `longs` times "l" says. */
static int64_t
get_signed(va_list *ap, int longs)
{
	return longs >= 2   ? va_arg(*ap, int64_t)
	       : longs == 1 ? va_arg(*ap, long)
	                    : va_arg(*ap, int);
}

/* Reads the flags, width, precision and length of a conversion, and moves *fmt behind them.
 * Returns the length: 1 for l or z, 2 for ll. */
static int
parse_spec(const char **fmt, struct spec *sp, va_list *ap)
{
	int longs = 0;

	*sp = (struct spec){.precision = -1};
	for (;; ++*fmt) {
		if (**fmt == '-')
			sp->left = true;
		else if (**fmt == '0')
			sp->zero = true;
		else
			break;
	}
	if (**fmt == '*') {
		sp->width = va_arg(*ap, int);
		++*fmt;
	}
	for (; **fmt >= '0' && **fmt <= '9'; ++*fmt)
		sp->width = sp->width * 10 + **fmt - '0';
	if (**fmt == '.') {
		sp->precision = 0;
		for (++*fmt; **fmt >= '0' && **fmt <= '9'; ++*fmt)
			sp->precision = sp->precision * 10 + **fmt - '0';
	}
	for (; **fmt == 'l' || **fmt == 'z'; ++*fmt)
		longs++;
	return longs;
}

/* Put the argument of conversion c, with the flags and width of *sp. Puts c itself if there is no
 * such conversion. */
static void
put_conversion(struct sink *s, char c, struct spec *sp, int longs, va_list *ap)
{
	const char *text;
	int64_t v;
	size_t n;
	char ch;

	switch (c) {
	case 'd':
	case 'i':
		v = get_signed(ap, longs);
		put_number(s, sp, v < 0 ? -(uint64_t)v : (uint64_t)v, 10, v < 0, false);
		break;
	case 'u':
		put_number(s, sp, get_unsigned(ap, longs), 10, false, false);
		break;
	case 'o':
		put_number(s, sp, get_unsigned(ap, longs), 8, false, false);
		break;
	case 'x':
	case 'X':
		put_number(s, sp, get_unsigned(ap, longs), 16, false, c == 'X');
		break;
	case 'p':
		put(s, '0');
		put(s, 'x');
		put_number(s, sp, (uintptr_t)va_arg(*ap, void *), 16, false, false);
		break;
	case 'c':
		ch = va_arg(*ap, int);
		put_padded(s, sp, &ch, 1);
		break;
	case 's':
		text = va_arg(*ap, const char *);
		for (n = 0; (sp->precision < 0 || n < (size_t)sp->precision) && text[n] != '\0';
		     n++)
			;
		if (s->escape)
			put_escaped(s, text, n);
		else
			put_padded(s, sp, text, n);
		break;
	default:
		put(s, c);
		break;
	}
}

/* Print the arguments by fmt into s, and end it with a 0 if it has any room. Returns the length
 * that all of it needs, as vsnprintf() does. */
static int
format(struct sink s, const char *fmt, va_list args)
{
	struct spec sp;
	va_list ap;

	va_copy(ap, args);
	while (*fmt != '\0') {
		int longs;

		if (*fmt != '%') {
			put(&s, *fmt++);
			continue;
		}
		fmt++;
		longs = parse_spec(&fmt, &sp, &ap);
		if (*fmt == '\0')
			break;
		put_conversion(&s, *fmt++, &sp, longs, &ap);
	}
	va_end(ap);
	if (s.size > 0)
		s.buf[s.len < s.size ? s.len : s.size - 1] = '\0';
	return (int)s.len;
}

int
vsnprintf(char *buf, size_t size, const char *fmt, va_list args)
{
	return format((struct sink){.buf = buf, .size = size}, fmt, args);
}

int
snprintf(char *buf, size_t size, const char *fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(buf, size, fmt, ap);
	va_end(ap);
	return n;
}

void
out_add(struct out *o, const char *fmt, ...)
{
	size_t room = o->size - o->len, n;
	va_list ap;

	va_start(ap, fmt);
	n = vsnprintf(o->buf + o->len, room, fmt, ap);
	va_end(ap);
	o->len += n < room ? n : room - 1;
}

void
vprintf(const char *fmt, va_list ap)
{
	char line[256];
	size_t i, n;

	n = format((struct sink){.buf = line, .size = sizeof(line), .escape = true}, fmt, ap);
	if (n >= sizeof(line)) {
		/* The text is cut, but a line still ends with a newline. */
		n = sizeof(line) - 1;
		if (fmt[strlen(fmt) - 1] == '\n')
			line[n - 1] = '\n';
	}
	for (i = 0; i < n; i++)
		log_ring[log_end++ % LOG_SIZE] = line[i];
	log_write(line, n);
}

void
printf(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
}

size_t
log_read(uint32_t *pos, char *buf, size_t n)
{
	size_t i;

	if (log_end - *pos > LOG_SIZE)
		*pos = log_end > LOG_SIZE ? log_end - LOG_SIZE : 0;
	for (i = 0; i < n && *pos != log_end; i++)
		buf[i] = log_ring[(*pos)++ % LOG_SIZE];
	return i;
}
