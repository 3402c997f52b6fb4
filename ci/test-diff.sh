#!/bin/bash
# SPDX-License-Identifier: MIT
# refstack diff as its users call it, without a kernel: the reference against itself, and against
# itself with a card. Exit codes, last lines, the same output from any number of workers.
set -u -o pipefail
# shellcheck source=ci/testlib.sh
. ci/testlib.sh

refstack=$(realpath "${BUILD:-build}/refstack")
t=$dir/t
mkdir -p "$t"

# shellcheck disable=SC2034 # for testlib
suite=diff tested=("$refstack" diff)
self=(refstack refstack)

# --- random programs ---------------------------------------------------------------------------------
# Some may ask for what is not there; none differs from itself.
exits random_jobs_one 0 "${self[@]}" --random 500 -j 1 --stop 0 --out "$t/out"
cp "$dir/out" "$dir/out1"
says random_none_differs " 0 different" "$dir/out"
says random_speed "programs/s a core" "$dir/err"
exits random_jobs_two 0 "${self[@]}" --random 500 -j 2 --stop 0 --out "$t/out"
expect diff/random_jobs_same cmp "$dir/out" "$dir/out1"
expect diff/random_no_folder test ! -e "$t/out"
exits random_deep 0 "${self[@]}" --random 100 --deep --out "$t/out"
says random_deep_none " 0 different" "$dir/out"
exits print 0 --print --random 3 --first 7 --seed 5
cp "$dir/out" "$dir/printed"
expect diff/print_three test "$(grep -c '^// program [789] of seed 5: ' "$dir/printed")" = 3
exits print_alone 0 --print --random 1 --first 8 --seed 5
expect diff/print_is_the_same python3 - "$dir/printed" "$dir/out" <<'PY'
import sys
several, alone = (open(p).read() for p in sys.argv[1:])
assert alone.strip() and alone.strip() in several
PY
exits weights_nobody 2 --print --random 1 --weights nobody=1
exits tally 0 "${self[@]}" --random 50 --tally "$t/tally.txt"
expect diff/tally_there test -s "$t/tally.txt"
exits tally_nowhere 3 "${self[@]}" --random 5 --tally "$t/no/such/tally.txt"

# --- files ---------------------------------------------------------------------------------------------
exits files 0 "${self[@]}" vectors/arp vectors/icmp
says files_equal " equal, 0 different" "$dir/out"
printf ' 0 socket(AF_INET, SOCK_STREAM, 0) = ...\n +0 setsockopt(3, SOL_TCP, TCP_REPAIR, [1], 4) = ...\n' >"$t/tcp.pkt"
exits not_implemented 4 "${self[@]}" "$t/tcp.pkt"
last_is not_implemented_last "1 programs: 0 equal, 0 different, 1 not implemented"
printf ' 0 socket(AF_INET, SOCK_DGRAM, 0) = ...\n' >"$t/udp.pkt"
exits some_implemented 0 "${self[@]}" "$t"
echo nonsense >"$t/no-script.pkt"
exits no_script 2 "${self[@]}" "$t"
says no_script_place "$t/no-script.pkt:1:1: " "$dir/err"
rm "$t/no-script.pkt"

# --- a difference: what a card does otherwise --------------------------------------------------------------
# It drops frames for others itself, so that nobody counts them. What it does with a length that lies
# is another difference, which alone would be told by one statement.
cat >"$t/card.pkt" <<'PKT'
`ip addr add 192.0.2.1/24 dev eth0; ip link set eth0 up`
  0 socket(AF_INET, SOCK_DGRAM, 0) = ...
 +0 bind(3, {sa_family = AF_INET, sin_port = htons(5000), sin_addr = inet_addr("192.0.2.1")}, 16) = ...
 +0 < eth 02:00:00:00:00:02 > 02:00:00:00:00:77 192.0.2.2:7 > 192.0.2.1:5000 udp (3)
 +0 drop OTHERHOST +0
 +0 close(3) = ...
+.1 < [len 21] ip proto 0 (0)
PKT
exits differs 1 "${self[@]}" --device igb --out "$t/out" "$t/card.pkt"
last_is differs_last "1 programs: 0 equal, 1 different"
says differs_signature "$t/card.pkt: directive says: " "$dir/out"
says differs_place "$t/card.pkt:5: the statement: says: tap " "$dir/out"
says differs_values "tap drop OTHERHOST +1, igb drop OTHERHOST +0" "$dir/out"
says differs_minimised "minimised to 3 statements" "$dir/out"
says differs_again "again: refstack diff refstack refstack $t/card.pkt --device igb" "$dir/out"
says candidate_claim "// claim: found by diff: directive says" "$t/out/card.pkt"
says candidate_oracle "// oracle: none" "$t/out/card.pkt"
says candidate_answer "drop OTHERHOST +1" "$t/out/card.pkt"
says candidate_notes "igb drop OTHERHOST +0" "$t/out/card.txt"
exits candidate_differs 1 "${self[@]}" --device igb --no-minimise --out "$t/out2" "$t/out/card.pkt"
exits differs_json 1 "${self[@]}" --json --device igb --no-minimise --out "$t/out" "$t/card.pkt" "$t/udp.pkt"
expect diff/json_parses python3 - "$dir/out" <<'PY'
import json, sys
j = json.load(open(sys.argv[1]))
assert (j["programs"], j["equal"], j["different"], j["interrupted"]) == (2, 1, 1, False), j
(d,) = j["differences"]
assert d["signature"] == "directive says" and d["count"] == 1, d
assert [p.split("/")[-1] for p in d["programs"]] == ["card.pkt"], d
assert "OTHERHOST" in d["what"] and "OTHERHOST" in d["report"], d
PY
for i in 1 2 3 4 5; do cp "$t/card.pkt" "$t/card$i.pkt"; done
exits stop 1 "${self[@]}" --device igb --no-minimise --stop 2 --out "$t/out" "$t"/card*.pkt
last_is stop_last "2 programs: 0 equal, 2 different"
says stop_one_kind "directive says: 2 programs: $t/card.pkt, $t/card1.pkt" "$dir/out"

# --- random programs that differ: each is the same when it runs alone, and when it is reduced ----------------
exits card_random 1 "${self[@]}" --device igb --random 60 --first 20 --stop 0 --no-minimise --out "$t/many"
grep '^program ' "$dir/out" >"$t/kinds"
expect diff/card_random_several test "$(wc -l <"$t/kinds")" -ge 3
while IFS=: read -r program signature _; do
	number=${program#program }
	exits "card_program_$number" 1 "${self[@]}" --device igb --random 1 --first "$number" --out "$t/few"
	says "card_program_${number}_same" "$program:$signature:" "$dir/out"
	exits "card_reduced_$number" 1 "${self[@]}" --device igb --no-minimise --out "$t/few2" "$t/few/seed-1-$number.pkt"
	says "card_reduced_${number}_same" "seed-1-$number.pkt:$signature:" "$dir/out"
done < <(head -n 4 "$t/kinds")

# --- wrong use -------------------------------------------------------------------------------------------
exits nothing 2
says nothing_why "FILE.pkt ... or --random N" "$dir/err"
exits both 2 "${self[@]}" --random 5 "$t/udp.pkt"
exits one_stack 2 refstack
exits no_such_stack 2 nobody refstack "$t/udp.pkt"
exits other_stack 4 refstack lwip "$t/udp.pkt"
exits no_such_file 2 "${self[@]}" "$t/nothing.pkt"
exits seed_of_files 2 "${self[@]}" --seed 4 "$t/udp.pkt"
exits igb_on_linux 2 refstack live --device igb "$t/udp.pkt"
exits random_none 2 --random 0
expect diff/no_kernel env XDG_CACHE_HOME="$t/empty" bash -c \
	"! '$refstack' diff '$t/udp.pkt' 2>'$dir/err' && grep -q 'refstack oracle build' '$dir/err'"

finish
