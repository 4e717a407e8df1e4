# SPDX-License-Identifier: BSD-2-Clause
# Debian's bash, dash, coreutils, flock, sqlite3 and python3 run scripts as their users write
# them, with locks, FIFOs, file sizes and POSIX shared memory. The tools of procps and
# util-linux show the state of the system.
# needs: python
. tests/boot/lib.sh

in_tree() { # in_tree STATUS NAME [ARG...]: runs tools/run ARG... with the tree
	run "$1" "$2" --icount --timeout 300 --mem 256 --root build/python "${@:3}"
}
has() { # has NAME REGEX: passes if a line of the output matches
	ok "$1" grep -qE -- "$2" "$dir/out"
}

# -- bash and coreutils -----------------------------------------------------------
cat >"$dir/files.sh" <<'END'
#!/bin/bash
set -u
ls -l / || echo "ls failed"
cd /tmp || exit 1
mkfifo pipe
declare -A seen
produce() {
	local i
	for ((i = 0; i < 20; i++)); do
		echo "word$((i % 7)) $i"
	done
}
produce >pipe &
while read -r word number; do
	seen[$word]=$((${seen[$word]:-0} + number))
done <pipe
wait
for word in $(printf '%s\n' "${!seen[@]}" | sort); do
	echo "$word=${seen[$word]}"
done
exec 9>lock
flock 9
flock -n lock true
echo "while it is held: $?"
flock lock echo "after it was" &
flock -u 9
wait
# Each of eight writers takes the lock before it counts, so none overwrites another's number.
echo 0 >count
for i in {1..8}; do
	(flock 9; n=$(<count); echo $((n + 1)) >count) 9<lock &
done
wait
echo "count $(<count)"
fallocate -l 10000 space
stat -c 'space %s' space
exec 100<space 900<space
echo "far descriptors $(ls /proc/self/cmdline <&900)"
cp /bin/true mine
exec 8>>mine
./mine
echo "busy $?"
exec 8>&-
./mine
echo "free $?"
END
in_tree 0 'a bash script' --add "$dir/files.sh:/run/files.sh" /bin/bash /run/files.sh
has 'ls -l /' '^drwxrwxrwt +[0-9]+ root root +[0-9]+ .* tmp$'
ok 'ls -l / complains of nothing' eval '! grep -q "^ls" "$dir/out" "$dir/err"'
has 'through a FIFO' '^word0=21$'
has 'all of it' '^word6=19$'
has 'flock -n of what is held' '^while it is held: 1$'
has 'flock waits' '^after it was$'
has 'flock keeps writers apart' '^count 8$'
has 'fallocate' '^space 10000$'
has 'descriptors 100 and 900' '^far descriptors /proc/self/cmdline$'
has 'a program that is open for writing' '^busy 126$'
has 'and is closed again' '^free 0$'

# -- the programs that show the state of the system ---------------------------------
cat >"$dir/look.sh" <<'END'
#!/bin/bash
TIMEFORMAT='took %R %U %S'
time true
time for ((i = 0; i < 20000; i++)); do :; done
export TERM=dumb
look() {
	echo "== $*"
	"$@" 2>&1
	echo "status $?"
}
look ps aux
look ps -ef
look ps -o pid,ppid,ni,stat,wchan,args
look vmstat
look free
look top -b -n1
look uptime
look pgrep -l bash
look lsipc
look lscpu
look nice -n 5 nice
END
in_tree 0 'procps and util-linux' --add "$dir/look.sh:/run/look.sh" /bin/bash /run/look.sh
grep -h '^took' "$dir/out" "$dir/err" >"$dir/took"
is 'time: true takes next to nothing' "$(awk 'NR == 1 { print ($2 < 0.1 && $3 < 0.1) }' "$dir/took")" 1
is 'time: a loop takes what it takes' "$(awk 'NR == 2 {
	print ($2 > 0 && $3 > 0 && $3 + $4 <= $2 + 0.02) }' "$dir/took")" 1
look() { # look COMMAND: prints the command's output and its status
	awk -v "name=== $1" '/^==/ { on = $0 == name; next } on' "$dir/out"
}
shows() { # shows COMMAND STATUS REGEX
	look "$1" >"$dir/look"
	is "$1: its status" "$(tail -n 1 "$dir/look")" "status $2"
	ok "$1: what it shows" grep -qE -- "$3" "$dir/look"
}
shows 'ps aux' 0 '^root +[0-9]+ .* R\+? .* ps aux$'
shows 'ps -ef' 0 '^root +2 +1 .* /bin/bash /run/look.sh$'
shows 'ps -o pid,ppid,ni,stat,wchan,args' 0 '^ *2 +1 +0 S.* /bin/bash /run/look.sh$'
shows vmstat 0 '^ *[01] +0 +0 +[0-9]+ +0 +[0-9]+ +0 +0 +0 +0 '
shows free 0 '^Mem: +[0-9]{6} +[0-9]+ +[0-9]+ '
shows 'top -b -n1' 0 '^ *[0-9]+ root +20 +0 .* top$'
shows uptime 0 'load average: 0\.0'
shows 'pgrep -l bash' 0 '^2 bash$'
shows lsipc 0 '^SHMMNI .* 128 +0 '
shows lsipc 0 '^SEMMNI .* 0 +0 '
shows lsipc 0 '^SEMMSL .* 0 +- '
shows lsipc 0 '^MSGMAX .* 0B +- '
shows lscpu 1 '^lscpu: .*/sys/devices/system/cpu/possible: No such file'
shows 'nice -n 5 nice' 0 '^5$'

# -- dash and sqlite3 --------------------------------------------------------------
cat >"$dir/base.sh" <<'END'
#!/bin/dash
db=/tmp/base
ask() { sqlite3 $db "$@" 2>&1; }
ask "create table t(a, b); insert into t values (1, 'x'), (2, 'y');"
ask 'select sum(a), group_concat(b) from t'
# One process holds the lock for as long as its input is open; another one is told so.
mkfifo /tmp/in
sqlite3 $db </tmp/in &
exec 8>/tmp/in
echo 'begin exclusive;' >&8
while ask 'insert into t values (0, 0)' >/tmp/told; do
	:
done
cat /tmp/told
echo 'rollback;' >&8
exec 8>&-
wait
ask 'delete from t where a = 0; select count(*) from t'
for i in 1 2 3 4; do
	sqlite3 -cmd '.timeout 100000' $db "insert into t values ($i, 'new')" &
done
wait
ask 'select count(*) from t; pragma journal_mode = wal; insert into t values (5, 0)'
ask 'select max(a) from t; pragma integrity_check'
END
in_tree 0 'a dash script' --add "$dir/base.sh:/run/base.sh" /bin/dash /run/base.sh
is 'sqlite3: what it answers' "$(sed 's/^.*\(database is locked\).*/\1/' "$dir/out" | tr '\n' ' ')" \
	'3|x,y database is locked 2 6 wal 5 ok '

# -- python ------------------------------------------------------------------------
cat >"$dir/shared.py" <<'END'
from multiprocessing import shared_memory
import fcntl, os

a = shared_memory.SharedMemory(name="demo", create=True, size=10000)
if os.fork() == 0:
    b = shared_memory.SharedMemory(name="demo")
    b.buf[:5] = b"hello"
    b.close()
    os._exit(0)
os.wait()
print(bytes(a.buf[:5]).decode(), a.size)
a.close()
a.unlink()
print(os.listdir("/dev/shm"))
fd = os.memfd_create("mine", os.MFD_CLOEXEC)
fcntl.lockf(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
os.posix_fallocate(fd, 0, 5000)
print(os.fstat(fd).st_size)
r, w = os.pipe()
os.set_blocking(r, False)
print(os.get_blocking(r), os.get_blocking(w))
END
in_tree 0 'a python script' --add "$dir/shared.py:/run/shared.py" /usr/bin/python3 /run/shared.py
is 'multiprocessing.shared_memory, memfd_create, lockf, set_blocking' "$(tr '\n' ' ' <"$dir/out")" 'hello 10000 [] 5000 False True '
plan
