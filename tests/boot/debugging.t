# SPDX-License-Identifier: BSD-2-Clause
# Each transcript of gdb in the documents shows what gdb prints today.
. tests/boot/lib.sh

# Takes from the documents the programs, the commands that compile them, and the transcripts, and
# puts them into a directory that looks like the top of the tree.
top_of_tree
blocks compile '^\\$ i686-linux-gnu-gcc' README.md docs/*.md
(cd "$work" && bash <(sed -s -n '1s/^\$ //p' "$dir"/compile*)) 2>"$dir/err"
ok 'the programs compile' test ! -s "$dir/err"

# at_top COMMAND: runs it at the top of the tree; the shell becomes that program.
at_top() {
	cd "$work" && eval "exec $1"
}
# transcript BLOCK: runs the block's commands in gdb, with their output in $dir/got.
transcript() {
	local tool commands=() line
	tool=$(sed -n '1s/^\$ //p' "$1")
	gdb_waits at_top "${tool/tools\/run/tools/run --timeout 100}"
	while read -r line; do
		# A frame that a document names is another one in another kernel.
		[[ ! $lost ]] || line=${line/$shown_lost/$lost}
		commands+=(-ex "echo (gdb) ${line//\\/\\\\}\\n" -ex "$line")
	done < <(sed -n 's/^(gdb) //p' "$1")
	eval "${command/gdb /timeout 90 gdb -q -nx -batch }" '"${commands[@]}"' -ex "'echo (end)\\n'" \
		-ex kill >"$dir/got" 2>&1 </dev/null
	wait $run
}
# Prints the first line that the document shows and gdb does not print. Addresses and line numbers
# may differ; [...] stands for any text in a line, or for any lines.
cat >"$dir/compare" <<'END_OF_PERL'
my ($block, $got) = @ARGV;
sub tidy {
	my ($from, $to) = @_;
	open my $in, "<", shift or die;
	# gdb prints these only when it is used at a terminal.
	my @lines = grep { !/^(\s*|Continuing\.|\(More stack frames follow\.\.\.\))$/ } <$in>;
	s/\s+$//, s/0x[0-9a-f]+/0x_/g, s/(\.(c|h|asm)):\d+$/$1:_/, s/, line \d+\./, line _./,
		s/^\d+\t/_\t/ for @lines;
	my $text = join "\n", @lines, "";
	$text =~ s/^.*?(?=^\(gdb\) )//ms;
	$text =~ s/^\(end\)\n.*//ms;
	return $text;
}
my ($want, $have) = (tidy($block), tidy($got));
my @lines = split /^/, $want;
my $regex = "";
for my $n (0 .. $#lines) {
	my $line = quotemeta $lines[$n];
	$line = "(?:.*\n)*?" if $lines[$n] eq "[...]\n";
	$line =~ s/\\\[\\\.\\\.\\\.\\\]/.*/g;
	my $next = $regex . $line;
	if ($have !~ /\A$next/) {
		print STDERR "# shown: $lines[$n]# where gdb says:\n";
		my ($before) = $have =~ /\A($regex)/;
		print STDERR "#   $_\n" for (split /\n/, substr $have, length $before)[0 .. 5];
		exit 1;
	}
	$regex = $next;
}
exit !($have =~ /\A$regex\z/);
END_OF_PERL
blocks block '^\\$ tools/run .*--gdb' README.md docs/*.md
lost='' shown_lost=$(sed -n 's/.* not so with frame //p' docs/debugging.md)
for block in "$dir"/block??; do
	transcript "$block"
	cp "$dir/err" "$block.err"
	lost=$(sed -n 's/.* not so with frame //p' "$dir/got")
	ok "$(sed -n 's/^(gdb) //p' "$block" | head -n 2 | paste -s -d ';')" \
		perl "$dir/compare" "$block" "$dir/got"
done
# What the first terminal shows of the calls.
blocks calls '^[0-9]  [a-z]+[(]' docs/debugging.md
ok 'there is a trace' grep -q ' shmget(.*unfinished' "$dir/calls01"
is 'and it shows these calls of shmget' "$(cat "$dir/calls01")" \
	"$(cat "$dir"/block*.err | grep -E '^[0-9]  (shmget|<... shmget)')"
# A line that is typed into gdb is in a block that has been run. kgdb.t looks at gdbstub.md's.
is 'no line is left out' "$(cat "$dir"/block?? | grep -c '^(gdb) ')" \
	"$(cat README.md $(ls docs/*.md | grep -v gdbstub) | grep -c '^(gdb) ')"
ok 'there are some' test "$(ls "$dir"/block?? | wc -l)" -ge 9
plan
