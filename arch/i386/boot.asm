; SPDX-License-Identifier: BSD-2-Clause
;
; From the boot loader to C. A multiboot loader has put the image at 1 MiB and
; starts it in protected mode with flat segments and no paging. EAX holds the
; loader's magic number, EBX the address of its information (Multiboot 0.6.96,
; section 3.2).
;
; The section .boot is linked at its load address. Everything else is linked at
; KERNEL_BASE above its load address, and can be reached once paging is on.

KERNEL_BASE	equ 0xC0000000
HEADER_MAGIC	equ 0x1BADB002
HEADER_FLAGS	equ 3			; modules on pages; a memory map
LARGE_PAGE	equ 0x183		; present, write, 4 MiB, global
DIRECT_PAGES	equ 224			; 896 MiB
CR0_PG_WP	equ 0x80010000
CR4_PSE		equ 0x10
CR4_PGE		equ 0x80
CPUID_PSE	equ 3			; bits of EDX, leaf 1
CPUID_TSC	equ 4
CPUID_PGE	equ 13
CPUID_CMOV	equ 15
CPUID_FXSR	equ 24

extern start_c
extern machine_start_cycles

section .boot progbits alloc exec nowrite align=16
	dd HEADER_MAGIC, HEADER_FLAGS, -(HEADER_MAGIC + HEADER_FLAGS)

global _start
_start:
	cli
	cld
	mov esi, eax
	mov edi, ebx
	mov esp, boot_stack_top - KERNEL_BASE
	mov eax, 1
	cpuid
	mov ebx, needs
.need:
	movzx eax, byte [ebx]
	bt edx, eax
	jnc not_enough
	add ebx, 8
	cmp ebx, needs_end
	jb .need
	mov ebp, edx
	rdtsc
	mov [machine_start_cycles - KERNEL_BASE], eax
	mov [machine_start_cycles - KERNEL_BASE + 4], edx
	mov edx, ebp

	; Map RAM at KERNEL_BASE, and its first 4 MiB also at address 0: the
	; instructions up to the jump run there.
	mov ebx, boot_dir - KERNEL_BASE
	mov eax, LARGE_PAGE
	mov [ebx], eax
	mov ecx, DIRECT_PAGES
	add ebx, KERNEL_BASE >> 20
.map:
	mov [ebx], eax
	add ebx, 4
	add eax, 1 << 22
	loop .map

	mov eax, boot_dir - KERNEL_BASE
	mov cr3, eax
	mov eax, cr4
	or eax, CR4_PSE
	mov cr4, eax
	mov eax, cr0
	or eax, CR0_PG_WP		; WP: read-only pages bind the kernel, too
	mov cr0, eax
	mov eax, start_high
	jmp eax

	; The C console can't be called yet: write to COM1, and tell QEMU the verdict.
not_enough:
	mov dx, 0x3f8
	mov esi, message
	call put
	lea esi, [ebx + 1]
	call put
	mov esi, line_end
	call put
	mov esi, verdict
	mov dx, 0xe9
	call put
	mov al, 0x12			; VERDICT_NOBOOT
	out 0xf4, al
	hlt
	jmp $
put:
	lodsb
	test al, al
	jz .end
	out dx, al
	jmp put
.end:
	ret
message	db "isthmus: cannot start: the CPU has no ", 0
line_end db 13, 10, 0
; The CPU features that the kernel needs: the bit in EDX, and the name in seven bytes.
needs	db CPUID_PSE, "PSE", 0, 0, 0, 0
	db CPUID_TSC, "TSC", 0, 0, 0, 0
	db CPUID_CMOV, "CMOV", 0, 0, 0
	db CPUID_FXSR, "FXSR", 0, 0, 0
needs_end:
verdict	db "noboot", 10, 0

section .text
start_high:
	; Unmap address 0 and flush the TLB. Only then may global entries be
	; enabled: loading CR3 would not flush them.
	xor eax, eax
	mov [boot_dir], eax
	mov eax, cr3
	mov cr3, eax
	bt edx, CPUID_PGE
	jnc .no_pge
	mov eax, cr4
	or eax, CR4_PGE
	mov cr4, eax
.no_pge:
	mov esp, boot_stack_top
	xor ebp, ebp			; the backtrace ends here
	mov eax, esi
	mov edx, edi
	call start_c

section .bss nobits alloc write align=4096
global boot_dir
boot_dir:
	resb 4096
	resb 8192
boot_stack_top:
