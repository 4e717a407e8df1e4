/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef FORMAT_H
#define FORMAT_H

#include <stdarg.h>

/* Format to put(arg, character); returns how many there were. */
int __format(void (*put)(void *, char), void *arg, const char *fmt, va_list ap);

#endif
