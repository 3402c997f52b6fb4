#!/bin/bash
# SPDX-License-Identifier: MIT
# Building the judging kernel: the same bytes wherever and whoever; what is missing is named; what
# fails or is stopped leaves nothing. Takes several builds; run by `make check-oracle`.
set -u -o pipefail
# shellcheck source=ci/testlib.sh
. ci/testlib.sh

build=${BUILD:-build}
chmod 755 "$dir"
# Where everybody can run them.
cp "$build/refstack" "$build/guest" "$dir/"
export XDG_CACHE_HOME=$dir/cache
unset REFSTACK_LINUX_SOURCE

# Counts one case: exit code and a text on standard error; and nothing is left in the cache.
refused() { # NAME CODE TEXT COMMAND...
	local name=$1 code=$2 text=$3 got
	shift 3
	got=0
	"$@" >"$dir/out" 2>"$dir/err" || got=$?
	if [[ $got == "$code" ]] && grep -qF -e "$text" "$dir/err" && nothing_left; then
		case_ok "$name"
	else
		case_failed "$name" "exit $got; $(tail -n 3 "$dir/err") $(ls "$XDG_CACHE_HOME" 2>&1)"
	fi
}

nothing_left() {
	[[ -z $(find "$XDG_CACHE_HOME" -mindepth 2 ! -name lock 2>/dev/null) ]]
}

# The tools of this machine but one.
tools_without() { # TOOL
	mkdir "$dir/tools-$1"
	ln -s -t "$dir/tools-$1" /usr/bin/*
	rm "$dir/tools-$1/$1"
	echo "$dir/tools-$1"
}

# A machine that forbids a system call, as seccomp profiles do.
cat >"$dir/forbid.py" <<'EOF'
import ctypes, os, struct, sys
number = int(sys.argv[1])
code = [(0x20, 0, 0, 0), (0x15, 0, 1, number), (0x06, 0, 0, 0x00050001), (0x06, 0, 0, 0x7fff0000)]
text = b"".join(struct.pack("HBBI", *c) for c in code)
buffer = ctypes.create_string_buffer(text, len(text))
program = struct.pack("HxxxxxxP", len(code), ctypes.addressof(buffer))
libc = ctypes.CDLL(None, use_errno=True)
if libc.prctl(38, 1, 0, 0, 0) or libc.prctl(22, 2, ctypes.c_char_p(program), 0, 0):
    sys.exit("seccomp: " + os.strerror(ctypes.get_errno()))
os.execv(sys.argv[2], sys.argv[2:])
EOF
# shellcheck disable=SC2317 # refused() calls it
forbidding() { # SYSTEM_CALL COMMAND...
	python3 "$dir/forbid.py" "$@"
}

for tool in bison flex bc patch; do
	refused "oracle/without_$tool" 3 "--no-install-recommends $tool" \
		env PATH="$(tools_without $tool)" "$dir/refstack" oracle build
done
refused oracle/without_xz 3 xz-utils env PATH="$(tools_without xz)" "$dir/refstack" oracle build
refused oracle/without_source 3 "/nonexistent.tar.xz: No such file" \
	env REFSTACK_LINUX_SOURCE=/nonexistent.tar.xz "$dir/refstack" oracle build
refused oracle/without_home 3 XDG_CACHE_HOME \
	env -u HOME -u XDG_CACHE_HOME "$dir/refstack" oracle build
refused oracle/ptrace_forbidden 3 "ptrace() is forbidden" forbidding 101 "$dir/refstack" oracle build
refused oracle/personality_forbidden 3 "personality(ADDR_NO_RANDOMIZE) is forbidden" \
	forbidding 135 "$dir/refstack" oracle build
refused oracle/blank_in_name 3 "blanks and colons" \
	env XDG_CACHE_HOME="$dir/a b" "$dir/refstack" oracle build
refused oracle/shell_without_kernel 3 "run: refstack oracle build" "$dir/refstack" oracle shell
refused oracle/no_such_action 2 "build status shell" "$dir/refstack" oracle destroy

# Archives that are not what they should be.
mkdir "$dir/wrong" && echo "VERSION = 1" >"$dir/wrong/Makefile"
tar cJf "$dir/wrong.tar.xz" -C "$dir" wrong
printf 'VERSION = 6\nPATCHLEVEL = 11\nSUBLEVEL = 2\n' >"$dir/wrong/Makefile"
tar cJf "$dir/old.tar.xz" -C "$dir" wrong
head -c 1000000 /usr/src/linux-source-6.12.tar.xz >"$dir/short.tar.xz"
refused oracle/not_a_source 3 "no source of Linux" \
	env REFSTACK_LINUX_SOURCE="$dir/wrong.tar.xz" "$dir/refstack" oracle build
refused oracle/another_linux 3 "Linux 6.11.2, not 6.12" \
	env REFSTACK_LINUX_SOURCE="$dir/old.tar.xz" "$dir/refstack" oracle build
refused oracle/short_source 1 "tar: exit status" \
	env REFSTACK_LINUX_SOURCE="$dir/short.tar.xz" "$dir/refstack" oracle build

# shellcheck disable=SC2317 # refused() calls it
interrupted_after() { # SECONDS
	timeout --preserve-status -s INT "$1" "$dir/refstack" oracle build
}
refused oracle/interrupted_unpacking 1 interrupted interrupted_after 4
refused oracle/interrupted_compiling 1 interrupted interrupted_after 60

# Two at a time in one cache, the second one waits; nobody in another one.
build() { # CACHE COMMAND...
	XDG_CACHE_HOME=$1 "${@:2}" "$dir/refstack" oracle build
}
build "$dir/cache" >"$dir/first" 2>&1 &
first=$!
sleep 1
build "$dir/cache" >"$dir/second" 2>"$dir/second.err" &
second=$!
expect oracle/first_of_two wait $first
expect oracle/second_of_two wait $second
expect oracle/first_built grep -q '^built:' "$dir/first"
expect oracle/second_waited grep -q 'waiting for another build' "$dir/second.err"
expect oracle/second_found_it grep -q '^there already:' "$dir/second"
kernel=$(echo "$dir"/cache/refstack/linux-*/linux)
expect oracle/leaves_the_kernel_only test "$(find "$dir/cache/refstack" -mindepth 1 | wc -l)" = 6

if ((EUID == 0)); then
	mkdir -m 755 "$dir/somewhere" && mkdir "$dir/somewhere/else" && chown 65534:65534 "$dir/somewhere/else"
	expect oracle/as_nobody build "$dir/somewhere/else/entirely" \
		setpriv --reuid=65534 --regid=65534 --clear-groups env -u HOME
	expect oracle/same_bytes cmp "$kernel" "$dir"/somewhere/else/entirely/refstack/linux-*/linux
else
	skip oracle/as_nobody "only root can become nobody"
	expect oracle/again build "$dir/somewhere/else"
	expect oracle/same_bytes cmp "$kernel" "$dir"/somewhere/else/refstack/linux-*/linux
fi

# What it is.
"$dir/refstack" oracle status --json >"$dir/status" 2>&1
expect oracle/status_json python3 - "$dir/status" "$kernel" <<'EOF'
import hashlib, json, sys
s = json.load(open(sys.argv[1]))
k = s["kernel"]
assert k["file"] == sys.argv[2] and k["hz"] == 1000 and s["intact"]
assert k["hash"] == hashlib.sha256(open(sys.argv[2], "rb").read()).hexdigest()
for n in ("config", "patches", "dotconfig"):
    assert len(k[n]) == 64
assert k["version"].startswith("6.12.") and s["coverage_kernel"] is None
EOF
# shellcheck disable=SC2016 # the other shell expands it
echo 'read a b version rest </proc/version; echo "it is $version"; touch /x || echo read-only' |
	timeout 60 "$dir/refstack" oracle shell >"$dir/shell" 2>&1
expect oracle/shell grep -q 'it is 6\.12\.' "$dir/shell"
expect oracle/shell_read_only grep -q '^read-only' "$dir/shell"

# Debts: of scripts, each once; nothing is known where there are no vectors.
mkdir -p "$dir/debts/vectors/a"
printf '// claim: x\n// tape: hash_rnd 5\n// tape: isn 7\n' >"$dir/debts/vectors/a/b.pkt"
printf '// claim: tape: none\n' >"$dir/debts/vectors/c.pkt"
(cd "$dir/debts" && "$dir/refstack" oracle status) >"$dir/status" 2>&1
expect oracle/tape_is_counted grep -q '^tape: *2 open entries$' "$dir/status"
expect oracle/tape_is_listed grep -q '^ *hash_rnd 5 (vectors/a/b)$' "$dir/status"
(cd "$dir/wrong" && "$dir/refstack" oracle status) >"$dir/status" 2>&1
expect oracle/tape_without_vectors grep -q '^tape: *not known' "$dir/status"

# One byte that changed is seen by status; another size, by everybody.
byte=$(od -An -tu1 -j 4096 -N 1 "$kernel")
# shellcheck disable=SC2059
printf "\\x$(printf %02x $((byte ^ 1)))" | dd of="$kernel" bs=1 seek=4096 conv=notrunc status=none
"$dir/refstack" oracle status >"$dir/status" 2>&1
expect oracle/damage_has_a_code test $? = 3
expect oracle/damage_is_said grep -q '^DAMAGED' "$dir/status"
truncate -s -1 "$kernel"
"$dir/refstack" oracle status >"$dir/status" 2>&1
expect oracle/short_kernel_is_none grep -q 'run: refstack oracle build' "$dir/status"
finish
