# SPDX-License-Identifier: BSD-2-Clause
# Each row of spec-shm.md part 4 has its test and a mutant that still applies.
# That the tests catch the mutants is for make mutants to show.
. tests/boot/lib.sh

rows='B1 B2 B3 B4 B5 B6 B7 B9 B10 B11 B12 B13 B14 B15 B16 B18 B20 B21 B22 B23 B24
	L1 L3 L4 L9 P1 P2 P3 P4 P5'
for row in $rows; do
	ok "$row has one test" test "$(cat tests/user/museum*.c | grep -c "{\"$row\", ")" = 1
	ok "$row has a mutant" eval "ls tests/mutants/$row-*.patch >/dev/null"
done
for patch in tests/mutants/*; do
	ok "$(basename "$patch" .patch) applies" eval \
		"patch --dry-run -s -f -p1 <$patch >$dir/err 2>&1"
done
plan
