# SPDX-License-Identifier: BSD-2-Clause
# tools/run --kgdb and the gdb stub of the kernel: first with gdb, then packet by packet.
. tests/boot/lib.sh
debuggee=$build/tests/guest/debuggee
kernel=$build/release/isthmus.elf
run=''
trap '[[ ! $run ]] || kill $run 2>/dev/null; rm -rf "$dir"' EXIT

# start ARG...: starts tools/run --kgdb ARG... as process $run, and waits until the kernel has
# stopped and tools/run prints the command for gdb. The command is then in $command, and the
# path of the socket in $socket.
start() {
	: >"$dir/err"
	: >"$dir/out"
	tools/run --kgdb --icount --timeout 120 "$@" >"$dir/out" 2>"$dir/err" &
	run=$!
	until command=$(grep -m 1 '^gdb ' "$dir/err") || ! kill -0 $run 2>/dev/null; do
		sleep 0.1
	done
	socket=${command#*remote }
	socket=${socket%%\'*}
}
# finish STATUS NAME: passes if tools/run ends with that status.
finish() {
	local got
	wait $run
	got=$?
	run=''
	is "$2" $got "$1"
}
# debug [ARG...]: runs gdb by $command, with ARG... and with the commands on standard input.
debug() {
	cat >"$dir/commands"
	eval "${command/gdb /timeout 100 gdb -q -nx -batch }" '-x "$dir/commands" "$@"' \
		>"$dir/gdb" 2>&1 </dev/null
}
# talk WORD...: runs tests/boot/packets, with its output in $dir/talk.
talk() {
	timeout 100 tests/boot/packets "$socket" "$@" >"$dir/talk"
}
# shows NAME REGEX: passes if a line of gdb's output matches.
shows() {
	ok "$1" grep -qE -- "$2" "$dir/gdb"
}
# hex TEXT: prints its bytes in hexadecimal.
hex() {
	printf %s "$1" | od -An -tx1 -v | tr -d ' \n'
}
# symbol NAME: prints its address in the kernel.
symbol() {
	i686-linux-gnu-nm "$kernel" 2>/dev/null | sed -n "s/ . $1\$//p" | head -n 1
}

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
shows 'monitor why' '^none is logged'
shows 'monitor trace' '^this kernel keeps no trace: the debug kernel does$'
shows 'an unknown command' '^unknown command'
start --debug /bin/ipcrm -m 7
debug <<'END'
tbreak sys_exit_group
continue
monitor why
monitor trace 2
monitor trace x
detach
END
finish 1 'a debug build'
shows 'says why calls were refused' "^why: ipcrm.*7 is not a segment's identifier"
is 'and shows its last events' "$(grep -E '^[0-9]+ \[2\] ' "$dir/gdb" | cut -d '(' -f 1 |
	cut -d ' ' -f 2-)" $'[2] return from call 4: 0x16\n[2] call 252 '
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
is 'stops in one of them' "$(grep -c 'hit Breakpoint 2.*count (n=n@entry=10)' "$dir/gdb")" 3
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

# ---- Packets ----
# packets [WORD REPLY NAME]...: sends each packet, and passes if the reply is REPLY.
packets() {
	local words=() i
	for ((i = 1; i <= $#; i += 3)); do
		words+=("${!i}")
	done
	talk "${words[@]}"
	for ((i = 1; $# > 0; i++)); do
		is "$3" "$(sed -n ${i}p "$dir/talk")" "$2"
		shift 3
	done
}
text=$(symbol shm_attach) stub=$(symbol gdb_leave) list=$(symbol proc_list)
start "$debuggee" spin
packets \
	'raw:$m0,4#00' - 'a packet with a wrong sum is asked for again' \
	m0,4 E0e 'an address where nothing is mapped' \
	"raw:\$mc01\$m0,4#fd" E0e 'half a packet, and then a whole one' \
	'raw:-' E0e 'a reply is sent again' \
	"m$(printf '%3000s' | tr ' ' 1),1" E24 'a packet that is too long' \
	m E16 'a packet that ends too early' \
	mc0100000,zz E16 'one with a wrong digit' \
	vMustReplyEmpty '' 'an unknown packet' \
	"Z0,$text,1" OK 'a breakpoint' \
	"Z0,$text,1" OK 'twice' \
	"z0,$text,1" OK 'it is removed' \
	"z0,$text,1" OK 'twice' \
	"Z0,$list,1" E16 'a breakpoint where no text is' \
	"Z0,$stub,1" E16 'a breakpoint in the stub itself' \
	"Z1,$stub,1" E16 'of either kind' \
	"Z2,$list,0" E16 'a watchpoint of no bytes' \
	"Z2,$list,14" E1c 'a watchpoint that takes five debug registers' \
	"Z2,$list,8" OK 'one that takes two' \
	"Z2,$text,8" OK 'another' \
	"Z1,$text,1" E1c 'then the debug registers are used up' \
	"z2,$list,8" OK 'until one is removed' \
	"Z1,$text,1" OK 'and another fits' \
	Z5,0,1 '' 'an unknown kind' \
	T5 E03 'a thread that does not exist' \
	Hg5 E03 'nor can it be selected' \
	vCont\;x E16 'an unknown action' \
	P8=12 E16 'a register of too few digits' \
	P55=0000 E16 'a register that does not exist' \
	"M$text,4:0011" E16 'fewer bytes than announced' \
	QStartNoAckMode OK 'no more acknowledgements' \
	qC QC10000 'the current thread' \
	D OK 'detach'
until grep -q ready "$dir/out"; do sleep 0.1; done

# gdb connects again while the program loops. The list of processes is damaged: a fault in the stub
# becomes an error reply, and the stub goes on.
talk qSupported "m$list,4"
features=$(sed -n 1p "$dir/talk") first=$(sed -n 2p "$dir/talk")
packets \
	qSupported "$features" 'gdb connects anew' \
	m8047ffe,4 E0e 'memory that begins below what is mapped' \
	mbfffeffe,8 6500 'memory that ends above it is cut' \
	Mbfffeffe,4:00000000 E0e 'and not written in part' \
	mbfffeffe,8 6500 'nor changed' \
	M8048080,1:cc E0e "a program's text, which others share, is not written" \
	Z2,bfffe000,4 OK 'a watchpoint in the program' \
	"M$list,4:78563412" OK 'a damaged list' \
	qfThreadInfo E0e 'is an error' \
	"M$list,4:$first" OK 'mended' \
	qfThreadInfo m1,2 'it can be read' \
	Hg1 OK 'another process is selected' \
	qThreadExtraInfo,1 "$(hex 'SLEEP(wait)')" 'which sleeps' \
	P8=00000000 E0d 'its registers cannot be set' \
	p0 xxxxxxxx 'nor all be known'

# A breakpoint stays with its process when gdb removes it and sets it again. A gdb that connects
# again starts without breakpoints.
talk qSupported p8
loop=$(sed -nE '2s/(..)(..)(..)(..)/\4\3\2\1/p' "$dir/talk")
talk Hg1 "Z1,$loop,1" "z1,$loop,1" Hg2 "Z1,$loop,1" go:c 'raw:\x03'
is 'a breakpoint in another process' "$(sed -n '6s/08:.*//p' "$dir/talk")" T02
talk qSupported Hg2 "Z1,$loop,1" go:c wait
is 'and in this one' "$(sed -n '4s/08:.*thread/ thread/p' "$dir/talk")" 'T05 thread:2;hwbreak:;'
debug <<END
add-symbol-file $debuggee
set var counter = 1
detach
END
finish 9 'after all this the program ends as it should'

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
echo 'echo typed' >&9
exec 9>&-
finish 0 'make run KGDB=1: the shell ends as it should'
shows 'gdb finds init and the shell' '"init" \(SLEEP'
# The prompt comes first if the shell was still starting when the line was typed.
ok 'the shell goes on after gdb' grep -qE '^(isthmus# )?typed' "$dir/out"
plan
