# SPDX-License-Identifier: BSD-2-Clause
# tools/run --kgdb and the gdb stub of the kernel, with gdb. packets.t sends it packets.
. tests/boot/lib.sh
. tests/boot/stub.sh

# ---- gdb and the kernel ----
start /bin/shmlife
ok 'it says what to type' test -S "$socket"
debug -ex 'call (int)shm_resident()' -ex detach <<'END'
backtrace
info threads
compare-sections .text
break shm_attach
continue
backtrace
print $esp > 0xf8000000 && $cs == 8 && $ss == 16
info threads
finish
END
finish 0 'detached, the program runs to its end'
shows 'kgdbwait stops before the first subsystem' '^#.* kernel_main '
shows 'before a process exists there is one thread' '^\* 1 .*"boot" \(RUN\)'
shows 'gdb can tell that the text is that of its file' '\.text, range .*: matched'
shows 'a breakpoint in the kernel' '^Thread .*"shmlife" hit Breakpoint 1, .*shm_attach \(id=65536'
shows 'a backtrace' '^#1 .* sys_shmat '
shows "the kernel's registers" '^\$1 = 1'
shows 'the current process is a thread' '^\* .*"shmlife" \(RUN\)'
shows 'so is one that sleeps, with what it sleeps on' '"init" \(SLEEP\(wait\)\) '
shows 'finish' 'Value returned is .* = 0'
shows 'gdb cannot call a function of the kernel' 'Could not write register'

# ---- Watchpoints ----
start /bin/shmlife
debug <<'END'
break shm_attach
continue
delete
watch -location shm_slot_chunks[0][0]->nattch
continue
continue
continue
continue
delete
hbreak shm_segment_free
continue
delete
rwatch shm_nused
continue
delete
watch clock_ticks
continue
delete
continue
END
finish 0 'after watchpoints the program ends as it should'
is 'watch: nattch changes' "$(grep -E '^(Old|New) value' "$dir/gdb" | head -n 8 |
	sed 's/.*= //' | tr '\n' ' ')" '0 1 1 2 2 1 1 0 '
shows 'hbreak' 'hit .*shm_segment_free'
shows 'rwatch' 'hit Hardware read watchpoint .: shm_nused'
shows 'watch: eight bytes' 'hit Hardware watchpoint .: clock_ticks'
shows 'gdb is told the status' 'exited normally'

# ---- monitor ----
start /bin/shmlife
debug -ex 'monitor reboot' <<'END'
monitor help
monitor ps
monitor check
break shm_detach if shm_slot_chunks[0][0]->nattch == 2
continue
info threads
monitor ps
monitor shm
monitor maps 2
monitor walk 0x40000000 2
monitor walk 0x50000000
monitor check
delete
tbreak shm_segment_free
continue
monitor frames
monitor dmesg
monitor why
monitor trace
monitor nonsense
monitor frames 3
monitor maps 2 3
END
finish 125 'monitor reboot'
is 'monitor help is as the document shows it' "$(sed -n '/^help/,/^Without PID/p' "$dir/gdb")" \
	"$(sed -n '/^help/,/^Without PID/p' docs/gdbstub.md)"
shows 'monitor ps' '^\*  *3  *2 R \(running\)  *-  *shmlife'
is 'says what processes sleep on, as info threads does' \
	"$(sed -n 's/.* S (sleeping)  *\(.*[^ ]\)  .*/\1/p' "$dir/gdb" | sort)" \
	"$(sed -n 's/.*(SLEEP(\(.*\))).*/\1/p' "$dir/gdb" | sort)"
is 'monitor shm' "$(grep -A 2 '^segment ' "$dir/gdb" | sed 's/^  *//')" \
"segment 65536: key 0x00000000, mode 600, 8192 bytes, 2 pages resident, nattch 2
process 2 (shmlife) at 0x40000000-0x40002000 rw, from page 0
process 3 (shmlife) at 0x40000000-0x40002000 rw, from page 0"
shows 'monitor maps' '^40000000-40002000 rw-s 00000000 00:00 65536 */SYSV00000000'
shows 'monitor walk: the page table' '^directory\[256\] = 0x.*: a page table.*, present, writable'
shows 'the page' '^table\[0\] = 0x.*: present, writable, user'
shows 'and its references' '^  frame 0x.*: user page, [0-9]* reference'
shows 'where nothing is' '^directory\[320\] = 0x00000000: nothing'
is 'monitor check' "$(grep -cx ok "$dir/gdb")" 2
shows 'monitor frames' '^[0-9]* frames: [0-9]* free, '
shows 'monitor dmesg' '^isthmus 0'
shows 'monitor why' '^no call has been refused'
shows 'monitor trace' '^this kernel keeps no trace: the debug kernel does$'
shows 'an unknown command' '^unknown command'
shows 'an argument too many' '^frames is a command without arguments$'
shows 'of a command that takes one' '^there is no such process, or it has no memory$'
start --debug /bin/ipcrm -m 7
debug <<'END'
tbreak sys_exit_group
continue
monitor why
monitor trace 4
monitor trace x
detach
END
finish 1 'a debug build'
shows 'says why calls were refused' "^why: ipcrm.*7 is not a segment's identifier"
is 'and shows its last events, calls by name' \
	"$(sed -nE '/^[0-9]+ \[2\] /{s///;s/0x[0-9a-f]+/_/;p}' "$dir/gdb")" \
	'call write(2, _, 22)
22 bytes at _: "ipcrm: invalid id (7)."
write returns 22
call exit_group(1)'
shows 'as many as one wants' '^trace \[N\], with N the number'

# ---- Single steps ----
cat >"$dir/steps" <<'END'
hbreak vector_syscall
continue
delete
set $i = 0
while $i < 100
stepi
printf "at %x\n", $pc
set $i = $i + 1
end
END
start "$debuggee" own
debug -ex detach <"$dir/steps"
grep '^at ' "$dir/gdb" >"$dir/stub"
finish 3 "a program's own breakpoints and trap flag give it SIGTRAP"
: >"$dir/err" # else the line of the run before may be read once more
tools/run --gdb --icount --timeout 120 "$debuggee" own >/dev/null 2>"$dir/err" &
run=$!
until command=$(grep -m 1 '^gdb ' "$dir/err"); do
	sleep 0.1
done
debug -ex detach <"$dir/steps"
grep '^at ' "$dir/gdb" >"$dir/qemu"
finish 3 'and by the stub of QEMU'
is 'a hundred steps' "$(wc -l <"$dir/stub")" 100
ok "the same steps as QEMU's stub makes" cmp "$dir/stub" "$dir/qemu"

# ---- Programs ----
start "$debuggee" two
debug <<END
add-symbol-file $debuggee
break fork_return
continue
continue
delete
break count
continue
info threads
thread 2
continue
continue
continue
END
finish 33 'a program with a breakpoint, of which two processes run'
is 'stops in one of them' "$(grep -c 'hit Breakpoint 2.*count (n=\(n@entry=\)*10)' "$dir/gdb")" 3
is 'only' "$(grep -c 'hit Breakpoint 2' "$dir/gdb")" 3

start "$debuggee" stepped
debug <<END
add-symbol-file $debuggee
break machine_proc_exec
continue
continue
delete
break stepped
continue
delete
tbreak *stepped_from
continue
stepi
output/x *(unsigned *)\$esp & 0x300
echo \n
while \$pc < (unsigned)stepped_to
stepi
if \$pc > 0xc0000000
info symbol \$pc
tbreak *(*(unsigned *)\$esp)
continue
end
end
info symbol \$pc
continue
END
finish 0 'a program that is stepped through system calls'
is 'sees its own flags' "$(grep -x '0x[0-9]*' "$dir/gdb")" 0x200
# Each step leads to vector_syscall, and a breakpoint behind int 0x80 out of it. QEMU 10 does not
# stop at a breakpoint to which IRET leads, so there the loop ends after the first.
entered=$(grep -c '^vector_syscall in' "$dir/gdb")
if ((entered == 1 && $(qemu-system-i386 --version | sed -n 's/.*version \([0-9]*\).*/\1/p') > 7)); then
	skip 'a step over int 0x80 leads into the kernel' 'this QEMU passes breakpoints behind IRET'
else
	is 'a step over int 0x80 leads into the kernel' "$entered" 2
fi

# gdb sets breakpoints where the kernel is entered and left, and in functions that the stub itself
# calls. They are set by address, because the program has a memcpy, too.
places='vector_14 trap_enter trap_return context_switch memcpy memset pic_accept page_fault'
start "$debuggee" two
debug <<END
break *trap_return_iret if (*(int *)(\$esp + 4) & 3) == 3
continue
stepi
output \$cs & 3
echo \n
delete
tbreak fork_return
continue
$(for place in $places; do echo "tbreak *0x$(symbol $place)"; done)
$(printf 'continue # %s\n' $places)
break serial_read
break pic_wait
continue
END
finish 33 'breakpoints on the way into the kernel and out of it'
is 'a step over IRET leads into the program' "$(grep -xc 3 "$dir/gdb")" 1
is 'they are hit' "$(grep -c 'hit Temporary breakpoint' "$dir/gdb")" 9

# ---- Panics ----
start /bin/shmlife
debug <<'END'
break shm_attach
continue
delete
set $space = current_process->space
set var current_process->space = 0
continue
info symbol $pc
set var current_process->space = $space
set $edi = $space
signal 0
END
finish 0 'a fault of the kernel: mended by gdb, the kernel continues'
shows 'gdb stops at the fault' 'received signal SIGSEGV'
shows 'in the function' '^shm_attach \+ '

start --append panic=test /bin/true
debug <<'END'
continue
backtrace
continue
END
finish 126 'a panic goes on when gdb continues'
shows 'gdb stops at it' 'received signal SIGABRT'
shows 'with the caller' '^#.* init_main '

# ---- Ctrl-C ----
start "$debuggee" spin
talk qSupported go:c "until:$dir/out:ready" 'raw:\x03' qThreadExtraInfo,2
is 'Ctrl-C stops a program that loops' "$(sed -n '2s/08:.*thread/ thread/p;3p' "$dir/talk")" \
	$'T02 thread:2;\n52554e'
# gdb is killed while the program runs, with a breakpoint set in it. Before that,
# a second gdb tries to connect.
debug -ex "add-symbol-file $debuggee" -ex 'break count' -ex 'echo stepping\n' \
	-ex 'stepi 1000000000' </dev/null &
gdb=$!
until grep -q stepping "$dir/gdb" 2>/dev/null; do sleep 0.1; done
talk qSupported
is 'a second gdb is turned away' "$(cat "$dir/talk")" closed
child() { # child PID: prints the number of its child
	cat "/proc/$1/task/$1/children"
}
kill -9 $(child $(child $gdb))
wait $gdb 2>/dev/null
debug <<END
add-symbol-file $debuggee
print counter
set var counter = 1
END
finish 9 'gdb is killed, another connects, and the program ends as it should'
shows 'which finds the program as it was' '^\$1 = 0$'

# Ctrl-C stops an idle kernel, and one that loops with interrupts off (CLI and a jump to itself).
idle=$(symbol machine_idle)
start "$debuggee" sleep
talk qSupported "Z0,$idle,1" go:c wait "z0,$idle,1" go:c 'raw:\x03' qThreadExtraInfo,2 \
	"X$idle,3:"$'\xfa\xeb\xfe' go:c 'raw:\x03' "m$idle,3" k
is 'Ctrl-C stops an idle kernel' "$(sed -n '5s/08:.*thread/ thread/p;6p' "$dir/talk")" \
	$'T02 thread:2;\n'"$(hex 'SLEEP(pause) idle')"
is 'and a loop with interrupts off' "$(sed -n '8s/08:.*//p;9p' "$dir/talk" | tr '\n' ' ')" 'T02 faebfe '
finish 137 'gdb kills the program'

# ---- Far memory ----
# The program's stack and data are in the last frames, which are beyond the direct map.
start --mem 1200 "$debuggee" spin
debug <<END
add-symbol-file $debuggee
break sys_write if current_process->pid == 2
continue
print counter
set var counter = 1
print counter
print *(char *)0xbfffeffe
delete
continue
END
finish 9 "a program's memory beyond the direct map"
is 'is read and written' "$(grep '^\$' "$dir/gdb" | tr '\n' ' ')" "\$1 = 0 \$2 = 1 \$3 = 101 'e' "
# ---- make run KGDB=1: gdb can connect to a shell at any time ----
mkfifo "$dir/typed"
: >"$dir/out"
tools/boot --kgdb <"$dir/typed" >"$dir/out" 2>"$dir/err" &
run=$!
exec 9>"$dir/typed"
until command=$(grep -m 1 '^gdb ' "$dir/out") && grep -q 'init starts' "$dir/out"; do sleep 0.1; done
debug <<'END'
info threads
detach
END
echo "echo ty''ped" >&9
exec 9>&-
finish 0 'make run KGDB=1: the shell ends as it should'
shows 'gdb finds init and the shell' '"init" \(SLEEP'
# What is typed while a command runs is echoed amid its output, so this may stand anywhere.
ok 'the shell goes on after gdb' grep -q typed "$dir/out"
plan
