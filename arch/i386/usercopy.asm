; SPDX-License-Identifier: BSD-2-Clause
;
; The only kernel code that touches user memory. A page fault between
; usercopy_start and usercopy_end goes to vm_fault(); if that refuses, trap.c
; goes on at usercopy_fault. All have the same stack: EDI, ESI, return address.

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
	mov edi, [esp + 12]
	mov esi, [esp + 16]
	mov edx, [esp + 20]
	mov ecx, edx
	shr ecx, 2
	rep movsd
	mov ecx, edx
	and ecx, 3
	rep movsb
	xor eax, eax
	jmp usercopy_done

; int user_copy_zero(vaddr_t to, size_t n)
user_copy_zero:
	push esi
	push edi
	mov edi, [esp + 12]
	mov edx, [esp + 16]
	xor eax, eax
	mov ecx, edx
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
	mov edi, [esp + 12]
	mov esi, [esp + 16]
	mov ecx, [esp + 20]
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
	sub esi, [esp + 16]
	dec esi
	mov edx, [esp + 24]
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
