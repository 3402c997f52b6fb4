#!/bin/bash
# SPDX-License-Identifier: MIT
# ci/fuzz-merge.sh TARGET...: adds to corpus/TARGET/seed the fewest inputs of a campaign's corpus
# (CAMPAIGN, build/campaign) that reach what corpus/TARGET does not. Small ones only.
set -eu -o pipefail

build=${BUILD:-build}
campaign=${CAMPAIGN:-$build/campaign}

for target in "$@"; do
	from=$campaign/corpus/$target
	program=$build/libfuzzer/fuzz_$target
	if [[ ! -d $from ]]; then
		echo "fuzz-merge: there is no $from" >&2
		continue
	fi
	if [[ ! -x $program ]]; then
		echo "fuzz-merge: $program is not built. Run: make fuzz-build" >&2
		exit 3
	fi
	all=$(mktemp -d)
	mkdir -p "corpus/$target/seed"
	find "$from" -type f -size -2 -exec cp -t "$all" {} +
	setarch -R "$program" -set_cover_merge=1 -use_counters=0 "corpus/$target/seed" "$all"
	rm -rf "$all"
done
