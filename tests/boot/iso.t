# SPDX-License-Identifier: BSD-2-Clause
# GRUB boots the kernel from an ISO image.
. tests/boot/lib.sh
run 5 'a program under GRUB' --iso --append "word='it s'" "$probe" exit 5
run 0 'arguments under GRUB' --iso "$probe" 'a b'
is 'they arrive' "$(tail -n 1 "$dir/out")" '1 <a b>'
run 0 '/bin/shmlife under GRUB, instructions counted' --iso --icount /bin/shmlife
plan
