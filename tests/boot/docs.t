# SPDX-License-Identifier: BSD-2-Clause
# What the documents name exists, and what they show works.
# needs: debian
. tests/boot/lib.sh
docs='README.md CONTRIBUTING.md docs/tour.md docs/debugging.md docs/testing.md docs/labs.md
	docs/abi.md docs/gdbstub.md docs/performance.md docs/spec-shm.md docs/glossary.md
	docs/elsewhere.md docs/browser.md docs/teaching.md labs/README.md tests/README.md'

# Prints what is in `...` outside of blocks of code.
quoted() {
	awk '/^```/ { code = !code } !code' "$@" | grep -o '`[^`]*`' | tr -d '`' | sort -u
}
# Checks that each line of standard input names something that exists, and prints the others.
all() { # all COMMAND...: passes if the command succeeds with each line
	local line bad=0 n=0
	while read -r line; do
		n=$((n + 1))
		"$@" "$line" || { echo "# not there: $line" >&2; bad=1; }
	done
	((n > 0 && bad == 0))
}
# A function's definition begins at column 0, in C (also as a macro) and in NASM.
function_exists() {
	grep -qrE "^($1\(|$1:|#define $1\(|static inline .* \*?$1\()" kernel arch user tests
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
test_exists() {
	[[ -e tests/user/$1.c || -e tests/boot/$1.t || -e tests/host/$1.c ]]
}
word_exists() {
	grep -q "\"$1\"" kernel/base/cmdline.c
}
ok 'the functions' all function_exists < <(quoted $docs |
	sed -n 's/^\([a-z_0-9]*\)()$/\1/p' | grep -vxE 'shmat|test')
ok 'the files' all test -e < <(quoted $docs |
	grep -E '^(kernel|arch|user|tests|tools|docs)/[a-z0-9_./]*$' |
	grep -vxE 'user/count.c|tests/user/mine.c')
ok 'the mutants' all test -e < <(grep -oh 'mutate.* tests/mutants/[^ ;]*' $docs | sed 's/.* //')
links() { # prints the files to which each document's links lead
	local doc
	for doc in $docs; do
		grep -oh '](\([^)]*\))' "$doc" | sed "s|](\(.*\))|$(dirname "$doc")/\1|"
	done
}
ok 'the links' all test -e < <(links)
ok 'the targets of make' all target_exists < <(grep -hoE '(`|^|\$ )make [a-z0-9-]+' $docs |
	sed 's/.* //' | sort -u)
ok 'the tests' all test_exists < <(grep -hoE '\<T=[a-z0-9_]+' $docs | sed 's/T=//' |
	sort -u | grep -vxE 'name|mine')
ok 'the options of tools/run' all option_exists < <(grep -hoE '(`|tools/run )--[a-z0-9]+' $docs |
	sed 's/.*--/--/' | sort -u | grep -vx -- --help)
ok 'the words of the command line' all word_exists < <(
	quoted README.md | sed -n 's/^\([a-z_]*\)=[^ ]*$/\1/p' | sort -u)
ok 'the programs' all program_exists < <(
	sed -n '/ hears /d; s/^isthmus# \([a-z]*\).*/\1/p' README.md)

# Where the contract is cited, as in "spec-shm.md parts 1.3 and 3b" or "dt.2", it must have that
# part, rule, or branch of a rule, and in quotes that heading. The pages of docs/ have parts of
# their own; in all other files a part is one of the contract's.
calls=$(grep -oE '^- \*\*[a-z]+' docs/spec-shm.md | tr -d '*-' | sort -u | tr '\n' '|' | tr -d ' ')
cited() {
	find kernel arch user tests tools docs .ci Makefile ./*.md -type f -print0 |
		CALLS=${calls%|} xargs -0 perl -0777 -ne '
			s/\n\s*[*#]?\s*/ /g;
			s/\[spec-shm\.md\]\([^)]*\)/spec-shm.md/g;
			my $own = $ARGV =~ m{^docs/(?!spec-shm)};
			my $of = $own ? "spec-shm.md " : "\\b";
			my $part = qr/\d\w*(?:\.\d+\w*)?/;
			while (/$of[Pp]arts? ($part(?:(?:,|,? and) $part)*)(?:, "([^"]+)"|, (shm\w+ \d))?/g) {
				my ($parts, $heading) = ($1, $2 // $3);
				print "$_ in $ARGV\n" for $parts =~ /$part/g;
				print "$heading in $ARGV\n" if defined $heading;
			}
			print "$_ in $ARGV\n" for /(?<![\w.\/-])((?:$ENV{CALLS}|3[ab])\.\d+[a-z]?)(?![\w.%])/g;
			' | sort -u | awk -F ' in ' '!seen[$1]++'
}
part_exists() {
	local part=${1% in *}
	grep -qE "^#+ $part[.] |^#+ $part$|\*\*$part\*\*" docs/spec-shm.md ||
		grep -q "^$part |" tests/conformance.txt
}
ok 'the parts of the contract' all part_exists < <(cited)

# The glossary is sorted, has each word once, and has every word that it refers to.
words() {
	sed -n 's/^| \([A-Za-z -]*\) | .*[^ ] |$/\1/p' docs/glossary.md | grep -vx 'word' |
		tr 'A-Z' 'a-z'
}
word_defined() {
	words | grep -qxE "$1|${1%s}|${1%ies}y|${1%d}"
}
ok 'the order of the glossary' eval 'words | LC_ALL=C sort -cu'
ok 'its words' all word_defined < <(grep -o '\*[a-z -]*\*' docs/glossary.md |
	grep -vx '.italics.' | tr -d '*' | sort -u)

# Each call is in a table of docs/abi.md, and the tables name no other call.
sed -n 's/^SYSCALL([0-9]*, \([a-z_0-9]*\),.*/\1/p' kernel/abi/syscalls.def | sort -u >"$dir/want"
awk -F '|' '/^\| calls \|/ { on = 1; next } /^$/ { on = 0 } on { print $2 }' docs/abi.md |
	grep -o '`[^`]*`' | tr -d '`' | sort -u >"$dir/got"
ok 'the calls in docs/abi.md' diff "$dir/want" "$dir/got"
awk -F '[(), ]+' '/^SYSCALL/ && !seen[$3]++ && $4 != "\"\"" && $5 == "" { print $3 }' \
	kernel/abi/syscalls.def >"$dir/err"
ok 'the names of their arguments' test ! -s "$dir/err"

# Takes from the documents the programs, and the transcripts that begin with one of these
# commands, and puts them into a directory that looks like the top of the tree. Everything
# that a transcript shows must be printed, and nothing else, except for the kernel's
# greeting or where it shows [...].
top_of_tree
blocks block '^\\$ (tools/run|i686-linux-gnu-gcc|SEED=)' $docs
for block in "$dir"/block*; do
	# debugging.t runs those with gdb.
	! sed 1q "$block" | grep -qE -e '--k?gdb' || continue
	sed -n 's/^\$ //p' "$block" >"$dir/commands"
	grep -v '^\$ \|^\[\.\.\.\]$' "$block" | sed 's/ *$//' | sort >"$dir/want"
	(cd "$work" && bash "$dir/commands" >"$dir/out" 2>"$dir/err")
	sed 's/ *$//; /^isthmus [0-9.]*: /d; /^init starts after /d' "$dir/out" "$dir/err" |
		sort >"$dir/got"
	grep -qxF '[...]' "$block" && comm -12 "$dir/want" "$dir/got" >"$dir/both" &&
		mv "$dir/both" "$dir/got"
	ok "$(tail -n 1 "$dir/commands")" diff "$dir/want" "$dir/got"
done

run 126 'a panic asked for' --append panic=test /bin/true
ok 'its form' eval 'grep -q "^process 1 (init)" "$dir/err" && grep -q "^backtrace:" "$dir/err"'
# The reading times in the tour: lines of code divided by 150 an hour, to half an hour.
hours_right() { # hours_right ROOM HOURS
	tools/lines 2>/dev/null | awk -v room="$1" -v hours="$2" '
		$1 == room { found = 1; off = $3 / 150 - hours }
		END { exit !found || off > 0.5 || off < -0.5 }'
}
ok 'the reading times' all eval hours_right < <(sed -nE 's/^## ([a-z]+) \(([0-9½]+) hours?\)$/\1 \2/p
	s/.*the core, ([0-9½]+) hours.*/core \1/p' docs/tour.md |
	sed -E 's/([0-9]+)½/\1.5/; s/½/0.5/; /^main/d')
plan
