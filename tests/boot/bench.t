# SPDX-License-Identifier: BSD-2-Clause
# What the calls take: the same in every run, and no more than tests/bench/goals.
. tests/boot/lib.sh

measure() { # measure FILE: "NAME<tab>INSTRUCTIONS"
	ok "the bench, for $1" eval "tools/bench --figures >$dir/$1 2>$dir/err"
}
meets() { # meets GOAL NAME
	local took
	took=$(awk -F'\t' -v name="$2" '$1 == name { print $2 }' "$dir/first")
	echo "# $2: $took of $1"
	[[ $took ]] && ((took <= $1))
}

measure first
measure second
ok 'both runs give the same figures' cmp "$dir/first" "$dir/second"
ok 'the time stamp counter counts instructions' meets 2001 'a loop of 2001 instructions'
while IFS=$'\t' read -r goal name; do
	ok "$name" meets "$goal" "$name"
done < <(tools/bench --goals)
ok 'there are goals' eval 'tools/bench --goals | grep -q "getpid$"'
# tests/linux/bench has the figures of the same operations (else: make linux-data).
cut -f 1 "$dir/first" | sort >"$dir/here"
grep -v '^#' tests/linux/bench | cut -f 1 | sort >"$dir/there"
ok 'Linux was measured in each' eval 'diff "$dir/here" "$dir/there" >"$dir/err"'
plan
