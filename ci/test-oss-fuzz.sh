#!/bin/bash
# SPDX-License-Identifier: MIT
# The build for fuzzing services, with the variables set as they set them, and a few executions of
# what comes out. ENGINES="libfuzzer afl" SANITIZERS="address undefined memory" for all six; each
# builds everything, so that one is enough for every day.
# shellcheck disable=SC2317 # what is called by name
set -eu -o pipefail
# shellcheck source=ci/testlib.sh
. ci/testlib.sh

engines=${ENGINES:-libfuzzer}
sanitizers=${SANITIZERS:-address}
targets=$(sed -n 's/^T(\([a-z-]*\),.*/\1/p' harness/fuzz/targets.def)
driver=/usr/lib/afl/libAFLDriver.a

# What the services' base image has in its environment.
flags_of() { # SANITIZER
	local common="-O1 -fno-omit-frame-pointer -gline-tables-only -DFUZZING_BUILD_MODE_UNSAFE_FOR_PRODUCTION"
	case $1 in
	address) echo "$common -fsanitize=address -fsanitize-address-use-after-scope" ;;
	undefined) echo "$common -fsanitize=array-bounds,bool,builtin,enum,function,integer-divide-by-zero,null,object-size,return,returns-nonnull-attribute,shift,signed-integer-overflow,unsigned-integer-overflow,unreachable,vla-bound,vptr -fno-sanitize-recover=array-bounds,bool,builtin,enum,function,integer-divide-by-zero,null,object-size,return,returns-nonnull-attribute,shift,signed-integer-overflow,unreachable,vla-bound,vptr" ;;
	memory) echo "$common -fsanitize=memory -fsanitize-memory-track-origins" ;;
	esac
}

build() { # ENGINE SANITIZER OUT
	local flags cc=clang cxx=clang++ engine=-fsanitize=fuzzer

	flags=$(flags_of "$2")
	if [[ $1 == libfuzzer ]]; then
		flags+=" -fsanitize=fuzzer-no-link"
	else
		cc=afl-clang-fast
		cxx=afl-clang-fast++
		engine=$driver
	fi
	mkdir -p "$3" "$dir/src"
	ln -sfn "$PWD" "$dir/src/refstack"
	env AFL_QUIET=1 SRC="$dir/src" WORK="$dir/work-$1-$2" OUT="$3" CC="$cc" CXX="$cxx" \
		CFLAGS="$flags" CXXFLAGS="$flags" LIB_FUZZING_ENGINE="$engine" FUZZING_ENGINE="$1" \
		SANITIZER="$2" ARCHITECTURE=x86_64 ci/oss-fuzz/build.sh
}

# As the services' own check of a build: found by its symbol, alone in its directory, and it runs.
check_program() { # NAME PROGRAM ENGINE
	local seeds=$dir/seeds

	expect "$1/is a target" grep -q LLVMFuzzerTestOneInput "$2"
	expect "$1/needs nothing but the system" \
		test -z "$(ldd "$2" | grep -vE 'linux-vdso|ld-linux|lib(c|m|dl|rt|pthread|gcc_s|stdc\+\+|resolv)\.so')"
	rm -rf "$seeds"
	mkdir "$seeds"
	expect "$1/seeds" python3 -m zipfile -e "${2}_seed_corpus.zip" "$seeds"
	expect "$1/seeds are flat" test -z "$(find "$seeds" -mindepth 1 -type d)"
	expect "$1/options" grep -q '^max_len = ' "$2.options"
	if [[ $3 == libfuzzer ]]; then
		expect "$1/runs" env -C "$dir" setarch -R "$2" -runs=300 -seed=1 -max_len=4096 \
			-rss_limit_mb=2560 -timeout=25 -artifact_prefix="$dir/" "$seeds"
	else
		# Without afl-fuzz the driver runs the files that it is given.
		expect "$1/runs" env -C "$dir" setarch -R "$2" "$(find "$seeds" -type f | sort | head -n 1)"
	fi
}

for engine in $engines; do
	if [[ $engine == afl && ! -e $driver ]]; then
		skip "oss-fuzz/afl" "afl++ is absent"
		continue
	fi
	for sanitizer in $sanitizers; do
		out=$dir/out-$engine-$sanitizer
		expect "oss-fuzz/$engine/$sanitizer/builds" build "$engine" "$sanitizer" "$out"
		for target in $targets; do
			check_program "oss-fuzz/$engine/$sanitizer/$target" "$out/${target}_fuzzer" "$engine"
		done
	done
done
for text in "$dir"/out-*/pkt_fuzzer.dict; do
	expect "oss-fuzz/dictionary" grep -qx '"socket"' "$text"
done
for folder in ci/oss-fuzz .clusterfuzzlite; do
	for sanitizer in address undefined memory; do
		expect "$folder/$sanitizer" grep -qx "  - $sanitizer" "$folder/project.yaml"
	done
	expect "$folder/image" grep -qx "FROM gcr.io/oss-fuzz-base/base-builder" "$folder/Dockerfile"
	expect "$folder/build" test -x "$folder/build.sh"
done
finish
