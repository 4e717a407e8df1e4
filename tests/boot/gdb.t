# SPDX-License-Identifier: BSD-2-Clause
# tools/run --gdb: gdb finds the kernel stopped, with its symbols.
. tests/boot/lib.sh

tools/run --gdb --timeout 60 "$probe" exit 4 >"$dir/out" 2>"$dir/err" &
run=$!
for ((i = 0; i < 100; i++)); do
	command=$(grep -m 1 '^gdb ' "$dir/err") && break
	sleep 0.1
done
ok 'it says what to type' test -n "$command"
eval "${command/gdb /timeout 50 gdb -q -nx -batch }" \
	-ex "'hbreak kernel_main'" -ex continue -ex backtrace -ex "'info line'" \
	-ex "'delete'" -ex continue >"$dir/gdb" 2>&1 </dev/null
ok 'a breakpoint at kernel_main' grep -q 'Breakpoint 1, .*kernel_main' "$dir/gdb"
ok 'a backtrace with names' grep -qE '^#0 +kernel_main ' "$dir/gdb"
ok 'and lines' grep -q 'kernel/main.c' "$dir/gdb"
wait $run
is 'and the program runs on' $? 4
plan
