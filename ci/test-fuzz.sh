#!/bin/bash
# SPDX-License-Identifier: MIT
# refstack fuzz as its users call it, with engines that are shell scripts: what they write is taken,
# what they find is looked at, they are ended and started again. Then a few hundred executions of the
# real ones, where they are built.
# shellcheck disable=SC2317 # what is called by name
set -u -o pipefail
# shellcheck source=ci/testlib.sh
. ci/testlib.sh

build=${BUILD:-build}
refstack=$(realpath "$build/refstack")
t=$dir/t
mkdir -p "$t"

# shellcheck disable=SC2034 # for testlib
suite=fuzz tested=("$refstack" fuzz)

# --- engines that do what they are told by FAKE -------------------------------------------------------
# FAKE has words: news (writes inputs), flood (very many), crash (ends with an artefact), dies (ends with nothing),
# slow (ends with an input that takes too long), deaf (does not hear that it shall end).
b=$t/b
mkdir -p "$b/libfuzzer" "$b/afl" "$b/asan" "$t/bin" "$t/seeds/pkt/seed" "$t/seeds/pkt/regress"
echo one >"$t/seeds/pkt/seed/one"
echo two >"$t/seeds/pkt/regress/two"
cat >"$b/libfuzzer/fuzz_pkt" <<'SH'
#!/bin/bash
# libFuzzer: the first directory is written to.
dirs=()
runs=
for a in "$@"; do
	case $a in
	-artifact_prefix=*) found=${a#*=} ;;
	-runs=*) runs=${a#*=} ;;
	-*) ;;
	*) dirs+=("$a") ;;
	esac
done
printf '%s\n' "$*" >>"$FAKE_LOG"
ls "${dirs[1]}" >"$FAKE_LOG.had"
trap 'exit 0' INT
[[ $FAKE != *deaf* ]] || trap '' INT TERM
[[ $FAKE != *dies* ]] || { echo "a reason to die" >&2; exit 9; }
printf '#2\tINITED cov: 41 ft: 9 corp: 1/2b\n' >&2
if [[ $FAKE == *news* ]]; then
	echo "of libfuzzer" >"${dirs[0]}/0123456789012345678901234567890123456789"
	printf '#512\tNEW    cov: 77 ft: 9 corp: 2/9b\n' >&2
fi
if [[ $FAKE == *flood* ]]; then
	for i in {1000..1200}; do
		printf '%4000d' "$i" >"${dirs[0]}/012345678901234567890123456789012345$i"
	done
fi
if [[ $FAKE == *crash* ]]; then
	sleep 0.3
	echo "crash $(cat "$FAKE_LOG.n" 2>/dev/null)" >"${found}crash-0123"
	echo x >>"$FAKE_LOG.n"
	exit 77
fi
if [[ $FAKE == *slow* ]]; then
	echo "slow" >"${found}timeout-0123"
	exit 77
fi
if [[ -n $runs ]]; then
	printf '#%s\tDONE   cov: 77 ft: 9 corp: 2/9b\n' "$runs" >&2
	exit 0
fi
while :; do sleep 0.1; done
SH
cat >"$t/bin/afl-fuzz" <<'SH'
#!/bin/bash
# AFL++: -o DIR/NAME has queue, crashes, hangs and fuzzer_stats.
printf 'afl-fuzz %s\n' "$*" >>"$FAKE_LOG"
env | grep '^AFL_\|^REFSTACK' | sort >"$FAKE_LOG.env"
while (($#)); do
	case $1 in
	-o) out=$2 ;;
	-M | -S) name=$2 ;;
	--) program=$2 ;;
	esac
	shift
done
[[ -x $program ]] || exit 1
mkdir -p "$out/$name/queue" "$out/$name/crashes" "$out/$name/hangs"
printf 'execs_done        : 1000\nedges_found       : 55\nstability         : 99.50%%\n' \
	>"$out/$name/fuzzer_stats"
[[ $FAKE != *news* ]] || echo "of afl" >"$out/$name/queue/id:000000,time:0"
[[ $FAKE != *crash* ]] || echo "afl crash" >"$out/$name/crashes/id:000000,sig:06"
trap 'exit 0' INT
echo "how to report" >"$out/$name/crashes/README.txt"
while :; do sleep 0.1; done
SH
printf '#!/bin/sh\n' >"$b/afl/fuzz_pkt"
# What an input with "crash" in it shows is always the same.
cat >"$b/asan/replay_pkt" <<'SH'
#!/bin/bash
grep -q crash "${!#}" || { echo "replayed 1 inputs"; exit 0; }
echo "found: round_trip: a planted thing" >&2
kill -ABRT $$
SH
chmod +x "$b"/*/* "$t/bin/afl-fuzz"
export FAKE='' FAKE_LOG=$t/log PATH="$t/bin:$PATH"

# The command with all that makes it the fakes' campaign.
campaign=(--build "$b" --seeds "$t/seeds" --campaign)
fuzz() { # NAME CODE FAKE DIRECTORY ARGUMENT...
	FAKE=$3 exits "$1" "$2" pkt "${campaign[@]}" "$4" "${@:5}"
}
json_of() { # DIRECTORY EXPRESSION
	python3 -c 'import json, sys
j = json.load(open(sys.argv[1] + "/summary.json"))
assert eval(sys.argv[2]), j' "$1" "$2"
}
holds() { # NAME DIRECTORY EXPRESSION
	expect "fuzz/$1" json_of "$2" "$3"
}
entry() { # DIRECTORY TEXT: is it in the corpus, under its hash?
	local hash
	hash=$(printf '%s\n' "$2" | sha256sum)
	test "$(cat "$1/corpus/pkt/${hash:0:40}")" = "$2"
}
alone() { # no process that was started for the campaign is left
	! pgrep -f "$t/b/libfuzzer/fuzz_pkt|$t/bin/afl-fuzz" >/dev/null
}

# --- a life ------------------------------------------------------------------------------------------------
fuzz quiet 0 'news' "$t/c" --time 3 -j 2
says quiet_line " executions, " "$dir/err"
says quiet_findings "findings: none" "$dir/out"
says quiet_report "report: $t/c/summary.html" "$dir/out"
for text in one two "of libfuzzer" "of afl"; do
	expect "fuzz/corpus_has_${text// /_}" entry "$t/c" "$text"
done
holds quiet_sums "$t/c" 'j["targets"]["pkt"]["execs_libfuzzer"] == 512 and j["targets"]["pkt"]["execs_afl"] == 1000'
holds quiet_edges "$t/c" 'j["targets"]["pkt"]["edges_libfuzzer"] == 77 and j["targets"]["pkt"]["edges_afl"] == 55'
holds quiet_inputs "$t/c" 'j["targets"]["pkt"]["inputs"] == 4 and j["second_looks"]["inputs"] == 4'
says stability "99.50 %" "$dir/out"
says afl_alone "REFSTACK_TARGET=pkt" "$FAKE_LOG.env"
says afl_foreign "-F $t/c/corpus/pkt" "$FAKE_LOG"
says afl_main "-M afl-main" "$FAKE_LOG"
expect fuzz/seeds_were_given test "$(wc -l <"$FAKE_LOG.had")" -ge 2
expect fuzz/nothing_left alone
expect fuzz/page_is_html python3 - "$t/c/summary.html" <<'PY'
import html.parser, sys
text = open(sys.argv[1]).read()
open_tags = []
class P(html.parser.HTMLParser):
    def handle_starttag(self, tag, attrs):
        for k, v in attrs:
            assert k not in ("src", "href"), (tag, k, v)
    def handle_data(self, data):
        assert "nan" not in data.lower().split()
P().feed(text)
assert "<svg" in text and "</html>" in text and "http" not in text
PY

# --- on from there, and anew ---------------------------------------------------------------------------------
fuzz again 0 'news' "$t/c" --time 2
holds again_sums "$t/c" 'j["sessions"] == 2 and j["targets"]["pkt"]["execs_libfuzzer"] == 1024'
holds again_looked_once "$t/c" 'j["second_looks"]["inputs"] == 4'
touch "$t/c/mine"
fuzz fresh 0 '' "$t/c" --time 1 --fresh
holds fresh_sums "$t/c" 'j["sessions"] == 1 and j["targets"]["pkt"]["inputs"] == 2'
expect fuzz/fresh_leaves_others test -e "$t/c/mine"

# --- so many executions ----------------------------------------------------------------------------------------
fuzz execs 0 'news' "$t/e" --engines libfuzzer --execs 300 --time 60
says execs_runs "-runs=150" "$FAKE_LOG"
holds execs_sum "$t/e" 'j["targets"]["pkt"]["execs"] >= 300 and j["seconds"] < 20'
fuzz more_workers 0 '' "$t/w" --engines libfuzzer --time 1 -j 3
expect fuzz/three_workers test -e "$t/w/work/pkt/libfuzzer-2.log"

# --- findings -----------------------------------------------------------------------------------------------
fuzz crash 1 'crash' "$t/f" --time 4
says crash_found "a planted thing" "$dir/out"
says crash_said ": found " "$dir/err"
says crash_next "show " "$dir/out"
says crash_triage "triage --campaign $t/f" "$dir/out"
holds crash_one "$t/f" 'len(j["findings"]) == 1 and j["findings"][0]["detector"] == "round_trip" and j["findings"][0]["seen"] > 1'
holds crash_counted "$t/f" 'j["targets"]["pkt"]["artefacts"] > 1 and j["targets"]["pkt"]["findings"] == 1'
expect fuzz/crash_kept test "$(find "$t/f/found/pkt" -type f | wc -l)" -ge 2
expect fuzz/crash_restarted test "$(wc -l <"$FAKE_LOG.n")" -ge 2
fuzz crash_stays 1 '' "$t/f" --time 1
exits summary 1 --summary --campaign "$t/f"
says summary_found "a planted thing" "$dir/out"
holds summary_no_session "$t/f" 'j["sessions"] == 2'
exits summary_of_nothing 2 --summary --fresh --campaign "$t/f"
fuzz stop 1 'crash' "$t/s" --stop --time 120 --engines libfuzzer
holds stop_soon "$t/s" 'j["seconds"] < 60 and j["findings"][0]["status"] == "confirmed"'
# A corpus entry that crashes does not stay where every engine would load it.
mkdir -p "$t/bad/pkt/seed"
echo "crash " >"$t/bad/pkt/seed/x"
FAKE='' exits bad_seed 1 pkt --build "$b" --seeds "$t/bad" --campaign "$t/g" --time 3
expect fuzz/bad_seed_gone test -z "$(find "$t/g/corpus" -type f -exec grep -l crash {} +)"
# An engine that is too slow says nothing of the input.
fuzz slow 0 'slow' "$t/l" --time 2 --engines libfuzzer
holds slow_counted "$t/l" 'j["slow"] == 1 and j["findings"] == []'

# --- JSON ----------------------------------------------------------------------------------------------------
FAKE=crash exits json 1 pkt "${campaign[@]}" "$t/j" --time 3 --json
expect fuzz/json_lines python3 - "$dir/out" <<'PY'
import json, sys
lines = [json.loads(l) for l in open(sys.argv[1])]
events = [l["event"] for l in lines]
assert events[-1] == "end" and "finding" in events, events
last = lines[-1]
assert last["findings"] == {"round_trip": 1} and last["newest"]["signature"] == "a planted thing", last
assert last["seconds"] >= 3 and last["linux"]["judged"] == 0, last
PY

# --- Ctrl-C --------------------------------------------------------------------------------------------------
# How long it takes must not matter: it has no end of its own.
run_and_signal() { # DIRECTORY FAKE SIGNALS
	FAKE=$2 "$refstack" fuzz pkt "${campaign[@]}" "$1" --time 0 >"$dir/out" 2>"$dir/err" &
	local pid=$! i
	for ((i = 0; i < 100; i++)); do
		[[ ! -e $1/work/pkt/afl-main.log ]] || break
		sleep 0.1
	done
	sleep 0.5
	for ((i = 0; i < $3; i++)); do
		kill -INT "$pid" 2>/dev/null
		sleep 0.5
	done
	wait "$pid"
}
# A shell's background processes do not hear Ctrl-C unless they ask for it.
code=0
set -m
run_and_signal "$t/i" 'news' 1 || code=$?
expect fuzz/ctrl_c_ends test "$code" = 0
says ctrl_c_report "report: " "$dir/out"
holds ctrl_c_told "$t/i" 'j["interrupted"]'
expect fuzz/ctrl_c_keeps entry "$t/i" "of libfuzzer"
expect fuzz/ctrl_c_nothing_left alone
code=0
run_and_signal "$t/i2" 'deaf' 2 || code=$?
set +m
expect fuzz/ctrl_c_twice test "$code" = 130
sleep 1
expect fuzz/ctrl_c_twice_nothing_left alone
fuzz after_ctrl_c 0 '' "$t/i2" --time 1
# One that does not hear is ended all the same.
fuzz deaf 0 'deaf' "$t/d" --time 1 --engines libfuzzer
expect fuzz/deaf_nothing_left alone

# --- engines that do not work ---------------------------------------------------------------------------------
fuzz dies 3 'dies' "$t/x" --time 20 --engines libfuzzer
says dies_why "a reason to die" "$dir/err"
fuzz dies_one 0 'dies' "$t/x2" --time 3
says dies_one_told "libfuzzer-0 on pkt is left out" "$dir/err"

# --- what is not there -----------------------------------------------------------------------------------------
mkdir -p "$t/nobin"
for tool in bash cat grep ls sleep mkdir env sort git; do
	ln -sf "$(command -v "$tool")" "$t/nobin/$tool"
done
PATH=$t/nobin fuzz no_afl 0 '' "$t/n" --time 1
says no_afl_why "AFL++ is absent and left out. Run: apt-get install" "$dir/err"
PATH=$t/nobin fuzz no_engine 3 '' "$t/n" --time 1 --engines afl
exits not_built 3 rx "${campaign[@]}" "$t/n" --time 1
says not_built_what "fuzz_rx is not built. Run: make fuzz-build" "$dir/err"
FAKE='' XDG_CACHE_HOME=$t/empty exits no_judge 0 pkt "${campaign[@]}" "$t/n" --time 1 --judge auto
exits no_target 2 nobody
says no_target_list "  pcapng" "$dir/err"
exits no_such_engine 2 pkt --engines honggfuzz
exits no_such_look 2 pkt --looks sideways
exits no_such_judge 2 pkt --judge me

# --- a directory that cannot be used ------------------------------------------------------------------------------
touch "$t/file"
fuzz under_a_file 3 '' "$t/file/c" --time 1
says under_a_file_why "cannot make $t/file/c" "$dir/err"
mkdir -p "$t/dam"
echo '{ "sessions": tw' >"$t/dam/campaign.json"
fuzz damaged 3 '' "$t/dam" --time 1
says damaged_why "campaign.json is damaged" "$dir/err"
fuzz damaged_fresh 0 '' "$t/dam" --time 1 --fresh
if ((EUID != 0)); then
	mkdir -p "$t/ro"
	chmod 555 "$t/ro"
	fuzz read_only 3 '' "$t/ro" --time 1
	says read_only_why "cannot write into $t/ro" "$dir/err"
fi
if unshare -rm true 2>/dev/null; then
	# shellcheck disable=SC2016
	FAKE=flood expect fuzz/full_disk unshare -rm bash -c '
		mkdir -p "$1" && mount -t tmpfs -o size=1m none "$1" || exit 9
		code=0
		"$2" fuzz pkt --build "$3" --seeds "$4" --campaign "$1/c" --time 8 2>"$5" || code=$?
		((code == 3)) && grep -q "cannot\|No space" "$5"' \
		full "$t/small" "$refstack" "$b" "$t/seeds" "$dir/err"
else
	skip fuzz/full_disk "no namespace for a small disk"
fi

# --- two at a time ----------------------------------------------------------------------------------------------
FAKE='' "$refstack" fuzz pkt "${campaign[@]}" "$t/two" --time 60 >/dev/null 2>&1 &
first=$!
for ((i = 0; i < 100; i++)); do
	[[ ! -s $t/two/lock ]] || break
	sleep 0.1
done
fuzz locked 3 '' "$t/two" --time 1
says locked_who "process $first runs a campaign in $t/two" "$dir/err"
kill -KILL "$first"
wait "$first" 2>/dev/null
sleep 0.5
expect fuzz/killed_nothing_left alone
fuzz lock_is_gone 0 '' "$t/two" --time 1

# --- a terminal ---------------------------------------------------------------------------------------------------
cat >"$t/screen.py" <<'PY'
import os, pty, re, sys
out = b""
pid, fd = pty.fork()
if pid == 0:
    os.environ.update(TERM="xterm", NO_COLOR="1", FAKE="crash news")
    os.execv(sys.argv[1], sys.argv[1:])
while True:
    try:
        more = os.read(fd, 65536)
    except OSError:
        break
    if not more:
        break
    out += more
_, status = os.waitpid(pid, 0)
assert os.waitstatus_to_exitcode(status) == 1, status
text = out.decode()
assert "\033[1m" not in text and "\033[32m" not in text, "colour in spite of NO_COLOR"
screen = text[:text.rindex("\033[J")]
rows = [re.sub(r"\033\[[0-9]*[A-Z]", "", r).strip("\r") for r in screen.split("\n")]
assert max(map(len, rows)) <= 80, max(rows, key=len)
for word in ("executions", "syscalls", "frames", "edges", "stability", "findings: round_trip 1", "newest: pkt"):
    assert word in screen, (word, screen)
assert "\033[" in text
PY
expect fuzz/screen python3 "$t/screen.py" "$refstack" fuzz pkt "${campaign[@]}" "$t/t" --time 4

# --- the real ones, for a moment --------------------------------------------------------------------------------------
export PATH="${PATH#"$t/bin:"}"
unset FAKE
real() { # ENGINE
	if [[ ! -x $build/$1/fuzz_pkt || ! -x $build/asan/replay_pkt ]]; then
		skip "fuzz/real_$1" "$build/$1/fuzz_pkt is not built: make fuzz-build"
		return
	fi
	if [[ $1 == afl ]] && ! command -v afl-fuzz >/dev/null; then
		skip "fuzz/real_$1" "afl-fuzz is not installed"
		return
	fi
	exits "real_$1" 0 pkt --build "$build" --engines "$1" --campaign "$t/real-$1" --execs 2000 --time 40 \
		--looks none
	holds "real_$1_counts" "$t/real-$1" "j['targets']['pkt']['execs_$1'] >= 2000 and j['targets']['pkt']['edges_$1'] > 0"
}
real libfuzzer
real afl

finish
