#!/bin/bash
# SPDX-License-Identifier: MIT
# triage, min, show and promote as their users call them, with programs in the place of fuzz targets
# that find what these cases want found; then the C programs that show writes: a compiler has nothing
# to say about them, and on this kernel, where that is possible, calls end as the script has it.
# shellcheck disable=SC2016 # bodies of programs
set -u -o pipefail
# shellcheck source=ci/testlib.sh
. ci/testlib.sh

real=$(realpath "${BUILD:-build}/refstack")
t=$dir/t
mkdir -p "$t/build/asan" "$t/none"
cp "$real" "$t/build/refstack"
refstack=$t/build/refstack
c=$t/campaign

# shellcheck disable=SC2034 # for testlib
suite=findings tested=("$refstack")

# A target: BODY sees the input as $input, and finds with `finds DETECTOR SIGNATURE`.
plant() { # TARGET BODY
	cat >"$t/build/asan/replay_$1" <<SH
#!/bin/bash
input=\${*: -1}
finds() { echo "found: \$1: \$2" >&2; kill -ABRT \$\$; }
$2
echo "replayed 1 inputs"
SH
	chmod +x "$t/build/asan/replay_$1"
}

store() { # SQL
	python3 - "$c/findings.db" "$1" <<'PY'
import sqlite3, sys
for row in sqlite3.connect(sys.argv[1]).execute(sys.argv[2]):
    print("|".join(str(v) for v in row))
PY
}

is_json() {
	expect "findings/$1" python3 -m json.tool "$dir/out" /dev/null
}

# --- a store, and what goes into it ------------------------------------------------------------------------
exits no_campaign 2 triage --campaign "$c"
says no_campaign_why "there is no campaign in $c" "$dir/err"
for command in min show promote; do
	exits "no_campaign_$command" 2 "$command" 00 --why x --campaign "$c"
done
printf 'some text with a BUG in it\nand more' >"$t/bug.pkt"
printf 'nothing' >"$t/good.pkt"
exits add_no_target 2 triage --campaign "$c" --add "$t/bug.pkt"
exits add_nobody 2 triage --campaign "$c" --add "$t/bug.pkt" --target nobody
exits add_not_built 3 triage --campaign "$c" --add "$t/bug.pkt" --target pkt
says add_not_built_why "asan/replay_pkt" "$dir/err"
plant pkt 'if grep -q BUG "$input"; then finds round_trip "a bug"; fi'
exits add_good 2 triage --campaign "$c" --add "$t/good.pkt" --target pkt
says add_good_why "nothing is found in it" "$dir/err"
exits add_absent 2 triage --campaign "$c" --add "$t/absent.pkt" --target pkt
exits add 0 triage --campaign "$c" --add "$t/bug.pkt" --target pkt
says add_new "new  round_trip: a bug" "$dir/out"
exits add_again 0 triage --campaign "$c" --add "$t/bug.pkt" --target pkt
says add_known "known  round_trip: a bug" "$dir/out"
id=$(store "SELECT id FROM finding")

# --- triage -------------------------------------------------------------------------------------------------
exits triage_plain 1 triage --campaign "$c" --no-minimise
says triage_confirmed "$id  confirmed" "$dir/out"
exits triage 1 triage --campaign "$c"
says triage_minimised "$id  minimised" "$dir/out"
exits triage_json 1 triage --campaign "$c" --json
is_json triage_json
expect findings/triage_smallest test "$(store "SELECT hex(smallest) FROM finding")" = 425547
exits min 0 min "${id:0:3}" --campaign "$c"
expect findings/min_bytes test "$(cat "$dir/out")" = BUG
exits min_file 0 min "$t/bug.pkt" --target pkt -o "$t/small"
expect findings/min_file_bytes test "$(cat "$t/small")" = BUG
exits min_file_no_target 2 min "$t/bug.pkt"
exits min_good 2 min "$t/good.pkt" --target pkt

# Each other run shows it.
plant pcapng 'n=$(cat "$0.n" 2>/dev/null || echo 0); echo $((n + 1)) >"$0.n"
((n % 2 == 1)) || finds crash "now and then"'
exits add_flaky 0 triage --campaign "$c" --add "$t/good.pkt" --target pcapng
exits triage_flaky 1 triage -j 1 --campaign "$c"
says triage_flaky_line "flaky" "$dir/out"
says triage_flaky_count "of 3 replays show it" "$dir/out"
plant pcapng 'finds crash "something else"'
exits triage_other 1 triage --campaign "$c"
says triage_other_line "something else" "$dir/out"
rm "$t/build/asan/replay_pcapng"
exits triage_not_built 1 triage --campaign "$c"
says triage_not_built_why "not looked at: there is no" "$dir/out"

# --- ids ----------------------------------------------------------------------------------------------------
exits show_unknown 2 show 00000000 --campaign "$c"
says show_unknown_why "no finding begins with '00000000'" "$dir/err"
exits show_nonsense 2 show nonsense --campaign "$c"
# What signatures make is spread evenly, so that of twenty two begin alike.
plant binary 'finds crash "number $(cat "$input")"'
for i in $(seq 20); do
	echo "$i" >"$t/number"
	"$refstack" triage --campaign "$t/many" --add "$t/number" --target binary >/dev/null
done
digit=$("$refstack" triage --campaign "$t/many" --no-minimise --json | python3 -c '
import collections, json, sys
first = collections.Counter(f["id"][0] for f in json.load(sys.stdin)["findings"])
print(first.most_common(1)[0][0])')
exits show_several 2 show "$digit" --campaign "$t/many"
says show_several_why "is the beginning of several findings" "$dir/err"

# --- show and promote of a text --------------------------------------------------------------------------------
exits show_text 0 show "$id" --campaign "$c"
says show_text_said "    found: round_trip: a bug" "$dir/out"
expect findings/show_text_file cmp "$c/findings/$id/pkt-$id.pkt" "$t/small"
exits show_json 0 show "$id" --campaign "$c" --json
is_json show_json
exits promote_no_why 2 promote "$id" --campaign "$c" --corpus "$t/corpus"
exits promote_lines 2 promote "$id" --campaign "$c" --corpus "$t/corpus" --why $'two\nlines'
exits promote_refused 1 promote "$id" --campaign "$c" --corpus "$t/corpus" --why "a bug"
says promote_refused_why "still shows with this build: round_trip: a bug" "$dir/err"
expect findings/promote_refused_none test ! -e "$t/corpus"
exits promote_vector_text 2 promote "$id" --campaign "$c" --vector "$t/x.pkt" --why "a bug"
plant pkt 'true'
exits promote 0 promote "$id" --campaign "$c" --corpus "$t/corpus" --why "a bug"
exits promote_again 0 promote "$id" --campaign "$c" --corpus "$t/corpus" --why "a bug"
expect findings/promote_input test "$(cat "$t"/corpus/pkt/regress/*)" = BUG
expect findings/promote_once test "$(grep -c "$id" "$t/corpus/PROVENANCE.tsv")" = 1
exits triage_promoted 1 triage --campaign "$c"
says triage_promoted_line "$id  promoted" "$dir/out"

# --- programs ---------------------------------------------------------------------------------------------------
# This one stands for a target: it knows what the program in the input is.
plant syscalls "text=\$($real fmt --from-binary \"\$input\") || exit 2
case \$text in *SO_BROADCAST*udp*) finds invariant 'both' ;; esac"
cat >"$t/program.pkt" <<'PKT'
`ip addr add 192.0.2.1/24 dev eth0; ip link set eth0 up`
  0 socket(AF_INET, SOCK_DGRAM, 0) = 3
 +0 bind(3, {sa_family = AF_INET, sin_port = htons(5000), sin_addr = inet_addr("192.0.2.1")}, 16) = 0
 +0 setsockopt(3, SOL_SOCKET, SO_BROADCAST, [1], 4) = 0
+.5 < 192.0.2.2:7 > 192.0.2.1:5000 udp (5) "hello"
 +0 recv(3, "hello", 100, MSG_DONTWAIT) = 5
 +0 close(3) = 0
PKT
p=$t/programs
exits add_program 0 triage --campaign "$p" --add "$t/program.pkt" --target syscalls
exits triage_program 1 triage --campaign "$p"
id=$(sed -n 's/^\([0-9a-f]*\)  minimised .*/\1/p' "$dir/out")
exits min_program 0 min "$id" --campaign "$p"
expect findings/min_program_lines test "$(grep -c 'SO_BROADCAST\|udp' "$dir/out")" -ge 1
expect findings/min_program_small test "$(wc -l <"$dir/out")" -le 4
exits show_program 0 show "$id" --campaign "$p"
files=$p/findings/$id/syscalls-$id
for suffix in .pkt .pcapng .trace.json .c; do
	expect "findings/show$suffix" test -s "$files$suffix"
done
expect findings/show_json_trace python3 -m json.tool "$files.trace.json" /dev/null
exits show_runs 0 run --invariants "$files.pkt"
says show_claim "// claim: invariant: both" "$files.pkt"
HOME=$t/none XDG_CACHE_HOME=$t/none exits vector_no_judge 3 promote "$id" --campaign "$p" \
	--vector "$t/x.pkt" --why "both"
says vector_no_judge_why "refstack oracle build" "$dir/err"
expect findings/vector_no_judge_none test ! -e "$t/x.pkt"

# --- a store that is none ---------------------------------------------------------------------------------------
mkdir "$t/damaged"
head -c 5000 /dev/urandom >"$t/damaged/findings.db"
exits damaged 2 triage --campaign "$t/damaged"
says damaged_why "not a store of findings" "$dir/err"

# --- C programs ----------------------------------------------------------------------------------------------------
# Of a part of the vectors. Those of other hosts say so, and are programs all the same.
plant syscalls 'finds crash "$(cksum <"$input")"'
n=0
for vector in vectors/*/*.pkt; do
	n=$((n + 1))
	((n % ${PART:-11} == 0)) || continue
	"$refstack" triage --campaign "$t/c" --add "$vector" --target syscalls >"$dir/out" || continue
	id=$(cut -c 1-8 "$dir/out")
	"$refstack" show "$id" --campaign "$t/c" -o "$t/show" >/dev/null
	name=${vector#vectors/}
	name=${name%.pkt}
	mv "$t/show/syscalls-$id.c" "$t/show/${name/\//-}.c"
	mv "$t/show/syscalls-$id.pkt" "$t/show/${name/\//-}.pkt"
	expect "findings/c_${name/\//-}" gcc -Wall -Werror -O2 -pthread \
		-o "$t/show/${name/\//-}" "$t/show/${name/\//-}.c"
done
expect findings/c_there test "$(find "$t/show" -name '*.c' | wc -l)" -ge 5

# Calls end on this kernel as the script, which has Linux's results, says; those that wait for
# another, or for real time, aside.
if ! unshare -n test -e /dev/net/tun 2>/dev/null; then
	skip findings/c_runs "no right to make a network namespace"
	finish
fi
for name in udp/ttl-per-send udp/connected-first udp/peek udp/truncation udp/error-queue; do
	[[ -e vectors/$name.pkt ]] || continue
	"$refstack" triage --campaign "$t/c" --add "vectors/$name.pkt" --target syscalls >"$dir/out"
	id=$(cut -c 1-8 "$dir/out")
	"$refstack" show "$id" --campaign "$t/c" -o "$t/show" >/dev/null
	gcc -Wall -pthread -o "$t/show/run" "$t/show/syscalls-$id.c" 2>/dev/null
	timeout 60 unshare -n "$t/show/run" >"$dir/ran" 2>&1
	expect "findings/c_runs_${name/\//-}" python3 - "$t/show/syscalls-$id.pkt" "$dir/ran" <<'PY'
import re, sys
script = open(sys.argv[1]).read().split("\n")
same = 0
for line in open(sys.argv[2], errors="replace"):
    m = re.match(r"(\d+): (\w+) = (-?\d+) ?(E\w+)?$", line)
    if not m:
        continue
    said = re.search(r"\) = (-?\d+)(?: (E\w+))?", script[int(m[1]) - 1])
    if said is None or m[2] not in script[int(m[1]) - 1]:
        continue
    got, want = (m[3], m[4]), (said[1], said[2])
    if m[2] != "socket" and got != want:
        sys.exit(f"{script[int(m[1]) - 1]}\n  ended as {got}")
    same += 1
print(same, "calls")
sys.exit(same < 3)
PY
done
finish
