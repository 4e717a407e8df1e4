# SPDX-License-Identifier: BSD-2-Clause
# The commands of tools/gdb, and those of the kernel's own monitor, say the same as /proc about a
# stopped machine that has many processes, and segments in every state.
# needs: debian
. tests/boot/lib.sh

# stop BREAK PROGRAM COMMAND...: runs PROGRAM, with the arguments $args, until a breakpoint, which the
# gdb command BREAK sets, and there the gdb COMMANDs. Their output is in $dir/gdb, the program's in
# $dir/out. $stub is the option for tools/run.
stub=--gdb args=()
gdb="timeout 90 gdb -q -nx -batch -iex 'set breakpoint pending on'"
stop() {
	local break=$1 program=$2 i commands=()
	shift 2
	gdb_waits tools/run $stub --icount --timeout 100 $build_of "$program" "${args[@]}"
	for i; do
		commands+=(-ex "echo == $i\\n" -ex "$i")
	done
	eval "${command/gdb /$gdb }" \
		-ex '"$break"' -ex continue '"${commands[@]}"' -ex '"echo == end\\n"' -ex kill \
		>"$dir/gdb" 2>&1 </dev/null
	wait $run
	status=$?
}
# part FILE HEADING: prints the lines of the file that follow the line "== HEADING".
part() {
	awk -v heading="== $2" '/^== / { on = $0 == heading; next } on' "$dir/$1"
}
# same NAME: passes if $dir/want and $dir/got are equal, and not empty.
same() {
	ok "$1" eval 'test -s "$dir/want" && diff "$dir/want" "$dir/got" | head -n 20 >&2 &&
		cmp -s "$dir/want" "$dir/got"'
}
# Processes: number, parent, state, name, and what each one sleeps on.
processes_of_proc() {
	awk '/^== process/ { pid = $3; line[pid] = $3 " " $4 " " $5 " " $6 }
		/^== wchan/ { getline; if ($1 != "0") line[pid] = line[pid] " " $0 }
		END { for (pid in line) print line[pid] }' "$dir/out" | sort -n
}
processes_of_ist() {
	part gdb 'ist ps' | awk 'NR > 1 { sub(/^\*/, ""); sub(/ on .*/, "")
		print $1, $2, $3, $6 ($7 ? " " $7 : "") ($8 ? " " $8 : "") }' | sort -n
}
processes_of_monitor() {
	part gdb 'monitor ps' | awk 'NR > 1 { sub(/^\*/, " "); why = substr($0, 28, 11)
		sub(/ *$/, "", why)
		print $1, $2, $3, substr($0, 40) (why == "-" ? "" : " " why) }' | sort -n
}
# Segments: identifier, key, bytes, attaches, frames, removed and locked; and of /proc and ist also
# the creator and the last user.
segments_of_proc() {
	part out shm | awk 'NR > 1 { printf "%s 0x%08x %s %s %s %s %s %s\n", $2, $1, $4, $7,
		$(NF - 1) / 4096, int($3 / 1000), $5, $6 }'
}
segments_of_ist() {
	part gdb 'ist shm' | awk '$2 ~ /^0x/ { print $1, $2, $3, $6, $5, \
		/removed/ + 2 * /locked/, $8, $9 }'
}
segments_of_monitor() {
	part gdb 'monitor shm' | tr -d :, |
		awk '$1 == "segment" { print $2, $4, $7, $13, $9, int($6 / 1000) }'
}
# Attaches, or the pieces of them: segment, process, range, may be read, may be written.
attaches_of_proc() {
	awk '/^== maps/ { pid = $3; next } /^==/ { pid = 0 }
		pid && /SYSV/ { print $5, pid, $1, substr($2, 1, 2) }' "$dir/out" | sort
}
attaches_of_ist() {
	part gdb 'ist shm' | awk '$2 ~ /^0x/ { id = $1 }
		$3 ~ /^[0-9a-f]+-/ { print id, $1, $3, substr($4, 1, 2) }' | sort
}
attaches_of_monitor() {
	part gdb 'monitor shm' | tr -d , | awk '$1 == "segment" { id = $2 + 0 }
		$1 == "process" { gsub(/0x/, ""); print id, $2, $5, $6 }' | sort
}
# Maps of every process: range, rights, offset, and the file or segment that is mapped.
maps_of_proc() {
	awk '/^== maps/ { pid = $3; next } /^==/ { pid = 0 } pid && NF {
		print pid, $1, $2, $3, $6 ~ /SYSV/ ? $5 : $6 }' "$dir/out"
}
maps_of_ist() {
	awk '/^maps [0-9]/ { pid = $2; next } /^==/ { pid = 0 } pid && /^[0-9a-f]*-/ {
		what = $4 == "segment" ? $5 : $4 ~ /^[[\/]/ ? $4 : ""
		print pid, $1, $2, $3, what }' "$dir/gdb"
}
every='for p in ist.kernel.processes(): gdb.execute'

for build_of in '' --debug; do
	in=" ($([[ $build_of ]] && echo debug || echo release))"
	stop 'break sys_exit_group if current_process->pid == 2' "$build/tests/guest/crowd" \
		'ist help' 'ist ps' 'ist shm' 'ist frames' 'ist dmesg' \
		"python $every('echo maps %d\\\\n' % p['pid']); gdb.execute('ist maps %d' % p['pid'])" \
		'ist walk 0x40000000 2' 'ist frames $frame' 'ist walk 0x40001000 9' \
		'ist walk 0x60001000 7' 'ist walk kernel_main' 'ist walk 0x1000 2' \
		'ist maps 77' 'ist walk' 'ist frames 0xfffff' \
		'print $proc(2).pid' 'print $seg(65537).nattch' 'print $seg(7)' 'ist peek 0x40400000 2' \
		"ist picture $dir/picture.dot" 'ist picture' 'print $seg(65540)' \
		'print *$proc(2).space.first' 'print (pte_t)0x2b6227' 'print (pte_t)0x2b6224'

	processes_of_proc >"$dir/want"
	processes_of_ist >"$dir/got"
	same "the processes$in"
	is "of which there are 50$in" "$(wc -l <"$dir/got")" 50

	segments_of_proc >"$dir/want"
	segments_of_ist >"$dir/got"
	same "the segments$in"
	ok "a graft and a piece$in" eval 'part gdb "ist shm" | grep -q "the segment.s tables 0x" &&
		part gdb "ist shm" | grep -q " a piece of the attach at "'

	maps_of_proc >"$dir/want"
	maps_of_ist >"$dir/got"
	same "the maps of all$in"

	# A walk ends in a frame of the segment.
	for walk in '0x40000000 2' '0x60001000 7'; do
		frame=$(part gdb "ist walk $walk" | sed -n 's/.*, in frame //p')
		slot=$(part gdb "ist walk $walk" | sed -n 's/.*page 0 of segment //p')
		ok "ist walk $walk$in" grep -qxF "$frame $((slot % 65536))" <(part out frames)
	done
	part gdb 'ist walk 0x40001000 9' >"$dir/err"
	ok "a page that nobody has touched$in" grep -q 'empty: nothing has been touched' "$dir/err"
	ok "a graft is said$in" grep -q '^    bit 9  1  PTE_GRAFT' "$dir/err"
	ok "by whom it is shared$in" grep -q '^    shared by 2 (crowd) at 40000000, 3 ' "$dir/err"
	ok "a function's page$in" grep -q 'bit 7  1  PTE_LARGE ' <(part gdb 'ist walk kernel_main')
	is "who holds the frame$in" "$(part gdb 'ist frames $frame' | sed 's/ 0x[0-9a-f]*//')" \
		'frame: a page, 2 references
  page 0 of segment 65537
  the page table of 8 (crowd) at 60001000'
	ok "nothing is broken$in" test "$(part gdb 'ist frames' | grep -c '^ *ok ')" = 4
	ok "the log$in" grep -q '^isthmus 0' <(part gdb 'ist dmesg')
	is "a byte of a process's memory$in" \
		"$(part gdb 'ist peek 0x40400000 2' | head -n 1 | cut -c 1-13)" '40400000  01 '
	is "a process$in" "$(part gdb 'print $proc(2).pid')" '$1 = 2'
	is "a segment$in" "$(part gdb 'print $seg(65537).nattch')" '$2 = 50'

	ok "a segment's fields$in" grep -q \
		'segment 65540: 100 bytes, nattch 1, removed = {object = {' \
		<(part gdb 'print $seg(65540)')
	ok "a map entry's$in" grep -qE '= 08048000-[0-9a-f]* r-xp = \{next = .*\{prot = 5 ' \
		<(part gdb 'print *$proc(2).space.first')
	is "a graft$in" "$(part gdb 'print (pte_t)0x2b6227' | cut -d '=' -f 2)" \
		' 0x002b6227 (frame 0x2b6: present write user accessed graft)'
	is "a parked page$in" "$(part gdb 'print (pte_t)0x2b6224' | cut -d '=' -f 2)" \
		' 0x002b6224 (frame 0x2b6: user accessed parked)'

	# The picture has each segment, each process that has attached one, and an arrow for each
	# page table that maps a part of an attach.
	is "segments in the picture$in" "$(grep -c '^	s[0-9]* \[label=.*>segment ' "$dir/picture.dot")" 6
	is "processes$in" "$(grep -c '^	p[0-9]* \[label=.*>process ' "$dir/picture.dot")" 48
	is "arrows to the big one$in" "$(grep -c -- '^	.*s1:t.*graft' "$dir/picture.dot")" 98
	ok "a page that is shown by itself$in" grep -q '60001000 r--.npage by page' "$dir/picture.dot"
	! command -v dot >/dev/null || ok "Graphviz takes it$in" eval \
		'dot -Tsvg "$dir/picture.dot" | grep -q "</svg>"'

	# A command that is asked for something that doesn't exist says
	# so in one line, and gdb goes on.
	is "no address$in" "$(part gdb 'ist walk')" 'usage: ist walk VA [PID]'
	is "no process$in" "$(part gdb 'ist maps 77')" 'there is no process 77; `ist ps` lists them'
	is "no segment$in" "$(part gdb 'print $seg(7)')" 'there is no segment 7; `ist shm` lists them'
	ok "no frame$in" grep -q '^there is no frame 0xfffff' <(part gdb 'ist frames 0xfffff')
	is "no entry$in" "$(part gdb 'ist walk 0x1000 2' | tail -n 1)" \
		'  no map entry: an access gets SIGSEGV'
done

# The same machine, stopped by the kernel's own stub: /proc, ist and the kernel's monitor agree on
# everything that two of them tell.
in=' (monitor)' stub=--kgdb build_of=
walks=('0x40000000 2' '0x60001000 7' '0x40800000 5' '0x40800000 6' '0x40802000 9' '0x40801000 9')
asked=() whose='python gdb.execute("ist frames $frame")'
for walk in "${walks[@]}"; do
	asked+=("monitor walk $walk" "ist walk $walk" "$whose # $walk" 'set $frame = -1')
done
stop 'break sys_exit_group if current_process->pid == 2' "$build/tests/guest/crowd" \
	'ist ps' 'monitor ps' 'ist shm' 'monitor shm' 'ist frames' 'monitor frames' \
	"python $every('echo == maps %d\\\\n' % p['pid']); gdb.execute('monitor maps %d' % p['pid'])" \
	"python $every('echo maps %d\\\\n' % p['pid']); gdb.execute('ist maps %d' % p['pid'])" \
	'monitor check' "${asked[@]}"
stub=--gdb
# agree NAME FUNCTION [FIELDS]: passes if FUNCTION_proc, _ist and _monitor print equal lines, of
# which the monitor may print the first FIELDS only.
agree() {
	"$2_proc" >"$dir/want"
	"$2_ist" >"$dir/got"
	same "$1: /proc and ist"
	cut -d ' ' -f "-${3:-99}" "$dir/want" >"$dir/got"
	"$2_monitor" >"$dir/want"
	same "$1: /proc and monitor"
}
agree processes processes_of
is 'of which there are 50, too' "$(processes_of_monitor | wc -l)" 50
agree segments segments_of 6
is 'removed and locked ones' "$(segments_of_monitor | cut -d ' ' -f 6 | sort -u | tr '\n' ' ')" '0 1 2 '
agree attaches attaches_of
# The monitor shows maps as /proc does.
for n in $(processes_of_proc | awk '$3 != "Z" { print $1 }'); do
	echo "== $n" | tee -a "$dir/maps.proc" >>"$dir/maps.monitor"
	part out "maps $n" | grep . >>"$dir/maps.proc"
	part gdb "maps $n" | grep -- - >>"$dir/maps.monitor"
done
cp "$dir/maps.proc" "$dir/want" && cp "$dir/maps.monitor" "$dir/got"
same 'maps: /proc and monitor'
maps_of_proc >"$dir/want"
maps_of_ist >"$dir/got"
same 'maps: /proc and ist'
# Entries of the directory and of the page table, the frame, and its references.
for walk in "${walks[@]}"; do
	part gdb "ist walk $walk" | sed -nE 's/^ +entry .* (0x[0-9a-f]{8})$/\1/p
		s/^ .*, in frame 0x/0x/p' >"$dir/got"
	part gdb "$whose # $walk" | sed -n 's/^frame.*, \([0-9]*\) ref.*/\1/p' >>"$dir/got"
	part gdb "monitor walk $walk" | sed -nE 's/^(directory|table).* = (0x[0-9a-f]+):.*/\2/p
		3,$s/^  frame 0x0*([^:]*): user page, ([0-9]*) .*/0x\1\n\2/p' >"$dir/want"
	same "walk $walk: ist and monitor"
	frame=$(sed -n 3p "$dir/got")
	slot=$(part gdb "ist walk $walk" | sed -nE 's/.*page [0-9]+ of segment ([0-9]+).*/\1/p')
	if [[ $frame ]]; then
		ok 'and /proc' grep -qxF "$frame $((slot % 65536))" <(part out frames)
	else
		ok 'there is no page' grep -qF 'there is no frame 0xffffffff' \
			<(part gdb "$whose # $walk")
	fi
done
# All frames, free ones, the kernel's, and promised ones. While a file of /proc is read, one more is
# the kernel's, for its text.
part gdb 'ist frames' | awk '/are the allocator/ { total = $1 } / free:/ { free = $1 }
	/the kernel.s$/ { kernel = $1 } / promised to/ { promised = $1 }
	END { print total, free, kernel, promised }' >"$dir/got"
part gdb 'monitor frames' | sed -nE 's/^([0-9]+) frames: ([0-9]+) free, ([0-9]+) the .*, ([0-9]+) .*/\1 \2 \3 \4/p' \
	>"$dir/want"
same 'frames: ist and monitor'
part out meminfo | awk '{ n[$1] = $2 / 4 } END { print n["MemTotal:"], n["MemFree:"] + 1,
	n["MemTotal:"] - n["MemAvailable:"] - n["Committed_AS:"] - 1, n["Committed_AS:"] }' >"$dir/want"
same 'frames: ist and /proc'
part gdb 'ist frames' | awk '/page tables of/ { tables = $1 } /pages of/ { pages = $1 }
	END { print tables, pages }' >"$dir/got"
part gdb 'monitor frames' | sed -nE 's/^in use: ([0-9]*) page tables, ([0-9]*) .*/\1 \2/p' >"$dir/want"
same 'page tables and pages'
is 'the check' "$(part gdb 'monitor check') $(part out check)" 'ok ok'

# The debug build knows why a call was refused.
build_of=--debug
stop 'break sys_exit_group' /bin/ipcrm 'ist why'
is 'no refusal' "$(part gdb 'ist why')" 'no call has been refused'
build_of=
stop 'break sys_exit_group' /bin/ipcrm 'ist why'
ok 'the release build' grep -q 'does not say' <(part gdb 'ist why')

# frames HEADING: prints the functions of the backtrace that follows the line "== HEADING".
frames() {
	part gdb "$1" | sed -n 's/^#[0-9]* *\(0x[0-9a-f]* in \)\{0,1\}\([^ ]*\) .*/\2/p' | tr '\n' ' '
}
# A backtrace leads from the kernel into the program's own functions and ends there: in a call, at
# each instruction by which the kernel is entered and left, in a fault, and in a tick.
build_of=--debug
plain=$gdb gdb="$gdb -iex 'set remotelogfile $dir/packets'"
stop 'ist break shmlife' /bin/shmlife 'backtrace' 'info breakpoints' 'break shm_attach' \
	'continue' 'backtrace 9' 'maintenance packet first' 'ist bt-all' 'ist bt-all 1' \
	'maintenance packet last' 'up' 'ist bt-all 1 ' 'frame' 'delete' \
	'break *vector_syscall' 'continue ' 'delete ' \
	'python for i in range(30): gdb.execute("stepi"); gdb.execute("backtrace")' \
	'tbreak *trap_return' 'continue  ' \
	'python for i in range(9): gdb.execute("stepi"); gdb.execute("backtrace")' \
	'tbreak page_fault' 'continue   ' 'backtrace 8' \
	'tbreak clock_tick if user' 'continue    ' 'backtrace 7' 'ist bt-all ' 'continue     '
gdb=$plain
is 'a breakpoint in a program' "$(frames backtrace)" 'main '
ok 'says where it stops' grep -qF 'stop only if $in("shmlife")' <(part gdb 'info breakpoints')
is 'a call from the program' "$(frames 'backtrace 9')" \
	'shm_attach sys_shmat call syscall vector_syscall __syscall main '
is 'all processes' "$(part gdb 'ist bt-all' | grep -A 99 '^process 2')" \
	"process 2 (shmlife)
$(part gdb 'backtrace 9')"
ok 'init, which sleeps' eval 'frames "ist bt-all 1" |
	grep -qx "machine_switch switch_away tsleep .* syscall vector_syscall __syscall run.* main "'
ok 'for which nothing is written to the machine' eval \
	'sed -n "/first/,/last/p" "$dir/packets" >"$dir/between"
	grep -q "^w .m" "$dir/between" && ! grep "^w .[GPMXcsv]" "$dir/between"'
is 'and the frame stays selected' "$(frames frame)" 'sys_shmat '
for n in 30 9; do
	part gdb "python for i in range($n): gdb.execute(\"stepi\"); gdb.execute(\"backtrace\")" \
		>"$dir/steps"
	is "each of $n steps" "$(grep -c ' main () at user/shmlife.c:' "$dir/steps")" $n
done
is 'a fault' "$(frames 'backtrace 8')" 'page_fault vector_14 main '
is 'a tick' "$(frames 'backtrace 7' | cut -d ' ' -f 1-5)" \
	'clock_tick irq_take interrupt_take trap trap_enter'
is 'and the program runs on' "$status" 0

# A breakpoint in a program that does not run yet stops in that program only, though others have a
# main, at the same address or not. With the kernel's stub it is set when the program is exec'ed.
for stub in --gdb --kgdb; do
	in=" ($stub)"
	stop 'break main' /bin/shmlife 'info locals' 'next 3' 'info line' 'info breakpoints'
	ok "main of the program that is run$in" grep -q 'Breakpoint 1, main () at user/shmlife.c:' \
		"$dir/gdb"
	ok "its variables$in" grep -qx 'to_child = {0, 0}' <(part gdb 'info locals')
	ok "its lines, one by one$in" grep -q 'Line 115 of "user/shmlife.c" ' <(part gdb 'info line')
	args=(-c 'ps; shmlife; ps')
	stop 'ist break shmlife draw' /bin/sh 'backtrace' 'up' 'print status'
	is "a function of another program$in" "$(frames backtrace)" 'draw main '
	ok "its caller's variables$in" grep -qx '$1 = 0' <(part gdb 'print status')
	stop 'ist break ps' /bin/sh 'continue ' 'continue  '
	is "a program that runs twice$in" "$(grep -c ' main () at user/ps.c:' "$dir/gdb")" 2
	ok "and no other stops$in" grep -qE 'exited|closed|disconnected' <(part gdb 'continue  ')
	args=()
done
# Threads of several programs: gdb has the symbols of one, and takes no other's frames for its own.
stub=--kgdb build_of=--debug
stop 'ist break shmlife' /bin/shmlife 'break shm_attach' 'continue ' \
	'python import ist.kernel; ist.kernel.threads()[1].switch()' 'backtrace 20' 'ist bt-all' 'frame' 'ist bt-all 2'
ok "another thread's program" eval 'frames "backtrace 20" | grep -q " vector_syscall ?? $"'
ok 'all of it' eval 'part gdb "ist bt-all" | grep -qE "^#[0-9]+ .*main \(\) at user/init.c"'
is 'the thread that is selected remains' "$(frames frame)" 'machine_switch '
is 'only one process' "$(part gdb 'ist bt-all 2' | grep -c ^process)" 1
is 'in its program' "$(frames 'ist bt-all 2')" \
	'shm_attach sys_shmat call syscall vector_syscall __syscall main '
# With shared libraries, a backtrace goes through these.
i686-linux-gnu-gcc -g -o "$dir/dynamic" tests/boot/dynamic.c
for stub in --gdb --kgdb; do
	build_of='--debug --root build/debian'
	stop 'break shm_attach' "$dir/dynamic" 'backtrace' 'ist bt-all 2' 'ist root /none'
	ok "shared libraries ($stub)" eval 'frames backtrace |
		grep -qE " vector_syscall \?\? shmat compare bsearch main $"'
	is "again ($stub)" "$(frames 'ist bt-all 2')" "$(frames backtrace)"
	ok "a directory that is none ($stub)" grep -q '^/none: no such directory' <(part gdb 'ist root /none')
done
build_of=
# A place that no program has yet is looked for at each exec.
stub=--gdb args=(-c 'ps; shmlife; ps')
stop 'break shmlife.c:137' /bin/sh 'info breakpoints' 'continue '
is 'a line of a program' "$(grep -E '^(Breakpoint 1,|Python)' "$dir/gdb" | sort -u)" \
	'Breakpoint 1, main () at user/shmlife.c:137'
ok 'in no other program' grep -qF '$in("shmlife")' <(part gdb 'info breakpoints')
args=()
stop 'hbreak kernel_main' /bin/true backtrace 'ist ps' 'tbreak switch_away' continue \
	'backtrace 9' 'ist bt-all'
is 'the start of the kernel' "$(frames backtrace)" 'kernel_main start_c '
ok 'no process yet' grep -q '^the kernel has not started' <(part gdb 'ist ps')
is 'before the first switch' "$(frames 'backtrace 9')" \
	'switch_away sched_run kernel_main start_c '
is 'a process that has not run yet' "$(frames 'ist bt-all')" 'context_start '

# Before the first instruction there is nothing to see, and never a command that does not exist.
gdb_waits tools/run --gdb --timeout 100 /bin/true
eval "${command/gdb /$gdb }" "-ex 'ist dmesg' -ex 'ist foo bar' -ex kill" >"$dir/gdb" 2>&1 </dev/null
wait $run
ok 'nothing is printed yet' grep -q '^the kernel has not started' "$dir/gdb"
is 'no such command' "$(grep -E '^(there is no|ist )' "$dir/gdb")" \
	'there is no command `ist foo`: `ist help` lists them'

# Without a kernel, or with another program, one line says what is missing.
gdb -q -nx -batch -x tools/gdb/load.py >"$dir/out" 2>"$dir/err"
said 'gdb without a kernel' '^name the kernel when you start gdb'
gdb -q -nx -batch -x tools/gdb/load.py "$build/user/bin/sh" >"$dir/out" 2>"$dir/err"
said 'gdb with another program' '^name the kernel when you start gdb'
plan
