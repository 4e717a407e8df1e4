; SPDX-License-Identifier: BSD-2-Clause
;
; Where the CPU enters the kernel, and where it leaves it. Each entry pushes a
; struct trapframe (trapframe.h), and trap_return pops it.

KERNEL_DS	equ 0x10
TRAP_PAGE	equ 14
TRAP_SYSCALL	equ 0x80
VECTORS		equ 256
FRAME_ECX	equ 40			; offsets in struct trapframe
FRAME_EDX	equ 36
FRAME_EAX	equ 44
FRAME_EFLAGS	equ 64
FLAGS_UNUSUAL	equ 0xffdab428		; EFLAGS_UNUSUAL of trapframe.h
EFLAGS_IF	equ 0x200

extern trap
extern page_fault
extern unusual_flags
extern syscall
extern user_return
extern return_work
extern double_fault

section .text

; The exceptions for which the CPU pushes an error code. (8, the double fault, enters
; a task instead, and does not come here.)
%define PUSHES_ERROR(n) (n == 10 || n == 11 || n == 12 || n == 13 || n == 14 || n == 17)

%macro VECTOR 1
vector_%1:
%if !PUSHES_ERROR(%1)
	push dword 0
%endif
	push dword %1
	jmp trap_enter
%endmacro

%assign n 0
%rep VECTORS
%if n <> TRAP_PAGE && n <> TRAP_SYSCALL
	VECTOR n
%endif
%assign n n + 1
%endrep

; SAVE CMP, ADDRESS, VALUE, JCC pushes the registers, which completes the trap frame,
; and loads the kernel's data segment. It compares the interrupted flags by CMP
; ADDRESS, VALUE, and calls unusual_flags() unless JCC jumps.
%macro SAVE 4
	pusha
	push ds
	push es
	push fs
	push gs
	%1 %2, %3
	%4 %%usual
	call mend_flags
%%usual:
	mov ds, [cs:kernel_ds]
	mov es, [cs:kernel_ds]
%endmacro

; Called by SAVE for unusual flags: unusual_flags() repairs the trap frame, or ends
; the process. Keeps EAX, ECX and EDX, which hold arguments of a system call.
mend_flags:
	cld
	mov ds, [cs:kernel_ds]
	mov es, [cs:kernel_ds]
	lea eax, [esp + 4]
	call unusual_flags
	mov eax, [esp + 4 + FRAME_EAX]
	mov ecx, [esp + 4 + FRAME_ECX]
	mov edx, [esp + 4 + FRAME_EDX]
	ret

; Entry of any trap: checks for FLAGS_UNUSUAL. This one test also replaces a CLD
; at each entry, since a set DF is among those flags.
%macro SAVE_TRAP 0
	SAVE test, dword [esp + FRAME_EFLAGS], FLAGS_UNUSUAL, jz
%endmacro

; Entry of a system call: compares bits 8 to 23 of EFLAGS with IF alone, so that any
; flag but the arithmetic ones is unusual.
%macro SAVE_SYSCALL 0
	SAVE cmp, word [esp + FRAME_EFLAGS + 1], EFLAGS_IF >> 8, je
%endmacro

global trap_enter
trap_enter:
	SAVE_TRAP
	mov eax, esp
	call trap
	jmp trap_return

; Page faults are the most frequent traps, and have a function of their own.
vector_14:
	push dword TRAP_PAGE
	SAVE_TRAP
	mov eax, esp
	call page_fault
	jmp trap_return

; A system call: calls syscall(number, arguments), with the number still in EAX and
; the six arguments pushed as an array. user_return() is called only if return_work
; says that there is something to do before the program continues.
vector_syscall:
	push eax			; tf->error: the number, to restart the call
	push dword TRAP_SYSCALL
	SAVE_SYSCALL
	push ebp
	push edi
	push esi
	push edx
	push ecx
	push ebx
	mov edx, esp
	call syscall
	add esp, 24
	mov [esp + FRAME_EAX], eax
	cmp byte [return_work], 0
	je trap_return
	call user_return

; The program may have cleared the TLS descriptor that one of its segment registers names, so
; each of these instructions may fault. mend_return() in trap.c then replaces the
; selector that was to be loaded.
global trap_return
global trap_return_gs
global trap_return_fs
global trap_return_iret
trap_return:
trap_return_gs:
	pop gs
trap_return_fs:
	pop fs
	pop es
	pop ds
	popa
	lea esp, [esp + 8]
trap_return_iret:
	iret

; A double fault switches to a task with a stack of its own, since the usual cause is
; a kernel stack that has overflowed.
global double_fault_entry
double_fault_entry:
	call double_fault

section .rodata
kernel_ds:
	dw KERNEL_DS
align 4
global trap_vectors
trap_vectors:
%assign n 0
%rep VECTORS
%if n == TRAP_SYSCALL
	dd vector_syscall
%else
	dd vector_ %+ n
%endif
%assign n n + 1
%endrep
