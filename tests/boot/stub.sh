# SPDX-License-Identifier: BSD-2-Clause
#
# Functions of the tests that talk to the kernel's own gdb stub; sourced after lib.sh.
debuggee=$build/tests/guest/debuggee
kernel=$build/release/isthmus.elf
run=''
trap '[[ ! $run ]] || kill $run 2>/dev/null; rm -rf "$dir"' EXIT

# start ARG...: starts tools/run --kgdb ARG... as process $run, and waits until the kernel has
# stopped and tools/run prints the command for gdb. The command is then in $command, and the
# path of the socket in $socket.
start() {
	gdb_waits tools/run --kgdb --icount --timeout 120 "$@"
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
