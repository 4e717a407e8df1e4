; SPDX-License-Identifier: BSD-2-Clause
;
; Where the CPU enters the kernel, and where it leaves it: struct trapframe
; (trapframe.h) is made and unmade here.

KERNEL_DS	equ 0x10
TRAP_PAGE	equ 14
TRAP_SYSCALL	equ 0x80
VECTORS		equ 256
FRAME_ECX	equ 40			; in struct trapframe
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

; The exceptions for which the CPU pushes an error code itself (8 is a task).
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

; The stack has a struct trapframe from here on. SAVE CMP, ADDRESS, VALUE, JCC looks
; at the flags: with those that are unusual, unusual_flags() is called.
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

; Called by SAVE: unusual_flags() mends the frame, or ends the process. The
; registers that a system call passes on keep their values.
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

; Any trap: flags that a program or C code may not have are unusual. All are rare,
; and so is DF, so that this test takes the place of CLD.
%macro SAVE_TRAP 0
	SAVE test, dword [esp + FRAME_EFLAGS], FLAGS_UNUSUAL, jz
%endmacro

; A system call: all but the arithmetic flags are unusual there, and so is IF if it
; is clear.
%macro SAVE_SYSCALL 0
	SAVE cmp, word [esp + FRAME_EFLAGS + 1], EFLAGS_IF >> 8, je
%endmacro

trap_enter:
	SAVE_TRAP
	mov eax, esp
	call trap
	jmp trap_return

; What most programs trap for goes straight there.
vector_14:
	push dword TRAP_PAGE
	SAVE_TRAP
	mov eax, esp
	call page_fault
	jmp trap_return

; A system call goes by no other way than this: to syscall() with the number, in
; EAX since before, and where the six arguments are. Behind it one look tells
; whether there is anything to do before the program goes on, and mostly there
; is not.
vector_syscall:
	push eax			; kept to make the call again
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

; The user may have taken away the segments that its registers name: each of
; these instructions may fault, and trap.c then mends the word it was to load.
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

; A double fault is a task of its own: it comes when the stack has run out.
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
