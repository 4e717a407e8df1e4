# SPDX-License-Identifier: BSD-2-Clause
# The page in a browser: tests/boot/web.mjs drives Debian's chromium. It keeps a picture of each
# state in build/web-shots.
. tests/boot/lib.sh
web=$build/web
modules=$build/npm/node_modules

if [[ ! -e $modules/.package-lock.json ]]; then
	skip 'the page in a browser' 'make npm could not fetch its packages'
	plan
	exit
fi
# The size that goes over the wire, if the server compresses.
size=$(find "$web" -type f -print0 | LC_ALL=C sort -z | xargs -0 -n 1 gzip -9 -c | wc -c)
echo "# the page is $size bytes, compressed"
ok 'everything is at most 1.2 MB, compressed' test "$size" -gt 0 -a "$size" -le 1200000
ok 'the licences of all packages are there' eval \
	'grep -q "^v86 .*BSD-2-Clause" "$web/licences.txt" && grep -q "^@xterm/xterm .*MIT" "$web/licences.txt"'
ok 'tools/serve refuses a folder without a page' eval \
	'! tools/serve "$dir" 2>"$dir/err" && grep -q "has no page: make web" "$dir/err"'
for need in chromium node; do
	if ! command -v $need >/dev/null; then
		skip 'the page in a browser' "there is no $need"
		plan
		exit
	fi
done
mkfifo "$dir/where"
tools/serve "$web" >"$dir/where" 2>&1 &
server=$!
trap 'kill $server 2>/dev/null; rm -rf "$dir"' EXIT
read -r where <"$dir/where"
ok 'tools/serve says where the page is' test -z "${where##*http://127.0.0.1:*}"
where=${where#*at } where=${where%% *}
port=${where##*:} port=${port%/}
timeout 60 tools/serve "$web" "$port" >"$dir/out" 2>"$dir/err"
is 'a port that is in use: status' $? 1
ok 'and one line says so' grep -qE "^tools/serve: port $port: .*PORT=N" "$dir/err"
timeout 300 node tests/boot/web-cost.mjs "$build"
mkdir -p "$build/web-shots"
timeout 900 node tests/boot/web.mjs "$modules" "$where" "$build" "$tests" ||
	echo 'not ok - the browser comes to its end'
