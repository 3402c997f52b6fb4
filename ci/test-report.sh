#!/bin/bash
# SPDX-License-Identifier: MIT
# refstack report as its users call it: what it writes and what other people's readers make of that, exit
# codes, baselines, runs that are broken, hostile or half, Ctrl-C in the middle, a machine without Python.
set -u -o pipefail
# shellcheck source=ci/testlib.sh
. ci/testlib.sh

root=$PWD
refstack=$(realpath "${BUILD:-build}/refstack")
# What Debian's packages bring is there for Debian's python3.
python3 -c 'import jinja2, jsonschema, junitparser' 2>/dev/null || PATH=/usr/bin:$PATH
export TMPDIR=$dir/tmp SOURCE_DATE_EPOCH=1795273200
mkdir "$TMPDIR"
# shellcheck disable=SC2034 # for testlib
suite=report tested=("$refstack" report --no-store)

cd "$dir" || exit 1
few=(udp/closed-port udp/cold-neighbour tcp/closed-syn arp/unanswered icmp/address-mask-request nic/fragments frag/backward
	host/neighbours-of-two)
frames=arp
take() { # FOLDER: a few vectors
	local name
	for name in "${few[@]}"; do
		mkdir -p "$1/${name%/*}"
		cp "$root/vectors/$name".* "$1/${name%/*}/"
	done
	mkdir -p "$1/scapy"
	cp "$root/vectors/scapy/$frames".* "$1/scapy/"
}
plant() { # HOW N NAME FOLDER: one thing of a golden pair is changed
	python3 "$root/ci/plant.py" "$1" "$2" "$root/vectors/$3.pkt" "$4/$3.pkt"
}
digest() { # FOLDER
	(cd "$1" && find . -type f -print0 | LC_ALL=C sort -z | xargs -0 sha256sum | sha256sum)
}
# shellcheck disable=SC2317 # expect calls it
json() { # FILE EXPRESSION: of j
	python3 -c 'import json, sys
j = json.load(open(sys.argv[1]))
assert eval(sys.argv[2]), sys.argv[2]' "$@"
}
# The run of FOLDER/vectors is made once. With a device of its own it does without what the reference shows
# besides its vectors, which takes longer than a few of these.
run_of() { # FOLDER
	[[ -f $1.jsonl ]] || "$refstack" check --device tap --run "$1.jsonl" "$1/vectors" >/dev/null 2>&1
}
of() { # NAME CODE FOLDER ARGUMENT...: a report of that run
	run_of "$3"
	exits "$1" "$2" --vectors "$3/vectors" "${@:4}" "$3.jsonl"
}
# Nothing is left of it but the report, and what it says is no traceback.
clean() { # NAME
	expect "report/$1_no_traceback" test -z "$(grep -h Traceback "$dir/out" "$dir/err")"
	expect "report/$1_nothing_left" test -z "$(ls -A "$TMPDIR"; find "$dir" -maxdepth 1 -name '.*.new')"
}

# --- all well --------------------------------------------------------------------------------------------
take good/vectors
n=$("$refstack" check --list good/vectors | wc -l)
exits good 0 --vectors good/vectors -o first
clean good
last_is good_last "$(tail -n 1 "$dir/out")"
for file in report.html report.json junit.xml summary.md badge.svg style.css; do
	expect "report/good_has/$file" test -s "first/$file"
done
expect report/good_pages test "$(find first/vectors -name '*.html' | wc -l)" -ge $((${#few[@]} - 1))
expect report/good_goldens cmp good/vectors/tcp/closed-syn.pcapng first/captures/vectors/tcp/closed-syn.pcapng
expect report/good_all json first/report.json \
	"j['gate']['verdict'] == 'pass' and j['complete'] and len(j['vectors']) == $n"
expect report/good_columns json first/report.json \
	"[c['name'] for c in j['columns']][0] == 'refstack' and any(c['kind'] == 'judge' for c in j['columns'])"
expect report/good_two_axes json first/report.json \
	"all(set(v['results'][c]) >= {'verdict', 'linux', 'rfc'} for v in j['vectors'] for c in v['results'])"
mkdir other-place
cp -r good other-place/
(cd other-place && "$refstack" report --no-store --vectors good/vectors -o first) >/dev/null 2>&1
expect report/again_same diff -r first other-place/first
of json 0 good --json -o columns
expect report/json_reads json "$dir/out" "j['gate'] == 'pass' and j['exit'] == 0"

# --- other people's readers -------------------------------------------------------------------------------
if python3 -c 'import jsonschema' 2>/dev/null; then
	schema() { # NAME SCHEMA FILE
		expect "report/schema/$1" python3 - "$root/harness/report/schema/$2" "$3" <<'PY'
import json, sys
import jsonschema
schema = json.load(open(sys.argv[1]))
kind = jsonschema.validators.validator_for(schema)
kind.check_schema(schema)
lines = open(sys.argv[2], encoding="utf-8")
told = [json.loads(line) for line in lines] if sys.argv[2].endswith("jsonl") else [json.load(lines)]
wrong = [e for one in told for e in kind(schema).iter_errors(one)]
assert not wrong, [(list(e.absolute_path), e.message[:200]) for e in wrong[:3]]
assert told
PY
	}
	schema report report.schema.json first/report.json
else
	schema() { skip "report/schema/$1" "python3 has no jsonschema"; }
	schema report
fi
junit() { # NAME FILE FAILURES
	expect "report/junit/$1" python3 - "$2" "$3" "$n" <<'PY'
import sys
import xml.etree.ElementTree as ET
root = ET.parse(sys.argv[1]).getroot()
cases = root.findall(".//testcase")
assert all(c.get("name") and c.get("classname") for c in cases)
assert len(cases) >= int(sys.argv[3]), len(cases)
bad = [c for c in cases if c.find("failure") is not None or c.find("error") is not None]
assert len(bad) == int(sys.argv[2]), len(bad)
try:
    import junitparser
except ImportError:
    sys.exit()
suites = junitparser.JUnitXml.fromfile(sys.argv[1])
assert suites.failures + suites.errors == int(sys.argv[2]), (suites.failures, suites.errors)
seen = [case for suite in suites for case in suite]
assert len(seen) == suites.tests == len(cases)
PY
}
junit good first/junit.xml 0
expect report/badge_parses python3 -c 'import sys, xml.etree.ElementTree as e; e.parse(sys.argv[1])' first/badge.svg

# --- in two steps, and columns that nobody knows ----------------------------------------------------------
"$refstack" check --run refstack.jsonl good/vectors >/dev/null 2>&1
expect report/run_code test $? = 0
"$refstack" check -j 2 --run good.jsonl good/vectors >/dev/null 2>&1
expect report/run_again cmp refstack.jsonl good.jsonl
expect report/run_is_json python3 -c 'import json, sys
lines = [json.loads(line) for line in open(sys.argv[1])]
assert lines[0]["refstack_run"] == 1 and lines[-1]["end"]' refstack.jsonl
schema run run.schema.json refstack.jsonl
exits two_steps 0 --vectors good/vectors -o steps refstack.jsonl
expect report/two_steps_same python3 - first/report.json steps/report.json <<'PY'
import json, sys
a, b = (json.load(open(p)) for p in sys.argv[1:])
assert a["vectors"] == b["vectors"] and a["clauses"] == b["clauses"]
PY
cp -r steps over
exits over_itself 0 --vectors good/vectors -o steps refstack.jsonl
expect report/over_itself_same diff -r steps over
as_lwip() { # FROM TO: the same run of a device that nobody has heard of
	python3 - "$@" <<'PY'
import json, sys
lines = open(sys.argv[1], encoding="utf-8").read().splitlines()
head = json.loads(lines[0])
head.update(dut="lwip", title="lwIP 2.2.0", kind="stack", version="2.2.0", commit=None)
open(sys.argv[2], "w", encoding="utf-8").write("\n".join([json.dumps(head)] + lines[1:]) + "\n")
PY
}
as_lwip refstack.jsonl lwip.jsonl
exits two_columns 0 --vectors good/vectors -o columns refstack.jsonl lwip.jsonl
expect report/two_columns_named json columns/report.json "[c['name'] for c in j['columns']][:2] == ['refstack', 'lwip']"
says two_columns_page "lwIP 2.2.0" columns/report.html
says two_columns_summary "lwIP 2.2.0" columns/summary.md
exits other_column 0 --vectors good/vectors -o columns lwip.jsonl
expect report/other_column_alone json columns/report.json "j['columns'][0]['title'] == 'lwIP 2.2.0'"
exits same_column_twice 2 --vectors good/vectors -o columns refstack.jsonl refstack.jsonl
says same_column_twice_named refstack.jsonl "$dir/err"
exits no_dut 2 --dut nobody --vectors good/vectors -o columns
mkdir empty
exits no_vectors 2 --vectors empty -o columns
exits no_folder 2 --vectors no/such -o columns

# --- three differences --------------------------------------------------------------------------------------
# The golden is changed and the reference is not, so that each says of the reference what a mistake in it would.
named() { # NAME HOW N VECTOR WORDS
	rm -rf planted
	cp -r good planted
	plant "$2" "$3" "$4" planted/vectors
	rm -f planted.jsonl
	of "planted/$1" 1 planted -o "planted-$1"
	says "planted/$1_line" "$5" "$dir/out"
	says "planted/$1_place" "vectors/$4.pkt:" "$dir/out"
	says "planted/$1_page" "vectors/$4" "planted-$1/report.html"
	says "planted/$1_summary" "vectors/$4.pkt:" "planted-$1/summary.md"
	expect "report/planted/$1_alone" json "planted-$1/report.json" \
		"[v['id'] for v in j['vectors'] if v['results']['refstack']['verdict'] == 'fail'] == ['vectors/$4.pkt']"
	junit "planted/$1" "planted-$1/junit.xml" 1
	expect "report/planted/$1_captures" test "$(find "planted-$1/captures" -path "*$4*" | wc -l)" = 2
	schema "planted/$1" report.schema.json "planted-$1/report.json"
}
named ttl ttl 1 tcp/closed-syn "ttl: Linux 65, refstack 64"
named missing-ack twice 1 tcp/closed-syn "Linux sends it at 0.000000, refstack does not"
named extra-ack gone 1 tcp/closed-syn "refstack sends a frame at 0.000000 that Linux does not"
named late early 2 arp/unanswered "100.000 ms too late"

# --- gates ------------------------------------------------------------------------------------------------
# good, bad: one fails; worse: another as well.
rm -rf bad worse
cp -r planted bad
cp -r bad worse
plant ttl 1 tcp/closed-syn worse/vectors
of gate/bad 1 bad -o bad-report
gated() { # NAME CODE BASELINE VECTORS OPTION...
	of "gate/$1" "$2" "$4" --baseline "$3/report.json" -o gated "${@:5}"
}
gated good_good 0 first good
gated good_bad 1 first bad
expect report/gate/good_bad_new json gated/report.json \
	"[v['results']['refstack']['change'] for v in j['vectors'] if v['results']['refstack']['verdict'] == 'fail'] == ['new']"
gated bad_bad 0 bad-report bad
expect report/gate/bad_bad_known json gated/report.json \
	"[v['results']['refstack']['change'] for v in j['vectors'] if v['results']['refstack']['verdict'] == 'fail'] == ['known']"
gated bad_worse 1 bad-report worse
says gate/bad_worse_names "vectors/tcp/closed-syn.pkt:" gated/summary.md
gated bad_good 0 bad-report good
says gate/bad_good_fixed "Fixed" gated/summary.md
gated bad_bad_strict 1 bad-report bad --strict
gated bad_good_strict 0 bad-report good --strict
of gate/strict_good 0 good --strict -o gated
of gate/strict_bad 1 bad --strict -o gated
# What is not there yet fails who is strict only.
cp -r good absent
printf '// claim: a test\n// oracle: none\n// class: exact\n\n  0 socket(AF_INET, SOCK_STREAM, 0) = 3\n' \
	>absent/vectors/stream.pkt
printf ' +0 setsockopt(3, SOL_TCP, TCP_REPAIR, [1], 4) = 0\n' >>absent/vectors/stream.pkt
of gate/absent 0 absent -o gated
of gate/absent_strict 1 absent --strict -o gated
# Vectors that are gone are said to be, and fail nothing.
cp -r good fewer
rm fewer/vectors/arp/unanswered.*
gated gone 0 first fewer
says gate/gone_named "vectors/arp/unanswered.pkt" gated/summary.md
# A pair that is no pair is not passed over.
cp -r good half-pair
rm half-pair/vectors/arp/unanswered.pcapng
of gate/half_pair 1 half-pair -o gated
says gate/half_pair_named "vectors/arp/unanswered.pkt" gated/summary.md
for what in nothing '{}' '[]' '{"refstack_report":1}' '{"refstack_report":99}' "$(printf '[%.0s' {1..5000})" $'\xff'; do
	printf '%s' "$what" >base.json
	[[ $what != nothing ]] || rm base.json
	of "gate/baseline/${what:0:20}" 2 good --baseline base.json -o gated
	says "gate/baseline_named/${what:0:20}" base.json "$dir/err"
	expect "report/gate/baseline_line/${what:0:20}" test "$(grep -vc "^Try 'refstack report --help'" "$dir/err")" = 1
done

# --- half a run -------------------------------------------------------------------------------------------
whole=$(wc -l <refstack.jsonl)
halved() { # NAME: half.jsonl is told to be half everywhere
	exits "half/$1" 2 --vectors good/vectors -o half half.jsonl
	for file in report.html summary.md; do
		expect "report/half/$1/$file" grep -qi incomplete "half/$file"
	done
	expect "report/half/$1/json" json half/report.json "not j['complete'] and j['gate']['verdict'] == 'incomplete'"
	expect "report/half/$1/badge" grep -qi incomplete half/badge.svg
	of "half/$1_no_baseline" 2 good --baseline half/report.json -o gated
}
head -n $((whole - 1)) refstack.jsonl >half.jsonl
halved no_end
head -n $((whole / 2)) refstack.jsonl >half.jsonl
halved middle
head -c $(($(wc -c <refstack.jsonl) / 2)) refstack.jsonl >half.jsonl
halved cut
sed -E '$s/("interrupted": ?)false/\1true/' refstack.jsonl >half.jsonl
halved interrupted
sed '3d' refstack.jsonl >half.jsonl
halved one_missing
exits half/json 2 --json --vectors good/vectors -o half half.jsonl
expect report/half/json_says json "$dir/out" "j['gate'] == 'incomplete' and j['exit'] == 2"

# --- Ctrl-C -----------------------------------------------------------------------------------------------
# Whenever it comes, the report of before is there, or the new one, and nothing besides.
take old/vectors
rm -r old/vectors/scapy
(cd "$root" && python3 ci/many-vectors.py 600 "$dir/more")
run_of old
run_of more
"$refstack" report --no-store --vectors old/vectors -o stays old.jsonl >/dev/null 2>&1
before=$(digest stays)
cp -r stays old-report
# A shell that has not become the program yet would take the signal for its own, and this test's folder away.
started() { # PID
	while [[ -r /proc/$1/comm && $(<"/proc/$1/comm") != refstack ]]; do
		sleep 0.01
	done 2>/dev/null
}
stopped=0
for moment in 0.01 0.1 0.2 0.4 0.7 1 1.4 1.9 2.5 0.05r 0.3r 1r; do
	run=(more.jsonl)
	[[ $moment != *r ]] || run=() # while it makes the run itself
	set -m                        # its own process group, as a terminal's job has
	"$refstack" report --no-store --vectors more/vectors -o stays "${run[@]}" >"$dir/out" 2>"$dir/err" &
	pid=$!
	set +m
	started "$pid"
	sleep "${moment%r}"
	kill -INT -- "-$pid" 2>/dev/null
	wait "$pid"
	code=$?
	if [[ $code != 0 ]]; then
		# The old one, or the new one whole, when it was stopped behind its publication.
		[[ $(digest stays) == "$before" ]] ||
			expect "report/stopped/${moment}_kept" json stays/report.json "len(j['vectors']) == 600"
		expect "report/stopped/${moment}_says" grep -q interrupted "$dir/err"
		stopped=$((stopped + 1))
	else
		expect "report/stopped/${moment}_new" json stays/report.json "len(j['vectors']) == 600"
		rm -rf stays
		cp -r old-report stays
	fi
	expect "report/stopped/${moment}_left" test -z "$(ls -A "$TMPDIR"; find "$dir" -maxdepth 1 -name '.*.new')"
done
expect report/stopped test "$stopped" -ge 2
# A run that is stopped has no end.
set -m
"$refstack" check --run stopped.jsonl "$dir/more/vectors" "$dir/more/vectors" >/dev/null 2>&1 &
pid=$!
set +m
started "$pid"
sleep 0.05
kill -INT -- "-$pid" 2>/dev/null
wait "$pid"
if [[ -f stopped.jsonl ]]; then
	code=0
	"$refstack" report --no-store -o gated stopped.jsonl >/dev/null 2>"$dir/err" || code=$?
	if grep -Eq '"interrupted": ?false' stopped.jsonl; then
		expect report/stopped_run_ended test "$code" = 0
	else
		expect report/stopped_run test "$code" = 2
	fi
fi

# --- runs that are none -----------------------------------------------------------------------------------
cp -r first kept
before=$(digest kept)
refused() { # NAME: hostile.jsonl
	exits "refused/$1" 2 --vectors good/vectors -o kept hostile.jsonl
	says "refused/$1_named" hostile.jsonl "$dir/err"
	expect "report/refused/$1_one_line" test "$(grep -vc "^Try 'refstack report --help'" "$dir/err")" = 1
	clean "refused/$1"
}
changed() { # NAME SCRIPT: lines, an object each, are changed
	python3 - "$2" <<'PY'
import json, sys
lines = [json.loads(line) for line in open("refstack.jsonl", encoding="utf-8")]
head, item, end = lines[0], next(line for line in lines if "verdict" in line), lines[-1]
exec(sys.argv[1])
open("hostile.jsonl", "w", encoding="utf-8").write("".join(json.dumps(line) + "\n" for line in lines))
PY
	refused "$1"
}
rm -f hostile.jsonl
refused absent
: >hostile.jsonl
refused empty
head -c 3000 "$refstack" >hostile.jsonl
refused binary
echo '{"refstack_run":1}' >hostile.jsonl
refused no_header
printf '[%.0s' {1..100000} >hostile.jsonl
refused nested
{
	head -n 1 refstack.jsonl
	printf '{"id":%s' "$(printf '[%.0s' {1..100000})"
} >hostile.jsonl
refused nested_later
{
	head -n 2 refstack.jsonl
	printf '\xff\xfe\n'
} >hostile.jsonl
refused no_utf8
cp first/report.json hostile.jsonl
refused a_report
changed other_version 'head["refstack_run"] = 2'
changed no_dut 'del head["dut"]'
changed dut_number 'head["dut"] = 7'
changed dut_path 'head["dut"] = "../up"'
changed kind 'head["kind"] = "toaster"'
changed verdict 'item["verdict"] = "splendid"'
changed no_verdict 'del item["verdict"]'
changed id_up 'item["id"] = "vectors/../../../etc/up.pkt"'
changed id_root 'item["id"] = "/etc/passwd.pkt"'
changed id_twice 'lines.insert(2, dict(item))'
changed float 'item["frames"] = 1.5'
changed huge 'item["virtual_ps"] = -5'
changed ladder 'item["ladder"] = {"a": 1}'
changed hex 'item.setdefault("ladder", []).append({"kind": "frame", "a": {"text": "x", "hex": "zz"}})'
changed behind_end 'lines.append(dict(item, id="vectors/behind.pkt"))'
changed two_headers 'lines.insert(1, dict(head))'
expect report/refused_kept test "$(digest kept)" = "$before"

# Whatever is done to its bytes: a code that means something, and no traceback.
bad=0
for seed in $(seq 24); do
	python3 - "$seed" <<'PY'
import random, sys
r = random.Random(int(sys.argv[1]))
b = bytearray(open("refstack.jsonl", "rb").read())
for _ in range(r.choice((1, 3, 30))):
    at = r.randrange(len(b))
    kind = r.randrange(4)
    if kind == 0:
        b[at] = r.randrange(256)
    elif kind == 1:
        del b[at:at + r.choice((1, 10, 1000))]
    elif kind == 2:
        b[at:at] = r.choice((b'"', b"}", b"\n", b"{", b"[" * 2000, b"1e999", b"null", b"\0", "‮".encode()))
    else:
        to = r.randrange(len(b))
        b[at:at] = b[to:to + r.randrange(300)]
open("hostile.jsonl", "wb").write(b)
PY
	code=0
	"$refstack" report --no-store --vectors good/vectors -o wild hostile.jsonl >"$dir/out" 2>"$dir/err" || code=$?
	if ((code > 2)) || grep -q Traceback "$dir/err"; then
		case_failed "report/wild/$seed" "exit code $code: $(tail -n 1 "$dir/err")"
		bad=1
	fi
done
expect report/wild test "$bad" = 0

# Texts are texts, wherever they stand.
python3 - <<'PY'
import json
evil = "</title></script><script>alert(1)</script><img src=x onerror=alert(2)>\"' onload=\"alert(3)\" {{7*7}} {% raw %}|`x`\u202e]]>"
lines = [json.loads(line) for line in open("refstack.jsonl", encoding="utf-8")]
lines[0].update(dut="evil", title=evil[:190], version=evil, commit=evil, kernel=evil, device=evil, options=[evil])
end = lines[-1]
end["totals"]["failed"] = end["totals"].get("failed", 0) + 1
end["totals"]["passed"] -= 1
for n, line in enumerate(l for l in lines if "verdict" in l):
    line["message"] = evil
    line.setdefault("headers", {}).update({"claim": evil, "why": evil})
    line["script"] = evil + "\n" + line.get("script", "")
    for row in line.get("ladder", []):
        for side in ("a", "b"):
            if row.get(side):
                row[side]["text"] = evil
    if n == 0:
        line.update(id="vectors/udp/<b onclick=alert(4)>&amp;'.pkt", verdict="failed", differences=[
            {"kind": "statement", "what": evil, "line": 1, "field": evil, "expected": evil, "actual": evil, "detail": evil}])
open("evil.jsonl", "w", encoding="utf-8").write("".join(json.dumps(line) + "\n" for line in lines))
PY
exits evil 1 --vectors good/vectors -o evil evil.jsonl
expect report/evil_escaped test -z "$(grep -rlE '<script>alert|<img src=x|49 \{%|<b onclick' evil --include='*.html' \
	--include='*.svg')"
# shellcheck disable=SC2016 # backquotes are Markdown's
expect report/evil_markdown test -z "$(sed 's/`[^`]*`//g' evil/summary.md | grep -E '<(script|img|b) ?')"
junit evil evil/junit.xml 1
expect report/evil_badge python3 -c 'import sys, xml.etree.ElementTree as e; e.parse(sys.argv[1])' evil/badge.svg

# --- where it goes ----------------------------------------------------------------------------------------
mkdir precious
echo mine >precious/thesis.txt
of precious 2 good -o precious
says precious_named precious "$dir/err"
expect report/precious_kept test "$(cat precious/thesis.txt)" = mine
expect report/precious_alone test "$(ls precious)" = thesis.txt
cp -r first mixed
echo mine >mixed/thesis.txt
of mixed 2 good -o mixed
expect report/mixed_kept test "$(cat mixed/thesis.txt)" = mine
echo mine >file
of file 2 good -o file
expect report/file_kept test "$(cat file)" = mine
of below_file 3 good -o file/report
of nowhere 3 good -o /proc/report
of deep 0 good -o a/b/c/report
mkdir empty-out
of empty_out 0 good -o empty-out
"$refstack" report --no-store --vectors good/vectors -o gated good.jsonl >/dev/full 2>"$dir/err"
expect report/full_output test $? = 3

# --- what it takes ----------------------------------------------------------------------------------------
# What is hidden is hidden from this one process.
python=$(readlink -f "$(command -v python3)")
jinja=$(python3 -c 'import jinja2, os; print(os.path.dirname(os.path.dirname(jinja2.__file__)))')
if [[ $python == /usr/bin/* ]] && unshare -rm mount --bind /bin/false "$python" 2>/dev/null; then
	before=$(digest first)
	mkdir nothing
	# shellcheck disable=SC2016 # the inner shell expands them
	unshare -rm sh -c 'mount --bind /bin/false "$1" && shift && exec "$@"' sh "$python" \
		"$refstack" report --no-store --vectors good/vectors -o first >"$dir/out" 2>"$dir/err"
	expect report/no_python test $? = 3
	says no_python_line "ci/setup.sh --report" "$dir/err"
	# shellcheck disable=SC2016
	unshare -rm sh -c 'mount --bind nothing "$1" && shift && exec "$@"' sh "$jinja" \
		"$refstack" report --no-store --vectors good/vectors -o first >"$dir/out" 2>"$dir/err"
	expect report/no_jinja2 test $? = 3
	says no_jinja2_line "python3-jinja2" "$dir/err"
	clean no_jinja2
	expect report/no_python_kept test "$(digest first)" = "$before"
else
	skip report/no_python "no namespace to hide it in"
fi
TMPDIR=$dir/no/such "$refstack" report --no-store --vectors good/vectors -o gated good.jsonl >"$dir/out" 2>"$dir/err"
expect report/no_tmp test $? = 3
# Elsewhere, under another name, with modules lying about that are named as Python's.
mkdir elsewhere
cp "$refstack" elsewhere/stack
for module in json jinja2 model run build signal; do
	echo 'raise SystemExit(99)' >"elsewhere/$module.py"
done
(cd elsewhere && ./stack report --no-store --vectors ../good/vectors -o here) >"$dir/out" 2>"$dir/err"
expect report/elsewhere test $? = 0
expect report/elsewhere_whole test -s elsewhere/here/report.html

# --- what it remembers --------------------------------------------------------------------------------------
# shellcheck disable=SC2034 # for testlib
tested=("$refstack" report)
of trend_first 0 good --store runs.db -o trend
SOURCE_DATE_EPOCH=1795359600 of trend_second 1 bad --store runs.db -o trend
expect report/trend json trend/report.json "len(j['history']) == 2"
exits trend_half 2 --store runs.db -o half half.jsonl
SOURCE_DATE_EPOCH=1795446000 of trend_third 0 good --store runs.db -o trend
expect report/trend_without_half json trend/report.json "len(j['history']) == 2"
head -c 4000 "$refstack" >broken.db
of trend_broken 0 good --store broken.db -o trend
says trend_broken_named broken.db "$dir/err"
expect report/trend_broken_kept test "$(head -c 4000 "$refstack" | sha256sum)" = "$(sha256sum <broken.db)"
clean trend_broken

finish
