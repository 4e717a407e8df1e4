# SPDX-License-Identifier: BSD-2-Clause
# The same file on Linux and here: every call gives the same result, but for the
# differences that tests/differ/permitted names, and those are there.
# needs: linux musl
. tests/boot/lib.sh
seeds=300

# One program for both, made with another C library than this project's.
ok 'the program, with the C library musl' \
	build/musl/gcc -static -no-pie -Os -o "$dir/differ" tests/differ/*.c

both() { # both WORDS...: into $dir/run and $dir/linux, with the status of each
	local system status
	for system in run linux; do
		tools/$system --icount --timeout 600 "$dir/differ" "$@" >"$dir/$system" 2>"$dir/err"
		status=$?
		((status == 0)) && rm "$dir/err"
		is "$*: tools/$system" "$status" 0
	done
}
same() {
	tests/differ/compare tests/differ/permitted "$dir/run" "$dir/linux" >"$dir/met" 2>"$dir/err"
}

both digests 1 "$seeds"
ok "programs from $seeds seeds: nothing differs" same
seed=$(diff "$dir/run" "$dir/linux" | sed -n 's/^< seed \([0-9]*\) .*/\1/p' | head -n 1)
if [[ $seed ]]; then
	both random "$seed"
	ok "the program of seed $seed, call by call" same
fi
both calls
ok 'calls: nothing differs but what is permitted' same
while IFS=$'\t' read -r name here linux reason; do
	[[ $name == \#* ]] && continue
	ok "$name: $here, Linux $linux: $reason" \
		grep -qxF "$name"$'\t'"$here"$'\t'"$linux" "$dir/met"
done <tests/differ/permitted
plan
