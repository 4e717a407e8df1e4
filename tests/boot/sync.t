# SPDX-License-Identifier: BSD-2-Clause
# The C library's locks work in a segment, in a program that Debian's compiler has made.
. tests/boot/lib.sh

ok 'it compiles' i686-linux-gnu-gcc -O2 -static -pthread -o "$dir/pshared" tests/stock/pshared.c
for build_of in '' --debug; do
	run 0 "locks between processes ${build_of:-(release)}" --icount $build_of "$dir/pshared"
	is 'each did what it is for' "$(cat "$dir/out")" 'mutex, condition, barrier: 8000 of 8000
semaphores: 2000 of 2000
sem_timedwait: time-out
held by another: time-out'
done
plan
