# SPDX-License-Identifier: BSD-2-Clause
# make debug and make gdb: gdb connects to the kernel of its own build, and to no other.
. tests/boot/lib.sh

# The test uses builds of its own, so that it leaves a kernel alone
# that somebody is debugging here.
for name in one two; do
	mkdir "$dir/$name"
	ln -s "$build"/{release,debug,user,initrd.tar} "$dir/$name"
done
export ISTHMUS_BUILD=$dir/one
tools/debug --gdb >"$dir/out" 2>"$dir/err" </dev/null
is 'gdb without a kernel' "$?" 1
said 'which is not there' '^no kernel waits for gdb'

tmux() {
	command tmux -L "isthmus$$" -f /dev/null "$@"
}
trap 'tmux kill-server 2>/dev/null; rm -rf "$dir"' EXIT
# shows PANE REGEX: waits until the pane shows a line that matches.
shows() {
	local i
	for ((i = 0; i < 200; i++)); do
		tmux capture-pane -p -t "$1" >"$dir/err" 2>&1
		grep -qE -- "$2" "$dir/err" && return
		sleep 0.1
	done
	return 1
}
SHELL=/bin/sh tmux new-session -d -x 150 -y 60 tools/debug
ok 'gdb waits for commands' shows 0.1 '^\(gdb\)'
tools/boot --gdb >"$dir/out" 2>"$dir/err" </dev/null
is 'a second kernel of that build' "$?" 1
said 'is refused' 'waits for gdb already$'
timeout 30 tools/debug --gdb >"$dir/out" 2>"$dir/err" </dev/null
is 'a second gdb for that kernel' "$?" 1
said 'is refused, too' '^another gdb is connected'
tmux send-keys -t 0.1 'break shm_attach' Enter continue Enter
ok 'the kernel starts' shows 0.0 '^isthmus#'
tmux send-keys -t 0.0 shmlife Enter
ok 'and stops' shows 0.1 '^Breakpoint 1, shm_attach \(id=65536, addr=0, flags=0, out=0x'

tmux new-session -d -s two -x 150 -y 60 env ISTHMUS_BUILD="$dir/two" tools/debug
ok 'another build has its own' shows two:0.1 '^\(gdb\)'
tmux send-keys -t two:0.1 'hbreak kernel_main' Enter continue Enter
ok 'which stops elsewhere' shows two:0.1 'Breakpoint 1, kernel_main '

# No machine outlives its terminal, nor tools/boot. The machine holds the lock.
tmux kill-session -t two
ok 'it ends with its session' flock -w 60 "$dir/two/gdb.lock" true
tmux kill-server
ok 'and with the server' flock -w 60 "$dir/one/gdb.lock" true
rm -f "$dir/two/gdb.sock"
# As under make, the first process of the terminal waits for tools/boot, and it alone gets SIGHUP.
tmux new-session -d -s three -x 150 -y 60 "trap : HUP; ISTHMUS_BUILD=$dir/two tools/boot --gdb; exit"
until [[ -S $dir/two/gdb.sock ]]; do sleep 0.1; done
tmux kill-server
ok 'and if its parent waits for it' flock -w 60 "$dir/two/gdb.lock" true
rm -f "$dir/two/gdb.sock"
ISTHMUS_BUILD=$dir/two tools/boot --gdb >"$dir/out" 2>"$dir/err" </dev/null &
until [[ -S $dir/two/gdb.sock ]] || ! kill -0 $!; do sleep 0.1; done
kill -9 $!
ok 'and with tools/boot' flock -w 60 "$dir/two/gdb.lock" true
plan
