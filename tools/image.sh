# SPDX-License-Identifier: BSD-2-Clause
#
# Makes the image of one run; sourced by tools/run and tools/boot. $tmp/image holds the
# image's own files, which are those of $initrd. $tree is a further tree to include, which is not
# copied, or empty.

# True if the tree has a file GUEST; a symbolic link counts, even a broken one.
in_tree() { # in_tree GUEST
	[[ $tree && (-e $tree/$1 || -L $tree/$1) ]]
}

# Removes from the image each file that the tree has too, except for a few. A directory
# that is a link in the tree (/bin to usr/bin) becomes a link in the image as well.
merge_tree() {
	local name to image=$tmp/image
	for name in "$tree"/*; do
		[[ -L $name && -d $name ]] || continue
		to=$(readlink "$name") name=${name##*/}
		to=${to#/}
		[[ /$to/ != */../* ]] || continue
		mkdir -p "$image/$to" || return
		[[ ! -d $image/$name ]] || cp -a "$image/$name/." "$image/$to" || return
		rm -rf "${image:?}/$name" && ln -s "$to" "$image/$name" || return
	done
	while IFS= read -r name; do
		case $name in
		etc/passwd | etc/group | bin/init) ;;
		*) ! in_tree "$name" || rm -f "$image/$name" ;;
		esac
	done < <(tar -tf "$initrd" | grep -v '/$')
}

add() { # add HOST GUEST
	[[ -e $1 ]] || fail "$1: no such file"
	[[ -f $1 && -r $1 ]] || fail "$1: not a readable file"
	[[ $2 == /* && $2 != */ && /$2/ != */../* && ! -d $tmp/image$2 ]] &&
		! [[ $tree && -d $tree$2 ]] ||
		fail "$2: not a valid file name in the image"
	mkdir -p "$tmp/image$(dirname "$2")" 2>/dev/null &&
		cp -L --preserve=mode -- "$1" "$tmp/image$2" 2>/dev/null ||
		fail "$1: cannot be copied to $2 in the image"
}

# files prints the regular files and links below DIR, dirs its directories. Devices, pipes
# and sockets are left out.
files() { # files DIR
	(cd "$1" && find . \( -type f -o -type l \) -print0) | LC_ALL=C sort -z
}
dirs() {
	(cd "$1" && find . -type d -print0) | LC_ALL=C sort -z
}

# Lists the files to pack. Files that both have are taken from the image. A
# directory is listed before its files.
list() {
	files image >image.files && dirs image >image.dirs && : >tree.list || return
	if [[ $tree ]]; then
		{ dirs "$tree" && files "$tree"; } | LC_ALL=C sort -z |
			LC_ALL=C comm -z -23 - image.files >tree.list
	fi
	LC_ALL=C comm -z -23 image.dirs tree.list | cat - image.files >image.list
}

# Packs the image and the tree into FILE. tar and cpio read the files in place. A file whose
# name is too long for the format is left out, with a message.
pack() { # pack FILE
	list 2>/dev/null || return
	if [[ $linux ]]; then
		{ (cd "${tree:-.}" && archive) <tree.list && (cd image && archive) <image.list; } >"$1"
		return
	fi
	LC_ALL=C tar -cf "$1" --format=ustar --owner=0 --group=0 --numeric-owner --mtime=@0 \
		--null --no-recursion -C "${tree:-.}" -T tree.list -C "$tmp/image" -T image.list \
		2>tar.err && return
	sed -nE 's/^tar: (.*): (file|link) name is too long.*/tools\/run: left out, its name is too long: \1/p' \
		tar.err >&2
	[[ -s tar.err ]] && ! grep -vE ' name is too long|Exiting with failure status' tar.err >why
}
archive() {
	cpio -0 -o -H newc -R 0:0 --reproducible --quiet
}

# Makes a file of standard input, up to its end, and sets input to its name in the image. A terminal
# or a device, such as /dev/null, is not read.
input_max=64 # MiB
read_input() {
	local size
	input=/dev/null
	[[ -p /dev/stdin || -f /dev/stdin || -S /dev/stdin ]] || return
	input=/etc/stdin
	beside helpers timeout --foreground "${timeout:-0}" \
		head -c $(((input_max << 20) + 1)) >"$tmp/image$input" 2>/dev/null
	wait "${helpers[0]}"
	case $? in
	0) helpers=() ;;
	124)
		echo 'tools/run: standard input has not ended in time; give </dev/null if the' \
			'program needs none' >&2
		exit 124 ;;
	*) fail "standard input cannot be read, or kept in $tmp" ;;
	esac
	size=$(stat -c %s "$tmp/image$input")
	((size <= input_max << 20)) || fail "standard input is longer than $input_max MiB"
}
