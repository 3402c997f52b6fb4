#!/bin/bash
# SPDX-License-Identifier: MIT
# Every static check, called by `make lint`, which hands over the lists of files and the flags. Names as
# arguments choose some of them. A tool that is absent is reported as SKIP.
set -u -o pipefail

read -ra sources <<<"$(tr -s ' \n' ' ' <<<"$C_FILES")"
read -ra headers <<<"$(tr -s ' \n' ' ' <<<"$H_FILES")"
read -ra core <<<"$(tr -s ' \n' ' ' <<<"$CORE_SRC")"
read -ra flags <<<"$STD $WARN -D_GNU_SOURCE"
cores=$(nproc)

each() { # each COMMAND... : once for every line of the input, side by side
	xargs -r -P "$cores" -I '{}' "$@"
}

check_headers() { # each header compiles alone, twice over
	# shellcheck disable=SC2016 # the inner shell expands them
	printf '%s\n' "${headers[@]}" | each sh -c '
		printf "#include \"%s\"\n#include \"%s\"\n" "$1" "$1" |
			gcc $2 -fsyntax-only -x c - || { echo "$1: not self-contained"; exit 1; }
	' sh '{}' "${flags[*]}"
}

check_clang_tidy() {
	printf '%s\n' "${sources[@]}" | each clang-tidy --quiet '{}' -- "${flags[@]}" 2>&1 |
		{ grep -v 'warnings generated\.$\|^Suppressed \|^Use -header-filter' || true; }
	return "${PIPESTATUS[1]}"
}

check_analyzer() {
	printf '%s\n' "${core[@]}" | each gcc "${flags[@]}" -O1 -fanalyzer -c -o /dev/null '{}'
}

check_cppcheck() {
	cppcheck --quiet --std=c11 --enable=warning,portability,performance --inline-suppr \
		--suppress=missingIncludeSystem --suppress=normalCheckLevelMaxBranches \
		--error-exitcode=1 --library=ci/cppcheck.cfg -j "$cores" -Irefstack -I. "${core[@]}"
}

check_shellcheck() {
	shellcheck -x ci/*.sh ci/hooks/* .ci/run
}

check_tidy() {
	ci/tidy.py
}

check_layers() {
	ci/layers.py
}

failed=0
lint() { # lint NAME TOOL
	if ! command -v "$2" >/dev/null; then
		echo "SKIP $1: $2 is not installed"
	elif "check_$1"; then
		echo "ok   $1"
	else
		echo "FAIL $1"
		failed=$((failed + 1))
	fi
}

declare -A tool=([headers]=gcc [clang_tidy]=clang-tidy [analyzer]=gcc [cppcheck]=cppcheck
	[shellcheck]=shellcheck [tidy]=python3 [layers]=python3)
order=(layers tidy headers shellcheck cppcheck clang_tidy analyzer)
for name in "${@:-${order[@]}}"; do
	lint "$name" "${tool[$name]}"
done
((failed == 0))
