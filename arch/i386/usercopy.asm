; SPDX-License-Identifier: BSD-2-Clause
;
; The only kernel code that touches user memory through user addresses. trap.c
; passes a page fault between usercopy_start and usercopy_end to vm_fault(); if
; that refuses it, the code continues at usercopy_fault, which returns EFAULT.
; Arguments come in EAX, EDX and ECX, a fourth on the stack. Each function pushes
; ESI and EDI and nothing else, so that the end can be shared.

EFAULT		equ 14
ENAMETOOLONG	equ 36

section .text

global user_copy_in
global user_copy_out
global user_copy_str
global user_copy_zero
global usercopy_start
global usercopy_end
global usercopy_fault

usercopy_start:

; int user_copy_in(void *to, vaddr_t from, size_t n)
; int user_copy_out(vaddr_t to, const void *from, size_t n)
user_copy_in:
user_copy_out:
	push esi
	push edi
	mov edi, eax
	mov esi, edx
	mov edx, ecx
	shr ecx, 2
	rep movsd
	mov ecx, edx
	and ecx, 3
	jz .done
	rep movsb
.done:
	xor eax, eax
	pop edi
	pop esi
	ret

; int user_copy_zero(vaddr_t to, size_t n)
user_copy_zero:
	push esi
	push edi
	mov edi, eax
	mov ecx, edx
	xor eax, eax
	shr ecx, 2
	rep stosd
	mov ecx, edx
	and ecx, 3
	rep stosb
	jmp usercopy_done

; int user_copy_str(char *to, vaddr_t from, size_t max, size_t *len)
user_copy_str:
	push esi
	push edi
	mov edi, eax
	mov esi, edx
	jecxz .long
.next:
	lodsb
	stosb
	test al, al
	jz .end
	dec ecx
	jnz .next
.long:
	mov eax, ENAMETOOLONG
	jmp usercopy_done
.end:
	sub esi, edx
	dec esi
	mov edx, [esp + 12]
	mov [edx], esi
	xor eax, eax
	jmp usercopy_done

usercopy_end:
usercopy_fault:
	mov eax, EFAULT
usercopy_done:
	pop edi
	pop esi
	ret
