# SPDX-License-Identifier: BSD-2-Clause
# Programs that were not written for isthmus, compiled by Debian's compilers with the C libraries
# glibc and musl: static, position-independent and dynamic.
. tests/boot/lib.sh

tools/debian musl || exit 1
glibc=i686-linux-gnu
compile() { # compile NAME COMPILER... SOURCE: compiles to $dir/NAME
	local name=$1
	shift
	mkdir -p "$(dirname "$dir/$name")"
	"$@" -O2 -o "$dir/$name" -lm 2>"$dir/err"
	is "$name compiles" $? 0
}
prints() { # prints NAME PROGRAM: passes if it prints what is on standard input
	cat >"$dir/want"
	tools/run --icount --timeout 120 "${adds[@]}" "$dir/$2" >"$dir/out" 2>"$dir/err"
	is "$1: its status" $? 0
	ok "$1: what it prints" diff "$dir/want" "$dir/out"
}
adds=()

for name in shm signals fpu; do
	compile "glibc/$name" $glibc-gcc -static tests/stock/$name.c
	compile "musl/$name" build/musl/gcc -static -no-pie tests/stock/$name.c
done
compile glibc/cplusplus $glibc-g++ -static tests/stock/cplusplus.cc
compile pie/shm $glibc-gcc -static-pie tests/stock/shm.c
compile dynamic/shm $glibc-gcc tests/stock/shm.c
compile dynamic/cplusplus $glibc-g++ tests/stock/cplusplus.cc

shm_output() {
	for entrance in library ipc direct; do
		cat <<-END
		$entrance: shmget made it, again File exists
		$entrance: child 42, "from the child", attaches 1
		$entrance: rmid 0, shmdt 0, Invalid argument, Invalid argument
		END
	done
}
signals_output() {
	cat <<-'END'
	write to a read-only attach: signal 11, byte 4100, code 2, still 0
	write to a read-only attach: signal 11, byte 4101, code 2, still 0
	and when it is detached: byte 0, code 1
	a handler steps over an instruction: 4
	the stack runs out: signal 11 on the other stack: 1
	read with SA_RESTART: 1, a byte, signal 14
	read without SA_RESTART: -1, Interrupted system call, signal 14
	SSE and x87 below a handler: 1.25 -2.5 0.1
	sigtimedwait: Resource temporarily unavailable
	sigqueue: 12, value 77
	posix_spawn: 0, wait 9
	vfork: 3
	abort: signal 6
	END
}
cplusplus_output() {
	cat <<-'END'
	a:1 b:2 c:1 0.667
	~innermost
	~outer
	caught: too deep
	caught by its type
	a child's: 5
	END
}
for lib in glibc musl; do
	prints "$lib: shm with fork, by each entrance" "$lib/shm" < <(shm_output)
	prints "$lib: signals" "$lib/signals" < <(signals_output)
	prints "$lib: x87 and SSE in two processes" "$lib/fpu" \
		< <(printf 'process %d: as alone\n' 0 1)
done
prints 'C++' glibc/cplusplus < <(cplusplus_output)
prints 'static, at any address' pie/shm < <(shm_output)

lib=/usr/i686-linux-gnu/lib
for file in ld-linux.so.2 libc.so.6 libm.so.6 libstdc++.so.6 libgcc_s.so.1; do
	adds+=(--add "$lib/$file:/lib/$file")
done
prints 'dynamic' dynamic/shm < <(shm_output)
prints 'dynamic C++' dynamic/cplusplus < <(cplusplus_output)
plan
