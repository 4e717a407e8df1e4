# SPDX-License-Identifier: BSD-2-Clause
# Every call gives the same result here as on Linux, except for the differences that
# tests/differ/permitted names, and each of those must occur. tests/linux keeps what Linux gives;
# if there is a Linux to run on, it must still give that.
# needs: musl
# wants: linux
. tests/boot/lib.sh
seeds=300

# Both systems run one program, which is compiled with a C library that is not this project's.
ok 'the program, with the C library musl' \
	build/musl/gcc -static -no-pie -Os -o "$dir/differ" tests/differ/*.c

on() { # on SYSTEM WORDS...: runs the program there, with its output in $dir/SYSTEM
	local system=$1 status
	shift
	tools/$system --icount --timeout 600 "$dir/differ" "$@" >"$dir/$system" 2>"$dir/err"
	status=$?
	((status == 0)) && rm "$dir/err"
	is "$*: tools/$system" "$status" 0
}
same() { # same FILE: passes if the output here is that of the file, or permitted
	tests/differ/compare tests/differ/permitted "$dir/run" "$1" >"$dir/met" 2>"$dir/err"
}
# The kept output must be what Linux prints, line by line: no difference is permitted.
check_data() { # check_data FILE WORDS...
	local file=$1
	shift
	if [[ ! -r build/linux/vmlinuz ]]; then
		skip "tests/linux/$file is what Linux prints" 'there is no Linux to run on'
		return
	fi
	on linux "$@"
	grep -v '^#' "tests/linux/$file" >"$dir/kept"
	ok "tests/linux/$file is what Linux prints (else: make linux-data)" \
		eval 'diff "$dir/kept" "$dir/linux" >"$dir/err"'
}

on run digests 1 "$seeds"
ok "programs from $seeds seeds: nothing differs" same tests/linux/digests
seed=$(grep -v '^#' tests/linux/digests | diff "$dir/run" - |
	sed -n 's/^< seed \([0-9]*\) .*/\1/p' | head -n 1)
if [[ $seed && -r build/linux/vmlinuz ]]; then
	on run random "$seed"
	on linux random "$seed"
	ok "the program of seed $seed, call by call" same "$dir/linux"
fi
on run calls
ok 'calls: nothing differs but what is permitted' same tests/linux/calls
while IFS=$'\t' read -r name here linux reason; do
	[[ $name == \#* ]] && continue
	ok "$name: $here, Linux $linux: $reason" \
		grep -qxF "$name"$'\t'"$here"$'\t'"$linux" "$dir/met"
done <tests/differ/permitted
check_data digests digests 1 "$seeds"
check_data calls calls
plan
