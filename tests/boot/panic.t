# SPDX-License-Identifier: BSD-2-Clause
# What a panic says: the exception in words, the process, and the way from the program to the fault.
# The kernel's own stub puts wrong instructions in the place of shm_attach().
# needs: debian
. tests/boot/lib.sh
. tests/boot/stub.sh

# broken CODE [OPTION...]: runs $program, with ${arguments[@]}, on a kernel that has CODE, in
# hexadecimal, at shm_attach(). Its messages are in $dir/err, and its status in $status.
program=/bin/shmlife arguments=()
broken() {
	local code=$1 at
	shift
	at=$(symbol shm_attach)
	start "$@" "$program" "${arguments[@]}"
	talk qSupported "Z0,$at,1" go:c wait "z0,$at,1" \
		"M$at,$(printf %x $((${#code} / 2))):$code" go:c wait D
	wait $run
	status=$?
	run=''
}
# fault NAME CODE TEXT: passes if the panic explains by the text the fault that the code causes.
fault() {
	broken "$2"
	is "$1" "$(sed -n 's/^fault: //p' "$dir/err")" "$3"
}
# calls: prints the functions of shmlife that the panic lists, the first for its program counter
# and the others for return addresses.
calls() {
	local place=0 address
	for address in $(sed -n 's/^  user \(0x[0-9a-f]*\) shmlife$/\1/p' "$dir/err"); do
		i686-linux-gnu-addr2line -f -e "$build/user/bin/shmlife" \
			"$(printf %x $((address - place)))" | head -n 1
		place=1
	done | paste -s -d ' '
}

fault 'a null pointer' a1cc000000 \
	'the kernel has read from 0x000000cc: no page is there; page 0, so a null pointer'
is 'the status' $status 126
is 'the process' "$(grep '^process' "$dir/err")" 'process 2 (shmlife)'
is 'the way through the program' "$(calls)" '__syscall main __libc_start _start'
is 'comes after the way through the kernel' \
	"$(grep -B 1 -m 1 '^  user' "$dir/err" | grep -c vector_syscall)" 1
broken a1cc000000 --mem 1200
is 'also if the program is beyond the direct map' "$(calls)" '__syscall main __libc_start _start'
arguments=($'\xe8AAA' behind)
broken a1cc000000
is 'an argument behind what looks like a call is none' "$(calls)" \
	'__syscall main __libc_start _start'
arguments=()
kernel=$build/debug/isthmus.elf
broken a1cc000000 --debug
kernel=$build/release/isthmus.elf
is 'the debug kernel ends with the last events' "$(sed -n 's/^[0-9]* \[/[/p' "$dir/err" |
	tail -n 1)" \
	'[2] call shmat(65536, NULL, 0)'

fault 'a write to a page that may only be read' a380800408 \
	"the kernel has written to 0x08048080: the page there may only be read; a user address, which \
only usercopy.asm may touch"
fault "the program's stack" a100f07fbf \
	"the kernel has read from 0xbf7ff000: no page is there; the program's stack, which only \
usercopy.asm may touch"
fault 'a low address' a110100000 \
	'the kernel has read from 0x00001010: no page is there; an address below all that can be mapped'
fault 'a window' a1000080ff \
	'the kernel has read from 0xff800000: no page is there; a window that is not open'
fault 'an address of nothing' a10000c0ff \
	'the kernel has read from 0xffc00000: no page is there; an address that the kernel never maps'
fault 'another stack' a1fcffc0f8 \
	"the kernel has read from 0xf8c0fffc: no page is there; a kernel stack that nobody has, or the \
page below one"
fault 'the kernel stack overflows' 50ebfd \
	"the CPU could not enter the handler of an exception; the address that faulted last is \
0xf8003ffc: the page below the process's kernel stack, so an overflow"
is 'and the way through the program is told' "$(calls)" '__syscall main __libc_start _start'
fault 'a selector beyond the GDT' 66b8d0008ed8 'selector 0xd0, entry 26 of the GDT: beyond its end'
fault 'an unused one' 66b828008ed8 'selector 0x28, entry 5 of the GDT: unused'
fault "the kernel's code, for a stack" 66b808008ed0 \
	"selector 0x8, entry 1 of the GDT: the kernel's code"
fault 'the LDT' 66b80f008ed8 'entry 1 of the LDT, which this kernel has not'
fault 'a null selector' ea000000000000 \
	"a null selector, an operand that the CPU does not take, or an address beyond its segment"
fault 'a division by zero' 31c9f7f1 'the divisor is 0, or the quotient needs more than 32 bits'
fault 'no instruction' 0f0b 'the CPU knows no such instruction, or it is ud2'

# With shared libraries: the kernel tells the file, and tools/run finds the function there.
ok 'a program with shared libraries' i686-linux-gnu-gcc -g -o "$dir/dynamic" tests/boot/dynamic.c
program=$dir/dynamic
broken a1cc000000 --root build/debian
ok 'its libraries are told' grep -qE \
	'^  user 0x[0-9a-f]{8} dynamic /usr/lib/i386-linux-gnu/libc.so.6\+0x[0-9a-f]+$' "$dir/err"
is 'and its functions, and those of libraries that others may call' \
	"$(sed -n '/vector_syscall,/,$s/^  0x[0-9a-f]*  \([a-z_]*\),.*/\1/p' "$dir/err" | uniq |
	grep -vE '^_|_r$' | paste -s -d ' ')" 'vector_syscall shmat compare bsearch main'

# A panic that no exception has caused, before the program has run its first instruction.
run 126 'a panic that the kernel decides' --append panic=test /bin/true
is 'no fault is told' "$(grep -c '^fault' "$dir/err")" 0
is 'the program is at its entry' "$(grep '^  user' "$dir/err")" \
	"  user $(i686-linux-gnu-readelf -h "$build/user/bin/init" | sed -n 's/.*Entry point.*0x/0x0/p') init"
plan
