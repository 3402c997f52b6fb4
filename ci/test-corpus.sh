#!/bin/bash
# SPDX-License-Identifier: MIT
# Runs every input of corpus/ through its fuzz target once more, with sanitizers.
set -eu -o pipefail

build=${BUILD:-build}/asan
passed=0
failed=0
for source in harness/fuzz/fuzz_*.c; do
	target=$(basename "$source" .c)
	target=${target#fuzz_}
	[[ $target != main ]] || continue
	echo "[ RUN      ] corpus/$target"
	if setarch -R "$build/replay_$target" "corpus/$target"/*/; then
		echo "[       OK ] corpus/$target"
		passed=$((passed + 1))
	else
		echo "[  FAILED  ] corpus/$target: replay: $build/replay_$target FILE"
		failed=$((failed + 1))
	fi
done
((passed == 0)) || echo "[  PASSED  ] $passed test(s)."
((failed == 0)) || echo "[  FAILED  ] $failed test(s)."
((failed == 0 && passed > 0))
