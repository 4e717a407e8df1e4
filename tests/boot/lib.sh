# SPDX-License-Identifier: BSD-2-Clause
#
# Functions that print test results in TAP; sourced by tests/boot/*.t.
build=${ISTHMUS_BUILD:-$PWD/build}
probe=$build/tests/guest/probe
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
tests=0

# ok NAME COMMAND...: passes if the command succeeds.
ok() {
	local name=$1
	shift
	tests=$((tests + 1))
	if "$@"; then
		echo "ok $tests - $name"
	else
		echo "not ok $tests - $name"
		echo "# failed: $*" | head -n 5 >&2
		[[ -s $dir/err ]] && sed 's/^/# /' "$dir/err" | head -n 30 >&2
	fi
}

# skip NAME WHY: reports a test that can't run here; it counts neither as passed nor failed.
skip() {
	tests=$((tests + 1))
	echo "ok $tests - $1 # SKIP $2"
	echo "# skipped: $1: $2" >&2
}

# is NAME GOT WANTED: passes if the two strings are equal.
is() {
	ok "$1" test "$2" = "$3"
}

# run STATUS NAME [ARG...]: passes if tools/run ARG... exits with STATUS. Its output is in
# $dir/out and $dir/err.
run() {
	local want=$1 name=$2
	shift 2
	tools/run "$@" >"$dir/out" 2>"$dir/err" <"${stdin:-/dev/null}"
	is "$name" "$?" "$want"
}

# said NAME REGEX: passes if exactly one line of $dir/err matches, and $dir/out is empty.
said() {
	local regex=$2
	ok "$1: one line says so" eval \
		'test "$(grep -ciE -- "$regex" "$dir/err")" = 1 -a ! -s "$dir/out"'
}

# gdb_waits COMMAND...: starts COMMAND, a tools/run with --gdb or --kgdb, as process $run, and waits
# until it prints the command for gdb. That is then in $command; it is empty if tools/run has ended.
# The output is in $dir/out and $dir/err.
gdb_waits() {
	: >"$dir/err" # otherwise the line of an earlier run could be read again
	"$@" >"$dir/out" 2>"$dir/err" &
	run=$!
	until command=$(grep -m 1 '^gdb .*elf$' "$dir/err") || ! kill -0 $run 2>/dev/null; do
		sleep 0.1
	done
}

# blocks NAME REGEX DOCUMENT...: takes from the documents the programs, into $work, and each block
# of code whose first line matches, as the files $dir/NAME01, $dir/NAME02 and so on.
blocks() {
	local name=$1 regex=$2
	shift 2
	awk -v dir="$dir" -v work="$work" -v name="$name" -v regex="$regex" '
		/^```/ { close(file); file = ""; code = !code; fresh = 1; next }
		!code { next }
		fresh && match($0, /^\/\* [a-z]+\.c:/) { file = work "/" substr($0, 4, RLENGTH - 4) }
		fresh && $0 ~ regex { file = sprintf("%s/%s%02d", dir, name, ++n) }
		file { print > file }
		{ fresh = 0 }' "$@"
}

# top_of_tree: makes the directory $work, which looks like the top of the tree. Commands that the
# documents show run there, and may leave files.
top_of_tree() {
	work=$dir/work
	mkdir "$work"
	ln -s "$PWD"/{kernel,user,tools} "$build" "$work"
	[[ -e $work/build ]] || ln -s "$build" "$work/build"
}

plan() {
	echo "1..$tests"
}

# at_console NAME SCRIPT [OPTION...]: runs a script in Python that uses a machine's console as a
# person does, and prints TAP. QEMU gets the options as well. The test has sourced tools/machine.sh.
at_console() {
	local name=$1 script=$2
	shift 2
	if ! command -v python3 >/dev/null; then
		skip "$name" 'there is no python3'
		plan
		return
	fi
	PYTHONDONTWRITEBYTECODE=1 python3 "$script" "$dir" "${machine[@]}" "$@" \
		-m 64 -display none -kernel "$build/release/isthmus.elf" -initrd "$build/initrd.tar"
}
