# SPDX-License-Identifier: BSD-2-Clause
#
# One run of the machine, for tools/run: its directory, the processes beside it, and its end.
# Nothing of a run is left, however tools/run ends: a keeper sees to that, a process beside it.
temporary=${TMPDIR:-/tmp}
tmp='' life='' keeper='' tracer='' readers=() helpers=()

# Makes the run's directory, $tmp, for all files of the run, and starts the keeper.
session_begin() {
	local old lock
	# What a run has left whose keeper was killed, too: nobody holds its lock.
	for old in "$temporary"/isthmus.*/lock; do
		[[ ! -O $old ]] || flock -n "$old" rm -rf "${old%/lock}"
	done
	umask 022
	trap session_end EXIT
	trap 'exit 129' HUP
	trap 'exit 130' INT
	trap 'exit 131' QUIT
	trap 'exit 143' TERM
	tmp=$(mktemp -d "$temporary/isthmus.XXXXXX" 2>/dev/null) ||
		fail "cannot make a directory in $temporary"
	# The lock gets its name when it is held. All processes of the run inherit it.
	{
		exec {lock}>"$tmp/lock.new" && flock -n "$lock" &&
			mv "$tmp/lock.new" "$tmp/lock" && mkfifo "$tmp"/{life,qmp.in}
	} 2>/dev/null || fail "cannot make files in $tmp"
	# Both are opened for reading as well, so that neither open nor a write waits for a reader.
	exec {life}<>"$tmp/life" {qmp}<>"$tmp/qmp.in"
	set -m # gives the keeper a process group of its own: no signal to ours reaches it
	keeper_run <"$tmp/life" {life}>&- {qmp}>&- >/dev/null 2>&1 &
	keeper=$!
	set +m
}

session_end() {
	trap '' HUP INT QUIT TERM
	((${#helpers[@]} == 0)) || kill "${helpers[@]}" 2>/dev/null
	[[ ! $life ]] || exec {life}>&-
	if [[ $keeper ]]; then
		wait "$keeper"
		exec 7>&-
		[[ ! $tracer ]] || wait "$tracer"
		[[ $tty != *:* ]] || stty "$tty" # what it was before QEMU changed it
	elif [[ $tmp ]]; then
		rm -rf "$tmp"
	fi
}

# Ends the machine when its time is up, or when tools/run has ended; after that, removes the
# directory. Reads a pipe that only tools/run can write to, so that its end is the end of tools/run.
# The first line is QEMU's process number, and the second says that QEMU has ended.
keeper_run() {
	local qemu='' said='' i
	hears() { # hears [SECONDS]: false if there is nothing to read until then
		read -r ${1:+-t "$1"} said
		(($? <= 128))
	}
	trap '' HUP INT QUIT TERM PIPE
	cd "$tmp" || return
	if read -r qemu && ! hears $timeout; then
		: >late
		# The kernel's answer to an NMI is to say where it is, and to end the machine.
		for i in ${nmi:+1 2 3 4 5}; do
			echo '{"execute":"inject-nmi"}' 1<>qmp.in
			! hears 1 || break
		done
	fi
	if [[ $qemu && ! $said ]]; then
		kill "$qemu"
		for ((i = 0; i < 20; i++)); do
			kill -0 "$qemu" && sleep 0.1 || break
		done
		((i < 20)) || kill -9 "$qemu"
	fi
	while read -r said; do :; done
	rm -rf "$tmp"
}

# Starts a command in the background, without the descriptors that are for this script alone, and
# puts its process number into the array that is named.
beside() { # beside ARRAY COMMAND...
	local -n array=$1
	shift
	"$@" <&0 {life}>&- {qmp}>&- 3>&- 4>&- 5>&- 6>&- 7>&- 8>&- &
	array+=($!)
}

# QEMU's process: it tells its number first, so that the keeper and the readers know it in time.
machine_become() {
	echo "$BASHPID" >qemu.pid
	echo "$BASHPID" >&"$life"
	exec "${machine[@]}" {life}>&- {qmp}>&- 3>&- 5>&- 7>&-
}

# Runs a command that copies one of QEMU's lines. If it fails, nobody sees what QEMU writes: then it
# ends QEMU.
reader() { # reader COMMAND...
	local status qemu
	"$@" && return
	status=$?
	read -r qemu <qemu.pid && kill "$qemu" 2>/dev/null
	return "$status"
}

# Runs a command that no signal of ours ends before its input: so a trace has an end, as JSON needs.
to_its_end() { # to_its_end COMMAND...
	trap '' HUP INT QUIT TERM
	"$@"
}

# Runs the machine in $tmp until it ends, and sets status to QEMU's. Its lines com1, log and trace
# are named pipes, which are copied to our output. So it does not matter whether that is a terminal, a
# pipe, or a file that others append to. Both ends of each pipe are opened before any process
# starts, so that none waits for a partner that has ended already, and each reader sees the end of
# file however this script ends.
session_run() {
	local pid failed=0
	mkfifo com1 log trace || exit 125
	[[ ! $tty ]] || tty=$(stty -g)
	exec 3<>com1 4<com1 3>com1 5<>log 6<log 5>log 7<>trace 8<trace 7>trace
	if [[ $trace_file ]]; then exec 9>"$trace_file"; else exec 9>&2; fi
	beside readers reader cat <&4
	beside readers reader sed -u "w log.txt" <&6 >&2 2>/dev/null # whole lines: others write there, too
	if [[ $trace ]]; then
		beside readers ${trace_file:+to_its_end} reader "$root/tools/trace" "$trace" <&8 >&9 9>&-
		[[ ! $trace_file ]] || tracer=$!
	fi
	exec 4<&- 6<&- 8<&- 9>&-
	: >qmp.out
	echo '{"execute":"qmp_capabilities"}' >&"$qmp"
	if [[ $tty ]]; then
		machine_become 2>qemu.err <&0 &
	else
		machine_become >qemu.err 2>&1 </dev/null &
	fi
	qemu=$!
	[[ ! $gdb ]] || say_gdb "$tmp/gdb"
	if [[ $kgdb ]]; then
		beside helpers "$root/tools/gdb-line" "$tmp/kgdb" com2 nmi >&2 </dev/null
		say_gdb "$tmp/kgdb"
	fi
	wait "$qemu"
	status=$?
	echo ended >&"$life"
	exec 3>&- 5>&- 7>&-
	for pid in "${readers[@]}"; do
		wait "$pid" || failed=$?
	done
	((failed != 141)) || exit 141 # SIGPIPE: nobody reads the output any more
	((failed == 0)) || fail 'the output or the trace cannot be written'
}

say_gdb() { # say_gdb SOCKET: prints the command for gdb, once gdb can connect
	local own='' # what gdb needs to find the symbols of the program and of its libraries
	until [[ -S $1 ]] || ! kill -0 "$qemu" 2>/dev/null; do
		sleep 0.05
	done
	[[ ! $tree ]] || printf -v own " -ex 'ist root %s'" "$tree"
	printf -v own "%s -ex 'ist program %s'" "$own" "${file:-${guest#/bin/}}"
	printf "gdb -x %q%s -ex 'target remote %s' %q\n" "$root/tools/gdb/load.py" "$own" \
		"$1" "$kernel" >&2
}
