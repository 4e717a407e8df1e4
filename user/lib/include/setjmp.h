/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

typedef unsigned long jmp_buf[6]; /* ebx esi edi ebp esp eip */

int setjmp(jmp_buf env) __attribute__((returns_twice));
_Noreturn void longjmp(jmp_buf env, int value);
