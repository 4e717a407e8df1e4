/* SPDX-License-Identifier: BSD-2-Clause */
/* The kernel's command line: words of the form name=value. */
#ifndef CMDLINE_H
#define CMDLINE_H

#include <stddef.h>
#include <stdint.h>

/* Keep the line. */
void cmdline_init(const char *line);
/* Warn about names that nobody knows. */
void cmdline_check(void);
/* All of it as one line with its end; => bytes. */
size_t cmdline_read(char *buf, size_t size);
/* The value of name, NULL if it isn't there. The last one counts. */
const char *cmdline_get(const char *name);
/* A number within [min, max], with K, M or G behind it if wanted; dflt and a
 * warning if what is there is not one. */
uint32_t cmdline_number(const char *name, uint32_t dflt, uint32_t min, uint32_t max);

#endif
