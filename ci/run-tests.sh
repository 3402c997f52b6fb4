#!/bin/bash
# SPDX-License-Identifier: MIT
# Runs test programs side by side and prints their output in the order given. Counts cmocka's result
# lines; a program that ends badly without having named a failure counts as one. Last line:
# "N passed, N failed".
set -u

limit_seconds=${TEST_TIMEOUT:-900}
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT

jobs_max=$(nproc)
n=0
for program in "$@"; do
	while (($(jobs -rp | wc -l) >= jobs_max)); do
		wait -n
	done
	(
		timeout "$limit_seconds" "$program" >"$out/$n.log" 2>&1 </dev/null
		echo $? >"$out/$n.rc"
	) &
	n=$((n + 1))
done
wait

# The sum of the numbers that follow a tag of cmocka's: "[  PASSED  ] 3 test(s)."
count() {
	grep -a "^\[  $1  \] [0-9][0-9]* test" "$2" | awk '{ n += $4 } END { print n + 0 }'
}

passed=0
failed=0
bad=()
n=0
for program in "$@"; do
	rc=$(cat "$out/$n.rc")
	echo "== $program"
	cat "$out/$n.log"
	p=$(count PASSED "$out/$n.log")
	f=$(count FAILED "$out/$n.log")
	if ((rc != 0 && f == 0)); then
		echo "[  FAILED  ] $program: exit code $rc"
		f=1
	elif ((rc == 0 && p + f == 0)); then
		echo "[  FAILED  ] $program: ran no test"
		f=1
	fi
	passed=$((passed + p))
	failed=$((failed + f))
	((f == 0)) || bad+=("$program")
	n=$((n + 1))
done
if ((${#bad[@]} != 0)); then
	echo "failed in: ${bad[*]}"
fi
echo "$passed passed, $failed failed"
((failed == 0 && passed > 0))
