/* SPDX-License-Identifier: BSD-2-Clause */
/* Formatted output of the kernel, and its log. Nothing here sleeps. */
#ifndef PRINTF_H
#define PRINTF_H

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#define PRINTF_LIKE(fmt, args) __attribute__((format(printf, fmt, args)))

/* Like C's vsnprintf() and snprintf(), for %d %i %u %x %X %o %c %s %p %% with -, 0, width, *,
 * precision, l, ll and z. The two write at most size bytes, including the NUL, and return the
 * length of the whole text. */
int vsnprintf(char *buf, size_t size, const char *fmt, va_list ap);
int snprintf(char *buf, size_t size, const char *fmt, ...) PRINTF_LIKE(3, 4);

/* A text that is put together in a buffer of `size` bytes, at least 1. out_add() appends to it, and
 * cuts what does not fit; len is its length, without the NUL. */
struct out {
	char *buf;
	size_t size, len;
};
void out_add(struct out *o, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* Print to the log: the ring buffer that dmesg shows, and the machine's log line. A call prints
 * at most 255 bytes. In strings (%s, where a width has no effect) control characters are
 * escaped. */
void printf(const char *fmt, ...) PRINTF_LIKE(1, 2);
void vprintf(const char *fmt, va_list ap);

/* Copy up to n bytes of the log from position *pos on into buf, and move *pos behind them. A
 * position counts all bytes since boot; one that the ring no longer has is first moved to the
 * oldest byte that it has. Returns the number of bytes. */
size_t log_read(uint32_t *pos, char *buf, size_t n);

#endif
