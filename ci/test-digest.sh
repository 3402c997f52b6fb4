#!/bin/bash
# SPDX-License-Identifier: MIT
# The same random programs in every build: every compiler, level, sanitizer and machine must print the
# same digest as the first.
set -eu -o pipefail

build=${BUILD:-build}
configs=${DIGEST_CONFIGS:-asan release gcc-O0 gcc-O3 clang-O0 clang-O3 clang-asan i386 s390x}
read -ra args <<<"${DIGEST_ARGS:-selfcheck --seed 1 --runs 50}"

run() {
	case $1 in
	s390x) qemu-s390x-static "$build/$1/refstack" "${args[@]}" ;;
	i386)
		# Some kernels run no 32-bit programs; the emulator does.
		if "$build/$1/refstack" version >/dev/null 2>&1; then
			"$build/$1/refstack" "${args[@]}"
		else
			qemu-i386-static "$build/$1/refstack" "${args[@]}"
		fi
		;;
	*) "$build/$1/refstack" "${args[@]}" ;;
	esac
}

want=
passed=0
failed=0
for config in $configs; do
	echo "[ RUN      ] digest/$config"
	rc=0
	got=$(run "$config") || rc=$?
	want=${want:-$got}
	if [[ $rc == 0 && -n $got && $got == "$want" ]]; then
		echo "$got" | tail -n 1
		echo "[       OK ] digest/$config"
		passed=$((passed + 1))
	else
		diff <(echo "$want") <(echo "$got") | head -n 20 || true
		echo "[  FAILED  ] digest/$config: exit $rc; replay: $build/$config/refstack ${args[*]}"
		failed=$((failed + 1))
	fi
done
echo "[  PASSED  ] $passed test(s)."
if ((failed != 0)); then
	echo "[  FAILED  ] $failed test(s)."
fi
((failed == 0))
