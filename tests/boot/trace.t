# SPDX-License-Identifier: BSD-2-Clause
# tools/run --trace and --strace: the trace of a kernel is complete, and agrees
# with what the program has seen.
. tests/boot/lib.sh
traced=$build/tests/guest/traced

run 0 'a traced run' --trace "$dir/one.json" "$traced"
cp "$dir/out" "$dir/said"
run 0 'and another' --trace "$dir/two.json" "$traced"
ok 'both write the same, byte for byte' cmp "$dir/one.json" "$dir/two.json"

# check FILE: prints whatever is wrong in the trace, and then what the trace says: a
# name and a value on each line.
check() {
	perl -MJSON::PP -e '
	local $/;
	my $trace = decode_json(<>)->{traceEvents};
	my (%open, %sent, %count, %shown, %nattch, %began);
	for my $e (@$trace) {
		my ($ph, $name, $pid, $ts) = @$e{qw(ph name pid ts)};
		my $stack = $open{$pid} //= [];
		if ($ph eq "B") {
			push @$stack, $e;
			$count{"calls of $name"}++ unless $name =~ /^sleep/;
		} elsif ($ph eq "E") {
			my $b = pop @$stack or print "process $pid: an end without a beginning at $ts\n" and next;
			print "process $pid: $b->{name} ends before it begins\n" if $ts < $b->{ts};
			# A program reads /proc between the beginning and the end of its read.
			print "meminfo $began{$pid} $count{free}\n"
				if $b->{name} eq "read" and $count{path} =~ m{^/proc/meminfo} and $count{path} = " ";
		} elsif ($ph eq "s") {
			$sent{$e->{id}} = $ts;
			$count{"wake-ups from $e->{args}{from}"}++;
			$count{arrows}++;
		} elsif ($ph eq "f") {
			print "arrow $e->{id} comes from nowhere\n" unless defined $sent{$e->{id}};
			print "arrow $e->{id} goes back in time\n" if ($sent{$e->{id}} // 0) > $ts;
			$count{arrived}++;
		} elsif ($ph eq "C" and $name =~ /^nattch of (\d+)/) {
			$nattch{$1} = $e->{args}{value};
			$count{"most attaches"} = $nattch{$1} if $nattch{$1} > ($count{"most attaches"} // 0);
		} elsif ($ph eq "C" and $name eq "free frames") {
			$count{free} = $e->{args}{value};
		} elsif ($ph eq "X") {
			push @{$shown{runs}}, [$ts, $ts + $e->{dur}, $pid];
		}
		$count{"$1 $2"}++ if $ph eq "i" and $name =~ /^(segment) \d+ (\w+)/;
		$count{faults}++ if $ph eq "i" and $name eq "page fault";
		$began{$pid} = $count{free} if $ph eq "B" and $name eq "read";
		$count{path} = $e->{args}{string} if $ph eq "E" and defined $e->{args}{string};
		$count{path} //= " ";
	}
	my $last = 0;
	for my $run (sort { $a->[0] <=> $b->[0] } @{$shown{runs}}) {
		print "two processes run at $run->[0]\n" if $run->[0] + 0.001 < $last;
		$last = $run->[1];
	}
	print "process $_ is in a call at the end\n" for grep { @{$open{$_}} } keys %open;
	print "nattch of $_ ends as $nattch{$_}\n" for grep { $nattch{$_} } keys %nattch;
	print "$_: $count{$_}\n" for sort grep { /calls of shm|segment|arrow|arrived|most|wake-ups|calls of fork/ } keys %count;
	' "$1"
}
check "$dir/one.json" >"$dir/trace"
said_of() { # said_of NAME LINE: passes if that line was printed exactly once
	is "$1" "$(grep -cE "^($2)\$" "$dir/trace")" 1
}
is 'the trace is well formed' "$(grep -vE '^(meminfo|[a-z0-9 -]+: [0-9]+$)' "$dir/trace")" ''
said_of 'shmget' 'calls of shmget: 1'
said_of 'shmat' 'calls of shmat: 1'
said_of 'a segment was made' 'segment made: 1'
said_of 'attached, by shmat and by fork' 'segment attached: 2'
said_of 'detached, by shmdt and by exit' 'segment detached: 2'
said_of 'removed' 'segment removed: 1'
said_of 'and freed' 'segment freed: 1'
said_of 'a wake-up says from what: of init, and of its child' 'wake-ups from wait: 2'
ok 'wake-ups have arrows' grep -qE '^arrived: [1-9]' "$dir/trace"

# MemFree was read between two events of the trace, and nattch while both were attached.
free=$(sed -n 's/^MemFree: *\([0-9]*\) kB/\1/p' "$dir/said")
ok 'free frames are those of /proc/meminfo' awk -v free="$free" \
	'$1 == "meminfo" && ($2 * 4 == free || $3 * 4 == free) { found = 1 } END { exit !found }' \
	"$dir/trace"
is 'nattch is that of /proc/sysvipc/shm' \
	"$(awk '$1 == 0 && $3 == 600 { print $7 }' "$dir/said")" \
	"$(sed -n 's/^most attaches: //p' "$dir/trace")"

# The first segment cannot be made: the program gives up.
run 1 'a creation that fails' --trace "$dir/one.json" --append fail=object:nth=1 "$traced"
check "$dir/one.json" >"$dir/trace"
said_of 'is a call' 'calls of shmget: 1'
is 'but neither makes nor frees a segment' "$(grep '^segment' "$dir/trace")" ''

# -- strace ---------------------------------------------------------------------------
run 0 'a run with its calls' --strace "$traced"
is 'its output is as without' "$(tail -n 1 "$dir/out")" "$(tail -n 1 "$dir/said")"
called() { # called NAME REGEX: passes if strace printed such a line
	ok "$1" grep -qE "^2  $2\$" "$dir/err"
}
is 'it begins with the program' "$(grep -m 1 '^2  ' "$dir/err" | cut -d '(' -f 1)" '2  execve'
called 'shmget, with names' 'shmget\(IPC_PRIVATE, 12288, IPC_CREAT\|0600\) = 65536'
called 'shmat' 'shmat\(65536, NULL, 0\) = 0x[0-9a-f]+'
called 'a path' 'open\("/proc/meminfo", O_RDONLY\) = [0-9]+'
called 'a call that sleeps' 'waitpid\(-1, NULL, 0 <unfinished ...>'
called 'and goes on' '<... waitpid resumed>\) = 3'
called 'shmctl' 'shmctl\(65536, IPC_RMID, NULL\) = 0'
called 'the end' '\+\+\+ exited with 0 \+\+\+'
ok "the child's end" grep -q '^3  +++ exited with 0 +++$' "$dir/err"
called 'the start of what it reads, and how it was cut' \
	'read\([0-9], "MemTotal:          [0-9 ]+ kB\\nMemF"\.\.\., 63\) = 63'
called 'what it writes' 'write\(1, "MemFree: .* kB\\n", 28\) = 28'
ok 'the end of a file' grep -qE '^3  read\(3, "", 1\) = 0$' "$dir/err"
called 'argv' 'execve\("/run/traced", \["/run/traced"\], 0x[0-9a-f]+ /\* 4 vars \*/\) = 0'
run 0 'a read that sleeps' --strace /bin/sh -c 'sleep 1 | cat; { sleep 1; echo "a b"; } | cat'
ok 'ends its line before what is not there yet' grep -qE '^[0-9]  read\(0,  <unfinished ...>$' "$dir/err"
ok 'and shows it then' grep -qxE '[0-9]  <... read resumed>"a b\\n", 16384\) = 4' "$dir/err"
ok 'or that there is none' grep -qxE '[0-9]  <... read resumed>"", 16384\) = 0' "$dir/err"
run 143 'a signal' --strace /bin/sh -c 'kill -TERM $$'
ok 'when it comes' grep -qxE \
	'2  --- SIGTERM \{si_signo=SIGTERM, si_code=SI_USER, si_pid=[0-9], si_uid=0\} ---' "$dir/err"
ok 'by its name' grep -qxE '2  \+\+\+ killed by SIGTERM \+\+\+' "$dir/err"
run 0 'an errno' --strace /bin/sh -c 'cat /none || true'
ok 'by its name' grep -qE 'open\("/none", .* = -1 ENOENT' "$dir/err"

# The C library calls ipc(), which does not return where the segment is.
cat >"$dir/ipc.c" <<'END'
#include <stddef.h>
#include <sys/shm.h>
int
main(void)
{
	int id = shmget(IPC_PRIVATE, 4096, 0600);
	void *p = shmat(id, NULL, 0);
	return shmdt(p) < 0 || shmctl(id, IPC_RMID, NULL) < 0;
}
END
ok 'a program with the C library' i686-linux-gnu-gcc -static -o "$dir/ipc" "$dir/ipc.c"
run 0 'its calls' --strace "$dir/ipc"
ok 'its shmat has the address' grep -qxE '2  shmat\(65536, NULL, 0\) = 0x40000000' "$dir/err"

# All that goes through words.def: flags of calls, bytes of all kinds, a fault.
cat >"$dir/words.c" <<'END'
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/shm.h>
#include <sys/uio.h>
#include <unistd.h>
int
main(void)
{
	char name[64];
	struct iovec v[] = {{"\0001\001\377", 4}, {"\t\"\\\r", 4}};
	char *p = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	writev(open("/tmp/y", O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0600), v, 2);
	close(openat(AT_FDCWD, "/tmp/x", O_RDWR | O_CREAT | O_EXCL, 0640));
	mprotect(p, 4096, PROT_NONE);
	lseek(0, 0, SEEK_CUR);
	readlink("/proc/self/exe", name, sizeof(name));
	getcwd(name, sizeof(name));
	fcntl(0, F_GETFD);
	access("/tmp", F_OK);
	access("/tmp", R_OK | X_OK);
	access("/a/name/that/is/longer/than/what/is/shown", 0);
	p = shmat(shmget(IPC_PRIVATE, 4096, IPC_CREAT | IPC_EXCL | 0600), NULL, SHM_RDONLY);
	*p = 1;
}
END
ok 'a program with flags' i686-linux-gnu-gcc -static -o "$dir/words" "$dir/words.c"
run 139 'its calls' --strace "$dir/words"
cat >"$dir/want" <<'END'
mmap2(NULL, 4096, PROT_READ|PROT_WRITE, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0) = 0x40000000
openat(AT_FDCWD, "/tmp/y", O_WRONLY|O_CREAT|O_TRUNC|O_APPEND|O_CLOEXEC, 0600) = 3
writev(3, [{"\0001\1\377", 4}, {"\t\"\\\r", 4}], 2) = 8
openat(AT_FDCWD, "/tmp/x", O_RDWR|O_CREAT|O_EXCL, 0640) = 4
close(4) = 0
mprotect(0x40000000, 4096, PROT_NONE) = 0
END
is 'have their flags and bytes by name' "$(sed -n '/^2  mmap2/,/PROT_NONE/s/^2  //p' "$dir/err")" \
	"$(cat "$dir/want")"
called 'a position' '.*seek\(0, .*SEEK_CUR\) = .*'
called 'where a link leads' 'readlink\("/proc/self/exe", "/run/words", 64\) = 10'
called 'the working directory' 'getcwd\("/", 64\) = 2'
called 'a command' 'fcntl64\(0, F_GETFD, [0-9]+\) = 0'
called 'a mode that is none' 'access\("/tmp", F_OK\) = 0'
called 'a mode of two' 'access\("/tmp", R_OK\|X_OK\) = 0'
called 'a long path is cut' 'access\("/a/name/that/is/longer/than/what"\.\.\., F_OK\) = -1 ENOENT'
called 'an attach to read' 'shmat\(65536, NULL, SHM_RDONLY\) = 0x40001000'
called 'a fault' \
	'--- SIGSEGV \{si_signo=SIGSEGV, si_code=SEGV_ACCERR, si_addr=0x40001000\} ---'
called 'and its end' '\+\+\+ killed by SIGSEGV \+\+\+'
run 139 'the same run' --trace "$dir/one.json" "$dir/words"
ok 'says so in the trace' grep -q '"name":"SIGSEGV".*"siginfo":"si_signo=SIGSEGV, ' "$dir/one.json"

# -- errors -------------------------------------------------------------------------------
run 125 'a file that cannot be written' --trace "$dir/none/t.json" "$traced"
said 'and the reason' "tools/run: --trace: cannot write $dir/none/t.json"
run 125 'a directory' --trace "$dir" "$traced"
is 'in one line' "$(cat "$dir/err")" "tools/run: --trace: cannot write $dir"
run 125 'two kinds of traces' --strace --trace "$dir/one.json" "$traced"
said 'are one too many' 'tools/run: --trace and --strace cannot be combined'
run 125 'a full disk' --trace /dev/full "$traced"
ok 'is told' grep -q '^tools/run: the output or the trace cannot be written$' "$dir/err"
run 125 'Linux has no such trace' --linux --strace "$traced"
ok 'the release kernel has no trace' eval '! nm "$build/release/isthmus.elf" | grep -q trace_put'

# A panic prints the last events.
run 126 'a panic' --debug --append panic=wanted "$traced"
ok 'the last events' grep -qE '^[0-9]+ \[1\] process 1 is named init$' "$dir/err"
plan
