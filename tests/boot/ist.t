# SPDX-License-Identifier: BSD-2-Clause
# The commands of tools/gdb say the same as /proc about a stopped machine that has many
# processes, and segments in every state.
. tests/boot/lib.sh

# stop BREAK PROGRAM COMMAND...: runs PROGRAM until a breakpoint, which the gdb command BREAK sets,
# and there the gdb COMMANDs. Their output is in $dir/gdb, the program's in $dir/out. $stub is the
# option for tools/run.
stub=--gdb
gdb="timeout 90 gdb -q -nx -batch -iex 'set remotelogfile $dir/packets'"
stop() {
	local break=$1 program=$2 i commands=()
	shift 2
	gdb_waits tools/run $stub --icount --timeout 100 $build_of "$program"
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

	# Processes: number, parent, state, and what each one sleeps on.
	awk '/^== process/ { pid = $3; line[pid] = $3 " " $4 " " $5 " " $6 }
		/^== wchan/ { getline; if ($1 != "0") line[pid] = line[pid] " " $1 }
		END { for (pid in line) print line[pid] }' "$dir/out" | sort -n >"$dir/want"
	part gdb 'ist ps' | awk 'NR > 1 { sub(/^\*/, ""); sub(/ on .*/, "")
		print $1, $2, $3, $6 ($7 ? " " $7 : "") }' | sort -n >"$dir/got"
	same "the processes$in"
	is "of which there are 50$in" "$(wc -l <"$dir/got")" 50

	# Segments: identifier, key, bytes, attaches, creator, last user, frames, removed, locked.
	part out shm | awk 'NR > 1 { printf "%s 0x%08x %s %s %s %s %s %s\n", $2, $1, $4, $7, $5, $6, \
		$(NF - 1) / 4096, int($3 / 1000) }' >"$dir/want"
	part gdb 'ist shm' | awk '$2 ~ /^0x/ { print $1, $2, $3, $6, $8, $9, $5, \
		/removed/ + 2 * /locked/ }' >"$dir/got"
	same "the segments$in"
	ok "a graft and a piece$in" eval 'part gdb "ist shm" | grep -q "the segment.s tables 0x" &&
		part gdb "ist shm" | grep -q " a piece of the attach at "'

	# Maps of every process: range, rights, offset, and the file or segment that is mapped.
	awk '/^== maps/ { pid = $3; next } /^==/ { pid = 0 } pid && NF {
		print pid, $1, $2, $3, $6 ~ /SYSV/ ? $5 : $6 }' "$dir/out" >"$dir/want"
	awk '/^maps [0-9]/ { pid = $2; next } /^==/ { pid = 0 } pid && /^[0-9a-f]*-/ {
		what = $4 == "segment" ? $5 : $4 ~ /^[[\/]/ ? $4 : ""
		print pid, $1, $2, $3, what }' "$dir/gdb" >"$dir/got"
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
stop 'ist break shmlife' /bin/shmlife 'backtrace' 'info breakpoints' 'break shm_attach' \
	'continue' 'backtrace 9' 'maintenance packet first' 'ist bt-all' 'ist bt-all 1' \
	'maintenance packet last' 'up' 'ist bt-all 1 ' 'frame' 'delete' \
	'break *vector_syscall' 'continue ' 'delete ' \
	'python for i in range(30): gdb.execute("stepi"); gdb.execute("backtrace")' \
	'tbreak *trap_return' 'continue  ' \
	'python for i in range(9): gdb.execute("stepi"); gdb.execute("backtrace")' \
	'tbreak page_fault' 'continue   ' 'backtrace 8' \
	'tbreak clock_tick if user' 'continue    ' 'backtrace 7' 'ist bt-all ' 'continue     '
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

stop 'hbreak kernel_main' /bin/true backtrace 'ist ps' 'tbreak switch_away' continue \
	'backtrace 9' 'ist bt-all'
is 'the start of the kernel' "$(frames backtrace)" 'kernel_main start_c '
ok 'no process yet' grep -q '^the kernel has not started' <(part gdb 'ist ps')
is 'before the first switch' "$(frames 'backtrace 9')" \
	'switch_away sched_run kernel_main start_c '
is 'a process that has not run yet' "$(frames 'ist bt-all')" 'context_start '

# Without a kernel, or with another program, one line says what is missing.
gdb -q -nx -batch -x tools/gdb/load.py >"$dir/out" 2>"$dir/err"
said 'gdb without a kernel' '^name the kernel when you start gdb'
gdb -q -nx -batch -x tools/gdb/load.py "$build/user/bin/sh" >"$dir/out" 2>"$dir/err"
said 'gdb with another program' '^name the kernel when you start gdb'
plan
