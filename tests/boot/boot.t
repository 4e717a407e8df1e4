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
make -n --no-print-directory run BUILD="$build" DEBUG=1 MEM=100 APPEND='one=1 two=2' 2>"$dir/err" |
	tr -d '\\\n\t' >"$dir/out"
prints 'make run passes them on' "tools/boot *--debug --mem 100 --append 'one=1 two=2'"
plan
