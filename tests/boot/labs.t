# SPDX-License-Identifier: BSD-2-Clause
# The labs' grader is graded: what handouts, the reference, old defects and hostile hand-ins get.
. tests/boot/lib.sh
export PYTHONDONTWRITEBYTECODE=1
hidden=$dir/hidden.toml
labs=${LABS:-$(for f in labs/*/lab.toml; do basename "$(dirname "$f")"; done)} # LABS="cow life" tries only these
for lab in $labs; do
	echo "$lab = [1011, 1012, 1013, 1014]"
done >"$hidden"

value() { # value LAB KEY: a value of lab.toml
	python3 -c 'import sys, tomllib; v = tomllib.load(open(f"labs/{sys.argv[1]}/lab.toml", "rb"))
v = v.get(sys.argv[2], {}); print(*(f"{k} {x}" for k, x in v.items()) if isinstance(v, dict) else
v if isinstance(v, list) else [v], sep="\n")' "$@"
}
grade() { # grade LAB ARCHIVE [OPTION...]: sets $score; the rest of what was said is in $dir/out
	tools/grade "$1" --handin "$2" --hidden "$hidden" "${@:3}" >"$dir/out" 2>"$dir/err"
	status=$?
	score=$(sed -n '$s/^Score: //p' "$dir/out")
}
archive() { # archive LAB TREE: makes $dir/LAB.tar.gz of a tree's kept files
	tar -czf "$dir/$1.tar.gz" -C "$2" $(value "$1" keep)
}
copy() { # copy LAB TREE: makes $dir/tree, which has a tree's kept files
	local keep
	keep=$(value "$1" keep)
	rm -rf "$dir/tree"
	mkdir "$dir/tree"
	(cd "$2" && cp --parents $keep "$dir/tree")
}
mutate() { # mutate MUTANT: changes $dir/tree
	local mutant
	mutant=$(realpath "$1")
	(cd "$dir/tree" && "$OLDPWD/tools/mutate" "$mutant" 2>"$dir/err")
}
# A student's make knows nothing of this one.
student() { # student HANDOUT WORD...
	env -u MAKEFLAGS -u MAKELEVEL -u MFLAGS -u ISTHMUS_BUILD -u WERROR -u CC -u T make -s -C "$@" >"$dir/out" 2>"$dir/err"
}

# What clang makes of this tree. In a handout it compiles what differs.
mkdir "$dir/clang"
git ls-files -z | xargs -0 cp --parents --preserve=timestamps -t "$dir/clang"
student "$dir/clang" CC=clang BUILD=build/clang build/clang/{release/isthmus.elf,user/lib/libc.a}

for lab in $labs; do
	# The handout that hand-ins are graded with, built.
	ok "$lab: a handout" eval 'tools/grade "$lab" --prepare --hidden "$hidden" >"$dir/place" 2>"$dir/err"'
	handout=$(<"$dir/place")
	python3 tests/boot/leaks_of_handout.py "$lab" "$handout" >"$dir/err" 2>&1
	ok "$lab: it has no answer" test ! -s "$dir/err"
	student "$handout" grade LAB="$lab"
	full=$(value "$lab" handout_score)/100
	is "$lab: it scores what lab.toml says" "$(tail -n 1 "$dir/out")" "Score: $full"
	mkdir -p "$handout/build"
	cp -a "$dir/clang/build/clang" "$handout/build"
	(cd "$handout" && find labs/objects/release -name '*.o') 2>/dev/null |
		sed "s|^labs/objects|$handout/build/clang|; s|o$|d|" | xargs -r rm
	ok "$lab: it is built by clang too" student "$handout" CC=clang BUILD=build/clang \
		build/clang/release/isthmus.elf labs
	rm -rf "$handout/build/clang"
	# What is right comes from one run of the reference, and this is another.
	rm -rf "$dir/solution"
	ok "$lab: a solution" tools/handout --solution "$lab" "$dir/solution"
	archive "$lab" "$dir/solution"
	grade "$lab" "$dir/$lab.tar.gz"
	is "$lab: the solution has all points" "$score" 100/100
	while read -r mutant test; do
		[[ $mutant ]] || continue
		copy "$lab" "$dir/solution"
		ok "$lab: ${mutant##*/} goes in" mutate "$mutant"
		archive "$lab" "$dir/tree"
		grade "$lab" "$dir/$lab.tar.gz" --test "$test"
		ok "$lab: ${mutant##*/} fails $test" grep -q '^== Test .* == FAIL' "$dir/out"
		is "$lab: ${mutant##*/} loses its points" "${score%/*}" 0
	done < <(value "$lab" mutants)
done

# ---- The answers of lab look ----

if [[ " "${labs//$'\n'/ }" " == *' look '* ]]; then
	row=$(tools/run --limit 2 "$build/labs/look/tests/look" answers 1 2>/dev/null |
		sed 's/^. \(.*\)/`\1` |/' | tr '\n' ' ')
	ok 'look: its text has the answers of the first story' \
		grep -qxF "   | ${row% }" labs/look/README.md
	handout=$(tools/grade look --prepare --hidden "$hidden")
	ok 'look: the handout has no others' test ! -e "$handout/labs/look/tests/answers.h"
	copy look .
	sed -i 's/^answer5 = .*/answer5 = "142"/' "$dir/tree/labs/look/answers.toml"
	archive look "$dir/tree"
	grade look "$dir/look.tar.gz"
	is 'look: a wrong answer has no points' "$score" 89/100
	ok 'look: one line says so' grep -q "with your seed .*: '142' is not right" "$dir/out"
	cp -a "$handout" "$dir/student"
	cp "$dir/tree/labs/look/answers.toml" "$dir/student/labs/look"
	student "$dir/student" grade LAB=look TEST=answer5
	is 'look: in the handout nobody learns that' "$(tail -n 1 "$dir/out")" 'Score: 11/11'
	sed -i 's/^answer5 = .*/answer5 = "pause"/' "$dir/student/labs/look/answers.toml"
	student "$dir/student" grade LAB=look TEST=answer5
	ok 'look: but what can be an answer' grep -q "'pause' is not the number of a call" "$dir/out"
fi

# ---- Hand-ins of lab cow, good and hostile ----

if [[ " "${labs//$'\n'/ }" " != *' cow '* ]]; then
	plan
	exit
fi

tools/handout --solution cow "$dir/done"
archive cow "$dir/done"
cp -a "$(tools/grade cow --prepare --hidden "$hidden")" "$dir/cow"
grade cow "$dir/cow.tar.gz" --json "$dir/first"
is 'the solution has all points' "$score" 100/100
full=$(value cow handout_score)/100
ok 'a student hands in' student "$dir/cow" handin LAB=cow
is 'the archive has the kept files and the commit' \
	"$(tar -tf "$dir/cow/cow.tar.gz" | tr '\n' ' ')" "COMMIT $(value cow keep | tr '\n' ' ')"
grade cow "$dir/cow/cow.tar.gz"
is 'what is handed in scores as it did there' "$score" "$full"
echo >>"$dir/cow/kernel/vm/vm_fault.c"
ok 'what is not committed is not handed in' eval '! student "$dir/cow" handin LAB=cow'
ok 'one line says so' grep -qx 'handin: commit your changes first: kernel/vm/vm_fault.c' "$dir/err"

# no_points NAME REGEX [TEST]: grades $dir/cow.tar.gz, with one test. The regex is in what is said.
no_points() {
	grade cow "$dir/cow.tar.gz" ${3:+--test "$3"}
	is "$1: no points" "${score%/*}" 0
	is "$1: status" "$status" 1
	ok "$1: one sees why" grep -qE "$2" "$dir/out"
}
# refused NAME REGEX: the same, and the grader says no more than one line.
refused() {
	no_points "$1" "^this is no hand-in of lab cow: $2"
	is "$1: in one line" "$(wc -l <"$dir/out")" 2
}
fault=kernel/vm/vm_fault.c
# hostile NAME [PLACE]: makes $dir/tree of the handout, with one of the lab's hostile changes. It wants
# the seeds from the place.
hostile() {
	copy cow "$dir/cow"
	sed "s|/tree/labs/hidden.toml|${2-}|" "labs/cow/hostile/$1" >"$dir/mutant"
	ok "hostile: $1" mutate "$dir/mutant"
	archive cow "$dir/tree"
}
hostile prints-ok
no_points 'a kernel that prints ok' 'yours .*ok 1 - all is well' family
# It prints the memory of the test that runs: nothing in it is a right answer.
hostile prints-the-test
no_points "a kernel that reads the test's memory" 'yours' frames
strings -n 6 "$build/labs/cow/tests/cow" >"$dir/strings"
ok 'no right answer is in the memory of a test' eval \
	'! grep -vhE "^bound" "$dir"/cow/labs/cow/expected/* | grep -qxFf - "$dir/strings"'
for place in "$PWD/labs/hidden.toml" "$hidden" /tree/labs/hidden.toml ../../labs/hidden.toml \
	/tree/labs/cow/expected/family-1 "$dir/cow/labs/cow/expected/family-1"; do
	hostile holds-the-seeds "$place"
	refused "a kernel that holds ${place##*/}" 'it does not build: .*[Nn]o such file|.*not found'
done
hostile includes-the-seeds "$hidden"
refused 'a kernel that includes the seeds' 'it does not build: .*No such file'
hostile never-ends
no_points 'a kernel that never ends' 'kernel/vm/vm_fault.c:' family
ok 'its report names the files of no other tree' eval '! grep -F -e "$PWD" -e /tree/ "$dir/out"'
hostile floods
no_points 'a kernel that floods the output' 'wrote more than 1 MiB' family
hostile forks-without-end
no_points 'a kernel that forks without end' 'status' family
hostile does-not-build
refused 'a kernel that does not build' "it does not build: $fault:.*error"

# packed NAME...: packs files of the handout.
packed() {
	tar -czf "$dir/cow.tar.gz" -C "$dir/cow" "$@"
}
keep=$(value cow keep)
for name in Makefile linker.ld labs/cow/tests/cow.c labs/cow/lab.toml tools/run; do
	packed $keep $name
	refused "a hand-in with $name" "$name does not belong to it"
done
packed kernel/vm/vm_fault.c
refused 'a hand-in without a file' 'kernel/vm/vm_space.c is missing'
copy cow "$dir/done"
ln -sf /etc/passwd "$dir/tree/$fault"
archive cow "$dir/tree"
refused 'a hand-in with a link' "$fault is not an ordinary file"
tar -czPf "$dir/cow.tar.gz" --transform 's|^|../|' $keep
refused 'a hand-in with names above it' '../kernel/vm/vm_fault.c does not belong to it'
truncate -s 300K "$dir/tree/kernel/vm/vm_space.c"
rm "$dir/tree/$fault"
cp $fault "$dir/tree/$fault"
archive cow "$dir/tree"
refused 'a hand-in with a long file' 'kernel/vm/vm_space.c has more than 256 KiB'
echo nonsense >"$dir/cow.tar.gz"
refused 'a hand-in that is no archive' 'it is not an archive that tar can read'
truncate -s 2G "$dir/cow.tar.gz"
refused 'a hand-in of 2 GB' 'it has more than 1 MiB'
rm "$dir/cow.tar.gz"
refused 'no hand-in' 'there is no such file'
archive cow "$dir/done"
killed=${TMPDIR:-/tmp}/isthmus-grade.$$ # as a grader leaves it that was killed
mkdir "$killed"
touch "$killed/lock"
grade cow "$dir/cow.tar.gz" --json "$dir/second"
ok 'what a killed grader has left is gone' test ! -e "$killed"
ok 'after all of that the solution has the same points' cmp "$dir/first" "$dir/second"

# ---- A class, and Gradescope ----

class=$dir/class
mkdir "$class"
cp "$dir/cow.tar.gz" "$class/ada.tar.gz"
cp "$dir/cow.tar.gz" "$class/cy.tar.gz"
cp "$dir/cow/cow.tar.gz" "$class/ben.tar.gz"
echo nonsense >"$class/dan.tar.gz"
truncate -s 2G "$class/eve.tar.gz"
ok 'a class is graded' eval 'tools/grade-class cow "$class" --hidden "$hidden" >"$dir/out" 2>"$dir/err"'
is 'its scores' "$(cut -d, -f1,2 "$class/results/scores.csv" | tr -d '\r' | tr '\n' ' ')" \
	"student,score ada,100 ben,${full%/*} cy,100 dan,0 eve,0 "
ok 'two hand-ins are alike' grep -qE '^  (ada: 100 % is also in cy|cy: 100 % is also in ada)$' \
	"$class/results/class.txt"
ok 'each has a report' grep -q '^Score: 100/100$' "$class/results/ada.txt"
rm "$class/results/ben.json"
cp "$class/ada.tar.gz" "$class/dan.tar.gz"
touch "$dir/before"
tools/grade-class cow "$class" --hidden "$hidden" >"$dir/out" 2>"$dir/err"
is 'what is missing and what has changed is graded, and nothing twice' "$(find "$class/results" \
	-name '*.json' -newer "$dir/before" -printf '%f\n' | sort | tr '\n' ' ')" 'ben.json dan.json '

scope=$dir/autograder
zip_of_gradescope() {
	tools/gradescope cow "$dir/cow.zip" "$hidden" >"$dir/out" 2>"$dir/err" &&
		python3 -m zipfile -e "$dir/cow.zip" "$scope/source" &&
		chmod +x "$scope"/source/{setup.sh,run_autograder,isthmus/tools/*}
}
ok 'a zip for Gradescope' zip_of_gradescope
if ((EUID != 0)); then
	skip 'Gradescope' 'its autograder runs as root'
else
	mkdir "$scope/submission"
	cp "$dir/cow.tar.gz" "$scope/submission"
	alone() {
		env -u MAKEFLAGS -u MAKELEVEL -u MFLAGS -u ISTHMUS_BUILD -u WERROR -u CC -u T \
			AUTOGRADER="$scope" "$@" >"$dir/out" 2>"$dir/err"
	}
	ok 'its setup' alone "$scope/source/setup.sh"
	ok 'it grades' alone "$scope/source/run_autograder"
	ok 'its results are as Gradescope wants them' python3 - "$scope/results/results.json" <<-'END'
		import json, sys
		r = json.load(open(sys.argv[1]))
		assert r['score'] == 100 == sum(t['score'] for t in r['tests'])
		assert r['output_format'] == 'text' and isinstance(r['output'], str)
		for t in r['tests']:
		    assert t['status'] in ('passed', 'failed') and t['score'] <= t['max_score']
		    assert t['visibility'] in ('visible', 'hidden', 'after_due_date', 'after_published')
		    assert isinstance(t['name'], str) and isinstance(t['output'], str)
	END
	rm "$scope/submission/cow.tar.gz"
	ok 'it grades nothing, too' alone "$scope/source/run_autograder"
	ok 'which scores 0' grep -q '"score": 0,' "$scope/results/results.json"
fi

# ---- What the tools say ----

# says NAME LINE COMMAND...: the command fails with status 2 and that one line.
says() {
	"${@:3}" >"$dir/out" 2>"$dir/err"
	is "$1: status" "$?" 2
	is "$1: one line" "$(cat "$dir/err")" "$2"
}
names=$(python3 -c '
import sys; sys.path.insert(0, "tools"); import lab; print(*lab.names(lab.ROOT))')
says 'no such lab' "grade: there is no lab 'cows'; the labs are $names" tools/grade cows
says 'no handout' 'grade: this tree is no handout of lab cow: tools/handout makes one' \
	tools/grade cow
says 'no such test' "grade: lab cow has no test 'x'; its tests are $(sed -n \
	's/^name = "\(.*\)"/\1/p' labs/cow/lab.toml | tr '\n' ' ' | sed 's/ $//')" \
	tools/grade cow --test x
says 'a folder that is there' "handout: $dir is there already" tools/handout cow "$dir"
says 'a class that is being graded' "grade-class: $class is being graded already: wait for that" \
	flock "$class/results/.lock" tools/grade-class cow "$class"
mkdir -p "$dir/other/labs"
cp -r tools "$dir/other"
cp -r labs/cow "$dir/other/labs"
cp -r kernel arch "$dir/other"
git -C "$dir/other" init -q
git -C "$dir/other" add -A
sed -i 's/^fault_private(/fault_of_private(/' "$dir/other/$fault"
says 'a function that has another name' \
	"handout: labs/cow/lab.toml: $fault has no function fault_private()" \
	"$dir/other/tools/handout" cow "$dir/other/out"
plan
