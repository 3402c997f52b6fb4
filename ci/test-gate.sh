#!/bin/bash
# SPDX-License-Identifier: MIT
# The gate for other projects, as they call it: the example passes, and fails on what is planted into a copy of
# it; the build is kept; the steps of the action do what they say, run here without GitHub.
set -u -o pipefail
# shellcheck source=ci/testlib.sh
. ci/testlib.sh

refstack=$(realpath "${BUILD:-build}/refstack")
root=$PWD
unset GITHUB_STEP_SUMMARY GITHUB_OUTPUT GITHUB_ACTIONS
e=$dir/example
# shellcheck disable=SC2034 # for testlib
suite=gate tested=("$root/ci/gate.sh")

fresh() { # a copy of the example, and nothing of what the last case left
	rm -rf "$e" "$dir/github"
	cp -r "$root/ci/example" "$e"
	cd "$e" || exit 1
}

gate() { # NAME CODE ARGUMENT...
	rm -f junit.xml gate.md
	exits "$1" "$2" --refstack "$refstack" --summary gate.md "${@:3}"
	# Whatever came of it, there is something to upload.
	expect "$suite/$1_junit" python3 - junit.xml "$2" <<'PY'
import sys
import xml.etree.ElementTree as ET
root = ET.parse(sys.argv[1]).getroot()
bad = root.findall(".//failure") + root.findall(".//error")
assert root.findall(".//testcase"), "no case"
assert (sys.argv[2] == "0") == (not bad), (sys.argv[2], len(bad))
assert all(b.get("message") for b in bad)
PY
	says "$1_summary" "## refstack gate: " gate.md
}

# One byte of a frame, found by what stands before it.
spoil() { # FILE
	python3 - "$1" <<'PY'
import sys
b = bytearray(open(sys.argv[1], "rb").read())
at = b.find(b"it is I")
assert at >= 0
b[at] ^= 1
open(sys.argv[1], "wb").write(b)
PY
}

# --- the example ---------------------------------------------------------------------------------------
fresh
gate example 0
last_is example_last "5 passed, 0 failed"
says example_says "gate: passed" gate.md
exits example_make 0 --help
expect gate/make make -s golden REFSTACK="$root" GATE_OPTIONS="--refstack $refstack"
expect gate/all_pairs test "$(find vectors -name '*.pkt' | wc -l)" = "$(find vectors -name '*.pcapng' | wc -l)"
expect gate/readme_names python3 - <<'PY'
import glob, os
text = open("README.md").read()
for path in glob.glob("vectors/*.pkt"):
    assert f"`{os.path.basename(path)[:-4]}`" in text, path
PY

# --- planted changes -----------------------------------------------------------------------------------
spoil vectors/query-and-answer.pcapng
gate byte 1
says byte_place "vectors/query-and-answer.pkt:13: " "$dir/out"
says byte_in_junit "query-and-answer.pkt:13: " junit.xml
says byte_in_summary "| vectors/query-and-answer.pkt:13 | " gate.md
last_is byte_last "4 passed, 1 failed"
make -s golden REFSTACK="$root" GATE_OPTIONS="--refstack $refstack" >/dev/null 2>&1
expect gate/make_fails test $? = 2

fresh
sed -i 's/ECONNREFUSED (Connection refused)/EHOSTUNREACH (No route to host)/' vectors/server-is-gone.pkt
gate result 1
says result_place "vectors/server-is-gone.pkt:14: " "$dir/out"
says result_whole "Linux EHOSTUNREACH (No route to host), refstack ECONNREFUSED (Connection refused)" "$dir/out"
says result_in_junit "EHOSTUNREACH" junit.xml
says result_in_summary "| vectors/server-is-gone.pkt:14 | " gate.md
GITHUB_ACTIONS=true gate annotated 1
says annotated_line "::error file=vectors/server-is-gone.pkt,line=14::" "$dir/err"
gate listed 1 --first 0
expect gate/listed_none test "$(grep -c '^| vectors/' gate.md)" = 0
says listed_rest "... and 1 more." gate.md

# --- the report, and what was known before ----------------------------------------------------------------
python3 -c 'import jinja2' 2>/dev/null || PATH=/usr/bin:$PATH
fresh
gate report 0 --report report
expect gate/report_there test -s report/report.html
cp report/report.json good.json
spoil vectors/query-and-answer.pcapng
gate report_byte 1 --report report
says report_byte_in_summary "vectors/query-and-answer.pkt:13" report/summary.md
says report_summary_published "$(head -n 1 report/summary.md)" gate.md
cp report/report.json bad.json
exits baseline_new 1 --refstack "$refstack" --report report --baseline good.json
exits baseline_known 0 --refstack "$refstack" --report report --baseline bad.json
sed -i 's/ECONNREFUSED (Connection refused)/EHOSTUNREACH (No route to host)/' vectors/server-is-gone.pkt
exits baseline_one_more 1 --refstack "$refstack" --report report --baseline bad.json
exits baseline_alone 2 --refstack "$refstack" --baseline bad.json
gate baseline_absent 2 --report report --baseline no-such.json
mkdir mine
touch mine/thesis
gate report_over_mine 2 --report mine
expect gate/report_mine_kept test "$(ls mine)" = thesis

# --- no golden pairs -----------------------------------------------------------------------------------
fresh
rm vectors/closed-port.pcapng
gate missing 2
says missing_name "vectors/closed-port.pcapng" "$dir/err"
says missing_in_summary "vectors/closed-port.pcapng" gate.md
fresh
head -c 300 /dev/urandom >vectors/closed-port.pcapng
gate garbage 2
says garbage_name "vectors/closed-port.pcapng" "$dir/err"
fresh
truncate -s 1000 vectors/closed-port.pcapng
gate cut 2
fresh
echo "this is no script" >vectors/closed-port.pkt
gate no_script 2
says no_script_name "vectors/closed-port.pkt:1:" "$dir/err"
fresh
mv vectors/closed-port.pkt .
gate stray 2
says stray_name "vectors/closed-port.pcapng: a capture alone is no golden pair" "$dir/err"
fresh
touch vectors/tcpdump.pcap
gate foreign 2
says foreign_name "vectors/tcpdump.pcap: a capture alone is no golden pair" "$dir/err"
fresh
rm vectors/*
gate empty 2
says empty_why "file below it" "$dir/err"
gate nowhere 2 no/such/folder
says nowhere_why "no/such/folder: no such folder" "$dir/err"
fresh
for f in vectors/*.pkt; do sed -i 's/^\/\/ oracle: .*/\/\/ oracle: none/' "$f"; done
rm vectors/*.pcapng
gate uncaptured 2
says uncaptured_why "no pair was compared: 0 passed, 0 failed, 5 not captured" "$dir/err"

# --- use, and the environment ----------------------------------------------------------------------------
fresh
gate other_dut 4 --dut ./stack.so
says other_dut_name "./stack.so" gate.md
gate uml 2 --dut uml
gate no_program 3 --refstack ./no-such-program
exits unknown_option 2 --no-such
exits no_value 2 --dut
exits two_folders 2 vectors vectors
exits no_number 2 -j many
# shellcheck disable=SC2016 # the written script expands them
printf '#!/bin/sh\ncase $1 in version) echo refstack 0;; *) [ "$2" = --list ] || kill -SEGV $$;; esac\n' >bad
chmod +x bad
gate died 1 --refstack ./bad
says died_why "refstack itself ended" "$dir/err"
exits junit_nowhere 3 --refstack "$refstack" --junit no/such/junit.xml

# --- the build, of a tree that stands for refstack's --------------------------------------------------------
tree=$dir/tree
mkdir -p "$tree/refstack" "$tree/nicmodel" "$tree/harness"
# shellcheck disable=SC2016 # make expands them
printf '%%/gcc-O0/refstack:\n\tmkdir -p $(@D)\n\techo built >>%s\n\tln -s %s $@\n' "$dir/builds" "$refstack" \
	>"$tree/Makefile"
export REFSTACK_GATE_CACHE=$dir/cache
exits built 0 --build-from "$tree"
last_is built_last "5 passed, 0 failed"
exits kept 0 --build-from "$tree"
expect gate/built_once test "$(wc -l <"$dir/builds")" = 1
echo >"$tree/refstack/new.c"
exits built_again 0 --build-from "$tree"
expect gate/built_twice test "$(wc -l <"$dir/builds")" = 2
expect gate/no_rest test -z "$(find "$dir/cache" -name 'build.*')"
printf '%%/refstack:\n\tfalse\n' >"$tree/Makefile"
exits no_build 3 --build-from "$tree"
says no_build_why "could not be built" "$dir/err"
exits no_tree 3 --build-from "$dir/nothing"

# --- the action ----------------------------------------------------------------------------------------
# Its steps as GitHub would run them: each expression replaced by what it stands for, in bash -e.
# shellcheck disable=SC2317 # expect calls it
act() { # CODE INPUT=VALUE...
	mkdir -p "$dir/github"
	: >"$dir/github/summary"
	GITHUB_STEP_SUMMARY=$dir/github/summary python3 "$root/ci/run-action.py" \
		"$root/ci/action/action.yml" "$@"
}
if python3 -c 'import yaml' 2>/dev/null; then
	fresh
	expect gate/action act 0 refstack="$refstack"
	expect gate/action_summary grep -q "gate: passed" "$dir/github/summary"
	expect gate/action_outputs grep -qx "passed=5 failed=0 exit-code=0 junit=junit.xml report=refstack-report" outputs.txt
	expect gate/action_report test -s refstack-report/report.html
	spoil vectors/query-and-answer.pcapng
	expect gate/action_fails act 1 refstack="$refstack" junit=other.xml first=1
	expect gate/action_fails_outputs grep -qx "passed=4 failed=1 exit-code=1 junit=other.xml report=refstack-report" outputs.txt
	cp refstack-report/report.json before.json
	expect gate/action_baseline act 0 refstack="$refstack" baseline=before.json
	expect gate/action_no_report act 1 refstack="$refstack" report=
	expect gate/action_no_report_outputs grep -q "report=$" outputs.txt
	expect gate/action_fails_summary grep -q "query-and-answer.pkt:13" "$dir/github/summary"
	cd "$root" || exit 1
	expect gate/workflows python3 ci/run-action.py --look ci/action/action.yml ci/workflows/*.yml \
		ci/example/.github/workflows/*.yml ci/example/.gitlab-ci.yml
else
	skip gate/action "python3 has no yaml (Debian: python3-yaml)"
fi

finish
