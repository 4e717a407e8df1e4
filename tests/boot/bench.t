# SPDX-License-Identifier: BSD-2-Clause
# The calls take equally many instructions in every run, and no more than tests/bench/goals says.
. tests/boot/lib.sh

measure() { # measure FILE: "NAME<tab>INSTRUCTIONS"
	ok "the bench, for $1" eval "tools/bench --figures >$dir/$1 2>$dir/err"
}
meets() { # meets GOAL BEST NAME
	local took
	took=$(awk -F'\t' -v name="$3" '$1 == name { print $2 }' "$dir/first")
	echo "# $3: $took of $1, best $2"
	[[ $took ]] && ((took <= $1))
}

measure first
measure second
ok 'both runs give the same figures' cmp "$dir/first" "$dir/second"
ok 'the time stamp counter counts instructions' meets 2001 2001 'a loop of 2001 instructions'
while IFS=$'\t' read -r goal best name; do
	ok "$name" meets "$goal" "$best" "$name"
done < <(tools/bench --goals)
ok 'there are goals' eval 'tools/bench --goals | grep -q "getpid$"'
# tests/linux/bench must have a figure for each of the operations (if not: make linux-data).
cut -f 1 "$dir/first" | sort >"$dir/here"
grep -v '^#' tests/linux/bench | cut -f 1 | sort >"$dir/there"
ok 'Linux was measured in each' eval 'diff "$dir/here" "$dir/there" >"$dir/err"'

# docs/performance.md must show the tables that `make performance` would write now. A number may be
# off by 2 % (or by 1 if it is small), so that not every change of the kernel changes the page.
up_to_date() {
	tr -d , <"$dir/performance.md" | tr -s ' ' '\n' >"$dir/there"
	tr -d , <docs/performance.md | tr -s ' ' '\n' | paste - "$dir/there" | awk -F '\t' '
		$1 == $2 { next }
		$1 ~ /^[0-9.]+$/ && $2 ~ /^[0-9.]+$/ {
			d = $1 - $2
			if (d * d <= 1 || d * d <= 0.0004 * $2 * $2)
				next
		}
		{ print "# it has " $1 ", and would have " $2; bad = 1 }
		END { exit bad }'
}
# The column "with all" of the table of shortcuts, in the form of tools/bench --figures.
with_all() {
	sed -n '/^| instructions | with all /,/^$/p' docs/performance.md | tr -d , |
		sed -n 's/ 4000 \([a-z]*\) |/ \1@4000 |/; s/^| \([^|]*[a-zB0-9]\) | \([0-9]*\) .*/\1\t\2/p' |
		sed 's/ \([0-9]* KiB\)/, \1/'
}
shortcuts() { # passes if each row of with_all() is within 2 % of the figure of that name
	with_all | awk -F '\t' 'NR == FNR { took[$1] = $2; next }
		{ n++; d = took[$1] - $2 }
		took[$1] == "" || d * d > 0.0004 * $2 * $2 { print "# " $1 ": " $2 ", took " took[$1]; bad = 1 }
		END { exit bad || n != 5 }' "$dir/first" -
}
if tools/bench --document >"$dir/performance.md" 2>"$dir/err"; then
	ok 'docs/performance.md is up to date (else: make performance)' up_to_date
	ok 'its figures with all shortcuts of a space, too' shortcuts
else
	skip 'docs/performance.md' "$(tail -n 1 "$dir/err")"
fi

# Events: the debug kernel counts them, exactly.
ok 'the events are counted' eval 'tools/bench --events >"$dir/events" 2>"$dir/err"'
# They were counted with the first compiler of the goals. Another may lay out memory otherwise, so that
# an operation has a page more or less.
slack=$(tools/bench --document >"$dir/err" 2>&1; echo $((2 * ($? != 0))))
ok 'each operation makes those of tests/bench/events (else: tools/bench --set-events)' \
	eval 'grep -v "^#" tests/bench/events | paste - "$dir/events" | awk -F "\t" -v slack=$slack "
		\$6 != \$12 { print \"for \" \$6 \" it has \" \$12; bad = 1 }
		{ for (i = 1; i < 6; i++) if ((\$i - \$(i + 6)) ^ 2 > slack ^ 2) { print; bad = 1 } }
		END { exit bad || NR == 0 }" >"$dir/err"'

# Times: no figure of a clock is judged here. Each operation with a goal is measured on both.
if [[ -r build/linux/vmlinuz ]]; then
	tools/bench --time 1 >"$dir/times" 2>"$dir/err"
	ok 'the times are told, here and on Linux' eval '(($(grep -c "[0-9] to [0-9]" "$dir/times") == 16))'
	ok 'there is a time for each goal' eval '! grep -v "^#\|^goal" tests/bench/ratios | cut -f 5 |
		while read -r name; do grep -F "$name" "$dir/times" || echo missing; done | grep -x missing'
else
	skip 'the times, here and on Linux' 'there is no build/linux (make linux)'
	skip 'a time for each goal' 'there is no build/linux (make linux)'
fi
for rounds in 0 x 1000; do
	ok "--time $rounds is refused" eval '! tools/bench --time $rounds 2>"$dir/err" &&
		grep -q "is no number of rounds" "$dir/err"'
done
plan
