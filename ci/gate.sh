#!/bin/bash
# SPDX-License-Identifier: MIT
# A gate for other projects: their own golden pairs against the reference, in any CI or by hand. What it
# is good for, and how GitHub, GitLab, Jenkins and make call it: ci/example/README.md.
set -u -o pipefail

usage() {
	cat <<'USAGE'
usage: gate.sh [OPTION ...] [VECTORS]

Compares the golden pairs below VECTORS (default vectors), NAME.pkt with NAME.pcapng as 'refstack capture'
writes them, and says what came of it: on standard output, as JUnit, and as Markdown.

  --refstack FILE    the refstack to use; without it, one is built and kept for the next time
  --build-from DIR   its source (default: the tree that this script is part of)
  --dut NAME         what the pairs are put to: refstack, or live, the running kernel (default refstack)
  --junit FILE       where JUnit goes (default junit.xml)
  --summary FILE     where Markdown is appended (default $GITHUB_STEP_SUMMARY, where that is set)
  --report DIR       a conformance report as well: pages for a browser, report.json, the captures of what differs
                     (needs python3 and its package jinja2); its summary.md goes where Markdown goes
  --baseline FILE    the report.json of before, with --report: what failed then fails no gate now
  --first N          so many differences are listed in it (default 10)
  -j N               pairs at a time (default: as many as there are processors)
  --cache-key        prints what the build depends on, in one word, and ends
  --help             prints this help

Exit codes: 0 all pairs agree; 1 one differs; 2 a pair is not whole or none is there, or wrong use; 3 the
environment lacks something; 4 one needs what is not implemented. JUnit and Markdown say so in each case.
The built refstack is in $REFSTACK_GATE_CACHE (default $XDG_CACHE_HOME/refstack/gate or
~/.cache/refstack/gate).
USAGE
}

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
vectors=
refstack=
build_from=$here/..
dut=refstack
junit=junit.xml
summary=${GITHUB_STEP_SUMMARY:-}
report=
baseline=
first=10
workers=$(nproc 2>/dev/null || echo 2)
cache=${REFSTACK_GATE_CACHE:-${XDG_CACHE_HOME:-${HOME:-/tmp}/.cache}/refstack/gate}
counts=
version=

# --- saying what came of it --------------------------------------------------------------------------

xml() { # TEXT
	printf '%s' "$1" | tr -d '\000-\010\013\014\016-\037' |
		sed -e 's/&/\&amp;/g; s/</\&lt;/g; s/>/\&gt;/g; s/"/\&quot;/g'
}

# For a cell of a table of Markdown.
cell() { # TEXT
	printf '%s' "$1" | tr -d '\000-\037' | sed -e 's/&/\&amp;/g; s/</\&lt;/g; s/|/\\|/g'
}

# A whole file or none.
put() { # FILE
	local temporary=$1.$$.new
	if cat >"$temporary" && mv -f "$temporary" "$1"; then
		return 0
	fi
	rm -f "$temporary"
	return 1
}

# Where refstack itself could not say anything.
junit_error() { # WHAT
	put "$junit" <<XML
<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="refstack gate" tests="1" failures="0" errors="1" time="0">
  <testsuite name="gate" tests="1" failures="0" errors="1" time="0">
    <testcase name="$(xml "$vectors")" classname="gate" time="0">
      <error message="$(xml "$1")" type="gate">$(xml "$1")</error>
    </testcase>
  </testsuite>
</testsuites>
XML
}

github_output() { # CODE
	[[ -n ${GITHUB_OUTPUT:-} ]] || return 0
	{
		printf 'exit-code=%s\n' "$1"
		printf 'passed=%s\n' "$(count passed)"
		printf 'failed=%s\n' "$(count failed)"
		printf 'junit=%s\n' "$junit"
		printf 'report=%s\n' "$([[ ! -f $report/report.html ]] || echo "$report")"
	} >>"$GITHUB_OUTPUT"
}

# Of "3 passed, 1 failed, 2 not captured".
count() { # WORD
	sed -n "s/.*\b\([0-9][0-9]*\) $1\b.*/\1/p" <<<"$counts" | head -n 1 | grep . || echo 0
}

verdict() { # CODE
	case $1 in
	0) echo passed ;;
	1) echo failed ;;
	2) echo "not a set of golden pairs" ;;
	3) echo "the environment lacks something" ;;
	4) echo "not implemented" ;;
	*) echo "ended badly" ;;
	esac
}

# The gate's own refusal: no pair was compared.
refuse() { # CODE WHAT...
	local code=$1 what=${*:2}
	echo "gate: $what" >&2
	junit_error "$what" || echo "gate: $junit cannot be written" >&2
	if [[ -n $summary ]]; then
		printf '## refstack gate: %s\n\n%s\n' "$(verdict "$code")" "$(cell "$what")" >>"$summary" ||
			echo "gate: $summary cannot be written" >&2
	fi
	[[ -z ${GITHUB_ACTIONS:-} ]] || annotate "" "" "$what"
	github_output "$code"
	exit "$code"
}

annotate() { # FILE LINE WHAT
	local what=${3//%/%25}
	local place=" "
	[[ -z $1 ]] || place=" file=$1"
	[[ -z $1 || -z $2 ]] || place+=",line=$2"
	[[ $place != " " ]] || place=
	printf '::error%s::%s\n' "$place" "${what//$'\n'/%0A}"
}

# --- a refstack --------------------------------------------------------------------------------------

# What is built depends on the source and on the compiler.
cache_key() {
	{
		gcc -dumpmachine
		gcc -dumpfullversion
		cd "$build_from" && find Makefile refstack nicmodel harness -type f \
			! -path 'harness/unit/*' -print0 | LC_ALL=C sort -z | xargs -0 sha256sum
	} 2>/dev/null | sha256sum | cut -c 1-32
}

# Not optimized: a thousand pairs take less than a second, and an optimized build takes minutes. Somebody
# else's compiler may warn of more than ours does: that fails nobody's gate. What campaigns find is kept with a
# library, which a gate does without.
build() { # TO
	local work tool
	for tool in gcc make; do
		command -v "$tool" >/dev/null ||
			refuse 3 "refstack is built with gcc and make, and there is no $tool (Debian:" \
				"apt-get install gcc libc6-dev make)"
	done
	if ! mkdir -p "$cache" || ! work=$(mktemp -d "$cache/build.XXXXXX"); then
		refuse 3 "no folder for the build: $cache"
	fi
	echo "gate: building refstack, once for this source" >&2
	unset MAKEFLAGS MFLAGS MAKELEVEL # of a make that has called the gate
	if ! make -s -C "$build_from" BUILD="$work" WARN=-w STORELESS=gcc-O0 "$work/gcc-O0/refstack" >"$work/log" 2>&1; then
		tail -n 20 "$work/log" >&2
		rm -rf "$work"
		refuse 3 "refstack could not be built from $build_from"
	fi
	mv -f "$work/gcc-O0/refstack" "$1"
	rm -rf "$work"
}

find_refstack() {
	local key
	if [[ -n $refstack ]]; then
		[[ -x $refstack && -f $refstack ]] || refuse 3 "--refstack $refstack: no program"
		return
	fi
	[[ -f $build_from/Makefile && -d $build_from/refstack ]] ||
		refuse 3 "--build-from $build_from: refstack's source is not there"
	key=$(cache_key)
	refstack=$cache/refstack-$key
	[[ -x $refstack ]] || build "$refstack"
}

# --- the pairs ---------------------------------------------------------------------------------------

# A capture that nobody reads would look like one that agrees.
refuse_strays() {
	local capture stem
	while IFS= read -r -d '' capture; do
		stem=${capture%.*}
		[[ $capture == *.pcapng && (-f $stem.pkt || -f $stem.frames) ]] && continue
		refuse 2 "$capture: a capture alone is no golden pair: it does not say what the programs did." \
			"Write $stem.pkt and let 'refstack capture' make the pair, or keep it elsewhere"
	done < <(find -L "$vectors" -type f \( -name '*.pcapng' -o -name '*.pcap' \) -print0 | LC_ALL=C sort -z)
}

look_at_vectors() {
	[[ -d $vectors ]] || refuse 2 "$vectors: no such folder"
	"$refstack" check --list "$vectors" >/dev/null 2>"$dir/list" ||
		refuse 2 "nothing to compare: $(sed 's/^refstack check: //' "$dir/list")"
	refuse_strays
}

# Lines that name a place: "FILE:LINE: WHAT", "invalid golden: WHAT".
differences() {
	grep -hE '^([^ ].*\.(pkt|frames):[0-9]+: |invalid golden: |environment: )' "$dir/out" "$dir/err"
}

list_differences() {
	local line where what n=0
	while IFS= read -r line; do
		((n++ < first)) || break
		where=
		what=$line
		if [[ $line =~ ^(.*\.(pkt|frames)):([0-9]+):\ (.*)$ ]]; then
			where="${BASH_REMATCH[1]}:${BASH_REMATCH[3]}"
			what=${BASH_REMATCH[4]}
		fi
		printf '| %s | %s |\n' "$(cell "$where")" "$(cell "$what")"
		[[ -z ${GITHUB_ACTIONS:-} ]] ||
			annotate "${where%:*}" "${where##*:}" "$what" >&2
	done < <(differences)
}

write_summary() { # CODE
	local all
	printf '## refstack gate: %s\n\n' "$(verdict "$1")"
	printf '%s: %s (%s, compared with %s)\n' "$(cell "$vectors")" "$(cell "$counts")" \
		"$(cell "$version")" "$(cell "$dut")"
	if [[ -s $report/summary.md ]]; then
		echo
		cat "$report/summary.md"
	fi
	all=$(differences | wc -l)
	((all != 0 && $1 != 0)) || return 0
	printf '\n| where | what |\n|---|---|\n'
	list_differences
	((all <= first)) || printf '\n... and %s more.\n' "$((all - first))"
	printf '\n<details><summary>In full</summary>\n\n~~~~\n'
	cat "$dir/out" "$dir/err" | head -n 400 | cut -c 1-400 | sed 's/^~~~~/ ~~~~/'
	printf '~~~~\n\n</details>\n'
}

# A report of the run in $dir/run.jsonl. It only says more than the code it is given, but for a baseline: then
# what is new decides.
make_report() { # CODE
	local code=0 options=(--no-store --vectors "$vectors" --output "$report")
	[[ -z $baseline ]] || options+=(--baseline "$baseline")
	"$refstack" report "${options[@]}" "$dir/run.jsonl" >"$dir/report.out" 2>"$dir/report.err" || code=$?
	cat "$dir/report.out" "$dir/report.err" >&2
	if ((code > 1)); then
		refuse "$code" "no report: $(head -n 1 "$dir/report.err")"
	fi
	[[ -n $baseline ]] || return "$1"
	return "$code"
}

gate() {
	[[ $dut != uml ]] ||
		refuse 2 "--dut uml asks the kernel that has given the answers: 'refstack capture' does that"
	local code=0 options=(--dut "$dut" --junit "$junit" -j "$workers")
	[[ -z $report ]] || options+=(--run "$dir/run.jsonl")
	version=$("$refstack" version | head -n 1) || refuse 3 "$refstack does not run here"
	rm -f "$junit"
	"$refstack" check "${options[@]}" "$vectors" >"$dir/out" 2>"$dir/err" || code=$?
	cat "$dir/out"
	cat "$dir/err" >&2
	counts=$(tail -n 1 "$dir/out")
	if ((code > 4)); then
		refuse 1 "refstack itself ended, with exit code $code"
	elif ((code != 0)) && [[ ! $counts =~ ^[0-9]+\ passed ]]; then
		refuse "$code" "$(head -n 1 "$dir/err")"
	fi
	[[ -f $junit || $code != 0 ]] || refuse 3 "$junit was not written"
	if ((code == 0 && $(count passed) + $(count explained) == 0)); then
		refuse 2 "$vectors: no pair was compared: $counts. 'refstack capture' makes pairs of scripts"
	fi
	if [[ -n $report && $code != 3 ]]; then
		make_report "$code"
		code=$?
	fi
	if [[ -n $summary ]] && ! write_summary "$code" >>"$summary"; then
		echo "gate: $summary cannot be written" >&2
		((code != 0)) || code=3
	fi
	github_output "$code"
	exit "$code"
}

# --- the command line --------------------------------------------------------------------------------

wrong_use() { # WHAT...
	echo "gate: $*; gate.sh --help says more" >&2
	exit 2
}

key_only=
while (($# != 0)); do
	case $1 in
	--refstack | --build-from | --dut | --junit | --summary | --report | --baseline | --first | -j)
		[[ -n ${2:-} ]] || wrong_use "$1 takes a value"
		case $1 in
		--refstack) refstack=$2 ;;
		--build-from) build_from=$2 ;;
		--dut) dut=$2 ;;
		--junit) junit=$2 ;;
		--summary) summary=$2 ;;
		--report) report=$2 ;;
		--baseline) baseline=$2 ;;
		--first) first=$2 ;;
		-j) workers=$2 ;;
		esac
		shift
		;;
	--cache-key) key_only=1 ;;
	--help | -h)
		usage
		exit 0
		;;
	-*) wrong_use "unknown option $1" ;;
	*)
		[[ -z $vectors ]] || wrong_use "one folder, and these are two: $vectors, $1"
		vectors=$1
		;;
	esac
	shift
done
[[ -z $baseline || -n $report ]] || wrong_use "--baseline goes with --report"
[[ $first =~ ^[0-9]{1,6}$ ]] || wrong_use "--first takes a number"
[[ $workers =~ ^[1-9][0-9]{0,2}$ ]] || wrong_use "-j takes a number"
vectors=${vectors:-vectors}

if [[ -n $key_only ]]; then
	cache_key
	exit
fi
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
find_refstack
look_at_vectors
gate
