# SPDX-License-Identifier: BSD-2-Clause
# Runs the races of tests/user/race*.c with many seeds, each of which
# gives another order of events.
. tests/boot/lib.sh

# Two run at a time. Each prints a line with its name, its status, and the order of events.
line='tools/run --icount --append sched=seed:'
race() { # race SEED NAME [--debug]
	local at=$dir/$2$3.$1
	tools/run --icount --append "sched=seed:$1" $3 "$build/tests/$2" \
		>"$at.out" 2>"$at.err"
	local status=$?
	grep -q '^1\.\.' "$at.out" || status=${status/#0/no plan}
	echo "$status" >"$at.status"
}
export -f race
export dir build
{
	for seed in {1..100}; do
		printf '%s\n' "$seed race" "$seed race_storm"
	done
	for seed in {101..130}; do
		printf '%s\n' "$seed race --debug" "$seed race_storm --debug"
	done
} >"$dir/list"
xargs -P 2 -L 1 bash -c 'race "$@"' race <"$dir/list"

while read -r seed name debug; do
	at=$dir/$name$debug.$seed
	status=$(cat "$at.status")
	is "$name, seed $seed${debug:+ ($debug)}" "$status" 0
	[[ $status == 0 ]] && continue
	{
		grep '^not ok' "$at.out"
		grep -v ': why:\|^why:' "$at.err" | tail -n 20
		echo "to repeat: $line$seed ${debug:+$debug }${build#"$PWD"/}/tests/$name"
	} | sed 's/^/# /' >&2
done <"$dir/list"

for name in race race_storm; do
	tools/run --icount --append sched=seed:1 "$build/tests/$name" >"$dir/out" 2>"$dir/err"
	ok "$name: a seed is the same each time" cmp "$dir/out" "$dir/$name.1.out"
	ok "$name: the kernel's lines too" cmp "$dir/err" "$dir/$name.1.err"
	orders=$(sort -u <(grep -h '^# order' "$dir/$name".*.out) | wc -l)
	echo "# $name: $orders orders of events"
	ok "$name: 100 seeds are 100 orders" test "$orders" -eq 100
done
for seeds in '08 1' '5 0' 'x'; do
	ok "tools/crashme $seeds is not understood" eval "! tools/crashme $seeds 2>/dev/null"
done
plan
