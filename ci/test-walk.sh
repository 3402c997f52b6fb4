#!/bin/bash
# SPDX-License-Identifier: MIT
# Compares `refstack walk NAME` with vectors/walk/NAME.txt. With --bless the files are rewritten.
set -eu -o pipefail

build=${BUILD:-build}
shopt -s nullglob
golden=(vectors/walk/*.txt)

if [[ ${1:-} == --bless ]]; then
	mkdir -p vectors/walk
	((${#golden[@]} != 0)) || golden=(vectors/walk/udp.txt)
	for file in "${golden[@]}"; do
		name=$(basename "$file" .txt)
		"$build/refstack" walk "$name" >"$file"
	done
	exit 0
fi

passed=0
failed=0
for file in "${golden[@]}"; do
	name=$(basename "$file" .txt)
	echo "[ RUN      ] walk/$name"
	if "$build/refstack" walk "$name" | diff -u "$file" -; then
		echo "[       OK ] walk/$name"
		passed=$((passed + 1))
	else
		echo "[  FAILED  ] walk/$name: replay with build/refstack walk $name; make bless"
		failed=$((failed + 1))
	fi
done
echo "[  PASSED  ] $passed test(s)."
if ((failed != 0)); then
	echo "[  FAILED  ] $failed test(s)."
fi
((failed == 0 && passed > 0))
