; SPDX-License-Identifier: BSD-2-Clause

section .text

extern user_return
extern trap_return

; void context_switch(uint32_t *save_esp, uint32_t esp)
; Switches kernel stacks: pushes the callee-saved registers on the current stack, stores
; its ESP in *save_esp, loads esp, and pops the registers that were pushed there earlier.
; Returns on the new stack, to whoever called it there.
global context_switch
context_switch:
	push ebp
	push ebx
	push esi
	push edi
	mov [eax], esp
	mov esp, edx
	pop edi
	pop esi
	pop ebx
	pop ebp
	ret

; Where context_switch() returns to in a new process: machine_proc_init() has put its
; first function in EBX, and ESP points at its trap frame.
global context_start
context_start:
	call ebx
	call user_return
	jmp trap_return
