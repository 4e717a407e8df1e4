# SPDX-License-Identifier: BSD-2-Clause
# When the time of a run is over, one is told where everything is: --limit, --timeout, and a kernel
# that loops with interrupts off. tools/where names the functions.
. tests/boot/lib.sh

# shows NAME LINE: passes if $dir/err has that line.
shows() {
	ok "$1" grep -qxF -- "$2" "$dir/err"
}
# place REGEX: passes if a line after "in the source" matches, and the kernel gave its address.
place() {
	local address
	address=$(sed -n '/^in the source:$/,$p' "$dir/err" | grep -m 1 -E -- "$1" | cut -c3-12)
	ok "in the source: $1" grep -qE "^(  user |eip |  )$address " "$dir/err"
}

# ---- The machine's own time ----
run 124 '--limit' --limit 0.3 "$probe" spin
said_once() {
	is "$1: one line says so" "$(grep -c '^tools/run: .*timed out after' "$dir/err")" 1
}
said_once 'out of time'
shows 'out of which time' "tools/run: $probe: timed out after 0.3 seconds of the machine's time"
shows 'the kernel says when' 'stopped: 30 ticks are over'
shows 'and what runs' 'process 2 (probe) runs'
shows 'and what sleeps' 'process 1 (init) sleeps on wait'
place ' spin, .*tests/boot/guest/probe\.c:[0-9]+$'
is 'its output is there' "$(cat "$dir/out")" spinning
cp "$dir/err" "$dir/first"
tools/run --limit 0.3 "$probe" spin >"$dir/out" 2>"$dir/err" </dev/null
ok 'a second run is stopped at the same place' cmp "$dir/first" "$dir/err"
run 124 'nobody runs' --limit 20 /bin/sh -c 'sleep 30000 | cat'
shows 'one sleeps' 'process 3 (sleep) sleeps on nanosleep'
shows 'another waits for it' 'process 4 (cat) sleeps on pipe read'
cat >"$dir/sleeper.c" <<'END'
#include <unistd.h>
static int __attribute__((noinline)) doze(int n) { return sleep(n) + 1; }
int main(void) { return doze(1000) + 1; }
END
i686-linux-gnu-gcc -g -O1 -static -o "$dir/sleeper" "$dir/sleeper.c"
run 124 'a program with a C library sleeps' --limit 1 "$dir/sleeper"
shows 'where the kernel has it' 'process 2 (sleeper) sleeps on nanosleep'
place ' doze, .*/sleeper\.c:2$'
place ' main, .*/sleeper\.c:3$'
run 0 'a program that ends in time' --limit 1000 /bin/true
for bad in 0 0.00 x 1.234 -1 1e3; do
	run 125 "--limit $bad" --limit "$bad" /bin/true
	said "--limit $bad" '^tools/run: --limit needs a number'
done

# ---- The host's time ----
run 124 '--timeout' --timeout 3 "$probe" spin
said_once 'out of time'
shows 'the kernel is asked' 'stopped: by a non-maskable interrupt'
shows 'and says what runs' 'process 2 (probe) runs'
place ' spin, '

# ---- A kernel that loops with interrupts off ----
# hangs FUNCTION: makes $broken, a build of a kernel in which the function begins with CLI and a
# jump to itself.
hangs() {
	local kernel=$broken/release/isthmus.elf at
	at=0x$(i686-linux-gnu-nm "$build/release/isthmus.elf" | sed -n "s/ . $1\$//p")
	cp "$build/release/isthmus.elf" "$kernel"
	i686-linux-gnu-readelf -lW "$kernel" | grep '^ *LOAD' | while read -r _ offset start _ size _; do
		((at >= start && at < start + size)) || continue
		printf '\xfa\xeb\xfe' | dd of="$kernel" bs=1 seek=$((at - start + offset)) \
			conv=notrunc status=none
	done
}
broken=$dir/build
mkdir -p "$broken/release"
cp "$build/initrd.tar" "$broken"
ln -s "$build/user" "$broken"
hangs sys_shmat
for option in '--limit 0.3 --timeout 400' '--timeout 3'; do
	ISTHMUS_BUILD=$broken run 124 "a kernel that hangs, $option" $option /bin/shmlife
	shows 'a non-maskable interrupt ends it' 'stopped: by a non-maskable interrupt'
	said_once 'out of time'
	shows 'what runs' 'process 2 (shmlife) runs, in the kernel'
	place ' sys_shmat, kernel/sys/sys_ipc\.c:[0-9]+$'
	place ' vector_syscall, arch/i386/vectors\.asm:[0-9]+$'
	[[ $option != --limit* ]] || shows "the watchdog's time is the machine's" \
		"tools/run: /bin/shmlife: timed out after 0.3 seconds of the machine's time"
done
hangs fs_init
ISTHMUS_BUILD=$broken run 124 'a kernel that hangs at its start' --timeout 3 /bin/true
shows 'it says so' 'the kernel starts'
place ' fs_init, kernel/fs/fs\.c:[0-9]+$'

# ---- Panics ----
run 126 'a panic' --append panic=test /bin/true
place ' panic, kernel/debug/panic\.c:[0-9]+$'
place ' init_main, kernel/main\.c:[0-9]+$'

# ---- Addresses of a program ----
cat >"$dir/with-a-long-name.c" <<'END'
int inner(int n) { return n + 1; }
int main(void)
{
	return
		inner(2);
}
END
i686-linux-gnu-gcc -g -static -O0 -o "$dir/with-a-long-name" "$dir/with-a-long-name.c"
line() { # line NUMBER: prints the address of the code of that line
	i686-linux-gnu-objdump --dwarf=decodedline "$dir/with-a-long-name" |
		awk -v n="$1" '$1 == "with-a-long-name.c" && $2 == n { print $3; exit }'
}
printf 'process 2 (with-a-long-nam) runs\n  user 0x%08x with-a-long-nam\n  user 0x%08x other\n' \
	"$(line 1)" "$(line 5)" | tools/where "$build/release/isthmus.elf" "$dir/with-a-long-name" >"$dir/err"
is 'the program counter' "$(cat "$dir/err")" \
	"$(printf '  0x%08x  inner, %s:1' "$(line 1)" "$dir/with-a-long-name.c")"
printf '  user 0x%08x with-a-long-nam\n' $(($(line 5) + 1)) |
	tools/where "$build/release/isthmus.elf" "$dir/with-a-long-name" >"$dir/err"
ok 'a return address' grep -q '  main, .*/with-a-long-name\.c:5$' "$dir/err"
said_by_where() { # said_by_where MESSAGE [ARG...]: passes if it fails, with that line
	local message=$1 status
	shift
	tools/where "$@" >"$dir/err" 2>&1 </dev/null
	status=$?
	is "$message" "$status $(cat "$dir/err")" "1 tools/where: $message"
}
said_by_where 'usage: tools/where [--root DIR] KERNEL [PROGRAM...] <LOG'
said_by_where '--root needs a directory' --root /none "$build/release/isthmus.elf"
said_by_where '/none: no such file' /none
plan
