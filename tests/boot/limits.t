# SPDX-License-Identifier: BSD-2-Clause
# The kernel runs with little memory and with much, starts quickly, and is small.
. tests/boot/lib.sh

run 0 'shmlife with 16 MiB' --mem 16 /bin/shmlife
run 0 '3583 MiB, all of it below 4 GiB' --mem 3583 --icount /bin/shmlife
run 0 '3584 MiB, a part of it above 4 GiB' --mem 3584 --icount /bin/shmlife
run 0 'high memory on a small machine' --mem 32 --append low=8M --icount /bin/shmlife
run 0 'more low memory than there is' --mem 16 --append low=100M /bin/true
ok 'one line says so' grep -q 'low=100M is not a number from 8388608 to' "$dir/err"
run 0 'a boot, counted' --icount --mem 64 "$probe" exit 0
count=$(sed -nE 's/.*init starts after ([0-9]+) (cycles|instructions).*/\1/p' "$dir/err")
echo "# init starts after ${count:-?} instructions"
ok 'init starts within 30 million instructions' test "${count:-99999999}" -le 30000000
size=$(size "$build/release/isthmus.elf" -A | awk '
	$1 ~ /^\.(bss|stack)/ || $3 == 0 { next } NR > 2 && NF == 3 { n += $2 } END { print n }')
echo "# text, rodata and data: $size bytes"
ok 'text, rodata and data within 256 KiB' test "$size" -le 262144
plan
