#!/bin/bash
# SPDX-License-Identifier: MIT
# ci/fuzz.sh libfuzzer|afl TARGET SECONDS: fuzzes one target from corpus/TARGET on, in build/fuzz/.
# ci/fuzz.sh --tools ENGINE: is the engine there? ci/fuzz.sh --merge TARGET: adds to
# corpus/TARGET/seed what both engines have found beyond it. Exit codes: 0 nothing, 1 a finding,
# 2 wrong use, 3 the engine is absent.
set -eu -o pipefail

build=${BUILD:-build}

need() {
	local engine=$1 tool=clang package="clang libclang-rt-14-dev"

	if [[ $engine == afl ]]; then
		tool=afl-clang-fast
		package="afl++ clang llvm"
	elif [[ $engine != libfuzzer ]]; then
		echo "fuzz: ENGINE is libfuzzer or afl, not $engine" >&2
		exit 2
	fi
	if ! command -v "$tool" >/dev/null; then
		echo "fuzz: $tool is absent. Run: apt-get install -y --no-install-recommends $package" >&2
		exit 3
	fi
}

# Small inputs, and of those the fewest that reach what all of them reach.
merge() {
	local all
	all=$(mktemp -d)
	find "$build/fuzz" -type f -size -2 \
		\( -path "*/libfuzzer/$1/corpus/*" -o -path "*/afl/$1/out/*/queue/id*" \) \
		-exec cp -t "$all" {} +
	setarch -R "$build/libfuzzer/fuzz_$1" -set_cover_merge=1 -use_counters=0 "corpus/$1/seed" "$all"
	rm -rf "$all"
}

if [[ ${1-} == --tools && $# == 2 ]]; then
	need "$2"
	exit 0
elif [[ ${1-} == --merge && $# == 2 ]]; then
	need libfuzzer
	merge "$2"
	exit 0
elif (($# != 3)); then
	echo "usage: ci/fuzz.sh libfuzzer|afl TARGET SECONDS" >&2
	exit 2
fi
engine=$1
target=$2
seconds=$3
need "$engine"
program=$build/$engine/fuzz_$target
if [[ ! -x $program ]]; then
	echo "fuzz: no $program: make fuzz-build T=$target ENGINE=$engine" >&2
	exit 2
fi
work=$build/fuzz/$engine/$target
mkdir -p "$work/found"

seeds=$work/seeds
rm -rf "$seeds"
mkdir -p "$seeds"
find "corpus/$target" -type f -exec cp -t "$seeds" {} +

# Instrumented programs die at random where addresses are spread widely.
case $engine in
libfuzzer)
	mkdir -p "$work/corpus"
	setarch -R "$program" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 -max_len=4096 \
		-artifact_prefix="$work/found/" -print_final_stats=1 "$work/corpus" "$seeds" || true
	;;
afl)
	rm -rf "$work/out"
	AFL_NO_UI=1 AFL_SKIP_CPUFREQ=1 AFL_NO_AFFINITY=1 AFL_I_DONT_CARE_ABOUT_MISSING_CRASHES=1 \
		AFL_ALLOW_TMP=1 ASAN_OPTIONS=abort_on_error=1:symbolize=0:detect_leaks=0 \
		setarch -R afl-fuzz -i "$seeds" -o "$work/out" -V "$seconds" -t 1000+ -m none -G 4096 \
		-- "$program"
	find "$work/out" -path '*/crashes/id*' -exec cp -t "$work/found" {} +
	find "$work/out" -path '*/hangs/id*' -exec cp -t "$work/found" {} +
	;;
esac
if [[ -n $(ls -A "$work/found") ]]; then
	echo "fuzz: findings in $work/found" >&2
	echo "replay: make $build/asan/replay_$target && $build/asan/replay_$target $work/found" >&2
	exit 1
fi
