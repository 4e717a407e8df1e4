# SPDX-License-Identifier: BSD-2-Clause
# If the kernel cannot start init, one line says why, and tools/run exits with 125.
. tests/boot/lib.sh

noboot() { # noboot NAME REGEX ARG...: passes if the kernel cannot start, with a line that matches
	local name=$1 line=$2
	shift 2
	run 125 "$name" "$@" "$probe"
	said "$name" "cannot start.*$line"
}
elf() { # elf NAME: assembles an init of that name from standard input
	cat >"$dir/source"
	nasm -f bin -o "$dir/$1" "$dir/source" && chmod 755 "$dir/$1"
}

noboot 'too little memory' 'memory' --mem 3
noboot 'no such init' '/nonexistent' --append init=/nonexistent
echo text >"$dir/text"
chmod 755 "$dir/text"
noboot 'an init that is not an ELF file' '/text' --add "$dir/text" --append init=/text
: >"$dir/empty"
chmod 755 "$dir/empty"
noboot 'an empty init' '/empty' --add "$dir/empty" --append init=/empty
noboot 'an init that is a directory' '/bin' --append init=/bin

# Assembles an ELF file of headers and one instruction, with one wrong field.
header() { # header CLASS TYPE MACHINE PTYPE FILESZ VADDR
	elf "$1-$2-$3-$4-$5-$6" <<-END
	bits 32
	db 0x7f, "ELF", $1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0
	dw $2, $3
	dd 1, $6 + 84, 52, 0, 0
	dw 52, 32, 1, 40, 0, 0
	dd $4, 0, $6, $6, $5, $5, 5, 4096
	jmp \$
	END
	echo "$dir/$1-$2-$3-$4-$5-$6"
}
while IFS='|' read -r name why spec; do
	file=$(header $spec)
	noboot "$name" "/$(basename "$file"): .*$why" --add "$file" \
		--append "init=/$(basename "$file")"
done <<'END'
64-bit|32-bit|2 2 62 1 86 0x8048000
for another machine|i386|1 2 40 1 86 0x8048000
relocatable|executable|1 1 3 1 86 0x8048000
no program header to map|not in memory that it maps|1 2 3 0 86 0x8048000
longer than its file|beyond the file|1 2 3 1 8192 0x8048000
in the kernel|user space|1 2 3 1 86 0xc0000000
at zero|user space|1 2 3 1 86 0x0
END
file=$(header 1 2 3 1 86 0x8048000)
run 124 'with the right fields it runs' --timeout 5 --add "$file" \
	--append "init=/$(basename "$file")" "$probe"

# tools/run always gives the kernel an image, so the kernel is started without tools/run here.
. tools/machine.sh
cd "$build" || exit 1
timeout 60 "${machine[@]}" -display none -m 64 -kernel release/isthmus.elf \
	-append log=com2 -serial null -serial "file:$dir/err" \
	-debugcon "file:$dir/verdict" </dev/null >"$dir/out" 2>&1
is 'no initrd: the status' $? $qemu_noboot
is 'no initrd: the verdict' "$(cat "$dir/verdict")" noboot
is 'no initrd: one line says so' "$(grep -c initrd "$dir/err")" 1

# The processor lacks one of the features that the kernel needs.
lacking() { # lacking CPU FEATURE
	timeout 60 "${machine[@]}" -cpu "$1" -display none -m 64 -kernel release/isthmus.elf \
		-initrd initrd.tar -append log=com2 -serial "file:$dir/err" \
		-debugcon "file:$dir/verdict" </dev/null >"$dir/out" 2>&1
	is "$1: the status" $? $qemu_noboot
	is "$1: the verdict" "$(cat "$dir/verdict")" noboot
	is "$1: one line says so" "$(tr -d '\r' <"$dir/err")" \
		"isthmus: cannot start: the CPU has no $2"
}
for feature in pse tsc cmov fxsr; do
	lacking "qemu32,-$feature" "${feature^^}"
done
lacking pentium CMOV
plan
