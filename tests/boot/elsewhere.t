# SPDX-License-Identifier: BSD-2-Clause
# tools/elsewhere refuses wrong arguments in one line, and leaves nothing behind.
. tests/boot/lib.sh

refuses() { # refuses NAME REGEX COMMAND...
	local name=$1 line=$2
	shift 2
	"$@" >"$dir/out" 2>"$dir/err"
	is "$name: its status" $? 2
	said "$name" "$line"
	is "$name: and nothing else" "$(wc -l <"$dir/err")" 1
	ok "$name: nothing stays" eval '! ls -d build/elsewhere/none* 2>/dev/null'
}
refuses 'no release' '^tools/elsewhere: usage' tools/elsewhere
refuses 'two releases' '^tools/elsewhere: usage' tools/elsewhere none none
refuses 'a path for a release' 'not the name of a release' tools/elsewhere ../none
if ((EUID == 0)); then
	refuses 'nobody' 'only root' setpriv --reuid 65534 --clear-groups tools/elsewhere none
	refuses 'nothing to remove' 'no installation' tools/elsewhere --remove none
else
	refuses 'no root' 'only root' tools/elsewhere none
	skip 'nothing to remove' 'only root may ask'
fi
if ((EUID == 0)) && command -v debootstrap >/dev/null && unshare --mount true 2>/dev/null; then
	mkdir -p build/elsewhere
	refuses 'a small disk' 'MiB.* free' unshare --mount sh -c \
		'mount -t tmpfs -o size=8m tmpfs build/elsewhere && exec tools/elsewhere none'
	refuses 'no network, or no such release' 'no such release, or cannot be reached' \
		unshare --net sh -c 'exec tools/elsewhere none >/dev/null'
	ok 'and nothing is left mounted' eval '! grep -q "$PWD/build/elsewhere" /proc/mounts'
else
	skip 'a small disk' 'this needs root, debootstrap and namespaces'
	skip 'no network, or no such release' 'this needs the same'
fi
plan
