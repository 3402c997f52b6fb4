#!/bin/bash
# SPDX-License-Identifier: MIT
# ci/test-report-page.sh [--screens DIR]: the pages of reports as readers meet them, in Chromium: without
# network, with and without scripts, by eye, by keyboard, by what reads pages aloud, on paper, on a phone.
# With --screens pictures of every kind of page go to DIR. ci/report-page.py is what looks.
set -u -o pipefail
# shellcheck source=ci/testlib.sh
. ci/testlib.sh

refstack=$(realpath "${BUILD:-build}/refstack")
python3 -c 'import jinja2' 2>/dev/null || PATH=/usr/bin:$PATH
export SOURCE_DATE_EPOCH=1795273200
screens=()
[[ ${1-} != --screens ]] || screens=(--screens "$(realpath -m "$2")")

few=(udp/closed-port udp/cold-neighbour tcp/closed-syn tcp/closed-ack arp/unanswered icmp/address-mask-request
	nic/fragments nic/cold-neighbour frag/backward host/neighbours-of-two)
mkdir -p "$dir/good/vectors/scapy"
for name in "${few[@]}"; do
	mkdir -p "$dir/good/vectors/${name%/*}"
	cp "vectors/$name".* "$dir/good/vectors/${name%/*}/"
done
cp vectors/scapy/arp.* "$dir/good/vectors/scapy/"
report() { # CODE FOLDER OPTION...: what test-report.sh looks at closely; here it has to be there
	local code=0
	"$refstack" report -o "$dir/$2" "${@:3}" >"$dir/out" 2>"$dir/err" || code=$?
	expect "report-page/made/$2" test "$code" = "$1"
	((code == $1)) || head -n 5 "$dir/err"
}
plant() { # HOW N NAME FOLDER
	ci/plant.py "$1" "$2" "vectors/$3.pkt" "$dir/$4/vectors/$3.pkt"
}
page() { # ARGUMENT...: its cases are this program's
	local code=0
	ci/report-page.py "$@" >"$dir/page.log" 2>&1 || code=$?
	grep -v '^\[  \(PASSED\|FAILED\)  \] [0-9]* test' "$dir/page.log"
	passed=$((passed + $(grep -c '^\[       OK \]' "$dir/page.log")))
	failed=$((failed + $(grep -c '^\[  FAILED  \] report-page/' "$dir/page.log")))
	((code == 0)) || grep -q '^\[  FAILED  \] report-page/' "$dir/page.log" ||
		case_failed "report-page/$1" "exit code $code"
}

# --- reports --------------------------------------------------------------------------------------------
# One with everything: failures of each kind, known ones, a second column, a past, and pages of all sorts.
report 0 before --store "$dir/runs.db" --vectors "$dir/good/vectors"
cp -r "$dir/good" "$dir/all"
plant ttl 1 tcp/closed-syn all
plant twice 1 tcp/closed-ack all
plant early 2 arp/unanswered all
plant gone 1 udp/closed-port all
rm "$dir/all/vectors/frag/backward.pcapng"
"$refstack" check --run "$dir/refstack.jsonl" "$dir/all/vectors" >/dev/null 2>&1
python3 - "$dir/refstack.jsonl" "$dir/other.jsonl" <<'PY'
import json, sys
lines = open(sys.argv[1], encoding="utf-8").read().splitlines()
head = json.loads(lines[0])
head.update(dut="other", title="Another stack, with a long name, 2.2.0-rc1", kind="stack")
open(sys.argv[2], "w", encoding="utf-8").write("\n".join([json.dumps(head)] + lines[1:]) + "\n")
PY
SOURCE_DATE_EPOCH=1795359600 report 1 report --store "$dir/runs.db" --vectors "$dir/all/vectors" \
	--baseline "$dir/before/report.json" "$dir/refstack.jsonl" "$dir/other.jsonl"
report 1 plain --no-store --vectors "$dir/all/vectors" "$dir/refstack.jsonl"
# And half a run, whose banner is on every page.
head -n 12 "$dir/refstack.jsonl" >"$dir/half.jsonl"
report 2 half --no-store --vectors "$dir/all/vectors" "$dir/half.jsonl"
for folder in before report plain half; do
	page links "$dir/$folder"
done

if ! ci/browser.py --find >/dev/null; then
	skip report-page/browser "there is no chromium"
	finish
fi

# --- in the browser -------------------------------------------------------------------------------------
page checks
page look "$dir/report" "${screens[@]}"
page look "$dir/before" --only report.html
page look "$dir/half" --only report.html
page filter "$dir/report"

# Each difference on the first screen, and in the ladder.
differs() { # HOW N NAME TEXT
	rm -rf "$dir/one"
	cp -r "$dir/good" "$dir/one"
	plant "$1" "$2" "$3" one
	# With a device of its own a run does without what takes long.
	"$refstack" check --device tap --run "$dir/one.jsonl" "$dir/one/vectors" >/dev/null 2>&1
	report 1 "$1" --no-store --vectors "$dir/one/vectors" "$dir/one.jsonl"
	page first "$dir/$1" "vectors/$3.pkt" "$4"
}
differs ttl 1 tcp/closed-syn "ttl: Linux 65, refstack 64"
differs twice 1 tcp/closed-syn "missing: 192.0.2.1.80 > 192.0.2.2.7000: Flags [R.]"
differs gone 1 tcp/closed-syn "one too many: 192.0.2.1.80 > 192.0.2.2.7000: Flags [R.]"
differs early 2 arp/unanswered "100 ms late: ARP, Request who-has 192.0.2.2 tell 192.0.2.1"

# --- many -----------------------------------------------------------------------------------------------
# MANY=5000 for more of them: how long it takes is printed and no verdict, since it depends on the machine.
ci/many-vectors.py "${MANY:-300}" "$dir/many"
SECONDS=0
report 0 large --no-store -j "$(nproc)" --vectors "$dir/many/vectors"
echo "${MANY:-300} vectors: made in $SECONDS s, $(du -sh "$dir/large" | cut -f 1) in all"
page links "$dir/large"
page time "$dir/large"
finish
