# SPDX-License-Identifier: BSD-2-Clause
# tools/run --leaks says what a program has left, and /dev/kmsg takes messages for the log.
. tests/boot/lib.sh

run 3 'the status is still the program'"'"'s' --icount --leaks "$build/tests/guest/forget"
is 'what it has left' "$(grep '^left: ' "$dir/err")" \
"left: segment 65536, key 0x2a, 8192 bytes, made by process 2 (forget)
left: segment 131073, private, 1 bytes, made by process 3, which has ended
left: segment 65538, key 0x7, 4096 bytes, made by process 4 (forget)
left: process 4 (forget)
left: /dev/shm/mine, 3 bytes"
ok 'the output has none of that' test ! -s "$dir/out"
run 0 'a program that leaves nothing' --leaks /bin/shmlife
is 'nothing' "$(grep '^left: ' "$dir/err")" 'left: nothing'
run 0 'without the option' "$build/tests/guest/probe" exit 0
is 'nobody says so' "$(grep -c '^left: ' "$dir/err")" 0

run 0 'leaks is a command of the shell, too' /bin/sh -c 'ipcmk -M 5 >/dev/null; leaks; sleep 0'
ok 'which prints the segment' grep -qE \
	'^left: segment 65536, key 0x[0-9a-f]+, 5 bytes, made by process 3, which has ended$' "$dir/out"

run 0 'a message for the log' /bin/sh -c 'echo a message >/dev/kmsg'
is 'comes out with those of the kernel' "$(tail -n 1 "$dir/err")" 'a message'
printf 'one\ntwo\033[2J' >"$dir/text"
stdin=$dir/text run 0 'control characters' /bin/sh -c 'cat >/dev/kmsg'
is 'are escaped' "$(tail -n 1 "$dir/err")" 'one\x0atwo\x1b[2J'
printf '%256s' x >"$dir/text"
stdin=$dir/text run 1 'a message of 256 bytes' /bin/sh -c 'cat >/dev/kmsg'
run 1 'reading it' /bin/cat /dev/kmsg
run 1 'only root may write one' --uid 1000 /bin/sh -c 'echo x >/dev/kmsg'
plan
