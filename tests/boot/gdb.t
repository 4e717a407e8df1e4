# SPDX-License-Identifier: BSD-2-Clause
# With tools/run --gdb, gdb finds the kernel stopped, and knows its symbols.
. tests/boot/lib.sh

# start ARG...: starts tools/run --gdb ARG... as process $run.
start() {
	gdb_waits tools/run --gdb --timeout 60 "$@"
}
# debug ARG...: runs gdb by $command, with ARG..., until it ends.
debug() {
	eval "${command/gdb /timeout 50 gdb -q -nx -batch }" '"$@"' >"$dir/gdb" 2>&1 </dev/null
}

start "$probe" exit 4
ok 'it says what to type' test -n "$command"
debug -ex 'hbreak kernel_main' -ex continue -ex backtrace -ex 'info line' -ex delete -ex continue
ok 'a breakpoint at kernel_main' grep -q 'Breakpoint 1, .*kernel_main' "$dir/gdb"
ok 'a backtrace with names' grep -qE '^#0 +kernel_main ' "$dir/gdb"
ok 'and lines' grep -q 'kernel/main.c' "$dir/gdb"
wait $run
is 'and the program runs on' $? 4

# The CPU takes vector 200, which has no handler, twice in a row, when the program exits.
start "$probe" exit 4
cat >"$dir/commands" <<'END'
hbreak sys_exit_group
continue
set $frame = (unsigned *)$esp - 3
set $frame[2] = $eflags
set $frame[1] = $cs
set $frame[0] = $eip
set $esp = $frame
set $eip = trap_vectors[200]
continue
set $frame = (unsigned *)$esp - 3
set $frame[2] = $eflags
set $frame[1] = $cs
set $frame[0] = $eip
set $esp = $frame
set $eip = trap_vectors[200]
delete
continue
END
debug -x "$dir/commands"
wait $run
is 'an interrupt of no device is ignored' $? 4
is 'and one line says so' "$(grep -c 'vector 200 ' "$dir/err")" 1

# gdb shows a call's arguments by their names: when the call is entered, as a struct, and in the
# debug build as local variables three lines later.
for build_of in '' --debug; do
	start $build_of /bin/shmlife
	debug -ex 'hbreak sys_shmat' -ex continue \
		-ex 'print arg->shmat' -ex 'info locals' \
		-ex 'next 3' -ex 'info locals' -ex delete -ex continue
	wait $run
	ok "sys_shmat's arguments${build_of:+ ($build_of)}" grep -qxF \
		'$1 = {shmid = 65536, shmaddr = 0, shmflg = 0}' "$dir/gdb"
	is "and as locals${build_of:+ ($build_of)}" "$(grep -xE 'shm[a-z]* = [0-9]+' "$dir/gdb" |
		tail -n 3 | tr '\n' ' ')" 'shmid = 65536 shmaddr = 0 shmflg = 0 '
done

# The debug build lets gdb show every argument and variable, in all frames of the kernel and of the
# program.
start --debug /bin/shmlife
debug -ex 'break shm_attach' -ex continue -ex 'backtrace -full' -ex next -ex 'backtrace -full' \
	-ex kill
wait $run
ok 'arguments at a breakpoint' grep -qE \
	'^Breakpoint 1, shm_attach \(id=65536, addr=0, flags=0, out=0x' "$dir/gdb"
ok 'variables of the program' grep -qxE '\s+to_child = \{3, 4\}' <(grep -A 9 ' main () at user/' "$dir/gdb")
is 'no variable is optimized out' "$(grep -c '<optimized out>' "$dir/gdb")" 0
plan
