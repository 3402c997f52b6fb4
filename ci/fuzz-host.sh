#!/bin/bash
# SPDX-License-Identifier: MIT
# ci/fuzz-host.sh HOST SHARED TARGET SECONDS: one of several machines that fuzz together with AFL++.
# SHARED is a folder that all of them see (or that rsync carries between them); HOST is this one's
# name in it. The others' queues are brought here and imported first, then this machine's main
# instance works for so long, then its queue goes into SHARED. Run it again and again, on each.
# EXECS=N in place of a time. What refstack fuzz has found here (build/campaign) comes in by -F.
set -eu -o pipefail

if (($# != 4)); then
	echo "usage: ci/fuzz-host.sh HOST SHARED TARGET SECONDS" >&2
	exit 2
fi
host=$1
shared=$2/$3
target=$3
build=${BUILD:-build}
program=$build/afl/fuzz_$target
here=${HERE:-$build/hosts/$host}/$target
campaign=$build/campaign/corpus/$target

if ! command -v afl-fuzz >/dev/null; then
	echo "fuzz-host: afl-fuzz is absent. Run: ci/setup.sh --fuzz" >&2
	exit 3
fi
if [[ ! -x $program ]]; then
	echo "fuzz-host: $program is not built. Run: make fuzz-build" >&2
	exit 3
fi

# A queue arrives whole or not at all.
carry() { # FROM TO
	rm -rf "$2.tmp"
	mkdir -p "$2.tmp"
	cp -r "$1/queue" "$2.tmp/"
	rm -rf "$2"
	mv "$2.tmp" "$2"
}

mkdir -p "$here" "$shared"
for other in "$shared"/*/; do
	name=$(basename "$other")
	[[ $name == "$host" || $name == *.tmp || ! -d $other/queue ]] || carry "$other" "$here/$name"
done

seeds=$here/../$target.seeds
rm -rf "$seeds"
mkdir -p "$seeds"
find "corpus/$target" -type f -exec cp -t "$seeds" {} +
[[ ! -d $here/$host/queue ]] || seeds=-

options=(-M "$host" -i "$seeds" -o "$here" -m none -t 1000+ -G 4096)
[[ ! -d $campaign ]] || options+=(-F "$campaign")
if [[ -n ${EXECS-} ]]; then
	options+=(-E "$EXECS")
else
	options+=(-V "$4")
fi
if [[ -e $build/afl/mutator.so ]]; then
	export AFL_CUSTOM_MUTATOR_LIBRARY=$build/afl/mutator.so REFSTACK_TARGET=$target
fi
# Instrumented programs die at random where addresses are spread widely.
AFL_IMPORT_FIRST=1 AFL_NO_UI=1 AFL_SKIP_CPUFREQ=1 AFL_NO_AFFINITY=1 \
	AFL_I_DONT_CARE_ABOUT_MISSING_CRASHES=1 AFL_ALLOW_TMP=1 \
	ASAN_OPTIONS=abort_on_error=1:symbolize=0:detect_leaks=0 \
	setarch -R afl-fuzz "${options[@]}" -- "$program" >"$here/../$target.log" 2>&1 || {
	echo "fuzz-host: afl-fuzz failed; the end of $here/../$target.log:" >&2
	tail -n 15 "$here/../$target.log" >&2
	exit 1
}
carry "$here/$host" "$shared/$host"

count() { find "$here/$host/$1" -type f -name 'id*' 2>/dev/null | wc -l; }
others=$(find "$here/$host/queue" -name '*sync:*' | wc -l)
echo "$host: $(count queue) inputs, $others of them from others, $(count crashes) crashes, $(count hangs) hangs"
