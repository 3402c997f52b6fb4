#!/bin/bash
# SPDX-License-Identifier: MIT
# The manual: its pages are made and are good mdoc, each command has one, and the scripts that it
# shows come out as it says.
set -u -o pipefail
# shellcheck source=ci/testlib.sh
. ci/testlib.sh

refstack=${BUILD:-build}/refstack

expect man/make ci/man.py "$dir/man"
expect man/make_scripts ci/man.py --scripts "$dir/scripts"

if command -v mandoc >/dev/null; then
	for page in "$dir"/man/*; do
		expect "man/lint_${page##*/}" mandoc -T lint -W warning "$page"
	done
else
	skip man/lint "mandoc is not installed"
fi

# Every command has its page, and the list of commands names no other.
commands=$("$refstack" --help | sed -n 's/^  \([a-z]*\) .*/\1/p')
for command in $commands; do
	expect "man/page_$command" test -s "$dir/man/refstack-$command.1"
done

shopt -s nullglob
for script in "$dir"/scripts/pass-*.pkt; do
	name=${script##*/}
	expect "man/script_${name%.pkt}" "$refstack" run "$script"
done
for script in "$dir"/scripts/fail-*.pkt; do
	name=${script##*/}
	"$refstack" run "$script" >"$dir/out" 2>&1
	code=$?
	expect "man/script_${name%.pkt}" test "$code" = 1
done
scripts=("$dir"/scripts/*.pkt)
expect man/scripts_are_there test "${#scripts[@]}" -ge 8
expect man/scripts_are_canonical "$refstack" fmt --check "${scripts[@]}"
finish
