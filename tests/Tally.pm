# SPDX-License-Identifier: BSD-2-Clause
#
# Prints prove's usual report, and below it one line with the counts. A test program that
# did not end properly (no plan, a panic, out of time) counts as one failure, even if all
# tests that it reached passed. A skipped test counts as skipped only.
package Tally;
use strict;
use warnings;
use TAP::Formatter::Console;
use TAP::Formatter::File;
our @ISA = -t STDOUT ? 'TAP::Formatter::Console' : 'TAP::Formatter::File';

sub summary {
	my ($self, $all, $interrupted) = @_;
	$self->SUPER::summary($all, $interrupted);
	my $failed = $all->failed;
	for my $parser ($all->parsers) {
		$failed++ if !$parser->failed && $parser->has_problems;
	}
	for my $name (sort map { $_->[0] } grep { $_->[1] }
	    map { [$_, ($all->parsers($_))[0]->has_problems] } $all->descriptions) {
		(my $short = $name) =~ s{.*/|\.t$}{}g;
		printf "to repeat: make test%s T=$short\n", $ENV{ISTHMUS_V86} ? "-v86" : "";
	}
	my $skipped = $all->skipped;
	printf "%d passed, %d failed%s\n", $all->passed - $skipped, $failed,
		$skipped ? ", $skipped skipped" : "";
}

1;
