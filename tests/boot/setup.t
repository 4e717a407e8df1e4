# SPDX-License-Identifier: BSD-2-Clause
# Where there is no apt-get, tools/setup names the system's own packages, and installs nothing.
. tests/boot/lib.sh

# A PATH of what tools/setup itself uses, and of the system's installer, which must not be run.
mkdir "$dir/bin"
for tool in bash dirname awk cat; do
	ln -s "$(command -v $tool)" "$dir/bin"
done
installer() { # installer NAME: the system is the one that has it
	rm -f "$dir/bin"/{apt-get,dnf,pacman,zypper,brew}
	[[ -z $1 ]] || printf '#!/bin/sh\necho >%s/installed\n' "$dir" >"$dir/bin/$1"
	chmod +x "$dir/bin"/*
}
setup() { # setup NEED...: what tools/setup says, with its status, in $dir/err
	env -i PATH="$dir/bin" HOME="$dir" ${no_install+NO_INSTALL="$no_install"} bash -c 'exec 2>&1; tools/setup "$@"' setup "$@" \
		>"$dir/err"
	status=$?
}
while IFS='|' read -r system tool command; do
	installer "$tool"
	setup run
	is "$system: the status" $status 1
	ok "$system: the command that installs what make run needs" \
		grep -qxE "  (sudo )?$command" "$dir/err"
done <<'END'
Fedora|dnf|dnf install gcc nasm qemu-system-x86
Arch|pacman|pacman -S --needed gcc nasm qemu-system-x86
openSUSE|zypper|zypper install gcc nasm qemu-x86
Homebrew|brew|brew install x86_64-elf-gcc nasm qemu
END

installer zypper
setup test
ok 'what only Debian has is named apart, with where a container is described' \
	grep -q 'not to be had here:.*g++-i686-linux-gnu.*docs/elsewhere.md' "$dir/err"
ok 'no package that the system does not have is in the command' \
	eval '! grep -E "^  (sudo )?zypper.* (-|g\+\+-i686-linux-gnu)( |$)" "$dir/err"'
installer ''
setup run
is 'an unknown system: the status' $status 1
ok "an unknown system: Debian's names, in one line" \
	grep -qx "tools/setup: missing packages (Debian's names): gcc-i686.*" "$dir/err"
is 'the line is the only one' "$(wc -l <"$dir/err")" 1
ok 'nothing was installed' test ! -e "$dir/installed"
setup nonsense
is 'an unknown need: the status' $status 2

# Debian installs, unless that is forbidden; there root needs no sudo, and others have none here.
installer apt-get
for no_install in 1 yes 0 ''; do
	rm -f "$dir/installed"
	setup run
	ok "NO_INSTALL=$no_install: the command" grep -q '  .*apt-get install' "$dir/err"
	case $no_install:$EUID in
	1:* | yes:*) ok 'and no more' test ! -e "$dir/installed" ;;
	*:0) ok 'is run' test -e "$dir/installed" ;;
	*) ok 'needs sudo' grep -q 'there is no sudo' "$dir/err" ;;
	esac
done
unset no_install

# Each of the compilers is enough.
installer ''
for compiler in x86_64-elf-gcc i686-elf-gcc i686-linux-gnu-gcc gcc; do
	printf '#!/bin/sh\n' >"$dir/bin/$compiler"
	chmod +x "$dir/bin/$compiler"
	setup build
	ok "$compiler is a compiler" grep -q '): nasm;' "$dir/err"
	rm "$dir/bin/$compiler"
done
# Each of the systems that docs/elsewhere.md names has its command there.
for command in 'dnf install gcc nasm qemu-system-x86' 'zypper install gcc nasm qemu-x86' \
	'pacman -S --needed gcc nasm qemu-system-x86'; do
	ok "docs/elsewhere.md: $command" grep -qF "\`$command\`" docs/elsewhere.md
done
plan
