#!/bin/bash
# SPDX-License-Identifier: MIT
# Compares `refstack walk NAME` with vectors/walk/NAME.txt, and `refstack walk NAME --svg` with
# docs/walk-NAME.svg. With --bless the files are rewritten.
set -eu -o pipefail

build=${BUILD:-build}
shopt -s nullglob
golden=(vectors/walk/*.txt docs/walk-*.svg)

walk() { # the file that is to come out
	local name
	name=$(basename "${1%.*}")
	case $1 in
	*.svg) "$build/refstack" walk "${name#walk-}" --svg ;;
	*) "$build/refstack" walk "$name" ;;
	esac
}

if [[ ${1:-} == --bless ]]; then
	mkdir -p vectors/walk doc
	((${#golden[@]} != 0)) || golden=(vectors/walk/udp.txt docs/walk-udp.svg)
	for file in "${golden[@]}"; do
		walk "$file" >"$file.new"
		mv "$file.new" "$file"
	done
	exit 0
fi

# shellcheck source=ci/testlib.sh
. ci/testlib.sh
for file in "${golden[@]}"; do
	if walk "$file" | diff -u "$file" -; then
		case_ok "$file"
	else
		case_failed "$file" "replay with build/refstack walk; make bless takes it for right"
	fi
done
finish
