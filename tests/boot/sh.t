# SPDX-License-Identifier: BSD-2-Clause
# The shell runs scripts. Each of these gets the arguments `one` and `two words`; all run in one
# boot, each in a shell of its own. Its error messages are part of what it prints.
. tests/boot/lib.sh

names=() wants=()
says() { # says NAME WANTED <SCRIPT: it must print WANTED, whose last line is its status
	cat >"$dir/$((${#names[@]} + 100)).sh"
	names+=("$1") wants+=("$2")
}

says 'words, quotes and comments' 'a b c
A  B $x \ "q"
x#y
first second
0' <<'END'
echo a   b	c # a comment
echo "A  B" '$x' \\ "\"q\""
echo x#y
echo first \
	second
END
says 'variables' 'v w <> v-w
a  b
a b
fallback v 5
0' <<'END'
v=v; w=w
echo $v ${w} "<$none>" ${v}-$w
x='a  b'
echo "$x"
echo $x
echo ${none:-fallback} ${v:-no} ${none:-$((2 + 3))}
END
says 'arguments' '2 one two words
<one>
<two words>
<one>
<two>
<words>
two words:1
<>
0' <<'END'
echo $# $1 "$2"
for i in "$@"; do echo "<$i>"; done
for i in $@; do echo "<$i>"; done
shift
echo "$*:$#"
shift
for i in "$@"; do echo "<$i>"; done
for i in "$*"; do echo "<$i>"; done
END
says '$0, $$ and $?' '/t/103.sh
101
same
3
name a
0' <<'END'
echo $0
(exit 101); echo $?
a=$$; b=$(echo $$); test $a = $b && echo same
sh -c 'exit 3'; echo $?
sh -c 'echo $0 $1' name a
END
says 'if, elif, else' 'two
else
none
0' <<'END'
if test 1 = 2; then echo one; elif [ 2 -eq 2 ]; then echo two; else echo three; fi
if false
then
	echo then
else
	echo else
fi
if false; then echo no; fi && echo none
END
says 'for, while and until' '1:a
2:b
3:c d
3
2
1
up 1
up 2
0' <<'END'
n=0
for i in a b "c d"; do n=$((n + 1)); echo "$n:$i"; done
while [ $n -gt 0 ]; do
	echo $n
	n=$((n - 1))
done
until [ $n = 2 ]; do n=$((n + 1)); echo up $n; done
END
says 'break and continue' 'a
c
1x 1y 2x 2y 3x 3y
1
0' <<'END'
for i in a b c d; do
	if [ $i = b ]; then continue; fi
	[ $i = d ] && break
	echo $i
done
for i in 1 2 3; do
	for j in x y z; do
		all="$all $i$j"
		if [ $j = y ]; then continue 2; fi
	done
done
echo $all
for i in 1 2; do for j in 1 2; do echo $j; break 2; done; done
END
says '$(...)' 'x: a b
<a
b>
inner (deep) ")"
7
0' <<'END'
echo x: $(echo a; echo b)
echo "<$(echo a; echo b; echo)>"
echo "$(echo inner "$(echo '(deep)' '")"')")"
a=$(exit 7); echo $?
END
says 'numbers' '7 9 -2 1 1 0 1
14 3 2
5 7
0' <<'END'
n=4
echo $((1 + 2 * 3)) $(((1+2)*3)) $((-n / 2)) $((n % 3)) $((n >= 4 && n != 5)) $((!n)) $((1 || 0))
echo $((n + $n + 6)) $((10/3)) $((0x10 - 14))
echo $((10 - 3 - 2)) $((2 * 3 + 1))
END
says 'redirections' 'to 1
to 2
both
to file
more
<to file>
error 1
kept
back
0' <<'END'
cd /tmp >e
{ echo to 1; echo to 2 >&2; } 2>&1
(echo both >&2) 2>&1 | cat
echo to file >f; echo more >>f
cat <f
read line <f; echo "<$line>"
ls /none 2>e; echo error $(wc -l <e)
echo lost 3>&1 >/dev/null 2>&3; echo kept
{ echo away; } >/dev/null; echo back
END
says 'here-documents' 'one $1
two words 5
  $1 \ "q"
tab
A B
a <<b
0' <<'END'
cat <<E
$1 \$1
$2 $((2 + 3))
E
cat <<'E'
  $1 \ "q"
E
cat <<-E
		tab
	E
cat <<X; cat <<Y
A B
X
a <<b
Y
END
says 'loops in pipelines and with files' 'in a
in b
2
0' <<'END'
for i in a b; do echo $i; done | while read x; do echo "in $x"; done >/tmp/o
cat /tmp/o
while read x; do n=$((n + 1)); done </tmp/o
echo $n
END
says '&&, || and !' 'a
c
d
1
1
0' <<'END'
true && echo a || echo b
false && echo b || echo c
! false && echo d
! true; echo $?
false || false; echo $?
END
says 'files by patterns' '/tmp/ga1 /tmp/ga2
/tmp/gb1
*.none
/tmp/ga1 /tmp/gb1
/tmp/ga*
0' <<'END'
cd /tmp; >ga1; >ga2; >gb1; cd /
echo /tmp/ga*
echo /tmp/g[!a]?
echo *.none
echo /t*p/g?1
echo "/tmp/ga*"
END
says 'read and export' 'a|b c
[] v
1
0' <<'END'
echo '  a b c ' | { read x y; echo "$x|$y"; }
v=v; w=w; export v
sh -c 'echo "[$w] $v"'
read x </dev/null; echo $?
END
says 'test' '01 01 01 001
0 1 0 1 0 1
2
0' <<'END'
[ a ]; a=$?; [ "" ]; b=$?; [ -n a ]; c=$?; [ -z a ]; d=$?; [ a = a ]; e=$?; [ a != a ]; f=$?
test -f /bin/sh; g=$?; test -d /tmp; h=$?; test -e /none; i=$?
echo $a$b $c$d $e$f $g$h$i
[ 1 -lt 2 ]; a=$?; [ 2 -le 1 ]; b=$?; [ ! "" ]; c=$?; [ a -a "" ]; d=$?; [ "" -o a ]; e=$?
[ \( a = b \) -o \( 1 -gt 2 \) ]; f=$?
echo $a $b $c $d $e $f
[ 1 -eq x ] 2>/dev/null; echo $?
END
says 'subshells and groups' 'in 2
out 1
group 3
3
/tmp
/
0' <<'END'
x=1; (x=2; echo in $x); echo out $x
{ x=3; echo group $x; }; echo $x
cd /; (cd /tmp; pwd); pwd
END
says 'jobs in the background' 'first
second 5
0' <<'END'
(sleep 1; exit 5) &
job=$!
echo first
wait $job; echo second $?
END
says 'commands from a pipe' 'a
read b
c
0' <<'END'
echo 'echo a
read x
b
echo read $x; echo c' >/tmp/s
cat /tmp/s | sh
END
says 'a file of commands' 'from there: one
here
0' <<'END'
echo 'echo from there: $1; v=here' >/tmp/s
. /tmp/s
echo $v
END
says 'lines as Windows ends them' 'a b
a b
in $x
0' < <(sed 's/$/\r/' <<'END'
#!/bin/sh
if true; then
	x="a b"; echo "$x"
fi
echo $(echo "a
	b") # over two lines
cat <<'X'
in $x
X
END
)
says 'exit' 'before
9' <<'END'
echo before
exit 9
echo behind
END
says 'backquotes' 'sh: `...` is not known: write $(...)
1 a`b c`d e`f
0' <<'END'
echo `echo a`
echo $? 'a`b' "c\`d" e\`f
END
says 'a status that is none of a signal' '200
0' <<'END'
sh -c 'exit 200'
echo $?
END
says 'commands that are not there' '127
126
127' <<'END'
nosuch 2>/dev/null; echo $?
/tmp 2>/dev/null; echo $?
/none/nosuch 2>/dev/null
END
printf '#!/bin/sh\r\necho no\n' >"$dir/returns"
chmod 755 "$dir/returns"
says 'a script whose shell is not there' 'sh: /t/returns: the program that has to run it is missing
127' <<<'/t/returns'
says 'head and wc' 'b
c
b
usage: head [-n N | -N] [FILE...]
3 4 14 /tmp/l
1 2 4 /tmp/m
4 6 18 total
3
2 4
10
0' <<'END'
echo 'b
c
word  two' >/tmp/l
echo f g >/tmp/m
head -n 2 /tmp/l
head -1 /tmp/l
head -1x /tmp/l
wc /tmp/l /tmp/m
wc -l </tmp/l
head -n 1 /tmp/m | wc -wc
for i in 1 2 3 4 5 6 7 8 9 10 11; do echo $i; done | head | wc -l
END
says 'grep' 'an apple
2:an apple
1
/tmp/g:no [b]
An ape
1
0
1
2
usage: grep [-cinqv] PATTERN [FILE...]
2' <<'END'
echo 'no [b]
an apple
An ape' >/tmp/g
grep '^an* a..*le$' /tmp/g
grep -n apple /tmp/g
grep -c '\[b\]$' /tmp/g
grep 'o .b' /tmp/g /dev/null
grep -v '^[a-n]' /tmp/g
grep -c '[^n] ' /tmp/g
grep -qi '^AN APE$' /tmp/g; echo $?
grep -q x /tmp/g; echo $?
grep x /none 2>/dev/null; echo $?
grep
END
says 'uname and dmesg' 'Linux
i686
isthmus 0
0' <<'END'
uname
uname -m
dmesg | grep -c '^isthmus ' >/dev/null; echo isthmus $?
END
says 'help' 'help NAME says more about a command.
wc [-lwc] [FILE...]
    Counts lines, words and bytes.
help: nosuch: there is no such command; help lists them
1' <<'END'
help | grep NAME.says
help wc
help nosuch
END
commands=$(grep -oE '\{"[^"]+", (built|do)_' user/sh/builtin.c | cut -d '"' -f 2
	basename -s .c user/*.c | grep -vx init)
says 'help for each command' 'all
0' <<END
for name in if for while until $(tr '\n' ' ' <<<"$commands"); do
	help \$name >/dev/null
done
echo all
END
says 'a pipeline of twenty commands' 'through
0' <<END
echo through $(printf '| cat %.0s' {1..19})
END

wrong() { # wrong NAME MESSAGE <SCRIPT: one line says that, and the status is 2
	says "$1" "/t/$((${#names[@]} + 100)).sh: $2"$'\n2'
}
wrong 'if without fi' "line 4: 'fi' is missing at the end" <<'END'
if true
then
	echo a
END
wrong 'done without do' "line 2: 'done' is not expected here" <<'END'

for i in b; done
END
wrong 'a quote that is open' "line 1: '\"' is missing at the end" <<'END'
echo "a
b
END
wrong 'two operators' "line 2: '&&' is not expected here" <<'END'

true && && false
END
wrong 'a pipe to nothing' "line 1: ';' is not expected here" <<'END'
echo | ; echo b
END
wrong 'a redirection without a file' "line 1: 'end of line' is not expected here" <<'END'
echo a >
END
wrong '$( that is open' "line 1: ')' is missing at the end" <<'END'
echo $(echo a
END
wrong 'a here-document without an end' "line 1: 'E' is missing at the end of a here-document" <<'END'
cat <<E
a
END
wrong 'a function' "line 1: '(' is not expected here" <<'END'
name() { echo a; }
END

cat >"$dir/all" <<'END'
for f in /t/*.sh; do
	echo "== $f"
	sh $f one 'two words' 2>&1
	echo $?
done
END
add=()
for script in "$dir"/*.sh; do
	add+=(--add "$script:/t/${script##*/}")
done
run 0 'all scripts are run' --icount "${add[@]}" --add "$dir/all:/t/all" \
	--add "$dir/returns:/t/returns" /bin/sh /t/all
for i in "${!names[@]}"; do
	awk -v "name=== /t/$((i + 100)).sh" '/^== / { on = $0 == name; next } on' "$dir/out" >"$dir/got"
	ok "${names[i]}" diff "$dir/got" - <<<"${wants[i]}"
done
plan
