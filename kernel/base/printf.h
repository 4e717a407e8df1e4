/* SPDX-License-Identifier: BSD-2-Clause */
/* Formatted output of the kernel, and its log. */
#ifndef PRINTF_H
#define PRINTF_H

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#define PRINTF_LIKE(fmt, args) __attribute__((format(printf, fmt, args)))

/* %d %i %u %x %X %o %c %s %p %% with -, 0, width, *, precision, l, ll and z.
 * => like C's: the length that the whole text has; writes at most size bytes
 * with the NUL. */
int vsnprintf(char *buf, size_t size, const char *fmt, va_list ap);
int snprintf(char *buf, size_t size, const char *fmt, ...) PRINTF_LIKE(3, 4);

/* To the log: the ring that dmesg shows, and the machine's log line. At most 255 bytes;
 * of strings (%s, which have no width there) control characters are escaped. */
void printf(const char *fmt, ...) PRINTF_LIKE(1, 2);
void vprintf(const char *fmt, va_list ap);

/* Copy up to n bytes of the log from position *pos on; moves *pos. */
size_t log_read(uint32_t *pos, char *buf, size_t n);

#endif
