#!/bin/bash
# SPDX-License-Identifier: MIT
# Runs every input of corpus/ through its fuzz target once more, with sanitizers, and then a fixed
# number of mutations of them, always the same ones. All of it takes about ten seconds.
set -eu -o pipefail
# shellcheck source=ci/testlib.sh
. ci/testlib.sh

build=${BUILD:-build}/asan
declare -A runs=([syscalls]=600 [rx]=600 [api]=2000 [frag]=800 [neigh]=800 [tcp]=800 [tcp-pair]=400 [snapshot]=300 [route]=2000
	[nic]=500 [pkt]=1000 [pcapng]=4000 [binary]=1000)

for source in harness/fuzz/fuzz_*.c; do
	target=$(basename "$source" .c)
	target=${target#fuzz_}
	if [[ -z ${runs[$target]-} ]]; then
		case_failed "corpus/$target" "no number of runs in $0"
	elif TMPDIR=$dir setarch -R "$build/replay_$target" --runs "${runs[$target]}" --seed 1 \
		"corpus/$target"/*/ >"$dir/out" 2>&1; then
		case_ok "corpus/$target: $(tail -n 1 "$dir/out"), ${runs[$target]} mutations"
	else
		case_failed "corpus/$target" \
			"replay: $build/replay_$target --runs ${runs[$target]} --seed 1 corpus/$target/*/"
		head -n 40 "$dir/out" | cut -c 1-300
	fi
done
finish
