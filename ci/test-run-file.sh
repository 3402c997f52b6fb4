#!/bin/bash
# SPDX-License-Identifier: MIT
# refstack check --run: what a run file says is true, whole and JSON; a run that was interrupted is
# none of these without saying so. And refstack report as far as it is no Python.
set -u -o pipefail
# shellcheck source=ci/testlib.sh
. ci/testlib.sh

refstack=$(realpath "${BUILD:-build}/refstack")
vectors=$(realpath vectors)
t=$dir/t
mkdir -p "$t"
export SOURCE_DATE_EPOCH=1700000000

# shellcheck disable=SC2034 # for testlib
suite=run-file tested=("$refstack" check)

# Reads a run as every reader does, and asks it a question: run_says NAME FILE PYTHON.
cat >"$t/run.py" <<'PY'
import json, sys

def refuse(text):
    raise ValueError(f"{text} is no whole number")

raw = open(sys.argv[1], "rb").read()
assert raw.endswith(b"\n") and b"\r" not in raw
lines = [json.loads(line, parse_float=refuse, parse_constant=refuse)
         for line in raw.decode("utf-8").rstrip("\n").split("\n")]
head, items = lines[0], [line for line in lines if "id" in line]
by_id = {i["id"]: i for i in items}
assert len(by_id) == len(items), "an id is there twice"
end = lines[-1] if lines[-1].get("end") else None
if end:
    assert end["items"] == head["items"] == len(items), (end, head["items"], len(items))
    assert sum(end["totals"].values()) == len(items), end
different = [(i, r) for i in items for r in i["ladder"] if "b" in r]
exec(sys.argv[2])
PY
run_says() { # NAME FILE PYTHON
	expect "run-file/$1" python3 "$t/run.py" "$2" "$3"
}

# --- of all vectors ----------------------------------------------------------------------------------
exits all 0 --run "$t/all.jsonl"
run_says all_is_whole "$t/all.jsonl" 'assert end and not end["interrupted"]; assert len(items) > 4000'
run_says head "$t/all.jsonl" 'assert head["refstack_run"] == 1 and head["dut"] == "refstack", head
assert head["kind"] == "reference" and head["device"] == "script" and head["kernel"] is None, head
assert head["started"] == "2023-11-14T22:13:20Z" and head["options"] == [], head'
run_says passed_is_equal "$t/all.jsonl" '
assert not [i["id"] for i, r in different if i["verdict"] == "passed"]
assert all(i["ladder"] and len(i["golden"]) == 64 and i["script"] for i in items)
assert all(not i["differences"] for i in items if i["verdict"] == "passed")
assert all(any("b" in r for r in i["ladder"]) for i in items if i["verdict"] == "explained")'
run_says frames_are_all_there "$t/all.jsonl" '
for i in items:
    if i["verdict"] == "passed":
        frames = [r["frame"] for r in i["ladder"] if r["kind"] == "frame" and r["a"]]
        assert sorted(frames) == list(range(1, len(frames) + 1)) and len(frames) == i["frames"], i["id"]'
run_says lines_are_the_statements "$t/all.jsonl" '
for i in items:
    text = i["script"].split("\n")
    for r in i["ladder"]:
        if r["kind"] == "call" and r["a"] and r["line"]:
            word = r["a"]["text"].split(": ")[-1].split("(")[0].split("\n")[0].strip("`")[:7]
            assert word in text[r["line"] - 1], (i["id"], r["line"], word, text[r["line"] - 1])'
exits all_jobs 0 -j 4 --run "$t/jobs.jsonl"
expect run-file/jobs_same_bytes cmp "$t/all.jsonl" "$t/jobs.jsonl"
exits plain 0 -v "$vectors/udp"
cp "$dir/out" "$t/plain"
exits with_run 0 -v --device tap --run "$t/again.jsonl" "$vectors/udp"
expect run-file/same_output cmp "$dir/out" "$t/plain"

# With a device of their own runs do without what the reference shows besides its vectors, which takes
# longer than a few of these.
# --- names -------------------------------------------------------------------------------------------
mkdir -p "$t/far/vectors/udp"
cp "$vectors"/udp/closed-port.* "$t/far/vectors/udp"
cp "$vectors/scapy/arp.frames" "$t/far/vectors"
exits far 0 --device tap --run "$t/far.jsonl" "$t/far/vectors/"
run_says far_ids "$t/far.jsonl" '
assert "vectors/udp/closed-port.pkt" in by_id and items[0]["id"].startswith("vectors/arp.frames/"), list(by_id)[:3]
assert items[0]["case"] and by_id["vectors/udp/closed-port.pkt"]["case"] is None'
(cd "$t/far/vectors" && "$refstack" check --device tap --run "$t/dot.jsonl" . >/dev/null)
run_says from_inside "$t/dot.jsonl" 'assert list(by_id) == [json.loads(line)["id"] for line in open(sys.argv[1][:-9] + "far.jsonl")
                              if "\"id\"" in line[:10]], list(by_id)[:3]'
exits a_case 0 --device tap --run "$t/case.jsonl" "$t/far/vectors/arp.frames/$(sed -n 's/^case \([^ ]*\).*/\1/p' "$vectors/scapy/arp.frames" | head -n 1)"
run_says a_case_id "$t/case.jsonl" 'assert items[0]["id"].startswith("arp.frames/"), items[0]["id"]'
cp -r "$t/far/vectors" "$t/other"
mkdir -p "$t/x" && mv "$t/other" "$t/x/vectors"
exits same_ids 2 --device tap --run "$t/same.jsonl" "$t/far/vectors" "$t/x/vectors"
says same_ids_why "would both be 'vectors/" "$dir/err"
expect run-file/same_ids_nothing test ! -e "$t/same.jsonl"

# --- a golden that is wrong --------------------------------------------------------------------------
# Takes the capture's blocks apart: spoil FROM TO WHAT, of the first frame that leaves the host.
cat >"$t/spoil.py" <<'PY'
import struct, sys

blocks, at, raw = [], 0, bytearray(open(sys.argv[1], "rb").read())
while at < len(raw):
    kind, size = struct.unpack_from("<II", raw, at)
    blocks.append((kind, raw[at:at + size]))
    at += size
ENHANCED = 6
frames = [n for n, (kind, _) in enumerate(blocks) if kind == ENHANCED]
what = sys.argv[3]
n = frames[-1]
block = blocks[n][1]
if what == "ttl":
    block[28 + 14 + 8] ^= 1
elif what == "gone":
    del blocks[n]
elif what == "more":
    blocks.insert(n, (ENHANCED, bytearray(block)))
elif what == "late":
    when = (struct.unpack_from("<I", block, 12)[0] << 32 | struct.unpack_from("<I", block, 16)[0]) + 70_000_000
    struct.pack_into("<II", block, 12, when >> 32, when & 0xffffffff)
open(sys.argv[2], "wb").write(b"".join(bytes(b) for _, b in blocks))
PY
spoil() { # WHAT
	mkdir -p "$t/$1"
	cp "$vectors/udp/closed-port.pkt" "$t/$1"
	python3 "$t/spoil.py" "$vectors/udp/closed-port.pcapng" "$t/$1/closed-port.pcapng" "$1"
	exits "$1" 1 --device tap --run "$t/$1.jsonl" "$t/$1"
}
spoil ttl
run_says ttl_row "$t/ttl.jsonl" '
(item, row), = different
field = row["fields"][0]
assert (field["name"], field["expected"], field["actual"]) == ("ttl", "65", "64"), field
assert row["a"]["hex"] != row["b"]["hex"] and row["a"]["when_ns"] == row["b"]["when_ns"], row
assert bytes.fromhex(row["a"]["hex"])[field["from"]:field["to"]] == b"\x41", row
assert item["verdict"] == "failed" and item["differences"][0]["field"] == "ttl", item["differences"]
assert item["differences"][0]["frame"] == row["frame"] and row["out"] is True, row'
spoil gone
run_says gone_row "$t/gone.jsonl" '
(item, row), = different
assert row["a"] is None and "unreachable" in row["b"]["text"], row
assert item["differences"][0]["kind"] == "extra frame"'
spoil more
run_says more_row "$t/more.jsonl" '
(item, row), = different
assert row["b"] is None and "unreachable" in row["a"]["text"], row
assert item["differences"][0]["kind"] == "missing frame"'
spoil late
run_says late_row "$t/late.jsonl" '
(item, row), = different
assert row["a"]["when_ns"] == 70_000_000 and row["b"]["when_ns"] == 0 and "fields" not in row, row
assert item["differences"][0]["kind"] == "time", item["differences"]'

run_says golden_is_both_files "$t/late.jsonl" '
import hashlib
pair = [open(sys.argv[1][:-6] + "/closed-port" + suffix, "rb").read() for suffix in (".pkt", ".pcapng")]
assert items[0]["golden"] == hashlib.sha256(b"".join(pair)).hexdigest(), items[0]["golden"]'

# A case, whose lines are those of its own script.
mkdir -p "$t/cases"
sed '0,/^= mib Ip.InReceives 1/s//= mib Ip.InReceives 3/' "$vectors/scapy/udp.frames" >"$t/cases/udp.frames"
exits wrong_case 1 --device tap --run "$t/case.jsonl" "$t/cases"
run_says wrong_case_row "$t/case.jsonl" '
(item, row), = different
assert (row["a"]["text"], row["b"]["text"]) == ("mib Ip.InReceives 3", "mib Ip.InReceives 1"), row
assert row["kind"] == "state" and "when_ns" not in row["a"], row
assert item["verdict"] == "failed" and item["headers"]["oracle"].startswith("linux-"), item["headers"]'

# What says that it differs, and does not.
mkdir -p "$t/agrees"
sed 's/^\/\/ class: .*/\/\/ class: diverges nowhere/' "$vectors/udp/closed-port.pkt" >"$t/agrees/x.pkt"
cp "$vectors/udp/closed-port.pcapng" "$t/agrees/x.pcapng"
exits agrees 2 --device tap --run "$t/agrees.jsonl" "$t/agrees"
run_says agrees_unexpectedly "$t/agrees.jsonl" 'assert items[0]["unexpected"] is True, items[0]["message"]'
run_says others_are_expected "$t/ttl.jsonl" 'assert "unexpected" not in items[0]'

# --- hostile words -----------------------------------------------------------------------------------
mkdir -p "$t/evil"
printf '// claim: <script>"x" \\ \xff\xc3\x28 \xe2\x80\xae\n// oracle: none\n// class: exact\n\n  0 socket(AF_INET, SOCK_DGRAM, 0) = 3\n' >"$t/evil/a.pkt"
printf '// claim: \x01\x02\x1b[31m\n// oracle: none\n\n  0 socket(AF_INET, SOCK_DGRAM, 0) = 3\n' >"$t/evil/b.pkt"
printf '\x00\x01\xff' >"$t/evil/c.pkt"
printf 'case\xff \x01\n' >"$t/evil/d.frames"
: >"$t/evil/e.pkt"
cp "$t/evil/a.pkt" "$t/evil/$(printf 'f\001"\\\377 <b>.pkt')"
exits evil 2 --device tap --run "$t/evil.jsonl" "$t/evil"
run_says evil_is_json "$t/evil.jsonl" '
assert end and len(items) == 6, len(items)
assert "<script>\"x\" \\ \ufffd\ufffd(" in by_id["evil/a.pkt"]["headers"]["claim"], by_id["evil/a.pkt"]["headers"]
assert by_id["evil/b.pkt"]["verdict"] == "invalid golden" and "\x1b" in by_id["evil/b.pkt"]["script"]
assert by_id["evil/c.pkt"]["script"].startswith("\0\x01"), by_id["evil/c.pkt"]
assert "evil/f\x01\"\\\ufffd <b>.pkt" in by_id, list(by_id)'

# --- a run that is not whole -------------------------------------------------------------------------
# Ctrl-C when a part is there: what was done is kept, and no last line says that it is all. Who reads
# slowly holds up the writer, so that it cannot be done before.
cat >"$t/interrupt.py" <<'PY'
import os, signal, subprocess, sys

refstack, path, *more = sys.argv[1:]
os.mkfifo(path + ".fifo")
p = subprocess.Popen([refstack, "check", "--device", "tap", "--run", path + ".fifo", *more], start_new_session=True,
                     stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
with open(path + ".fifo", "rb") as run, open(path, "wb") as to:
    to.write(run.read(100_000))
    os.killpg(p.pid, signal.SIGINT)
    to.write(run.read())
said = p.communicate(timeout=60)[1].decode()
os.unlink(path + ".fifo")
assert p.returncode == 1, p.returncode
assert "interrupted after" in said, said
PY
for jobs in 1 3; do
	expect "run-file/interrupted_j$jobs" python3 "$t/interrupt.py" "$refstack" "$t/half.jsonl" -j "$jobs" "$vectors"
	run_says "half_j$jobs" "$t/half.jsonl" 'assert end is None and 0 < len(items) < head["items"], (len(items), head["items"])
assert not [line for line in lines[1:] if "id" not in line]'
done
exits options 0 --invariants --device tap --run "$t/options.jsonl" "$t/far/vectors/udp"
run_says options_are_said "$t/options.jsonl" 'assert head["options"] == ["--invariants"], head'
mkdir "$t/only"
exits leaves_one 0 --device tap --run "$t/only/run.jsonl" "$t/far/vectors/udp"
expect run-file/leaves_one_file test "$(ls -A "$t/only")" = run.jsonl
exits nowhere 2 --device tap --run "$t/no/such/run.jsonl" "$t/far"
says nowhere_why "$t/no/such/run.jsonl: No such file" "$dir/err"
exits full 3 --device tap --run /dev/full "$t/far"
says full_why "cannot write /dev/full" "$dir/err"
mkfifo "$t/fifo"
cat "$t/fifo" >"$t/through.jsonl" &
exits through 0 --device tap --run "$t/fifo" "$t/far/vectors"
wait
expect run-file/through_a_pipe cmp "$t/through.jsonl" "$t/far.jsonl"
echo old >"$t/kept.jsonl"
ln -s kept.jsonl "$t/link.jsonl"
exits by_a_link 0 --device tap --run "$t/link.jsonl" "$t/far/vectors"
expect run-file/what_it_leads_to_is_written cmp "$t/kept.jsonl" "$t/far.jsonl"
expect run-file/a_link_stays_a_link test -L "$t/link.jsonl"

# --- report, as far as it is not Python ---------------------------------------------------------------
# A package of our own says what it was told.
# shellcheck disable=SC2034 # for testlib
suite=report tested=("$refstack" report)
exits two_sayings 2 --dut refstack "$t/far.jsonl"
exits no_such_dut 2 --dut nobody
exits dut_twice 2 --dut refstack,refstack
exits no_run 2 "$t/nothing.jsonl"
says no_run_why "$t/nothing.jsonl: No such file" "$dir/err"
exits folder_for_run 2 "$t/far"
exits no_vectors 2 --vectors "$t/nothing"
says no_vectors_why "no such folder of vectors" "$dir/err"
exits store_or_none 2 --store x.db --no-store "$t/far.jsonl"
exits no_baseline 2 --baseline "$t/nothing.json" "$t/far.jsonl"

mkdir -p "$t/package" "$t/tmp" "$t/empty"
cat >"$t/package/__main__.py" <<'PY'
import json, os, sys, time

config = json.load(open(sys.argv[1]))
config["first"] = [json.loads(open(run).readline()) for run in config["runs"]]
print(json.dumps(config), flush=True)
if os.environ.get("SLEEP"):
    time.sleep(60)
sys.exit(int(os.environ.get("CODE", "0")))
PY
export TMPDIR=$t/tmp
told() { # NAME PYTHON
	expect "report/$1" python3 -c "import json, sys; c = json.loads(open(sys.argv[1]).readline()); $2" "$dir/out"
}
nothing_left() { # NAME
	expect "report/$1" test -z "$(ls -A "$t/tmp")"
}
if python3 -c 'import jinja2' 2>/dev/null || /usr/bin/python3 -c 'import jinja2' 2>/dev/null; then
	export REFSTACK_REPORT=$t/package
	exits made 0 --vectors "$t/far/vectors" -j 2 -o "$t/out"
	told made_a_run 'assert c["first"][0]["dut"] == "refstack" and c["first"][0]["items"] > 1, c'
	told made_all 'assert c["runs"][0].endswith("/refstack.run.jsonl") and c["strict"] is False and c["baseline"] is None, c
assert c["store"] == "build/campaign/findings.db" and c["campaign"] == "build/campaign", c
assert c["argv"][:2] == ["refstack", "report"] and c["output"].endswith("/out") and c["version"], c
assert c["program"].endswith("/refstack") and not c["json"], c'
	nothing_left made_nothing_left
	exits given 0 --strict --json --no-store --baseline "$t/ttl.jsonl" "$t/far.jsonl" "$t/ttl.jsonl"
	told given_all 'assert [r[-9:] for r in c["runs"]] == ["far.jsonl", "ttl.jsonl"] and c["store"] is None, c
assert c["strict"] and c["json"] and c["baseline"].endswith("/ttl.jsonl"), c'
	for code in 1 2 3; do
		CODE=$code exits "code_$code" "$code" "$t/far.jsonl"
	done
	nothing_left given_nothing_left
	cat >"$t/stop.py" <<'PY'
import os, signal, subprocess, sys

p = subprocess.Popen(sys.argv[2:], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                     env=dict(os.environ, SLEEP="1"), start_new_session=True)
p.stdout.readline()
assert os.listdir(os.environ["TMPDIR"]), "there is no folder"
if sys.argv[1] == "INT":
    os.killpg(p.pid, signal.SIGINT)  # as a terminal does
else:
    p.send_signal(getattr(signal, "SIG" + sys.argv[1]))
said = p.communicate(timeout=30)[1]
assert p.returncode == 1, (p.returncode, said)
assert "interrupted" in said, said
PY
	for signal in INT TERM HUP; do
		expect "report/stopped_by_$signal" python3 "$t/stop.py" "$signal" "$refstack" report "$t/far.jsonl"
		nothing_left "stopped_by_${signal}_nothing_left"
	done
	XDG_CACHE_HOME=$t/empty exits no_judge 3 --vectors "$t/far/vectors" --dut uml
	unset REFSTACK_REPORT
	nothing_left empty_nothing_left
else
	exits no_jinja 3 "$t/far.jsonl"
	says no_jinja_line "apt-get install" "$dir/err"
	skip report/package "jinja2 is not installed"
fi
finish
