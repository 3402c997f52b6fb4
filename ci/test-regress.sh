#!/bin/bash
# SPDX-License-Identifier: MIT
# `make regress` and cases of frames: all pass; each kind of line of a verdict that is turned is seen, and
# told with file, line and name of the case; pending cases are counted, and fail once they agree.
set -u -o pipefail
# shellcheck source=ci/testlib.sh
. ci/testlib.sh

refstack=$(realpath "${BUILD:-build}/refstack")
suite=regress
tested=(env BUILD="${BUILD:-build}" ci/regress.sh)

exits passes 0
expect regress/counts grep -Eqx '[0-9]+ vectors, [0-9]+ cases of frames: [0-9]+ passed, 0 failed.*, [0-9]+ pending' \
	<(tail -n 1 "$dir/out")
expect regress/all_cases test "$(tail -n 1 "$dir/out" | sed 's/.* vectors, \([0-9]*\) cases.*/\1/')" = \
	"$(cat vectors/scapy/*.frames | grep -c '^case ')"
expect regress/a_thousand test "$(cat vectors/scapy/*.frames | grep -c '^case ')" -ge 1000

# --- lies -------------------------------------------------------------------------------------------
mkdir "$dir/lie"
tested=(env BUILD="${BUILD:-build}" ci/regress.sh "$dir/lie")

# Turns the first line of that case that the pattern fits; check must name line and case. What is not
# said any more is told where the case begins.
lie() { # NAME FILE CASE SED-PATTERN SED-REPLACEMENT SAYS
	local line
	sed "/^case $3\( \|\$\)/,/^\$/ { /$4/ { s/$4/$5/; :rest; n; b rest } }" "vectors/scapy/$2.frames" \
		>"$dir/lie/$2.frames"
	line=$(cmp "vectors/scapy/$2.frames" "$dir/lie/$2.frames" | sed 's/.* line //')
	[[ $5 != nothing ]] || line=$(grep -nE "^case $3( |$)" "vectors/scapy/$2.frames" | cut -d : -f 1)
	exits "lie_$1" 1
	says "lie_$1_is_told" "$dir/lie/$2.frames:$line: case $3: " "$dir/out"
	says "lie_$1_how" "$6" "$dir/out"
	last_is "lie_$1_counted" "0 vectors, $cases cases of frames: $((cases - 1)) passed, 1 failed, 0 pending"
	rm "$dir/lie/$2.frames"
}
cases=$(grep -c '^case ' vectors/scapy/ipv4.frames)
lie frame ipv4 ttl-64-echo '^> \(.\{44\}\)40' '> \13f' 'ttl: Linux 63, refstack 64'
lie time ipv4 ttl-64-echo '^> ' '> 0.002 ' '2.000 ms too early'
lie call ipv4 ttl-64-udp '"data"' '"date"' 'recvfrom(): output: Linux "date", refstack "data"'
lie from ipv4 ttl-64-udp 'htons(7000)' 'htons(7001)' 'htons(7001)'
lie result ipv4 ttl-64-udp '= 4$' '= 5' 'recvfrom()'
lie mib ipv4 ttl-64-udp 'Udp.InDatagrams 1' 'Udp.InDatagrams 2' 'mib Udp.InDatagrams: Linux 2, refstack 1'
lie drop ipv4 checksum-0000 'drop IP_CSUM 1' 'drop IP_CSUM 2' 'drop IP_CSUM: Linux 2, refstack 1'
lie draws ipv4 ttl-64-echo '= random [0-9]*' '= random 99' 'random: Linux 99 draws, refstack '
lie neighbour ipv4 src-unresolved-echo 'INCOMPLETE' 'FAILED' 'neigh 192.0.2.3: Linux dev eth0'
cases=$(grep -c '^case ' vectors/scapy/arp.frames)
lie learned arp request-new-for-own 'STALE' 'REACHABLE' 'neigh 192.0.2.3: Linux'
lie nothing arp cut-39 'drop NOT_SPECIFIED 1' 'nothing' 'drop NOT_SPECIFIED: Linux 0, refstack 1'
lie silence arp request-new-for-new '= nothing' '> 0200' 'Linux sends it at 0.000000, refstack does not'
cases=$(grep -c '^case ' vectors/scapy/icmp.frames)
lie exception icmp mtu-552 'mtu 552' 'mtu 553' 'mtu 553'
lie gone icmp mtu-552 '^= random' '= no inuse udp 4\n= random' 'inuse udp'
cases=$(grep -c '^case ' vectors/scapy/frag.frames)
lie timeout frag timeout-first '^> 30.208' '> 30.210' '2.000 ms too early'

# --- what is missing --------------------------------------------------------------------------------
# A case with a verdict that is wrong, and one that is right.
pend() { # CASE...
	local case script=
	for case; do script+="s/^case $case\$/case $case pending: icmp/;"; done
	sed "$script s/mib Ip.InReceives 1, Ip.InDelivers 1, IpExt.InOctets 32/mib Ip.InReceives 2/" \
		vectors/scapy/ipv4.frames >"$dir/lie/ipv4.frames"
}
mapfile -t wrong < <(awk '/^case /{name=$2} /mib Ip.InReceives 1, Ip.InDelivers 1, IpExt.InOctets 32/{print name}' \
	vectors/scapy/ipv4.frames)
cases=$(grep -c '^case ' vectors/scapy/ipv4.frames)
pend "${wrong[@]}"
exits pending 0
last_is pending_counted \
	"0 vectors, $cases cases of frames: $((cases - ${#wrong[@]})) passed, 0 failed, ${#wrong[@]} pending"
expect regress/pending_some test "${#wrong[@]}" -ge 5
pend "${wrong[@]}" version-0
exits agrees 1
says agrees_is_told "case version-0: it agrees with Linux, and is marked as pending: icmp" "$dir/out"
pend "${wrong[@]:1}"
exits not_all_pending 1
says not_all_pending_is_told "case ${wrong[0]}: at the end: mib Ip.InReceives: Linux 2, refstack 1" "$dir/out"

sed '/^case version-0$/,/^$/ { /^=/d }' vectors/scapy/ipv4.frames >"$dir/lie/ipv4.frames"
exits not_captured 2
says not_captured_is_told "case version-0: it is not captured: refstack capture asks Linux" "$dir/err"
sed 's/^= nothing/= 2: nothing/' vectors/scapy/arp.frames >"$dir/lie/ipv4.frames"
exits unreadable 2
says unreadable_is_told "ipv4.frames:$(grep -n '^= nothing' vectors/scapy/arp.frames | head -n 1 | cut -d : -f 1):4: " \
	"$dir/err"
: >"$dir/lie/ipv4.frames"
exits empty 2
rm "$dir/lie/ipv4.frames"
exits no_files 2

# --- one case, and reports --------------------------------------------------------------------------
tested=("$refstack" check)
suite=frames
exits one_case 0 vectors/scapy/arp.frames/op-1
last_is one_case_only "1 passed, 0 failed"
exits no_such_case 2 vectors/scapy/arp.frames/op-none
says no_such_case_is_told "vectors/scapy/arp.frames/op-none: no such case" "$dir/err"
exits list 0 --list vectors/scapy/arp.frames
expect frames/list_of_cases grep -qx vectors/scapy/arp.frames/op-1 "$dir/out"
exits igb 0 --device igb vectors/scapy
exits igb_skips 0 -v --device igb vectors/scapy/udp.frames/behind-1
says igb_says_why "skipped: igb: the card sums up as much as UDP's own length says" "$dir/out"
exits json 0 --json --junit "$dir/junit.xml" vectors/scapy/arp.frames
python3 - "$dir/out" "$dir/junit.xml" >"$dir/expect.log" 2>&1 <<'PY' || echo failed >>"$dir/expect.log"
import json, sys, xml.etree.ElementTree as tree
j = json.load(open(sys.argv[1]))
assert [v["case"] for v in j["vectors"]][:2] == ["nothing", "hwtype-0"], j["vectors"][:2]
assert all(v["file"] == "vectors/scapy/arp.frames" for v in j["vectors"])
assert j["pending"] == 0 and j["passed"] == len(j["vectors"]), j["passed"]
cases = tree.parse(sys.argv[2]).findall(".//testcase")
assert len(cases) == len(j["vectors"])
assert cases[1].get("name") == "hwtype-0" and cases[1].get("classname") == "vectors/scapy/arp.frames"
PY
expect frames/reports test ! -s "$dir/expect.log"
finish
