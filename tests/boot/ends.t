# SPDX-License-Identifier: BSD-2-Clause
# However a run ends, tools/run says how, and leaves nothing behind: no process and no file.
. tests/boot/lib.sh
mkdir "$dir/tmp"
export TMPDIR=$dir/tmp

# start [OPTION...]: starts a program that loops, as process $run, and waits until QEMU runs, as
# process $machine, and until a line of its output or of tools/run matches $ready. The program is
# what probe does for the word $does.
start() {
	local child
	: >"$dir/out"
	: >"$dir/err"
	# A shell's background jobs ignore SIGINT and SIGQUIT, and under nohup SIGHUP, too; this job
	# must not. It has a process group of its own, as a job on a terminal has.
	perl -e '$SIG{$_} = "DEFAULT" for qw(HUP INT QUIT); setpgrp; exec @ARGV' \
		tools/run "$@" "$probe" "${does:-spin}" >"$dir/out" 2>"$dir/err" &
	run=$!
	until grep -q "${ready:-^spinning}" "$dir/out" "$dir/err"; do
		kill -0 $run 2>/dev/null || break
		sleep 0.05
	done
	for child in $(cat "/proc/$run/task/$run/children"); do
		[[ $(cat "/proc/$child/comm") != qemu* ]] || machine=$child
	done
}
# gone PID: true if the process has ended; a zombie has no command line.
gone() {
	[[ ! $(tr '\0' ' ' <"/proc/$1/cmdline") ]] 2>/dev/null
}
# left: prints what is left, after it has waited for a while until that is nothing.
left() {
	local i
	for ((i = 0; i < 100; i++)); do
		gone "$machine" && [[ ! $(ls "$TMPDIR") ]] && break
		sleep 0.1
	done
	gone "$machine" || echo QEMU
	ls "$TMPDIR"
	ls "$build" | grep gdb-line
}
# ends STATUS NAME: passes if $run ends with the status, and leaves nothing.
ends() {
	wait $run 2>/dev/null
	is "$2" $? "$1"
	is "$2: nothing is left" "$(left)" ''
}

for signal in HUP INT QUIT TERM; do
	start
	kill -$signal $run
	ends $((128 + $(kill -l $signal))) "SIG$signal"
done
start
kill -TERM $run
kill -TERM -- -$run
kill -TERM $run 2>/dev/null
ends 143 'SIGTERM thrice, once to all processes of the run'
start
kill -KILL $run
ends 137 'SIGKILL'
start
kill -KILL -- -$run
ends 137 'SIGKILL to all processes of the run'
for option in --gdb --kgdb; do
	for signal in TERM KILL; do
		ready='^gdb ' start $option
		kill -$signal $run
		ends $((128 + $(kill -l $signal))) "$option: SIG$signal"
	done
done
# A trace is closed, though the machine may have been in the middle of an event.
for whom in '' -; do
	ready=^yes does=yes start --trace "$dir/trace.json"
	kill -TERM -- $whom$run
	ends 143 "--trace: SIGTERM${whom:+ to all processes of the run}"
	ok 'the trace is whole' perl -MJSON::PP -0777 -ne \
		'exit !(@{decode_json($_)->{traceEvents}} > 100)' "$dir/trace.json"
done

# tools/run is terminated while it starts. Whoever reads its output must see the end of it.
mkdir "$dir/bin"
cat >"$dir/bin/cat" <<'END'
#!/bin/sh
kill -TERM $PPID
exec /bin/cat "$@"
END
chmod +x "$dir/bin/cat"
PATH=$dir/bin:$PATH timeout 20 bash -c \
	'tools/run --timeout 30 "$0" spin 2>&1 | /bin/cat; exit ${PIPESTATUS[0]}' "$probe" >"$dir/out"
is 'SIGTERM at the start ends all of it' $? 143
is 'it leaves nothing behind' "$(ls "$TMPDIR")" ''

# If all processes of a run were killed, the next run removes its directory.
mkdir "$TMPDIR/isthmus.dead" "$TMPDIR/isthmus.lives"
touch "$TMPDIR"/isthmus.{dead,lives}/lock
exec 9<"$TMPDIR/isthmus.lives/lock"
flock 9
run 0 'a run after one that was killed' "$probe" exit 0
is 'removes its directory, and not that of one that lives' "$(ls "$TMPDIR")" isthmus.lives
exec 9<&-
rm -r "$TMPDIR/isthmus.lives"

# The reader of the output ends first.
timeout 60 tools/run --timeout 0 "$probe" yes 2>"$dir/err" | head -n 1 >"$dir/out"
is 'SIGPIPE ends it' "${PIPESTATUS[0]} $(cat "$dir/out")" '141 yes'
is 'it leaves nothing behind' "$(ls "$TMPDIR")" ''
timeout 60 tools/run --timeout 0 "$probe" yes 2>"$dir/err" >/dev/full
is 'so does a full disk' $? 125
ok 'and a line says so' grep -q '^tools/run: the output or the trace cannot be written' "$dir/err"

# gdb ends the machine.
ready='^gdb ' start --gdb
eval "$(sed -n 's/^gdb /gdb -q -nx -batch /p' "$dir/err") -ex kill" >"$dir/gdb" 2>&1 </dev/null
ends 137 "gdb's kill"
ok 'and a line says so' grep -q '^tools/run: gdb ended the machine' "$dir/err"
plan
