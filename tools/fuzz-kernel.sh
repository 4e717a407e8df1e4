# SPDX-License-Identifier: BSD-2-Clause
#
# Hostile programs on the release and the debug kernel: tools/fuzz --kernel. Sourced by it.
first=${1:-1} count=${2:-50} calls=${3:-10000}
[[ "$first $count $calls" =~ ^[1-9][0-9]*\ [1-9][0-9]*\ [1-9][0-9]*$ ]] ||
	{ echo "$usage" >&2; exit 2; }
export program=${ISTHMUS_BUILD:-build}/tests/fuzz work=build/fuzz/kernel calls
[[ -x $program ]] || { echo "tools/fuzz: there is no $program: run make tests first" >&2; exit 1; }
rm -rf "$work"
mkdir -p "$work"

options() { # options SEED KERNEL: prints those of tools/run
	[[ $2 == release ]] || printf %s '--debug '
	echo "--limit 600 --leaks --append sched=seed:$1 --add $work/$1.words:/etc/fuzz"
}
# Runs one seed, and writes what it was like to $work/SEED.KERNEL.*.
seed() { # seed SEED KERNEL
	local at=$work/$1.$2 status
	echo "$1 $calls" >"$work/$1.words"
	tools/run $(options "$@") "$program" >"$at.out" 2>"$at.err" </dev/null
	status=$?
	grep -q '^1\.\.' "$at.out" || status=${status/#0/no plan}
	grep -qx 'left: nothing' "$at.err" || status=${status/#0/a leak}
	echo "$status" >"$at.status"
}
export -f options seed
progress() {
	while sleep 1; do
		printf '\r\e[K%d of %d' "$(cat "$work"/*.status 2>/dev/null | wc -l)" \
			$((2 * count)) >&2
	done
}
runs() { # prints the seed and the kernel of each run
	local n
	for ((n = first; n < first + count; n++)); do
		printf '%s\n' "$n release" "$n debug"
	done
}
shown=
[[ ! -t 2 ]] || { progress & shown=$!; }
runs | xargs -P "${JOBS:-$(nproc)}" -L 1 bash -c 'seed "$@"' seed
[[ ! $shown ]] || { kill $shown; printf '\r\e[K' >&2; }

failed=0
while read -r n kernel; do
	at=$work/$n.$kernel
	[[ $(cat "$at.status") != 0 ]] || continue
	failed=$((failed + 1))
	echo "seed $n on the $kernel kernel: $(cat "$at.status")"
	grep -A 2 '^not ok' "$at.out"
	grep -E 'panic|^left: [^n]|timed out|tools/run:' "$at.err" | head -n 20
	echo "to repeat: tools/run $(options "$n" "$kernel") $program"
done < <(runs)
sed -nE 's/^# seed .*: ([0-9]+) calls, ([0-9]+) succeeded; ([0-9]+) programs, ([0-9]+) looks.*/\1 \2 \3 \4/p' \
	"$work"/*.out | awk '{ calls += $1; good += $2; programs += $3; looks += $4 } END {
		print calls " calls, " good " succeeded; " programs " programs, " looks " looks at fresh memory" }'
echo "$((2 * count - failed)) passed, $failed failed"
((failed == 0))
