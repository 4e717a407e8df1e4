# SPDX-License-Identifier: BSD-2-Clause
# The kernel in v86, the emulator of the browser page, under node: its screen and keyboard, what
# web/snapshot.js reads of its memory, and tools/run --v86. make test-v86 runs tests/user there.
# wants: npm
. tests/boot/lib.sh

node=''
if [[ -e $build/npm/node_modules/.package-lock.json ]] && command -v node >/dev/null; then
	cp -r "$build/image" "$dir/image"
	cp "$build"/tests/guest/{family,look} "$dir/image"
	tar -cf "$dir/initrd" --format=ustar -C "$dir/image" .
	timeout 600 node tests/v86/snapshot.mjs "$dir/initrd" >"$dir/tap" 2>"$dir/err"
	status=$?
	cat "$dir/tap"
	tests=$(grep -cE '^(not )?ok ' "$dir/tap")
	is 'the snapshots come to their end' $status 0
else
	node=missing
	skip 'the kernel in v86' 'there is no node, or make npm could not fetch v86'
fi

# The table of the kernel's structures is not made if it would be wrong.
layout=$build/release/web/layout.s
ok 'the table of offsets is that of the kernel' \
	eval 'nm "$build/release/isthmus.elf" | tools/mklayout - "$layout" | cmp - "$build/release/layout.json"'
nm "$build/release/isthmus.elf" | grep -v ' proc_list$' | tools/mklayout - "$layout" >"$dir/out" 2>"$dir/err"
is 'a symbol that is missing: the status' $? 1
said 'a symbol that is missing' 'tools/mklayout: the kernel has 0 symbols proc_list'
{ nm "$build/release/isthmus.elf"; echo '00000000 b total'; } | tools/mklayout - "$layout" >"$dir/out" 2>"$dir/err"
is 'two of one name: the status' $? 1
said 'two of one name' 'tools/mklayout: the kernel has 2 symbols total'

if [[ $node ]]; then
	plan
	exit
fi
run 0 'a program' --v86 /bin/echo one two
is 'its output' "$(cat "$dir/out")" 'one two'
run 1 'its status' --v86 /bin/false
run 137 'a signal' --v86 /bin/sh -c 'kill -9 $$'
run 126 'a panic' --v86 --append panic=test /bin/true
run 0 'more memory' --v86 --mem 200 /bin/sh -c 'grep MemTotal /proc/meminfo'
ok 'is there' grep -qE '^MemTotal: +20[0-9]{4} kB' "$dir/out"
run 0 'the debug kernel' --v86 --debug /bin/shmlife
for option in --icount '--limit 5' --strace --gdb --kgdb --iso; do
	run 125 "with $option: the status" --v86 $option /bin/true
	said "with $option" '^tools/run: --v86 cannot be combined with'
done
run 125 'v86 has ended: the status' --v86 "$build/tests/cpu"
ok 'v86 has ended: it says so' grep -q 'tools/run: v86 has ended: ' "$dir/err"
mkdir "$dir/bare"
cp -r "$build"/{release,initrd.tar} "$dir/bare"
ISTHMUS_BUILD=$dir/bare run 125 'without v86: the status' --v86 /bin/true
said 'without v86' '^tools/run: v86 is missing: run `make npm` first'
plan
