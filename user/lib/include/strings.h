/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#include <stddef.h>

int strcasecmp(const char *a, const char *b), strncasecmp(const char *a, const char *b, size_t n);
