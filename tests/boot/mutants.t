# SPDX-License-Identifier: BSD-2-Clause
# Each row of spec-shm.md part 4 has a test, and a mutant that can be applied and taken back. `make
# mutants` shows that the tests catch the mutants.
. tests/boot/lib.sh

rows='B1 B2 B3 B4 B5 B6 B7 B9 B10 B11 B12 B13 B14 B15 B16 B18 B20 B21 B22 B23 B24
	L1 L3 L4 L9 P1 P2 P3 P4 P5'
for row in $rows; do
	ok "$row has one test" test "$(cat tests/user/museum*.c | grep -c "{\"$row\", ")" = 1
	ok "$row has a mutant" eval "ls tests/mutants/$row-* >/dev/null"
done

# mutate [-R] MUTANT: applies the mutant to a copy of the kernel.
cp -r kernel "$dir/kernel"
mutate() {
	(cd "$dir" && "$OLDPWD/tools/mutate" "$@" 2>err)
}
as_it_was() {
	diff -r kernel "$dir/kernel" >"$dir/err"
}
for mutant in "$PWD"/tests/mutants/*; do
	ok "${mutant##*/} goes in" mutate "$mutant"
	ok "${mutant##*/} changes the kernel" eval '! as_it_was'
	ok "${mutant##*/} goes out" mutate -R "$mutant"
	ok "${mutant##*/} leaves nothing" as_it_was
done

# refused NAME LINES WHY: passes if a mutant that does not fit is refused. Its first part fits, so
# the test sees whether a part was applied.
refused() {
	printf '%b' 'kernel/shm/shm.c: shm_attach()\n-\tseg->nattch++;\n+\tseg->nattch--;\n' \
		"$2" >"$dir/mutant"
	ok "$1" eval '! mutate "$dir/mutant"'
	is "$1: one line says why" "$(sed "s|^$dir/mutant: ||" "$dir/err")" "$3"
	ok "$1: nothing changes" as_it_was
}
refused 'no such function' 'kernel/shm/shm.c: shm_forget()\n-\treturn 0;\n+\treturn 1;\n' \
	'kernel/shm/shm.c has no shm_forget()'
refused 'a line of another function' 'kernel/shm/shm.c: shm_get()\n-\tseg->lpid = pid;\n+\n' \
	'the old text is 0 times in shm_get() of kernel/shm/shm.c, not once'
refused 'a line that is there three times' \
	'kernel/shm/shm.c: attach_address()\n-\t\treturn EINVAL;\n+\t\treturn EFAULT;\n' \
	'the old text is 3 times in attach_address() of kernel/shm/shm.c, not once'
refused 'no old text' 'kernel/shm/shm.c: shm_get()\n+\tint i;\n' \
	'a part of shm_get() lacks its old or its new text'
refused 'a line of no kind' 'return 0;\n' \
	"line 4: neither 'FILE: FUNCTION()' nor a line that begins with ' ', '-' or '+'"
plan
