# SPDX-License-Identifier: BSD-2-Clause
#
# Why the kernel can't run a file, and what to do about it; sourced by tools/run.

cannot() { # cannot WHY...
	echo "tools/run: $program: $*" >&2
	exit 127
}

in_image() { # in_image GUEST: true if the image or the tree has that file
	[[ -e $tmp/image/$1 || -L $tmp/image/$1 ]] || in_tree "$1"
}

# number_at FILE OFFSET SIZE prints the little-endian number there, and bytes_at FILE OFFSET COUNT
# the bytes.
number_at() {
	od -An -tu"$3" -j "$2" -N "$3" "$1" 2>/dev/null | tr -d ' '
}
bytes_at() {
	tail -c +$(($2 + 1)) "$1" 2>/dev/null | head -c "$3" | tr -d '\0'
}

# Prints the dynamic linker that an ELF file asks for, in a program header of type PT_INTERP (ELF
# specification, program loading).
linker_of() { # linker_of FILE
	local at=$(number_at "$1" 28 4) size=$(number_at "$1" 42 2) n=$(number_at "$1" 44 2)
	for ((; n > 0; n--, at += size)); do
		if [[ $(number_at "$1" "$at" 4) == 3 ]]; then
			bytes_at "$1" "$(number_at "$1" $((at + 4)) 4)" "$(number_at "$1" $((at + 16)) 4)"
			return
		fi
	done
}

# Ends with status 127 if the kernel can't run the file. The image must be complete.
check_program() { # check_program FILE
	local needs
	[[ -x $1 ]] || cannot 'not executable: chmod +x'
	case $(bytes_at "$1" 0 4) in
	'#!'*)
		read -r needs < <(head -n 1 "$1" | tail -c +3 | tr -d '\0')
		[[ $needs != *$'\r' ]] ||
			cannot "its lines end in CR and LF: sed -i 's/\\r\$//' $(printf %q "$1")"
		needs=${needs%%[ $'\t']*}
		in_image "$needs" || cannot "a script that needs $needs: --root with a tree that has it"
		return ;;
	$'\x7fELF') ;;
	*) cannot 'neither an ELF file nor a script that begins with #!' ;;
	esac
	case $(number_at "$1" 4 1) in
	1) ;;
	2) cannot 'a 64-bit program: compile with i686-linux-gnu-gcc -static' ;;
	*) cannot 'a damaged ELF file' ;;
	esac
	[[ $(number_at "$1" 18 2) == 3 ]] ||
		cannot 'a program for another processor: compile with i686-linux-gnu-gcc -static'
	[[ $(number_at "$1" 16 2) != 1 ]] || cannot 'an object file: link it (gcc without -c)'
	needs=$(linker_of "$1")
	[[ $needs ]] && ! in_image "$needs" || return 0
	case $needs in
	/lib/ld-linux.so.2) cannot "needs $needs: link with -static, or --root build/debian" ;;
	*) cannot "needs $needs: link with -static, or --root with a tree that has it" ;;
	esac
}
