; SPDX-License-Identifier: BSD-2-Clause
;
; Where the CPU enters the gdb stub: on a debug exception, a non-maskable interrupt, a
; breakpoint instruction, and an interrupt of the line to gdb. machine_gdb_start() puts
; these addresses into the IDT. They don't share a path with vectors.asm, so that gdb
; can have breakpoints there, and leave the trap frame as the CPU made it.

KERNEL_DS	equ 0x10
ENTRY_EFLAGS	equ 16			; offset of EFLAGS when gdb_enter begins
EFLAGS_VM	equ 0x20000
FRAME_TRAPNO	equ 48			; offset in struct trapframe
TRAP_COM2	equ 35
PIC_MASTER	equ 0x20
PIC_EOI_COM2	equ 0x63		; a specific EOI: others may be in service
STACK_SIZE	equ 8192

extern gdb_trap
extern gdb_again
extern trap
extern trap_enter
extern trap_return
extern unusual_flags

section .text

%macro ENTRY 1
global gdb_vector_%1
gdb_vector_%1:
	push dword 0
	push dword %1
	jmp gdb_enter
%endmacro
	ENTRY 1
	ENTRY 2
	ENTRY 3
	ENTRY 35

; Completes the trap frame and calls gdb_trap(frame) on the stub's own stack, since the
; interrupted one may be nearly full. A process in virtual 8086 mode is ended instead, as
; by any other trap. The stub itself takes two of these interrupts: that of the line for
; which it waits, and a non-maskable one. Both have done their work when they wake it.
gdb_enter:
	test dword [esp + ENTRY_EFLAGS], EFLAGS_VM
	jnz trap_enter
	pusha
	push ds
	push es
	push fs
	push gs
	mov ax, KERNEL_DS
	mov ds, ax
	mov es, ax
	cld
	mov eax, esp
	cmp byte [gdb_inside], 0
	jne awake
	mov byte [gdb_inside], 1
	mov esp, gdb_stack_end
	call gdb_trap			; does not return

awake:
	cmp dword [esp + FRAME_TRAPNO], TRAP_COM2
	jne gdb_leave.pop
	mov al, PIC_EOI_COM2
	out PIC_MASTER, al
	jmp gdb_leave.pop

; void gdb_leave(struct trapframe *tf)
; Leaves the stub: continues with the registers in *tf. Its selectors are those that the CPU
; had when it entered, so that none of them can fault here.
global gdb_leave
gdb_leave:
	mov esp, eax
	mov byte [gdb_inside], 0
.pop:
	pop gs
	pop fs
	pop es
	pop ds
	popa
	lea esp, [esp + 8]
	iret

; void gdb_pass_on(struct trapframe *tf)
; Leaves the stub: lets the kernel handle the trap.
global gdb_pass_on
gdb_pass_on:
	mov esp, eax
	mov byte [gdb_inside], 0
	call unusual_flags
	mov eax, esp
	call trap
	jmp trap_return

; void gdb_restart(void)
; Gives up what the stub was doing, which has caused a fault, and calls gdb_again().
global gdb_restart
gdb_restart:
	mov esp, gdb_stack_end
	call gdb_again

section .bss nobits alloc write align=16
global gdb_inside
gdb_inside:				; 1 while the stub runs
	resb 16
	resb STACK_SIZE
gdb_stack_end:
