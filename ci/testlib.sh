# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# For tests that are scripts: each case is named, counted, and reported as cmocka reports.

passed=0
failed=0
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT

case_ok() { # NAME
	echo "[       OK ] $1"
	passed=$((passed + 1))
}

case_failed() { # NAME WHAT...
	echo "[  FAILED  ] $1: ${*:2}"
	failed=$((failed + 1))
}

# Counts one case: a command that must succeed.
expect() { # NAME COMMAND...
	local name=$1
	shift
	if "$@" >"$dir/expect.log" 2>&1; then
		case_ok "$name"
	else
		case_failed "$name" "$*"
		head -n 40 "$dir/expect.log" | cut -c 1-300
	fi
}

# For tests of a command: suite is what its cases are called, command what is run.
suite=
tested=()

# Leaves what it printed in $dir/out and $dir/err.
exits() { # NAME CODE ARGUMENT...
	local code=0
	"${tested[@]}" "${@:3}" >"$dir/out" 2>"$dir/err" </dev/null || code=$?
	if ((code == $2)); then
		case_ok "$suite/$1"
	else
		case_failed "$suite/$1" "exit code $code, wanted $2: ${tested[*]##*/} ${*:3}"
		head -n 20 "$dir/out" "$dir/err"
	fi
}

last_is() { # NAME LINE
	expect "$suite/$1" test "$(tail -n 1 "$dir/out")" = "$2"
}

says() { # NAME TEXT FILE
	if grep -qF -- "$2" "$3"; then
		case_ok "$suite/$1"
	else
		case_failed "$suite/$1" "'$2' is not in:"
		head -n 20 "$3"
	fi
}

# Tests of the report, by the system's Python: it has what Debian packages bring, and another one may come
# first in PATH.
report_tests() { # NAME FILE...
	local python=/usr/bin/python3
	[[ -x $python ]] || python=python3
	if ! "$python" -c 'import jinja2' 2>/dev/null; then
		skip "$1" "python3-jinja2 is not installed"
		exit 0
	fi
	exec "$python" -B -W error::ResourceWarning harness/report/run_tests.py "${@:2}"
}

skip() { # NAME WHY...
	echo "SKIP $1: ${*:2}"
}

finish() {
	echo "[  PASSED  ] $passed test(s)."
	((failed == 0)) || echo "[  FAILED  ] $failed test(s)."
	((failed == 0 && passed > 0))
	exit
}
