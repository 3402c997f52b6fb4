#!/bin/bash
# SPDX-License-Identifier: MIT
# refstack check as its users call it: exit codes, last lines, JSON, JUnit, what a wrong byte looks
# like.
set -u -o pipefail
# shellcheck source=ci/testlib.sh
. ci/testlib.sh

refstack=$(realpath "${BUILD:-build}/refstack")
t=$dir/t
mkdir -p "$t/a" "$t/b"

# shellcheck disable=SC2034 # for testlib
suite=check tested=("$refstack" check)

script() { # ORACLE RESULT
	printf '// claim: a test\n// oracle: %s\n// class: exact\n\n' "$1"
	printf '  0 socket(AF_INET, SOCK_DGRAM, 0) = 3\n +0 close(%s) = 0\n' "$2"
}

# --- without captures --------------------------------------------------------------------------------
script none 3 >"$t/a/good.pkt"
exits not_captured 0 "$t/a"
last_is not_captured_last "0 passed, 0 failed, 1 not captured"
script none 4 >"$t/a/bad.pkt"
exits fails 1 "$t/a"
last_is fails_last "0 passed, 1 failed, 1 not captured"
says fails_place "$t/a/bad.pkt:6: " "$dir/out"
script "linux-6.12.0 uml" 3 >"$t/b/missing.pkt"
exits no_capture 2 "$t/b"
says no_capture_why "invalid golden: $t/b/missing.pcapng: " "$dir/err"
last_is no_capture_last "0 passed, 1 failed"
echo nonsense >"$t/b/missing.pcapng"
exits bad_capture 2 "$t/b"
says bad_capture_why "invalid golden: $t/b/missing.pcapng: " "$dir/err"
exits difference_first 1 "$t"
exits nothing_there 2 "$t/nothing"
exits no_such_option 2 --no-such
exits no_such_dut 2 --dut nobody "$t/a"
XDG_CACHE_HOME=$dir/nothing exits uml_is_asked 3 --dut uml "$t/a"
exits uml_has_no_card 2 --dut uml --device igb "$t/a"
exits list 0 --list "$t"
expect check/list_names test "$(wc -l <"$dir/out")" = 3
exits jobs_one 1 "$t"
cp "$dir/out" "$dir/out1"
exits jobs_three 1 -j 3 "$t"
expect check/jobs_same cmp "$dir/out" "$dir/out1"

# --- for machines ------------------------------------------------------------------------------------
exits json 1 --json "$t"
expect check/json_parses python3 - "$dir/out" <<'PY'
import json, sys
j = json.load(open(sys.argv[1]))
assert (j["passed"], j["failed"], j["not_captured"]) == (0, 2, 1), j
assert [v["verdict"] for v in j["vectors"]] == ["failed", "not captured", "invalid golden"], j
assert j["vectors"][0]["differences"][0]["line"] == 6, j
PY
exits junit 1 --junit "$dir/junit.xml" "$t"
expect check/junit_parses python3 - "$dir/junit.xml" <<'PY'
import sys
import xml.etree.ElementTree as ET
root = ET.parse(sys.argv[1]).getroot()
assert root.tag == "testsuites" and root.get("tests") == "3", root.attrib
suites = list(root)
assert [s.tag for s in suites] == ["testsuite"] * 2
for s in suites:
    for name in ("name", "tests", "failures", "errors", "time", "timestamp", "hostname"):
        assert s.get(name) is not None, name
    assert [e.tag for e in s][0] == "properties"
    cases = s.findall("testcase")
    assert len(cases) == int(s.get("tests"))
    assert len(s.findall("testcase/failure")) == int(s.get("failures"))
    assert len(s.findall("testcase/error")) == int(s.get("errors"))
    assert all(c.get("name") and c.get("classname") and c.get("time") for c in cases)
assert ":6: " in root.find(".//failure").get("message")
PY
exits junit_nowhere 1 --junit "$dir/no/such/junit.xml" "$t"

# --- a captured vector, one byte of it wrong -----------------------------------------------------------
# Of the first vector that has a frame of UDP with a TTL of 64.
spoil() { # FROM TO
	python3 - "$1" "$2" <<'PY'
import sys
b = bytearray(open(sys.argv[1], "rb").read())
at = b.find(b"\x40\x00\x40\x11")
if at < 0:
    sys.exit(1)
b[at + 2] = 63
open(sys.argv[2], "wb").write(b)
PY
}
golden=
while read -r pcapng; do
	if spoil "$pcapng" "$t/golden.pcapng" && "$refstack" check "${pcapng%.pcapng}.pkt" >/dev/null 2>&1; then
		golden=${pcapng%.pcapng}
		break
	fi
done < <(find vectors/udp -name '*.pcapng' | sort)
if [[ -n $golden ]]; then
	cp "$golden.pkt" "$t/golden.pkt"
	exits golden_flipped 1 "$t/golden.pkt"
	says golden_flipped_field ": ttl: Linux 63, refstack 64" "$dir/out"
	says golden_flipped_byte "Linux 3f, refstack 40" "$dir/out"
	cp "$golden.pcapng" "$t/golden.pcapng"
	exits golden_whole 0 "$t/golden.pkt"
	last_is golden_whole_last "1 passed, 0 failed"
	exits golden_verbose 0 -v "$t/golden.pkt"
	exits golden_igb 0 --device igb "$golden.pkt"
	sed -i 's/^\/\/ oracle: .*/\/\/ oracle: linux-0.1 uml/' "$t/golden.pkt"
	exits golden_other_kernel 2 "$t/golden.pkt"
	says golden_other_kernel_why "capture them again" "$dir/err"
else
	skip check/golden_flipped "no vector is captured"
fi

# --- captures of what the device did --------------------------------------------------------------------
# The reference's frames are Linux's, so its captures differ from Linux's in their provenance alone.
exits captures 0 --captures "$dir/captures" vectors/udp vectors/nic
last_is captures_last "$("$refstack" check vectors/udp vectors/nic | tail -n 1)"
expect check/captures_all test "$(find "$dir/captures" -name '*.pcapng' | wc -l)" = \
	"$(find vectors/udp vectors/nic -name '*.pkt' | wc -l)"
expect check/captures_frames python3 - "$dir/captures" <<'PY'
import pathlib, struct, sys
def packets(path):
    data, at, found = path.read_bytes(), 0, []
    while at < len(data):
        kind, size = struct.unpack_from("<II", data, at)
        if kind == 6:
            length = struct.unpack_from("<I", data, at + 20)[0]
            found.append(data[at + 28:at + 28 + length])
        at += size
    return found
root, seen = pathlib.Path(sys.argv[1]), 0
for path in sorted(root.rglob("*.pcapng")):
    golden = path.relative_to(root)
    if golden.exists():
        assert packets(path) == packets(golden), path
        seen += len(packets(path))
assert seen > 100, seen
PY
exits captures_outside 3 --captures "$dir/captures" "$t/../t/a"
says captures_outside_why "has no place below --captures" "$dir/err"
touch "$dir/no-folder"
exits captures_nowhere 3 --captures "$dir/no-folder" vectors/udp/cold-neighbour.pkt
says captures_nowhere_why "$dir/no-folder" "$dir/err"

# --- every invariant, after every event ---------------------------------------------------------------
exits invariants 0 --invariants vectors/udp/cold-neighbour.pkt
last_is invariants_counted "1 passed, 0 failed"
exits invariants_not_live 2 --invariants --dut live vectors/udp/cold-neighbour.pkt

finish
