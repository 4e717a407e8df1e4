# SPDX-License-Identifier: BSD-2-Clause
# Every include follows an arrow of kernel/rooms, and tools/rooms reports one that does not.
. tests/boot/lib.sh
ok 'the includes' tools/rooms

cp -r kernel arch "$dir"
rooms=$PWD/tools/rooms
wrong() { # wrong FILE INCLUDE: passes if tools/rooms reports the include, and nothing else
	echo "#include $2" >>"$dir/$1"
	is "$1 may not include $2" "$(cd "$dir" && $rooms | grep -cF "$1 includes $3")" 1
	cp "$1" "$dir/$1"
}
wrong kernel/mem/kmem.c '"proc/proc.h"' kernel/proc/proc.h
wrong kernel/mem/kmem.c '"frame.h"' frame.h
wrong kernel/mem/kmem.c '<cpu.h>' '<cpu.h>'
wrong kernel/mem/kmem.c '<machine_gdb.h>' '<machine_gdb.h>'
wrong kernel/shm/shm.c '"vm/tree.h"' kernel/vm/tree.h
wrong kernel/abi/shm.h '<machine.h>' '<machine.h>'
wrong kernel/abi/shm.h '"debug/trace.h"' kernel/debug/trace.h
wrong arch/i386/pmap.c '"shm/shm.h"' kernel/shm/shm.h
answer() {
	tools/rooms "$1" | cut -d ' ' -f 2-
}
is 'what a file of vm may include' "$(answer kernel/vm/vm_fault.c)" \
	"$(sed -n 's|^    kernel/vm/vm_fault.c: ||p' CONTRIBUTING.md)"
is 'what a file of abi may include' "$(answer kernel/abi/shm.h)" 'abi/'
ok 'not the headers that are inside another room' eval \
	'answer kernel/shm/shm.c | grep -qF "vm/ (not vm/tree.h)"'
plan
