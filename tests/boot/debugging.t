# SPDX-License-Identifier: BSD-2-Clause
# Each transcript of gdb in the documents shows what gdb prints today.
. tests/boot/lib.sh

# Takes from the documents the programs, the commands that compile them, and the transcripts, and
# puts them into a directory that looks like the top of the tree.
top_of_tree
awk -v dir="$dir" '
	/^```/ { close(file); file = ""; code = !code; fresh = 1; next }
	!code { next }
	fresh && match($0, /^\/\* [a-z]+\.c:/) { file = dir "/work/" substr($0, 4, RLENGTH - 4) }
	fresh && /^\$ i686-linux-gnu-gcc/ { print substr($0, 3) > (dir "/compile") }
	fresh && /^\$ tools\/run .*--gdb/ { file = sprintf("%s/block%02d", dir, ++n) }
	file { print > file }
	{ fresh = 0 }' README.md docs/*.md
(cd "$work" && bash "$dir/compile") 2>"$dir/err"
ok 'the programs compile' test ! -s "$dir/err"

# transcript BLOCK: runs the block's commands in gdb, with their output in $dir/got.
transcript() {
	local tool command commands=() line run
	tool=$(sed -n '1s/^\$ //p' "$1")
	: >"$dir/err"
	(cd "$work" && eval "${tool/tools\/run/exec tools/run --timeout 100}") >"$dir/out" \
		2>"$dir/err" &
	run=$! # not $! below: bash sets that for the <(...), too
	until command=$(grep -m 1 '^gdb .*elf$' "$dir/err") || ! kill -0 $run 2>/dev/null; do
		sleep 0.1
	done
	while read -r line; do
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
for block in "$dir"/block*; do
	transcript "$block"
	ok "$(sed -n 's/^(gdb) //p' "$block" | head -n 2 | paste -s -d ';')" \
		perl "$dir/compare" "$block" "$dir/got"
done
ok 'there are some' test "$(ls "$dir"/block* | wc -l)" -ge 9
plan
