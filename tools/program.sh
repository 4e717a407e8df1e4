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

# words_at FILE OFFSET COUNT prints the little-endian words of 32 bits there, on one line, and
# bytes_at FILE OFFSET COUNT the bytes.
words_at() {
	od -An -v -tu4 -w$((4 * $3)) -j "$2" -N $((4 * $3)) "$1" 2>/dev/null
}
bytes_at() {
	tail -c +$(($2 + 1)) "$1" 2>/dev/null | head -c "$3" | tr -d '\0'
}

# Prints the dynamic linker that an ELF file asks for, in a program header of type PT_INTERP (ELF
# specification, program loading).
linker_of() { # linker_of FILE PROGRAM_HEADERS SIZE COUNT: where they begin, and the bytes of each
	local header i words=$(($3 / 4))
	((words >= 5 && $4 > 0)) || return
	read -ra header < <(words_at "$1" "$2" $((words * $4)))
	for ((i = 0; i < ${#header[@]}; i += words)); do
		if ((header[i] == 3)); then
			bytes_at "$1" "${header[i + 1]}" "${header[i + 4]}"
			return
		fi
	done
}

# Ends with status 127 if the kernel can't run the file. The image must be complete.
check_program() { # check_program FILE
	local needs head
	[[ -x $1 ]] || cannot 'not executable: chmod +x'
	read -ra head < <(words_at "$1" 0 13) # the ELF header
	case $(printf %08x "${head[0]:-0}") in
	????2123) # #!
		read -r needs < <(head -n 1 "$1" | tail -c +3 | tr -d '\0')
		[[ $needs != *$'\r' ]] ||
			cannot "its lines end in CR and LF: sed -i 's/\\r\$//' $(printf %q "$1")"
		needs=${needs%%[ $'\t']*}
		in_image "$needs" || cannot "a script that needs $needs: --root with a tree that has it"
		return ;;
	464c457f) ;; # ELF
	*) cannot 'neither an ELF file nor a script that begins with #!' ;;
	esac
	case $((head[1] & 0xff)) in
	1) ;;
	2) cannot 'a 64-bit program: compile with i686-linux-gnu-gcc -static' ;;
	*) cannot 'a damaged ELF file' ;;
	esac
	((head[4] >> 16 == 3)) ||
		cannot 'a program for another processor: compile with i686-linux-gnu-gcc -static'
	(((head[4] & 0xffff) != 1)) || cannot 'an object file: link it (gcc without -c)'
	needs=$(linker_of "$1" "${head[7]:-0}" $((head[10] >> 16)) $((head[11] & 0xffff)))
	[[ $needs ]] && ! in_image "$needs" || return 0
	case $needs in
	/lib/ld-linux.so.2) cannot "needs $needs: link with -static, or --root build/debian" ;;
	*) cannot "needs $needs: link with -static, or --root with a tree that has it" ;;
	esac
}
