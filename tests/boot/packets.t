# SPDX-License-Identifier: BSD-2-Clause
# The gdb stub of the kernel, packet by packet: good ones and bad ones, and a gdb that goes away.
. tests/boot/lib.sh
. tests/boot/stub.sh

# packets [WORD REPLY NAME]...: sends each packet, and passes if the reply is REPLY.
packets() {
	local words=() i
	for ((i = 1; i <= $#; i += 3)); do
		words+=("${!i}")
	done
	talk "${words[@]}"
	for ((i = 1; $# > 0; i++)); do
		is "$3" "$(sed -n ${i}p "$dir/talk")" "$2"
		shift 3
	done
}
text=$(symbol shm_attach) stub=$(symbol gdb_leave) list=$(symbol proc_list)
own=$(symbol gdb_inside) edge=$(printf %x $((0x$(symbol gdb_text_end) - 1)))
start "$debuggee" spin
packets \
	'raw:$m0,4#00' - 'a packet with a wrong sum is asked for again' \
	m0,4 E0e 'an address where nothing is mapped' \
	"raw:\$mc01\$m0,4#fd" E0e 'half a packet, and then a whole one' \
	'raw:-' E0e 'a reply is sent again' \
	"m$(printf '%3000s' | tr ' ' 1),1" E24 'a packet that is too long' \
	m E16 'a packet that ends too early' \
	qRcmd,7g E16 'a command with a wrong digit' \
	"qRcmd,$(printf '%256s' | tr ' ' 2)" E16 'and one that is too long' \
	mc0100000,zz E16 'one with a wrong digit' \
	vMustReplyEmpty '' 'an unknown packet' \
	"Z0,$text,1" OK 'a breakpoint' \
	"Z0,$text,1" OK 'twice' \
	"z0,$text,1" OK 'it is removed' \
	"z0,$text,1" OK 'twice' \
	"Z0,$list,1" E16 'a breakpoint where no text is' \
	"Z0,$stub,1" E16 'a breakpoint in the stub itself' \
	"Z1,$stub,1" E16 'of either kind' \
	"Z2,$own,1" E16 "a watchpoint in the stub's data" \
	"M$own,1:00" E0e 'which are not written' \
	"M$edge,2:9090" E0e 'nor is its text' \
	"Z2,$list,0" E16 'a watchpoint of no bytes' \
	"Z2,$list,14" E1c 'a watchpoint that takes five debug registers' \
	"Z2,$list,8" OK 'one that takes two' \
	"Z2,$text,8" OK 'another' \
	"Z1,$text,1" E1c 'then the debug registers are used up' \
	"z2,$list,8" OK 'until one is removed' \
	"Z1,$text,1" OK 'and another fits' \
	Z5,0,1 '' 'an unknown kind' \
	T5 E03 'a thread that does not exist' \
	Hg5 E03 'nor can it be selected' \
	vCont\;x E16 'an unknown action' \
	'aaaaaaa;c' '' 'what a longer packet leaves behind' \
	vCont\; E16 'is not part of the next one: no action' \
	vCont\;C E16 'an action without its signal' \
	vCont\;cc E16 'two in one' \
	'vCont;c:3f' E16 'only for a thread that does not exist' \
	'vCont;s:3f;c' E16 'a step of another thread' \
	C E16 'C without its signal' \
	kx '' 'a longer word than k is unknown' \
	H5 E16 'a thread for no purpose' \
	H E16 'no thread for none' \
	P8=12 E16 'a register of too few digits' \
	P55=0000 E16 'a register that does not exist' \
	"M$text,4:0011" E16 'fewer bytes than announced' \
	QStartNoAckMode OK 'no more acknowledgements' \
	qC QC10000 'the current thread' \
	D OK 'detach'
until grep -q ready "$dir/out"; do sleep 0.1; done

# gdb is killed before the sum of its last packet, and no packet is acknowledged.
talk qSupported QStartNoAckMode 'raw-:$m0,4#'
talk qSupported
is 'a packet without its sum' "$(cut -c 1-15 "$dir/talk")" PacketSize=800\;
talk qSupported QStartNoAckMode 'raw-:$m0,4#1'
talk qSupported D
is 'and with half of it' "$(sed -n 2p "$dir/talk")" OK

# gdb connects again while the program loops. The list of processes is damaged: a fault in the stub
# becomes an error reply, and the stub goes on.
talk qSupported "m$list,4"
features=$(sed -n 1p "$dir/talk") first=$(sed -n 2p "$dir/talk")
packets \
	qSupported "$features" 'gdb connects anew' \
	m8047ffe,4 E0e 'memory that begins below what is mapped' \
	mbfffeffe,8 6500 'memory that ends above it is cut' \
	Mbfffeffe,4:00000000 E0e 'and not written in part' \
	mbfffeffe,8 6500 'nor changed' \
	M8048080,1:cc E0e "a program's text, which others share, is not written" \
	Z2,bfffe000,4 OK 'a watchpoint in the program' \
	"M$list,4:78563412" OK 'a damaged list' \
	qfThreadInfo E0e 'is an error' \
	"M$list,4:$first" OK 'mended' \
	qfThreadInfo m1,2 'it can be read' \
	Hg1 OK 'another process is selected' \
	qThreadExtraInfo,1 "$(hex 'SLEEP(wait)')" 'which sleeps' \
	P8=00000000 E0d 'its registers cannot be set' \
	p0 xxxxxxxx 'nor all be known'

# A breakpoint stays with its process when gdb removes it and sets it again. A gdb that connects
# again starts without breakpoints.
talk qSupported p8
loop=$(sed -nE '2s/(..)(..)(..)(..)/\4\3\2\1/p' "$dir/talk")
talk Hg1 "Z1,$loop,1" "z1,$loop,1" Hg2 "Z1,$loop,1" go:c 'raw:\x03'
is 'a breakpoint in another process' "$(sed -n '6s/08:.*//p' "$dir/talk")" T02
talk qSupported Hg2 "Z1,$loop,1" go:c wait
is 'and in this one' "$(sed -n '4s/08:.*thread/ thread/p' "$dir/talk")" 'T05 thread:2;hwbreak:;'
debug <<END
add-symbol-file $debuggee
set var counter = 1
detach
END
finish 9 'after all this the program ends as it should'

# A breakpoint in what sends the last packet does not interrupt that.
off=$(symbol machine_shutdown)
start "$debuggee" two
talk qSupported "Z0,$off,1" go:c wait "z0,$off,1" "Z0,$(symbol serial_write),1" go:c wait
finish 33 'a breakpoint in the way to the end'
is 'gdb is told the status' "$(tail -n 1 "$dir/talk")" W21

# In the debug kernel a fault of the stub ends a function that forbids to sleep. The kernel may
# sleep again.
kernel=$build/debug/isthmus.elf
text=$(symbol shm_attach) table=$(symbol shm_slot_chunks)
start --debug /bin/shmlife
talk qSupported "Z0,$text,1" go:c wait "z0,$text,1" "m$table,4"
first=$(tail -n 1 "$dir/talk")
packets \
	"M$table,4:78563412" OK 'the table of segments is damaged' \
	"qRcmd,$(hex check)" E0e 'monitor check is an error' \
	"M$table,4:$first" OK 'mended' \
	D OK 'the kernel goes on'
finish 0 'and sleeps'
plan
