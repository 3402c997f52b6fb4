#!/bin/bash
# SPDX-License-Identifier: MIT
# Runs every input of corpus/ through its fuzz target once more, with sanitizers.
set -eu -o pipefail
# shellcheck source=ci/testlib.sh
. ci/testlib.sh

build=${BUILD:-build}/asan
for source in harness/fuzz/fuzz_*.c; do
	target=$(basename "$source" .c)
	target=${target#fuzz_}
	if setarch -R "$build/replay_$target" "corpus/$target"/*/; then
		case_ok "corpus/$target"
	else
		case_failed "corpus/$target" "replay: $build/replay_$target FILE"
	fi
done
finish
