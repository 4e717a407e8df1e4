/* SPDX-License-Identifier: BSD-2-Clause */
/* The kernel's command line: words of the form name=value, and a few without a value. */
#ifndef CMDLINE_H
#define CMDLINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Keep a copy of the loader's line. Must be called before the others. */
void cmdline_init(const char *line);
/* Print a warning for each word on the line that the kernel does not know. */
void cmdline_check(void);
/* Write the whole line with a newline into buf, as much of it as `size` bytes hold. Returns the
 * number of bytes. */
size_t cmdline_read(char *buf, size_t size);
/* Returns the value of name; of the last one, if there are several; NULL if there is none. */
const char *cmdline_get(const char *name);
/* Returns whether the line has that word, which has no value. */
bool cmdline_has(const char *word);
/* Returns the value of name as a number, which may have K, M or G behind it. Returns dflt if there
 * is none; and dflt with a warning if the value is no number from min to max. */
uint32_t cmdline_number(const char *name, uint32_t dflt, uint32_t min, uint32_t max);

#endif
