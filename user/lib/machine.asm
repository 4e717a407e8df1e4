; SPDX-License-Identifier: BSD-2-Clause
; What C can't express: system calls, return from signal handlers, setjmp.

section .note.GNU-stack noalloc noexec nowrite progbits
section .text
extern errno

; All stubs jump here, with the number of the system call in EAX and the C arguments on
; the stack. Six words are loaded, however many arguments the call has: the stack always
; goes on that far, and the kernel reads only the arguments that the call has.
global __syscall:function
__syscall:
	push ebx
	push esi
	push edi
	push ebp
	lea ebx, [esp + 20]
..@load:				; no name of its own in a backtrace
	mov ecx, [ebx + 4]
	mov edx, [ebx + 8]
	mov esi, [ebx + 12]
	mov edi, [ebx + 16]
	mov ebp, [ebx + 20]
	mov ebx, [ebx]
	int 0x80
	pop ebp
	pop edi
	pop esi
	pop ebx
	; Only -4095..-1 are errors: shmat returns addresses above 0x7fffffff.
	cmp eax, -4095
	jae failed
	ret
failed:
	neg eax
	mov [errno], eax
	or eax, -1
	ret

; long syscall(long number, ...)
global syscall:function
syscall:
	push ebx
	push esi
	push edi
	push ebp
	mov eax, [esp + 20]
	lea ebx, [esp + 24]
	jmp ..@load

; pid_t vfork(void)
; The child runs on its parent's stack, and its next call overwrites the return address
; of this one. So the address is kept in ECX, which the kernel preserves.
global vfork:function
vfork:
	pop ecx
	mov eax, 190
	int 0x80
	push ecx
	cmp eax, -4095
	jae failed
	ret

; Signal handlers return to one of these. In a frame without SA_SIGINFO the signal
; number is on top of the stack, and sigreturn expects that it has been popped.
global __restore:function
__restore:
	pop eax
	mov eax, 119
	int 0x80

global __restore_rt:function
__restore_rt:
	mov eax, 173
	int 0x80

; int setjmp(jmp_buf env)
global setjmp:function
setjmp:
	mov eax, [esp + 4]
	mov [eax], ebx
	mov [eax + 4], esi
	mov [eax + 8], edi
	mov [eax + 12], ebp
	lea ecx, [esp + 4]	; ESP after the return
	mov [eax + 16], ecx
	mov ecx, [esp]
	mov [eax + 20], ecx
	xor eax, eax
	ret

; void longjmp(jmp_buf env, int value)
global longjmp:function
longjmp:
	mov edx, [esp + 4]
	mov eax, [esp + 8]
	cmp eax, 1
	adc eax, 0		; 0 becomes 1
	mov ebx, [edx]
	mov esi, [edx + 4]
	mov edi, [edx + 8]
	mov ebp, [edx + 12]
	mov esp, [edx + 16]
	jmp [edx + 20]
