; SPDX-License-Identifier: BSD-2-Clause

section .text

extern user_return
extern trap_return

; void context_switch(uint32_t *save_esp, uint32_t esp)
; Leave this kernel stack for that one: C's preserved registers go onto it, and
; its place to *save_esp, and the other's come from where it left them.
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

; A new process comes here from context_switch(): its first function is in EBX,
; and above ESP lies its trap frame.
global context_start
context_start:
	call ebx
	call user_return
	jmp trap_return
