# SPDX-License-Identifier: BSD-2-Clause
# tools/run: exit statuses, output that is passed on unchanged, and the options.
. tests/boot/lib.sh

for n in 0 3 255; do
	run $n "exit $n" "$probe" exit $n
done
for n in 9 11 15; do
	run $((128 + n)) "signal $n" "$probe" kill $n
done
run 7 'a program of the image' /bin/sh -c 'exit 7'
cats=$(printf '| cat %.0s' {1..15})
run 0 'the shell runs a pipeline of 16 commands' /bin/sh -c "echo through $cats"
is 'and the last prints what went through' "$(cat "$dir/out")" through
run 124 'out of time' --timeout 4 "$probe" spin
ok 'out of time: one line says so' grep -q 'timed out after 4 s' "$dir/err"
run 126 'panic' --append panic=test "$probe"
ok 'panic: with a backtrace that has names' grep -qE 'kernel_main|main' "$dir/err"

# Errors that tools/run finds before it starts a machine.
for bad in "--trace $dir/nosuch/x /bin/true" "--trace $dir /bin/true" '/nosuch' '/bin/nosuch' '--mem abc /bin/true' '--mem 1 /bin/true' '--mem' '--timeout x /bin/true' \
	'--uid root /bin/true' '--nosuch /bin/true' '--add /nosuch /bin/true' \
	"--add $probe:/bin /bin/true" "--add $probe:/a/../b /bin/true" "$dir" ''; do
	run 125 "125 for: tools/run $bad" $bad
	said "$bad" '^tools/run: '
	is 'and it is the only one' "$(wc -l <"$dir/err")" 1
done
run 125 'an empty name' ''
said 'an empty name' '^tools/run: no program given'
run 125 'an empty --root' --root '' /bin/true
said 'an empty --root' '^tools/run: : not a readable directory'
TMPDIR=$dir/nosuch run 125 'no TMPDIR' /bin/true
said 'no TMPDIR' "^tools/run: cannot make a directory in $dir/nosuch$"
# A limit on the size of a file stands for a disk that is full. The image is larger than each file
# in it.
perl -e 'print "x" x 500000' >"$dir/large"
for full in '1 cannot unpack the image' '150 cannot make the image' \
	'150 standard input cannot be read, or kept'; do
	input=/dev/null
	[[ $full != *input* ]] || input=$dir/large
	(trap '' XFSZ; ulimit -f "${full%% *}"; exec tools/run /bin/true) 2>"$dir/err" >"$dir/out" <"$input"
	is "no room: status" $? 125
	said 'no room' "^tools/run: ${full#* }"
	is 'and it is the only one' "$(wc -l <"$dir/err")" 1
done
ISTHMUS_BUILD=$dir run 125 'no kernel is built' /bin/true
said 'no kernel' 'run .make. first'
# A kernel that make would build anew.
mkdir -p "$dir/old/release"
cp "$build/release/isthmus.elf" "$dir/old/release"
cp "$build/initrd.tar" "$dir/old"
ISTHMUS_BUILD=$dir/old run 4 'a kernel as new as its sources' "$probe" exit 4
ok 'nothing is said' eval '! grep -q "^tools/run: " "$dir/err"'
touch -d 2020-01-01 "$dir/old/initrd.tar"
ISTHMUS_BUILD=$dir/old run 4 'programs older than their sources' "$probe" exit 4
said 'an old image' "^tools/run: $dir/old/initrd.tar is older than user/.*: run .make.$"
touch -d 2020-01-01 "$dir/old/release/isthmus.elf"
touch "$dir/old/initrd.tar"
ISTHMUS_BUILD=$dir/old run 4 'an old kernel' "$probe" exit 4
said 'an old kernel' "^tools/run: $dir/old/release/isthmus.elf is older than .*: run .make.$"
run 0 '--help' --help
ok '--help tells the usage' grep -q '^usage: tools/run' "$dir/out"

# Files that the kernel can't run: one line says what to do.
cannot() { # cannot FILE REGEX: passes if the status is 127, and the line matches
	run 127 "127 for: $2" "$1"
	said "$2" "^tools/run: $1: $2$"
}
echo 'not a program' >"$dir/text"
chmod 644 "$dir/text"
cannot "$dir/text" 'not executable: chmod \+x'
chmod 755 "$dir/text"
cannot "$dir/text" 'neither an ELF file nor a script that begins with #!'
echo 'int main(void) { return 0; }' >"$dir/main.c"
printf '#! /usr/bin/perl -w\nexit 0;\n' >"$dir/script"
gcc -o "$dir/wide" "$dir/main.c"
i686-linux-gnu-gcc -o "$dir/dynamic" "$dir/main.c"
i686-linux-gnu-gcc -c -o "$dir/object" "$dir/main.c"
sed 's/^\(.\{18\}\)\x03/\1\x08/' "$probe" >"$dir/mips" # e_machine
chmod 755 "$dir"/{script,object,mips}
cannot "$dir/wide" 'a 64-bit program: compile with i686-linux-gnu-gcc -static'
cannot "$dir/mips" 'a program for another processor: compile with i686-linux-gnu-gcc -static'
cannot "$dir/dynamic" 'needs /lib/ld-linux.so.2: link with -static, or --root build/debian'
i686-linux-gnu-gcc -Wl,--dynamic-linker=/lib/ld-musl-i386.so.1 -o "$dir/musl" "$dir/main.c"
cannot "$dir/musl" 'needs /lib/ld-musl-i386.so.1: link with -static, or --root with a tree that has it'
printf '\177ELF' >"$dir/damaged"
chmod 755 "$dir/damaged"
cannot "$dir/damaged" 'a damaged ELF file'
cannot "$dir/object" 'an object file: link it \(gcc without -c\)'
cannot "$dir/script" 'a script that needs /usr/bin/perl: --root with a tree that has it'
printf '#!/bin/sh\r\nexit 0\r\n' >"$dir/returns"
chmod 755 "$dir/returns"
cannot "$dir/returns" "its lines end in CR and LF: sed -i 's/\\\\r\\$//' $dir/returns"
eval "$(sed 's/.*LF: //' "$dir/err")"
run 0 'which cures it' "$dir/returns"
run 0 'with the interpreter in the image' --add /usr/bin/env:/usr/bin/perl --append init=/bin/true "$dir/script"
chmod 600 "$dir/text"
run 127 'what init cannot run is 127, too' --add "$dir/text:/bin/text" /bin/text
ok 'and init says so' grep -q '^init: /bin/text: Permission denied' "$dir/out"

# Output of the program.
perl -e '@a = map { chr } 0..255; print @a, reverse(@a), "end"' >"$dir/want"
run 0 'all byte values' "$probe" bytes
ok 'they come out as they were written' cmp "$dir/out" "$dir/want"
run 0 'twenty thousand lines' "$probe" lines 20000
perl -e 'print "line $_ of many that have to come out\n" for 0..19999' >"$dir/want"
ok 'none is lost' cmp "$dir/out" "$dir/want"
tools/run "$probe" lines 2000 2>/dev/null | { sleep 2; cat; } >"$dir/out"
head -n 2000 "$dir/want" | cmp -s - "$dir/out"
is 'none is lost for a slow reader' $? 0
echo before >"$dir/both"
tools/run "$probe" exit 0 >>"$dir/both" 2>>"$dir/both"
is 'a file that has something already keeps it' "$(head -n 1 "$dir/both")" before

# Input of the program.
perl -e '@a = map { chr } 0..255; print @a for 1..5000' >"$dir/input"
stdin=$dir/input run 0 'a file as standard input' /bin/cat
ok 'arrives as it is' cmp "$dir/input" "$dir/out"
cat "$dir/input" | tools/run --icount /bin/cat >"$dir/out" 2>"$dir/err1"
ok 'so does a pipe' cmp "$dir/input" "$dir/out"
cat "$dir/input" | tools/run --icount /bin/cat >"$dir/out" 2>"$dir/err2"
ok '--icount: with input every run is the same, too' cmp "$dir/err1" "$dir/err2"
echo hidden | tools/run --uid 1000 /bin/cat >"$dir/out" 2>"$dir/err"
is 'a user reads it as well' "$(cat "$dir/out")" hidden
: | tools/run "$probe" stdin >"$dir/out" 2>"$dir/err"
is 'an empty pipe is the end of the file' $? 0
run 0 'so is /dev/null' "$probe" stdin
tools/run "$probe" stdin >"$dir/out" 2>"$dir/err" <&-
is 'and a standard input that is closed' $? 0
truncate -s $(((64 << 20) + 1)) "$dir/long"
stdin=$dir/long run 125 'input of more than 64 MiB' /bin/cat
said 'too long' '^tools/run: standard input is longer than 64 MiB'
mkfifo "$dir/endless"
exec 8<>"$dir/endless"
tools/run --timeout 1 /bin/cat <"$dir/endless" >"$dir/out" 2>"$dir/err"
is 'input that does not end' $? 124
said 'it' '^tools/run: standard input has not ended in time'
exec 8<&-

# A terminal.
chat() { # chat STATUS NAME STEP... -- ARG...: passes if tools/run ends with the status
	local want=$1 name=$2
	shift 2
	tests/boot/terminal "$@" >"$dir/out" 2>"$dir/err" </dev/null
	is "$name" $? "$want"
}
chat 5 '--tty: a shell' 'until:# ' $'type:echo one\r' $'until:\none' 'until:# ' \
	$'type:sleep 1000\r' $'until:sleep 1000\r' $'type:\x03' 'until:^C' \
	$'type:\rexit 5\r' -- tools/run --tty /bin/sh
chat 130 '--tty: Ctrl-A X' until:spinning $'type:\x01x' -- tools/run --tty "$probe" spin
chat 131 '--tty: Ctrl-\ is for the program' until:spinning $'type:\x1c' -- \
	tools/run --tty "$probe" spin
chat 131 'Ctrl-\ is for tools/run' until:spinning $'type:\x1c' -- tools/run "$probe" spin
chat 130 'so is Ctrl-C' until:spinning $'type:\x03' -- tools/run "$probe" spin
chat 0 'a terminal is not read' -- tools/run "$probe" stdin
chat 0 'the terminal is as it was' until:spinning $'type:\x01x' until:echo -- \
	bash -c 'stty -a >$1/before; tools/run --tty $2 spin; stty -a | tee $1/after; cmp $1/before $1/after' \
	- "$dir" "$probe"
chat 0 'the size of the terminal' -- \
	sh -c 'stty rows 33 cols 101; exec tools/run --tty "$0" size' "$probe"
ok 'is known to the program' grep -q '^33 101' "$dir/out"
chat 0 'a terminal of no size' -- tools/run --tty "$probe" size
ok 'has 25 rows of 80' grep -q '^25 80' "$dir/out"
run 125 '--tty without a terminal' --tty /bin/true
said '--tty' '^tools/run: --tty needs a terminal'

# Arguments and input of the program.
run 0 'arguments' "$probe" '' 'a b' "it's" '"q" \' $'two\nlines' '$x;*' $'\xff\x01'
printf '%s\n' '0 </run/probe>' '1 <>' '2 <a b>' "3 <it's>" '4 <"q" \>' \
	$'5 <two\nlines>' '6 <$x;*>' $'7 <\xff\x01>' >"$dir/want"
ok 'arguments arrive as they are' cmp "$dir/out" "$dir/want"
printf 'some text' >"$dir/data"
chmod 640 "$dir/data"
run 0 '--add' --add "$dir/data" "$probe" show /data
is '--add: mode, owner and content' "$(cat "$dir/out")" $'640 0 0 9\nsome text'
run 0 '--add HOST:GUEST, twice' --add "$dir/text:/x/y z" --add "$dir/data:/x/b" \
	"$probe" show '/x/y z'
is '--add HOST:GUEST: content' "$(tail -n 1 "$dir/out")" 'not a program'
run 0 '--uid 1000' --uid 1000 "$probe" id
is '--uid: user and group' "$(cut -d' ' -f1 "$dir/out")" 1000
run 0 '--uid 0 is what it starts with' "$probe" id
is 'the super-user' "$(cat "$dir/out")" '0 0 root'
cp "$probe" "$dir/odd, name"
run 0 'a name with a comma and a space' "$dir/odd, name"
is 'argv[0]' "$(cat "$dir/out")" '0 </run/odd, name>'
run 0 '--debug' --debug "$probe" exit 0
cp "$probe" "$dir/--gdb"
run 7 'a program named like an option' -- "$dir/--gdb" exit 7
(cd "$dir" && "$OLDPWD/tools/run" -- --gdb exit 7 >out 2>err </dev/null)
is 'also without its folder' $? 7
run 0 'options combine' --icount --mem 32 --timeout 50.5 --append 'shmmni=8' "$probe" exit 0

# Words for the kernel that it does not know.
run 0 'unknown words' --append 'foo=1 bar /x shmmnis kgdb=' /bin/true
for word in foo=1 bar /x shmmnis kgdb=; do
	is "one line for $word" "$(grep -cxF "command line: \"$word\" is not known and has no effect" \
		"$dir/err")" 1
done
is 'and none for the others' "$(grep -c '^command line:' "$dir/err")" 5

# A program that was not compiled with this project's C library.
cat >"$dir/own.c" <<'END'
void _start(void)
{
	int n;

	__asm__ volatile("int $0x80" : "=a"(n) : "0"(4), "b"(1), "c"("hello\n"), "d"(6));
	__asm__ volatile("int $0x80" : : "a"(1), "b"(n));
}
END
for cc in 'gcc -m32' i686-linux-gnu-gcc; do
	$cc -static -nostdlib -o "$dir/own" "$dir/own.c" 2>"$dir/err"
	run 6 "a program of one's own, by $cc" "$dir/own"
	is 'it says hello' "$(cat "$dir/out")" hello
done

# Two runs at the same time, and a run that is repeated.
tools/run "$probe" lines 3000 >"$dir/a" 2>/dev/null &
tools/run "$probe" lines 3000 >"$dir/b" 2>/dev/null
wait $!
ok 'two at once do not disturb each other' eval \
	'cmp "$dir/a" "$dir/b" && test "$(wc -l <"$dir/a")" = 3000'
for i in 1 2; do
	tools/run --icount /bin/shmlife >"$dir/out$i" 2>"$dir/err$i"
done
ok '--icount: every run says the same' cmp "$dir/out1" "$dir/out2"
ok '--icount: and so does the kernel' cmp "$dir/err1" "$dir/err2"
plan
