#!/bin/bash
# SPDX-License-Identifier: MIT
# Compares `refstack walk NAME` with vectors/walk/NAME.txt, and `refstack walk NAME --svg` with
# docs/walk-NAME.svg. With --bless the files are rewritten. Every build that is there must come to the same
# steps, the same packets of vectors through them, and the same figures of the card.
set -eu -o pipefail

build=${BUILD:-build}
shopt -s nullglob
golden=(vectors/walk/*.txt docs/walk-*.svg)

walk() { # the file that is to come out
	local name
	name=$(basename "${1%.*}")
	case $1 in
	*.svg) "$build/refstack" walk "${name#walk-}" --svg ;;
	*) "$build/refstack" walk "$name" ;;
	esac
}

if [[ ${1:-} == --bless ]]; then
	mkdir -p vectors/walk doc
	((${#golden[@]} != 0)) || golden=(vectors/walk/udp.txt docs/walk-udp.svg)
	for file in "${golden[@]}"; do
		walk "$file" >"$file.new"
		mv "$file.new" "$file"
	done
	exit 0
fi

# shellcheck source=ci/testlib.sh
. ci/testlib.sh
for file in "${golden[@]}"; do
	if walk "$file" | diff -u "$file" -; then
		case_ok "$file"
	else
		case_failed "$file" "replay with build/refstack walk; make bless takes it for right"
	fi
done

# --- the same in every build --------------------------------------------------------------------------
packets() { # PROGRAM: what a run tells of packets and of the card
	mkdir -p "$dir/v"
	cp vectors/udp/cold-neighbour.* vectors/udp/cork-more.* vectors/frag/exact-fit.* vectors/icmp/echo.* "$dir/v"
	SOURCE_DATE_EPOCH=0 "$1" check --run "$dir/run" "$dir/v" >/dev/null
	grep -E '^\{"(path|nic)"' "$dir/run"
}

for config in release gcc-O0 gcc-O3; do
	program=$build/$config/refstack
	[[ -x $program ]] || continue
	packets "$program" >"$dir/got" || true
	[[ -e $dir/want ]] || cp "$dir/got" "$dir/want"
	expect "walk/packets_of_$config" cmp "$dir/want" "$dir/got"
done
if [[ -e $dir/want ]]; then
	expect walk/packets_are_there python3 - "$dir/want" <<'PY'
import json
import sys

lines = [json.loads(line) for line in open(sys.argv[1], encoding="utf-8")]
paths = {line["path"]["vector"]: line["path"] for line in lines if "path" in line}
frames = {name: len(path["packets"]) for name, path in paths.items()}
assert frames == {"v/cold-neighbour.pkt": 5, "v/cork-more.pkt": 1, "v/exact-fit.pkt": 3, "v/echo.pkt": 2}, frames
for path in paths.values():
    assert path["title"]
    for packet in path["packets"]:
        steps = packet["steps"]
        assert packet["title"] and packet["text"]
        assert [s["ps"] for s in steps] == sorted(s["ps"] for s in steps) and steps[0]["ps"] == 0
        numbers = {s["step"] for s in steps}
        out = steps[0]["step"][0] != "r"
        assert numbers >= ({str(n) for n in range(9, 17)} if out else {f"r{n}" for n in range(1, 8)}), packet["title"]
        # Of each CPU, and of the card, the cycles are the time from its first step to its last.
        for where in {s["where"].split()[0] for s in steps}:
            own = [s for s in steps if s["where"].split()[0] == where]
            left = (own[-1]["ps"] - own[0]["ps"]) // 400 - sum(s["cycles"] for s in own)
            # Only a CPU's clock goes by whole cycles.
            assert left == 0 or (where == "nic" and 0 < left < len(own)), (packet["title"], where)
        if "1" in numbers and out:
            assert numbers >= {str(n) for n in range(1, 17) if n != 8}, packet["title"]
assert len([line for line in lines if "nic" in line]) == 1
PY
fi
finish
