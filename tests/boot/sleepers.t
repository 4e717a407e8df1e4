# SPDX-License-Identifier: BSD-2-Clause
# What the headers say about sleeping is true of the debug kernel's code.
. tests/boot/lib.sh
ok 'the headers' tools/sleepers
ok 'they promise it of more than 200 functions' eval \
	'(($(tools/sleepers | sed -n "s/^\([0-9]*\) functions do not sleep.*/\1/p") > 200))'
run_on() { # run_on FILE: runs tools/sleepers on another kernel
	tools/sleepers "$1" >"$dir/out" 2>"$dir/err"
}
is 'a release kernel' "$(run_on "$build/release/isthmus.elf"; echo $?)" 255
said 'a release kernel' 'not a debug kernel'
plan
