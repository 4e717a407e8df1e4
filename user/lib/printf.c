/* SPDX-License-Identifier: BSD-2-Clause */
/* One formatter behind the whole printf family. */
#include <ctype.h>
#include <string.h>

#include "format.h"

struct spec {
	int left, plus, space, alt, zero;
	int width, prec; /* prec -1: none given */
};

struct out {
	void (*put)(void *, char);
	void *arg;
	int count;
};

static void
put(struct out *o, char c)
{
	o->put(o->arg, c);
	o->count++;
}

static void
pad(struct out *o, char c, int n)
{
	while (n-- > 0)
		put(o, c);
}

/* sign or 0x, then zeros, then the digits or text, in a field. */
static void
field(struct out *o, const struct spec *s, const char *prefix, int zeros, const char *text, int len)
{
	int fill = s->width - (int)strlen(prefix) - zeros - len;

	if (!s->left)
		pad(o, ' ', fill);
	while (*prefix)
		put(o, *prefix++);
	pad(o, '0', zeros);
	while (len-- > 0)
		put(o, *text++);
	if (s->left)
		pad(o, ' ', fill);
}

static void
number(struct out *o, const struct spec *s, unsigned long long n, const char *sign, char conv)
{
	const char *digits = conv == 'X' ? "0123456789ABCDEF" : "0123456789abcdef";
	unsigned base = conv == 'o' ? 8 : tolower(conv) == 'x' || conv == 'p' ? 16 : 10;
	char buf[24], *p = buf + sizeof(buf);
	int len, zeros;

	if (conv == 'p' || (s->alt && base == 16 && n))
		sign = conv == 'X' ? "0X" : "0x";
	for (; n; n /= base)
		*--p = digits[n % base];
	len = buf + sizeof(buf) - p;
	zeros = (s->prec < 0 ? 1 : s->prec) - len;
	if (s->alt && base == 8 && zeros < 1)
		zeros = 1;
	if (s->zero && !s->left && s->prec < 0 && zeros < s->width - len - (int)strlen(sign))
		zeros = s->width - len - (int)strlen(sign);
	field(o, s, sign, zeros > 0 ? zeros : 0, p, len);
}

/* Up to 9 decimals of numbers below 2^63: enough for times and ratios. */
static void
fraction(struct out *o, const struct spec *s, double x)
{
	struct spec inner = {.prec = -1};
	int prec = s->prec < 0 ? 6 : s->prec > 9 ? 9 : s->prec;
	const char *sign = x < 0 ? "-" : s->plus ? "+" : s->space ? " " : "";
	long long whole, scale = 1, part;
	int start = o->count;

	if (x < 0)
		x = -x;
	for (int i = 0; i < prec; i++)
		scale *= 10;
	whole = x;
	part = (x - whole) * scale + 0.5;
	if (part >= scale) {
		whole++;
		part -= scale;
	}
	inner.width = s->left ? 0 : s->width - (prec ? prec + 1 : 0);
	inner.zero = s->zero;
	number(o, &inner, whole, sign, 'd');
	if (prec) {
		put(o, '.');
		inner.width = 0;
		inner.prec = prec;
		number(o, &inner, part, "", 'd');
	}
	if (s->left)
		pad(o, ' ', s->width - (o->count - start));
}

static const char *
parse(const char *f, struct spec *s, va_list *ap)
{
	for (; *f && strchr("-+ #0", *f); f++)
		*(*f == '-'   ? &s->left
		  : *f == '+' ? &s->plus
		  : *f == ' ' ? &s->space
		  : *f == '#' ? &s->alt
		              : &s->zero) = 1;
	if (*f == '*') {
		f++;
		s->width = va_arg(*ap, int);
		if (s->width < 0) {
			s->left = 1;
			s->width = -s->width;
		}
	} else {
		for (; isdigit(*f); f++)
			s->width = s->width * 10 + *f - '0';
	}
	if (*f == '.') {
		f++;
		if (*f == '*') {
			f++;
			s->prec = va_arg(*ap, int);
		} else {
			for (s->prec = 0; isdigit(*f); f++)
				s->prec = s->prec * 10 + *f - '0';
		}
	}
	return f;
}

static unsigned long long
argument(va_list *ap, int size, int is_signed)
{
	if (size >= 2)
		return va_arg(*ap, unsigned long long);
	if (is_signed) {
		int n = va_arg(*ap, int);

		return (long long)(size == -2 ? (signed char)n : size == -1 ? (short)n : n);
	} else {
		unsigned n = va_arg(*ap, unsigned);

		return size == -2 ? (unsigned char)n : size == -1 ? (unsigned short)n : n;
	}
}

static void
convert(struct out *o, struct spec *s, char conv, int size, va_list *ap)
{
	const char *text;
	long long n;
	char c;

	switch (conv) {
	case 'd':
	case 'i':
		n = argument(ap, size, 1);
		number(o, s, n < 0 ? -(unsigned long long)n : (unsigned long long)n,
		       n < 0      ? "-"
		       : s->plus  ? "+"
		       : s->space ? " "
		                  : "",
		       'd');
		break;
	case 'u':
	case 'o':
	case 'x':
	case 'X':
	case 'p':
		number(o, s, argument(ap, size, 0), "", conv);
		break;
	case 'f':
		fraction(o, s, va_arg(*ap, double));
		break;
	case 's':
		text = va_arg(*ap, const char *);
		if (text == NULL)
			text = "(null)";
		field(o, s, "", 0, text, strnlen(text, s->prec < 0 ? (size_t)-1 : (size_t)s->prec));
		break;
	case 'c':
		c = va_arg(*ap, int);
		field(o, s, "", 0, &c, 1);
		break;
	default:
		put(o, conv);
	}
}

int
__format(void (*putc)(void *, char), void *arg, const char *f, va_list args)
{
	struct out o = {putc, arg, 0};
	va_list ap;

	va_copy(ap, args); /* whose address may be handed on, args' may not */
	for (; *f; f++) {
		struct spec s = {.prec = -1};
		int size = 0;

		if (*f != '%') {
			put(&o, *f);
			continue;
		}
		f = parse(f + 1, &s, &ap);
		for (; *f && strchr("hljzt", *f); f++)
			size += *f == 'h' ? -1 : *f == 'l' ? 1 : *f == 'j' ? 2 : 0;
		if (*f == 0)
			break;
		convert(&o, &s, *f, size, &ap);
	}
	va_end(ap);
	return o.count;
}
