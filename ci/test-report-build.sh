#!/bin/bash
# SPDX-License-Identifier: MIT
# How runs become a report: harness/report/test_*.py, as far as they are not about pages.
set -eu -o pipefail

# shellcheck source=ci/testlib.sh
. ci/testlib.sh

tests=()
for file in harness/report/test_*.py; do
	[[ $file == */test_pages.py ]] || tests+=("${file##*/}")
done
report_tests report-build "${tests[@]}"
