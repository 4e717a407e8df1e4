# SPDX-License-Identifier: BSD-2-Clause
# tools/boot, which make run calls: a shell on a kernel that is chosen by options.
. tests/boot/lib.sh

# shell STATUS NAME COMMAND ARG...: passes if tools/boot ARG... ends with the status, after the
# command. What the shell prints is in $dir/out.
shell() {
	local want=$1 name=$2 command=$3
	shift 3
	printf '%s\n' "$command" | timeout 100 tools/boot "$@" 2>"$dir/err" | tr -d '\r' >"$dir/out"
	is "$name" "${PIPESTATUS[1]}" "$want"
}
# prints NAME REGEX: passes if a line that the shell printed matches.
prints() {
	ok "$1" grep -qE -- "$2" "$dir/out"
}

shell 0 'options' 'cat /proc/cmdline; ipcs -l' --debug --mem 100 --append 'shmmni=7 sched=seed:2'
prints '--debug: the debug kernel' 'debug/isthmus\.elf shmmni=7 sched=seed:2$'
prints '--mem' '^isthmus .*: (99|100)[0-9]{3} KiB of memory'
prints '--append' '^max number of segments = 7$'
shell 0 'the same without' 'cat /proc/cmdline'
prints 'the release kernel' 'release/isthmus\.elf *$'
mkdir -p "$dir/tree/data"
echo content >"$dir/tree/data/file"
shell 0 'with a tree' 'cat /data/file /proc/cmdline' --root "$dir/tree" --debug
prints 'its file' 'content$'
prints 'the debug kernel' 'debug/isthmus\.elf *$'
for bad in '--mem' '--mem x' '--mem 1' '--nosuch' '--iso --debug' '--iso --append x=1' '--root /nosuch'; do
	shell 1 "an error for: $bad" '' $bad
	said "$bad" '^tools/boot: '
done
# A limit on the size of a file stands for a disk that is full.
(trap '' XFSZ; ulimit -f 1; exec tools/boot --root "$dir/tree") </dev/null >"$dir/out" 2>"$dir/err"
said 'no room' '^tools/boot: .* cannot be merged into the image'
is 'and the only one' "$(wc -l <"$dir/err")" 1
# runs ARG...: the tools that `make run ARG...` would call, in $dir/out.
runs() {
	make -n --no-print-directory run BUILD="$build" "$@" 2>"$dir/err" | tr -d '\\\n\t' >"$dir/out"
}
runs DEBUG=1 KGDB=1 MEM=100 APPEND='one=1 two=2'
prints 'make run passes them on' "tools/boot .*--kgdb *--debug --mem 100 --append 'one=1 two=2'"
for no in 0 ''; do
	runs DEBUG="$no" KGDB="$no" ISO="$no" DISPLAY= MEM= APPEND= ROOT=
	prints "'$no' is no" '^tools/setup run *make .* all .*tools/boot *$'
done
runs DISPLAY=gtk,zoom-to-fit=on
prints 'a window needs a package' "^tools/setup run *window .*--display 'gtk,zoom-to-fit=on'"
runs DISPLAY=none
prints 'no window needs none' "^tools/setup run *make .*--display 'none'"
runs DISPLAY=nosuch
said 'a display that QEMU does not have' 'DISPLAY=nosuch: QEMU has no such display'
is 'and the only one' "$(wc -l <"$dir/err")" 1
plan
