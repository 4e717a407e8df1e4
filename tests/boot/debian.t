# SPDX-License-Identifier: BSD-2-Clause
# Debian's own programs for i386 run unchanged: a shell and its tools, perl, the usual clients of
# shared memory, and C programs that were compiled for Linux.
# needs: debian musl
. tests/boot/lib.sh
tree=build/debian
musl=build/musl/gcc

# in_tree STATUS NAME [ARG...]: runs tools/run ARG... with the tree, so that every run is the same.
in_tree() {
	run "$1" "$2" --icount --timeout 300 --root "$tree" "${@:3}"
}
sh() { # sh NAME SCRIPT WANTED
	in_tree 0 "$1" /bin/busybox sh -c "$2"
	is "$1: its output" "$(cat "$dir/out")" "$3"
}

# -- a shell and its tools ------------------------------------------------------
sh 'pipes' 'seq 1 1000 | grep 7 | sort -rn | head -n 3 | tr "\n" " "' '997 987 979 '
sh 'a here-document' $'cat <<END | wc -w\none $HOME two\nthree\nEND' 4
sh 'loops and functions' 'f() { echo "$1:$2"; }
	for a in x y; do i=0; while [ $i -lt 3 ]; do f $a $i; i=$((i + 1)); done; done | tail -n 2
	case abc in a*) echo matched;; esac; false || echo "status $?"; (exit 9); echo $?' \
	$'y:1\ny:2\nmatched\nstatus 1\n9'
sh 'a script in a file' 'cat >/tmp/s <<"END"
#!/usr/bin/sh
echo "$0 has $# arguments: $*"
exit 3
END
chmod +x /tmp/s; /tmp/s a "b c"; echo $?' $'/tmp/s has 2 arguments: a b c\n3'
sh 'files' 'cd /tmp; mkdir -p d/e; echo text >d/f; ln -s f d/l; ln d/f d/e/h; cp -r d c
	chmod 640 d/f; mv d/e/h c/; find . -type f | sort; cat d/l; stat -c "%a %h %s" d/f
	rm -r d c; ls -A' $'./c/e/h\n./c/f\n./c/h\n./d/f\ntext\n640 2 5'
sh 'ls -l' 'cd /tmp; echo 12345 >f; chmod 4711 f; ln -s /etc/passwd s; mkdir d; ls -l | awk "NR > 1 {
	print \$1, \$2, \$3, \$4, \$5, \$9, \$10, \$11 }" | grep -v ^d' \
	$'-rws--x--x 1 root root 6 f  \nlrwxrwxrwx 1 root root 11 s -> /etc/passwd'
sh 'grep, sed, awk, wc' 'grep -c root /etc/passwd; sed -n "s/^alice:x:\([0-9]*\).*/\1/p" /etc/passwd
	awk -F: "{ n += \$3 } END { print n }" /etc/passwd; wc -l </etc/passwd' \
	$'1\n1000\n67535\n4'
# Whether sh prints "Terminated" depends on whether the job ends before sh waits for it.
sh 'a job in the background is killed' 'sleep 100 & kill $!; wait $! 2>/dev/null; echo $?
	kill -0 $! 2>/dev/null || echo gone' $'143\ngone'
sh 'ps' 'sleep 100 & ps | awk "\$4 == \"sleep\" || /sleep 100/ && !/awk/" | wc -l; kill $!' 1
in_tree 0 'top -b -n1' /bin/busybox top -b -n1
ok 'top: memory, and itself' eval 'grep -q "^Mem: *[0-9]*K used" "$dir/out" &&
	grep -q "busybox top" "$dir/out"'
# The image's programs are found in /usr/bin as well, because /bin is a link to it in the tree.
in_tree 0 'of two programs of one name the tree has the one' \
	/bin/busybox sh -c 'command -v ipcs; command -v shmlife; ipcs --version'
is 'the tree has the one: which it is' "$(sed 's/ [0-9.]*$//' "$dir/out" | tr '\n' ' ')" \
	'/usr/bin/ipcs /usr/bin/shmlife ipcs from util-linux '
in_tree 0 'the programs of the image are still there' /bin/sh -c '/bin/ls /etc'
in_tree 7 'the statuses of a dynamic program' /usr/bin/perl -e 'exit 7'
in_tree 137 'its signals' /usr/bin/perl -e 'kill 9, $$'

# -- clients of shared memory ----------------------------------------------------
cat >"$dir/reader.c" <<'END'
#include <stdio.h>
#include <stdlib.h>
#include <sys/shm.h>
#include <sys/wait.h>

int main(int argc, char **argv)
{
	char *p = shmat(atoi(argv[1]), NULL, 0);

	if (argc != 3 || p == (void *)-1)
		return 1;
	printf("read: %s\n", p);
	return WEXITSTATUS(system(argv[2])) | shmdt(p);
}
END
ok 'a C program, with musl' $musl -static -no-pie -o "$dir/reader" "$dir/reader.c"
cat >"$dir/script" <<'END'
id=$(ipcmk -M 1M -p 0640 | sed 's/.*: //')
echo "made $id"
perl -e 'shmwrite($ARGV[0], "hello from perl", 0, 16) or die $!' $id || exit 1
perl -e 'shmread($ARGV[0], $t, 6, 4) or die $!; print "perl reads $t\n"' $id
ipcs -m
ipcs -m -u
ipcs -m -l
ipcs -m -p
ipcs -m -t
ipcs -m -i $id
/run/reader $id "ipcrm -m $id; echo removed \$?; ipcs -m; ipcs -m -i $id; ipcrm -m $id; echo again \$?"
echo "reader $?"
ipcs -m
END
in_tree 0 'ipcmk, perl, ipcs, a C program, ipcrm' --add "$dir/reader:/run/reader" \
	--add "$dir/script:/run/script" /bin/busybox sh /run/script
cp "$dir/out" "$dir/log"
has() { # has NAME REGEX: passes if a line of the output matches
	ok "$1" grep -qE -- "$2" "$dir/log"
}
has 'ipcmk -M 1M' '^made 65536$'
has 'perl reads what perl wrote' '^perl reads from$'
has 'ipcs -m' '^0x[0-9a-f]{8} 65536 +root +640 +1048576 +0 *$'
has 'ipcs -u: segments' '^segments allocated 1$'
has 'ipcs -u: pages' '^pages allocated 256$'
has 'ipcs -u: resident pages' '^pages resident +1$'
has 'ipcs -l: segments' '^max number of segments = 128$'
has 'ipcs -l: the smallest' '^min seg size \(bytes\) = 1$'
has 'ipcs -p' '^65536 +root +[0-9]+ +[0-9]+ *$'
has 'ipcs -t' '^65536 +root +[A-Z][a-z]{2} +[0-9]+ [0-9:]+ .*[0-9:]+ '
has 'ipcs -i' '^Shared memory Segment shmid=65536$'
has 'ipcs -i: owner and mode' '^uid=0.*gid=0.*cuid=0.*cgid=0'
has 'ipcs -i: size and attaches' '^bytes=1048576.*lpid=[0-9]+.*cpid=[0-9]+.*nattch=0'
has 'a C program reads what perl wrote' '^read: hello from perl$'
has 'ipcrm -m while it is attached' '^removed 0$'
has 'ipcs -m: it waits for its last detach' '^0x00000000 65536 +root +640 +1048576 +1 +dest *$'
has 'ipcs -i: and is still attached' '^mode=01640.*access_perms=0640'
has 'a removed identifier is none: ipcrm' '^ipcrm: invalid id \(65536\)$'
has 'a removed identifier is none: its status' '^again 1$'
has 'the program ended well' '^reader 0$'
is 'and then it is gone' "$(tail -n 3 "$dir/log" | grep -c '^0x')" 0

# -- programs that a user compiles -----------------------------------------------
cat >"$dir/hello.c" <<'END'
#include <stdio.h>
#include <unistd.h>
#include <sys/wait.h>
int main(void)
{
	int status, n = fork();

	if (n == 0)
		_exit(5);
	waitpid(n, &status, 0);
	printf("hello, %d\n", WEXITSTATUS(status));
	return 0;
}
END
ok 'a static program, by musl' $musl -static -no-pie -o "$dir/hello" "$dir/hello.c"
run 0 'a static program of musl' --icount "$dir/hello"
is 'a static program: it says hello' "$(cat "$dir/out")" 'hello, 5'
ok 'a dynamic program, by musl' $musl -o "$dir/dynamic" "$dir/hello.c"
in_tree 0 'a dynamic program of musl' \
	--add build/musl/lib/i386-linux-musl/libc.so:/lib/ld-musl-i386.so.1 "$dir/dynamic"
is 'a dynamic program: it says hello' "$(cat "$dir/out")" 'hello, 5'

# -- the image ---------------------------------------------------------------------
mkdir -p "$dir/tree/usr/bin" "$dir/tree/data"
ln -s usr/bin "$dir/tree/bin"
cp build/musl/gcc "$dir/tree/data/text"
cp "$dir/hello" "$dir/tree/usr/bin/mine"
ln "$dir/tree/data/text" "$dir/tree/data/hard"
ln -s /data/text "$dir/tree/data/soft"
mkfifo "$dir/tree/data/fifo"
run 0 'a tree whose /bin is a link' --root "$dir/tree" /bin/mine
run 0 'and with it the image' --root "$dir/tree" /bin/ls /data
is 'links are there, pipes are not' "$(tr '\n' ' ' <"$dir/out")" 'hard soft text '
run 0 'a link is followed' --root "$dir/tree" --uid 1000 /bin/cat /data/soft
ok 'its content' cmp "$dir/out" build/musl/gcc
run 125 'no such program in the tree' --root "$dir/tree" /data/nothing
said 'no such program' '^tools/run: '
run 125 'no such tree' --root "$dir/nowhere" /bin/true
said 'no such tree' '^tools/run: .*directory'
name=$(printf 'n%.0s' {1..120})
: >"$dir/tree/data/$name"
run 0 'a name that is too long is left out' --root "$dir/tree" /bin/true
ok 'and a line says so' grep -q "^tools/run: left out, its name is too long: .*$name" "$dir/err"
plan
