#!/bin/bash
# SPDX-License-Identifier: MIT
# Inputs run over and over in shuffled order, each to one digest of results, outputs, frames and times:
# ENTRIES=1000 TIMES=1000 for a thousand of them, a thousand times each.
set -u -o pipefail
# shellcheck source=ci/testlib.sh
. ci/testlib.sh

export ENTRIES=${ENTRIES:-100} TIMES=${TIMES:-10}
expect "stability, $ENTRIES inputs, $TIMES times" \
	setarch -R "${BUILD:-build}/${CONFIG:-asan}/test_explore"
finish
