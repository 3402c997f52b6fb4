#!/bin/bash
# SPDX-License-Identifier: MIT
# All vectors and all cases of frames against the reference: what differs, and in the last line how many
# there were. Ends as `refstack check` does. Needs the release build, and no kernel.
#
# usage: regress.sh [DIRECTORY]      (vectors)
set -u -o pipefail

refstack=${BUILD:-build}/refstack
where=${1:-vectors}
list=$(mktemp)
trap 'rm -f "$list"' EXIT

"$refstack" check --list "$where" >"$list" || exit
cases=$(grep -c '\.frames/' "$list")
vectors=$(($(wc -l <"$list") - cases))

code=0
"$refstack" check -j "$(nproc)" "$where" >"$list" || code=$?
head -n -1 "$list"
totals=$(tail -n 1 "$list")
[[ $totals == *pending* ]] || totals+=", 0 pending"
echo "$vectors vectors, $cases cases of frames: $totals"
exit "$code"
