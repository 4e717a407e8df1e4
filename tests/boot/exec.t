# SPDX-License-Identifier: BSD-2-Clause
# exec of all kinds of files: scripts, program headers of all kinds, set-id bits, dynamic linkers.
# The programs have a few instructions each, and tell by their status what they have found.
. tests/boot/lib.sh

# elf NAME TYPE PHNUM: assembles an ELF file. Standard input has what follows the file's header:
# PHNUM program headers and the code. `base` is the address that the file is linked to.
elf() {
	local name=$1 type=$2 phnum=$3
	{
		cat <<-END
		bits 32
		%if $type = 2
		base equ 0x8048000
		%else
		base equ 0
		%endif
		%macro phdr 7	; type offset vaddr filesz memsz flags align
		dd %1, %2, %3, %3, %4, %5, %6, %7
		%endmacro
		%macro leave 0
		mov eax, 1
		int 0x80
		%endmacro
		org base
		header: db 0x7f, "ELF", 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0
		dw $type, 3
		dd 1, start, 52, 0, 0
		dw 52, 32, $phnum, 40, 0, 0
		END
		cat
		echo 'size equ $ - header'
	} >"$dir/source"
	nasm -f bin -o "$dir/$name" "$dir/source" && chmod 755 "$dir/$name"
}
# aux VALUE KEY: prints code for `VALUE = the word KEY of the auxiliary vector`.
aux() {
	cat <<-END
	lea esi, [esp + 4]
	%%a: lodsd
	test eax, eax
	jnz %%a
	%%e: lodsd
	test eax, eax
	jnz %%e
	%%x: lodsd
	mov ecx, eax
	lodsd
	cmp ecx, $2
	jne %%x
	mov $1, eax
	END
}

# -- program headers ------------------------------------------------------------
elf fixed 2 1 <<'END'
phdr 1, 0, base, size, size, 5, 4096
start: mov ebx, 11
leave
END
run 11 'a program at a fixed address' "$dir/fixed"

elf anywhere 3 1 <<'END'
phdr 1, 0, base, size, size, 5, 0x100000
start: call .here
.here: pop ebx
and ebx, 0xfff00fff	; loaded at a multiple of 1 MiB, 0x10000000 or above
sub ebx, .here
shr ebx, 24
leave
END
run 16 'one that can be anywhere, with its alignment' "$dir/anywhere"

elf nowrite 2 2 <<'END'
phdr 1, 0, base, size, size, 5, 4096
phdr 1, data - header, base + 0x10000 + data - header, 4, 0x2000, 4, 4096
start: mov esi, 0x10000 + data
mov ebx, [esi]
or ebx, [esi + 4]	; in the file's last page
or ebx, [esi + 0x1800]	; and beyond
leave
data: dd 12, 0xffff
END
run 12 'zeros behind a read-only part of the file' "$dir/nowrite"
sed 's/or ebx, \[esi + 4\]/mov [esi + 4], ebx/' "$dir/source" >"$dir/source2"
nasm -f bin -o "$dir/writes" "$dir/source2" && chmod 755 "$dir/writes"
run 139 'which stays read-only' "$dir/writes"

elf bss 2 3 <<'END'
phdr 1, 0, base, size, size, 5, 4096
phdr 1, 7, base + 0x10123, 0, 0x3000, 6, 4096
phdr 1, 0x10000000, 0x20000000, 0, 0, 6, 4096
start: mov ebx, [base + 0x10123]
mov dword [base + 0x13000], 13
add ebx, [base + 0x13000]
leave
END
run 13 'a program header of nothing but zeros, and one of nothing' "$dir/bss"

elf twice 2 2 <<'END'
phdr 1, 0, base, size, size, 5, 4096
phdr 1, 0, base, size, size, 7, 4096
start: mov byte [value], 14
movzx ebx, byte [value]
leave
value: db 1
END
run 14 'where program headers share a page it is the later one'"'s" "$dir/twice"

# -- the dynamic linker ---------------------------------------------------------
elf linked 3 2 <<'END'
phdr 1, 0, base, size, size, 7, 4096
phdr 3, name - header, base, 8, 8, 4, 1
start: add ebx, 1
leave
name: db "/linker", 0
END
elf linker 3 1 <<END
phdr 1, 0, base, size, size, 7, 4096
%macro aux_base 0
$(aux edi 7)
%endmacro
%macro aux_entry 0
$(aux edx 9)
%endmacro
%macro aux_phdr 0
$(aux ebp 3)
%endmacro
start: call .here
.here: pop ebx
sub ebx, .here
aux_base
cmp edi, ebx		; AT_BASE is where the linker is
jne .bad
aux_phdr
cmp dword [ebp + 32], 3	; AT_PHDR is the program's
jne .bad
aux_entry
mov ebx, 20
jmp edx
.bad: mov ebx, 1
leave
END
run 21 'a dynamic linker starts the program' --add "$dir/linker" "$dir/linked"
run 127 'a dynamic linker that is not there' --add "$dir/linked:/bin/linked" /bin/linked
ok 'it is named' grep -q 'exec: /bin/linked: its dynamic linker /linker: no such file' "$dir/err"
chmod -x "$dir/linker"
run 127 'one that may not be run' --add "$dir/linker" "$dir/linked"
echo text >"$dir/linker"
chmod +x "$dir/linker"
run 127 'one that is no program' --add "$dir/linker" "$dir/linked"
ok 'it is ELIBBAD' grep -q 'linked: .*error 80' "$dir/out" "$dir/err"
run 11 'one at a fixed place' --add "$dir/fixed:/linker" "$dir/linked"
elf both 2 2 <<'END'
phdr 1, 0, base, size, size, 7, 4096
phdr 3, name - header, base, 8, 8, 4, 1
start: db "/linker", 0
name equ start
END
run 127 'both in one place' --add "$dir/fixed:/linker" "$dir/both"

# -- scripts --------------------------------------------------------------------
script() { # script NAME LINE
	printf "$2" >"$dir/$1"
	chmod 755 "$dir/$1"
}
args=$build/tests/guest/args
script plain '#!/args\n'
script argument '#! /args\t a  b \t\nand more\n'
script nested '#!/plain x y\n'
script unended '#!/args z'
script long "#!/args $(printf %300s | tr ' ' 1)\n"
script toolong "#!/$(printf %300s | tr ' ' 1)\n"
script empty '#! \t\n'
script missing '#!/nothing\n'
script round '#!/round\n'
for n in 1 2 3 4 5 6; do
	script deep$n "#!/deep$((n - 1)) $n\n"
done
script deep0 '#!/args 0\n'
scripts=()
for s in plain round deep{0..6}; do
	scripts+=(--add "$dir/$s")
done
gives() { # gives NAME OUTPUT PROGRAM ARG...: passes if the program prints OUTPUT
	local name=$1 want=$2
	shift 2
	tools/run --add "$args" "${scripts[@]}" "$@" >"$dir/out" 2>"$dir/err"
	is "$name" "$(cat "$dir/out")" "$want"
}
gives 'a script' '</args> </run/plain> <1> <2 3>' "$dir/plain" 1 '2 3'
gives 'one argument, without the spaces around it' '</args> <a  b> </run/argument> <1>' \
	"$dir/argument" 1
gives 'a script for a script' '</args> </plain> <x y> </run/nested> <1>' "$dir/nested" 1
gives 'a line without an end' '</args> <z> </run/unended>' "$dir/unended"
gives 'an argument that is cut off' "</args> <$(printf %248s | tr ' ' 1)> </run/long>" "$dir/long"
gives 'five deep' '</args> <0> </deep0> <1> </deep1> <2> </deep2> <3> </deep3> <4> </run/deep4>' \
	"$dir/deep4"
for row in 'six deep|deep5|symbolic links' 'round and round|round|symbolic links' \
	'no interpreter|empty|format' 'an interpreter that is cut off|toolong|format' \
	'an interpreter that is not there|missing|No such file'; do
	IFS='|' read -r name file why <<<"$row"
	tools/run --add "$args" "${scripts[@]}" --add "$dir/$file:/bin/$file" "/bin/$file" >"$dir/err" 2>&1
	ok "$name" grep -q "init: /bin/$file: .*$why" "$dir/err"
done

# -- set-id ---------------------------------------------------------------------
elf ids 2 1 <<END
phdr 1, 0, base, size, size, 7, 4096
%macro aux_secure 0
$(aux edi 23)
%endmacro
start: aux_secure
mov eax, 49		; geteuid
int 0x80
mov ebx, eax
mov eax, 50		; getegid
int 0x80
shr eax, 2		; 1000: 250
add ebx, eax
shr ebx, 2
add ebx, edi
leave
END
run 56 'a program for all: euid and egid 1000, AT_SECURE 0' --uid 1000 "$dir/ids"
chmod 4755 "$dir/ids"
run 63 'set-uid: euid 0, AT_SECURE 1' --uid 1000 "$dir/ids"
chmod 6755 "$dir/ids"
run 1 'set-uid and set-gid' --uid 1000 "$dir/ids"
chmod 2745 "$dir/ids"
run 56 'no set-gid without execution by the group' --uid 1000 "$dir/ids"
script setid '#!/ids\n'
chmod 6755 "$dir/setid"
chmod 755 "$dir/ids"
run 56 'a script changes nothing' --uid 1000 --add "$dir/ids" "$dir/setid"
plan
