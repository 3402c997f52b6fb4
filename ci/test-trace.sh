#!/bin/bash
# SPDX-License-Identifier: MIT
# Traces and captures of scripts: the trace keeps to its format's rules, the viewer loads it,
# Wireshark's programs find in the capture what was meant, and looking changes nothing.
set -u -o pipefail
# shellcheck source=ci/testlib.sh
. ci/testlib.sh

refstack=${BUILD:-build}/refstack
shopt -s nullglob
scripts=(vectors/nic/*.pkt vectors/host/*.pkt vectors/frag/*.pkt vectors/poll/*.pkt vectors/arp/[a-c]*.pkt
	vectors/loopback/[a-e]*.pkt)
full=vectors/nic/fragments.pkt # a card, a queue, a neighbour, interrupts: every category but `task`

# --- every script, with and without ------------------------------------------------------------------
n=0
for script in "${scripts[@]}"; do
	"$refstack" run -v --cost cycles "$script" >"$dir/plain" 2>&1
	plain=$?
	"$refstack" run -v --cost cycles --trace "$dir/$n.json" --pcapng "$dir/$n.pcapng" "$script" \
		>"$dir/traced" 2>&1
	if (($? == plain)) && diff "$dir/plain" "$dir/traced" >"$dir/diff"; then
		case_ok "trace/same/$script"
	else
		case_failed "trace/same/$script" "it ends differently when it is traced"
		head -n 20 "$dir/diff"
	fi
	n=$((n + 1))
done
expect trace/rules ci/check-trace.py "$dir"/*.json

"$refstack" run --trace "$dir/full.json" --pcapng "$dir/full.pcapng" "$full" >/dev/null 2>&1
expect trace/categories ci/check-trace.py --want function --want tracepoint --want path --want syscall \
	--want script --want nic --want wire --want packet --want sent --want qdisc "$dir/full.json"

# The same bytes each time.
"$refstack" run --trace "$dir/again.json" --pcapng "$dir/again.pcapng" "$full" >/dev/null 2>&1
expect trace/again cmp "$dir/full.json" "$dir/again.json"
expect trace/again_pcapng cmp "$dir/full.pcapng" "$dir/again.pcapng"

# --- places that cannot be written -------------------------------------------------------------------
for option in --trace --pcapng; do
	mkdir -p "$dir/place"
	"$refstack" run "$option" "$dir/place/no/such" "$full" >"$dir/out" 2>&1
	code=$?
	expect "trace/unwritable/$option" grep -q "cannot write $dir/place/no/such" "$dir/out"
	expect "trace/unwritable_code/$option" test "$code" = 3
	expect "trace/unwritable_left/$option" test -z "$(ls -A "$dir/place")"
done

# --- the viewer ----------------------------------------------------------------------------------------
browser=$(command -v chromium || command -v chromium-browser || command -v google-chrome || true)
if [[ -z $browser ]]; then
	skip trace/viewer "there is no chromium"
else
	python3 - "$dir/full.json" "$dir/page.html" <<'PY'
import sys
page = open("harness/viewer/index.html").read()
empty = 'id="embedded"></script>'
assert page.count(empty) == 1
trace = open(sys.argv[1]).read().replace("</", "<\\/")
open(sys.argv[2], "w").write(page.replace(empty, 'id="embedded">' + trace + "</script>"))
PY
	tracks=$(grep -c '"thread_name"' "$dir/full.json")
	timeout 120 "$browser" --headless --no-sandbox --disable-gpu --user-data-dir="$dir/profile" \
		--dump-dom "file://$dir/page.html" >"$dir/dom" 2>"$dir/browser.log"
	expect trace/viewer grep -q "<body data-state=\"ready\" data-tracks=\"$tracks\"" "$dir/dom"
fi

# --- Wireshark's programs ------------------------------------------------------------------------------
if ! command -v tshark >/dev/null || ! command -v capinfos >/dev/null; then
	skip trace/wireshark "there is no tshark"
	finish
fi
fields() { # FILE FILTER FIELD...
	local file=$1 filter=$2
	shift 2
	tshark -r "$file" -o ip.check_checksum:TRUE -o udp.check_checksum:TRUE -Y "$filter" -T fields \
		"${@/#/-e}" 2>/dev/null
}
capinfos "$dir/full.pcapng" >"$dir/infos"
expect trace/nanoseconds grep -q "nanoseconds (9)" "$dir/infos"
expect trace/section_comment grep -q "Capture comment: *refstack .*, Linux .*, seed " "$dir/infos"
expect trace/in_order grep -q "Strict time order: *True" "$dir/infos"
fields "$dir/full.pcapng" frame frame.interface_name | sort -u >"$dir/names"
expect trace/interfaces diff "$dir/names" <(printf 'a/eth0/%s\n' driver qdisc socket wire)
fields "$dir/full.pcapng" 'frame.packet_flags_direction == 2' frame.comment >"$dir/comments"
expect trace/comments grep -q "^$full:[0-9]* sendto(" "$dir/comments"
# Not where a source route is sent: Linux sums UDP over the next hop, Wireshark over the end of the route.
for file in "$dir"/[0-9]*.pcapng; do
	fields "$file" 'frame.packet_flags_direction == 2 && !icmp && (ip.checksum.status == 0 ||
		udp.checksum.status == 0 && !(ip.opt.type == 131 || ip.opt.type == 137))' \
		frame.number frame.interface_name frame.comment
done >"$dir/bad"
expect trace/checksums diff /dev/null "$dir/bad"
finish
