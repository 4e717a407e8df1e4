; SPDX-License-Identifier: BSD-2-Clause
; The first instructions of a program. ESP points at argc, argv and the environment.

section .note.GNU-stack noalloc noexec nowrite progbits
section .text
extern __libc_start

global _start:function
_start:
	xor ebp, ebp		; ends a debugger's backtrace
	mov eax, esp
	and esp, -16		; the System V ABI's alignment at a call
	sub esp, 12
	push eax
	call __libc_start
