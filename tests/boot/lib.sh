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
	tools/run "$@" >"$dir/out" 2>"$dir/err"
	is "$name" "$?" "$want"
}

# said NAME REGEX: passes if exactly one line of $dir/err matches, and $dir/out is empty.
said() {
	local regex=$2
	ok "$1: one line says so" eval \
		'test "$(grep -ciE -- "$regex" "$dir/err")" = 1 -a ! -s "$dir/out"'
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
