# SPDX-License-Identifier: BSD-2-Clause
# The VGA's screen: text that scrolls looks as text that did not, and a line takes few instructions.
. tests/boot/lib.sh
. tools/machine.sh

mkdir "$dir/image"
cp "$build/tests/guest/screen" "$dir/image/init"
cd "$dir" || exit 1
tar -cf initrd --format=ustar -C image init
mkfifo com1.in com1.out qmp.in
: >qmp.out
exec 3<>com1.in 4<>com1.out 5<>qmp.in
echo '{"execute":"qmp_capabilities"}' >&5
timeout 100 "${machine[@]}" "${screen[@]}" -display none -m 64 -icount shift=0,sleep=off \
	-kernel "$build/release/isthmus.elf" -initrd initrd -append 'init=/init log=com2 tty=raw' \
	-chardev pipe,id=com1,path=com1 -serial chardev:com1 -serial file:err \
	-chardev pipe,id=qmp,path=qmp -mon chardev=qmp,mode=control \
	>qemu 2>&1 </dev/null 3>&- 4>&- 5>&- &
machine=$!

# picture N: waits until the program has written its text, and puts the screen into N.ppm and the
# instructions for each line into $took.
picture() {
	IFS= read -r -t 60 -d z took <&4 || echo '# the program wrote no text' >&2
	took=${took##*[}
	printf '{"execute":"screendump","arguments":{"filename":"%s.ppm"},"id":%d}\n' "$1" "$1" >&5
	until grep -q "\"id\": $1" qmp.out || ! kill -0 $machine 2>/dev/null; do sleep 0.05; done
	printf x >&3
}
picture 0
ok 'a screen of text' test -s 0.ppm
for i in 1 2 3 4; do
	picture $i
	ok "text that has scrolled, $i" cmp 0.ppm $i.ppm
done
wait $machine
is 'the program ends' $? $qemu_exit
echo "# $took instructions for each line of 2,000"
ok 'a line that scrolls takes at most 4,000 instructions' test "$took" -le 4000
plan
