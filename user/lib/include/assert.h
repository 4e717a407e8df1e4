/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

_Noreturn void __assert_fail(const char *what, const char *file, int line);

#ifdef NDEBUG
#define assert(e) ((void)0)
#else
#define assert(e) ((e) ? (void)0 : __assert_fail(#e, __FILE__, __LINE__))
#endif
#define static_assert _Static_assert
