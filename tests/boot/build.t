# SPDX-License-Identifier: BSD-2-Clause
# A build with nothing to do does nothing, and clean sources build with gcc and clang.
. tests/boot/lib.sh

# The makes that this test runs must not inherit the variables that make has passed to the test.
unset MAKEFLAGS MFLAGS MAKELEVEL ISTHMUS_BUILD CC CROSS
{ git ls-files -z --cached --others --exclude-standard 2>/dev/null ||
	find . -type f ! -path './build*' ! -path './.git/*' -print0; } |
	while IFS= read -r -d '' file; do
		[[ -e $file ]] && printf '%s\0' "$file"
	done | tar -cf "$dir/src.tar" --null -T -
mkdir "$dir/src"
tar -xf "$dir/src.tar" -C "$dir/src"
cd "$dir/src" || exit 1

for cc in i686-linux-gnu-gcc gcc clang; do
	make -j2 CC=$cc BUILD=$cc WERROR=1 all tests >"$dir/log" 2>"$dir/err"
	is "clean sources build with $cc" $? 0
	is "$cc says nothing" "$(cat "$dir/err")" ''
done
make CC=gcc BUILD=gcc WERROR=1 all >"$dir/out" 2>&1
ok 'twice: nothing to be done' grep -q 'Nothing to be done' "$dir/out"
ok 'twice: and nothing is done' eval 'test "$(wc -l <"$dir/out")" = 1'
make CC=gcc BUILD=gcc WERROR=1 iso >"$dir/out" 2>&1
ok 'make iso' test -s gcc/isthmus.iso
cp gcc/release/isthmus.elf gcc/initrd.tar "$dir"
touch kernel/shm/shm.c
make CC=gcc BUILD=gcc WERROR=1 all >"$dir/out" 2>&1
ok 'a source that changed: compiled again' grep -q '^CC kernel/shm/shm.c$' "$dir/out"
is 'and no other, for any of the three kernels' "$(grep -c '^CC' "$dir/out")" 3
ok 'the same sources make the same kernel' cmp gcc/release/isthmus.elf "$dir/isthmus.elf"
ok 'and the same image' cmp gcc/initrd.tar "$dir/initrd.tar"
ok 'make help' eval 'make help | grep -q "^make run "'
make BUILD=gcc clean
is 'make clean leaves nothing' "$(ls gcc)" ''
plan
