# SPDX-License-Identifier: BSD-2-Clause
#
# TAP for shell scripts, sourced by tests/boot/*.t.
build=${ISTHMUS_BUILD:-$PWD/build}
probe=$build/tests/guest/probe
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
tests=0

# ok NAME COMMAND...: the command succeeds.
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

# skip NAME WHY: counted apart from those that passed.
skip() {
	tests=$((tests + 1))
	echo "ok $tests - $1 # SKIP $2"
	echo "# skipped: $1: $2" >&2
}

# is NAME GOT WANTED
is() {
	ok "$1" test "$2" = "$3"
}

# run STATUS NAME [tools/run's ARG...]: its output goes to $dir/out and $dir/err.
run() {
	local want=$1 name=$2
	shift 2
	tools/run "$@" >"$dir/out" 2>"$dir/err"
	is "$name" "$?" "$want"
}

# What went wrong was said in one line like this, and nothing on output.
said() { # said NAME REGEX
	local regex=$2
	ok "$1: one line says so" eval \
		'test "$(grep -ciE -- "$regex" "$dir/err")" = 1 -a ! -s "$dir/out"'
}

plan() {
	echo "1..$tests"
}
