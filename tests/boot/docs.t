# SPDX-License-Identifier: BSD-2-Clause
# The documents: what they name is there, what they show works.
. tests/boot/lib.sh
docs='README.md CONTRIBUTING.md docs/tour.md docs/debugging.md'

# What is in `...`, outside of the blocks of code.
quoted() {
	awk '/^```/ { code = !code } !code' "$@" | grep -o '`[^`]*`' | tr -d '`' | sort -u
}
# What each line of standard input names is there; says what is not.
all() { # all COMMAND...: given a line, is it there?
	local line bad=0 n=0
	while read -r line; do
		n=$((n + 1))
		"$@" "$line" || { echo "# not there: $line" >&2; bad=1; }
	done
	((n > 0 && bad == 0))
}
# A function is defined at column 0, be it in C (or a macro) or in NASM.
function_exists() {
	grep -qrE "^($1\(|$1:|#define $1\(|static inline .* \*?$1\()" kernel arch user
}
target_exists() {
	grep -q "^$1:.*##" Makefile
}
option_exists() {
	tools/run --help | grep -q -- "  $1 "
}
program_exists() {
	[[ -e user/$1.c ]]
}
ok 'the functions' all function_exists < <(quoted $docs |
	sed -n 's/^\([a-z_0-9]*\)()$/\1/p' | grep -vx shmat)
ok 'the files' all test -e < <(quoted $docs |
	grep -E '^(kernel|arch|user|tests|tools|docs)/[a-z0-9_./]*$' | grep -vx user/count.c)
ok 'the links' all test -e < <(
	grep -oh '](\([^)]*\))' README.md | sed 's/](\(.*\))/\1/'
	grep -oh '](\([^)]*\))' docs/*.md | sed 's/](\(.*\))/docs\/\1/'
)
ok 'the targets of make' all target_exists < <(grep -hoE '(`|^|\$ )make [a-z-]+' $docs |
	sed 's/.* //' | sort -u)
ok 'the options of tools/run' all option_exists < <(grep -hoE '(`|tools/run )--[a-z]+' $docs |
	sed 's/.*--/--/' | sort -u | grep -vx -- --help)
ok 'the programs' all program_exists < <(
	sed -n '/ hears /d; s/^isthmus# \([a-z]*\).*/\1/p' README.md)

# The programs of the README, compiled and run by its own commands, which are to
# show what it shows.
awk -v dir="$dir" '/^```/ { file = ""; code = /^```c/; next }
	code { if (match($0, /[a-z]+\.c/)) file = dir "/" substr($0, RSTART, RLENGTH); code = 0 }
	file { print > file }' README.md
for name in raw count; do
	awk -v name="$name" '/^```/ { if (shown) exit } shown
		/^\$ / && $0 ~ "-o " name " " { shown = 1; print }' README.md >"$dir/want"
	mkdir -p "$dir/$name"
	ln -s "$PWD"/{kernel,user,tools} "$dir/$name"
	ln -s "$build" "$dir/$name/build"
	mv "$dir/$name.c" "$dir/$name"
	(
		cd "$dir/$name" || exit
		while read -r line; do
			[[ $line != '$ '* ]] || { echo "$line"; eval "${line#??}"; }
		done <"$dir/want"
	) >"$dir/got" 2>"$dir/err"
	ok "the README's $name.c" diff "$dir/want" "$dir/got"
done

# What the debug build says of a refusal, and how a panic looks.
run 1 'a call refused' --debug /bin/ipcrm -m 7
ok 'why' grep -qxF "$(grep -m 1 '^why: ' docs/debugging.md)" "$dir/err"
run 126 'a panic asked for' --append panic=test /bin/true
ok 'its form' eval 'grep -q "^process 1 (init)" "$dir/err" && grep -q "^backtrace:" "$dir/err"'
plan
