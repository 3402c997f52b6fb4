#!/bin/bash
# SPDX-License-Identifier: MIT
# The kernel of --coverage and what `oracle count` takes out of it: one datagram runs the lines of one
# datagram, no script runs nothing, and a boot's own work does not count. Run by `make check-oracle`.
set -u -o pipefail
# shellcheck source=ci/testlib.sh
. ci/testlib.sh

refstack=$(realpath "${BUILD:-build}/refstack")
# shellcheck disable=SC2034 # for testlib
suite=coverage tested=("$refstack" oracle)

exits built 0 build --coverage
judge=$("$refstack" oracle build --json)
counting=$("$refstack" oracle build --coverage --json)
field() { # JSON NAME
	python3 -c 'import json, sys; print(json.loads(sys.argv[1])[sys.argv[2]])' "$1" "$2"
}
# The kernel that judges knows nothing of it.
expect coverage/another_kernel test "$(field "$judge" file)" != "$(field "$counting" file)"
expect coverage/same_patches test "$(field "$judge" patches)" = "$(field "$counting" patches)"
src=$(dirname "$(field "$counting" file)")/src
for name in net/ipv4/udp net/core/neighbour net/ethernet/eth net/sched/sch_generic net/socket drivers/net/tun; do
	expect "coverage/notes_of_${name//\//_}" test -s "$src/$name.gcno"
done
expect coverage/notes_of_others test ! -e "$src/kernel/fork.gcno"

cat >"$dir/none.pkt" <<'PKT'
// claim: nothing is asked
// oracle: none
+0 socket(AF_INET, SOCK_DGRAM, IPPROTO_UDP) = 3
PKT
cat >"$dir/send.pkt" <<'PKT'
// claim: a datagram is sent over loopback and received
// oracle: none
+0 socket(AF_INET, SOCK_DGRAM, IPPROTO_UDP) = 3
+0 bind(3, {sa_family=AF_INET, sin_port=htons(7), sin_addr=inet_addr("127.0.0.1")}, 16) = 0
+0 `ip link set lo up`
+0 sendto(3, "abc", 3, 0, {sa_family=AF_INET, sin_port=htons(7), sin_addr=inet_addr("127.0.0.1")}, 16) = 3
+0 recvfrom(3, ..., 100, 0, NULL, NULL) = 3
PKT
exits nothing_to_do 2 count --into "$dir/counts"
exits nowhere_to_go 2 count "$dir/none.pkt"
exits not_for_others 2 build "$dir/none.pkt"
exits no_such_folder 3 count --into /proc/none "$dir/none.pkt"
exits none 0 count --into "$dir/none" "$dir/none.pkt"
last_is none_counted "1 scripts, 1 ran to their end, 1 boots"
exits send 0 count --into "$dir/send" "$dir/send.pkt"
last_is send_counted "1 scripts, 1 ran to their end, 1 boots"

# How often functions were run: NAME COUNT, of one file.
calls() { # FOLDER FILE
	mkdir -p "$dir/gcov/$(dirname "$2")"
	cp "$1"/boot-*/"$2.gcda" "$dir/gcov/$2.gcda"
	ln -sf "$src/$2.gcno" "$dir/gcov/$2.gcno"
	(cd "$dir/gcov" && gcov -i --stdout "$2.gcda") | python3 -c '
import json, sys
for f in json.load(sys.stdin)["files"]:
    for g in f["functions"]:
        print(g["name"], g["execution_count"])'
}
calls "$dir/none" net/ipv4/udp >"$dir/none.calls"
calls "$dir/send" net/ipv4/udp >"$dir/send.calls"
ran() { # NAME COUNT FILE
	expect "coverage/$1_$2" grep -qx "$1 $2" "$dir/$3.calls"
}
ran udp_sendmsg 0 none
ran udp_sendmsg 1 send
ran udp_recvmsg 1 send
ran udp_init 0 send # the boot's
ran udp_v4_early_demux 0 none

# The document, of this little.
printf '# words\nraise\tnet/ipv4/udp.c\tmore of it\n' >"$dir/words"
mkdir "$dir/docs"
(cd "$dir/gcov" && gcov -b -i --stdout net/ipv4/udp.gcda) >"$dir/send.json"
expect coverage/document ci/coverage.py --answers "send=$dir/send.json" --words "$dir/words" --out "$dir/docs"
says row "| \`net/ipv4/udp.c\` |" "$dir/docs/linux-coverage.md"
says todo "udp_setsockopt" "$dir/docs/linux-coverage.md"
finish
