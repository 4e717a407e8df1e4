# SPDX-License-Identifier: BSD-2-Clause
# What happens at the ends of counters that no test would reach in a day: gdb sets them near
# there, and a program goes past.
. tests/boot/lib.sh

cat >"$dir/debug" <<'END'
hbreak sys_shmget
continue
set variable proc_last_pid = 32764
set variable seq_chunks[0][0] = 0x7ffe
continue
continue
delete
END
# Only the release kernel believes that: the debug kernel counts the attaches itself.
cat "$dir/debug" - >"$dir/release" <<'END'
hbreak sys_shmctl
continue
set variable shm_slot_chunks[0][0]->nattch = 0x80000000
delete
END
for kernel in release debug; do
	options=(--gdb --timeout 120)
	[[ $kernel == release ]] || options+=(--debug)
	gdb_waits tools/run "${options[@]}" "$build/tests/guest/counters"
	eval "${command/gdb /timeout 100 gdb -q -nx -batch }" '-x "$dir/$kernel" -ex continue' \
		>"$dir/gdb" 2>&1 </dev/null
	wait $run
	is "$kernel: the program ends" $? 0
	is "$kernel: after the last pid come the free ones" "$(grep ^pids: "$dir/out")" \
		'pids: 32765 32766 32767 3 4 5'
	is "$kernel: after a slot's last sequence number comes 0" "$(grep ^identifiers: "$dir/out")" \
		'identifiers: 7fff0000, then 0; the old one is invalid'
	[[ $kernel == release ]] || break
	is 'attaches are counted without a sign' "$(grep ^attaches: "$dir/out")" \
		'attaches: 2147483648, 2147483649, removed: no new attach'
done
plan
