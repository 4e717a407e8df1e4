# SPDX-License-Identifier: BSD-2-Clause
# docs/conformance.md is up to date and complete, and what it says is true.
. tests/boot/lib.sh
. tools/machine.sh

ok 'every branch has a test, every tag a branch' eval \
	'tools/conformance >"$dir/conformance.md" 2>"$dir/err"'
ok 'docs/conformance.md is what make conformance makes' \
	diff docs/conformance.md "$dir/conformance.md"

# Each test that the table names must be printed as passed. Programs that take long, or that need
# what only their own tests prepare, are left out.
for program in $(tools/conformance --programs | grep '^shm'); do
	tests/exec "$build/tests/$program" >"$dir/tap" 2>/dev/null
	ok "the tests that it names of $program" eval \
		'tools/conformance --printed "$program" "$dir/tap" 2>"$dir/err"'
done

"${machine[@]}" -cpu qemu32,-pse -display none -m 64 -kernel "$build/release/isthmus.elf" \
	-initrd "$build/initrd.tar" >/dev/null 2>&1
is 'huge.2 a processor without 4 MiB pages: no boot' $? "$qemu_noboot"
plan
