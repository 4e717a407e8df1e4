; SPDX-License-Identifier: BSD-2-Clause
;
; memcpy and memset with the CPU's string instructions; base/string.c has the
; other functions of base/string.h. Arguments come in EAX, EDX and ECX.

section .text

; void *memcpy(void *to, const void *from, size_t n)
global memcpy
memcpy:
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
	pop edi
	pop esi
	ret

; void *memset(void *to, int c, size_t n)
global memset
memset:
	push edi
	push eax
	mov edi, eax
	movzx eax, dl
	imul eax, eax, 0x01010101
	mov edx, ecx
	shr ecx, 2
	rep stosd
	mov ecx, edx
	and ecx, 3
	jz .done
	rep stosb
.done:
	pop eax
	pop edi
	ret
