#!/bin/bash
# SPDX-License-Identifier: MIT
# The same programs in every build: every compiler, level, sanitizer and machine must print what the
# first prints, to the last digit: random ones, and each event of each script in vectors/.
set -eu -o pipefail
# shellcheck source=ci/testlib.sh
. ci/testlib.sh

build=${BUILD:-build}
configs=${DIGEST_CONFIGS:-asan release gcc-O0 gcc-O3 clang-O0 clang-O3 clang-asan i386 s390x}
what=("${DIGEST_ARGS:-selfcheck --seed 1 --runs 50}" "selfcheck --soak 400" "run -v $dir/plain/vectors")

# An emulated program starts no python of this machine: assertions are for the others, in other tests.
mkdir "$dir/plain"
cp -r vectors "$dir/plain/"
find "$dir/plain/vectors" -name '*.pkt' -exec sed -i -e 's/^.*%{.*}%.*$//' -e '/%{/,/}%/d' {} +

run() { # CONFIG ARGUMENTS...
	local bin=$build/$1/refstack
	case $1 in
	s390x) qemu-s390x-static "$bin" "${@:2}" ;;
	i386)
		# Some kernels run no 32-bit programs; the emulator does.
		if "$bin" version >/dev/null 2>&1; then
			"$bin" "${@:2}"
		else
			qemu-i386-static "$bin" "${@:2}"
		fi
		;;
	*) "$bin" "${@:2}" ;;
	esac
}

for config in $configs; do
	for i in "${!what[@]}"; do
		read -ra args <<<"${what[i]}"
		rc=0
		run "$config" "${args[@]}" >"$dir/got" || rc=$?
		[[ -e $dir/want$i ]] || cp "$dir/got" "$dir/want$i"
		if [[ $rc == 0 && -s $dir/got ]] && cmp -s "$dir/want$i" "$dir/got"; then
			tail -n 1 "$dir/got"
			case_ok "digest/$config: ${args[0]}"
		else
			diff "$dir/want$i" "$dir/got" | head -n 20 || true
			case_failed "digest/$config: ${args[0]}" \
				"exit $rc; replay: $build/$config/refstack ${args[*]}"
		fi
	done
done
finish
