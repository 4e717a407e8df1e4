# SPDX-License-Identifier: BSD-2-Clause
# The exploration of tests/explore: that it finds nothing in the kernel, counts the same however it
# is run, goes on after an interruption, and finds defects, by a shortest sequence and by a program.
. tests/boot/lib.sh
explorer=$build/explore/explore

# explore STATUS NAME [ARG...]: passes if the explorer exits with STATUS. Its output is in $dir/out.
explore() {
	local want=$1 name=$2
	shift 2
	"$explorer" --keep "$dir/states" "$@" >"$dir/out" 2>"$dir/err"
	is "$name" "$?" "$want"
}
# What was explored, without the time and the memory that it took.
counts() {
	sed 's/, [0-9.]* s, [0-9]* MiB$//' "$dir/out"
}

# -- the kernel as it is ---------------------------------------------------------------
for world in keys rights pieces spans private large; do
	explore 0 "nothing is found in $world" --world $world --depth 4 --jobs 2
done
explore 0 'nor in all calls of all worlds' --world all --depth 1
rm -r "$dir/states"
explore 0 'by one process' --world pieces --depth 8 --jobs 1 --failing 2
one=$(counts)
rm -r "$dir/states"
explore 0 'by three processes' --world pieces --depth 8 --jobs 3 --failing 2
is 'it counts the same' "$(counts)" "$one"
rm -r "$dir/states"
stops=0
seconds=0.4 # longer each time: on a busy machine nothing might be done in so short a time
while timeout -s INT $seconds "$explorer" --keep "$dir/states" --world pieces --depth 8 --jobs 1 \
	--failing 2 >"$dir/out"; (($? == 124 || $? == 2)); do
	stops=$((stops + 1))
	seconds=$((1 << stops))
done
ok 'it was interrupted' test "$stops" -gt 0
is 'in the end it counts the same' "$(counts)" "$one"
"$build/explore/interleave" nothing >"$dir/out"
is 'every schedule is explained by some order' "$?" 0

# -- a kernel with a defect --------------------------------------------------------------
copy=$dir/copy
mkdir -p "$copy/build/explore"
tar -c --exclude=./build --exclude=./.git . | tar -x -C "$copy"
for part in "$build"/*; do
	[[ ! -f $part ]] || cp -p "$part" "$copy/build"
done
cp -a "$build/release" "$build/user" "$copy/build"
cp -a "$build"/explore/{arch,kernel,tests} "$copy/build/explore"
in_copy() { # in_copy COMMAND...: runs it there, outside of the make that runs this test
	(cd "$copy" && env -u MAKEFLAGS -u MFLAGS -u MAKELEVEL -u BUILD "$@" >"$dir/log" 2>&1)
}
ok 'a kernel whose shmdt keeps lpid' in_copy tools/mutate tests/mutants/B10-detach-keeps-lpid
ok 'it can be built' in_copy make build/explore/explore build/release/isthmus.elf
explorer=$copy/build/explore/explore
explore 1 'the defect is found' --world keys --depth 6
ok 'by four calls' grep -q '^keys: kernel and model differ after 4 calls: ' "$dir/out"
program=$dir/states/keys.c
is 'which the program has' "$(grep -c '	did(' "$program")" 4
cp "$program" "$copy/tests/user/found.c"
ok 'the program can be compiled' in_copy make build/tests/found
run 0 'on the kernel it passes' --icount --append 'shmmni=2 shmseg=2' "$copy/build/tests/found"
ISTHMUS_BUILD=$copy/build run 1 'with the defect it fails' --icount "$copy/build/tests/found"
ok 'because of lpid' grep -q '^not ok .* lpid' "$dir/out"

ok 'the defect goes out' in_copy tools/mutate -R tests/mutants/B10-detach-keeps-lpid
ok 'a kernel that sees a key too late' in_copy tools/mutate tests/mutants/B7-key-seen-late
ok 'it can be built' in_copy make build/explore/explore build/explore/interleave
explore 0 'no sequence shows that' --world keys --depth 4
is 'a schedule does' "$("$copy/build/explore/interleave" nothing >"$dir/out"; echo $?)" 1
ok 'of two calls' eval 'grep -q "^  process 1: create" "$dir/out" && ! grep -q "^  process 2" "$dir/out"'
plan
