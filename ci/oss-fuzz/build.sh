#!/bin/bash
# SPDX-License-Identifier: MIT
# Builds all fuzz targets as OSS-Fuzz and ClusterFuzzLite want it: compiler, flags and engine come
# from CC, CXX, CFLAGS, CXXFLAGS and LIB_FUZZING_ENGINE; into $OUT go NAME_fuzzer, its seed corpus,
# its options and, for texts, a dictionary.
set -eu -o pipefail
cd "$SRC/refstack"

make -j"$(nproc)" fuzz-service BUILD="$WORK/build" CC_service="$CC" OPT_service="$CFLAGS" \
	LINKER_service="$CXX $CXXFLAGS" LINK_service="$LIB_FUZZING_ENGINE" WARN=

for program in "$WORK"/build/service/fuzz_*; do
	name=${program##*/fuzz_}
	cp "$program" "$OUT/${name}_fuzzer"
	ci/oss-fuzz/extras.py "$name" "$OUT"
done
